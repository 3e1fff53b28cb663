"""What the outbox holds about replies: nothing but a length."""

from __future__ import annotations

from connectors.base import PostingRules

POSTING = PostingRules(
    advice={
        "archive.empty": "Write something.",
        "archive.too_long": "Shorten it to what the platform takes that the post came from.",
        "archive.outbox": "Edit the text (half a character is in it), then approve it again.",
    }
)
