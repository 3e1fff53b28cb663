"""What Bluesky holds about replies: how many, how soon they show, and what to do when it says no."""

from __future__ import annotations

from datetime import timedelta

from connectors.base import PostingRules, WriteLimit
from connectors.bluesky.rules import CREATE_POINTS, POINTS_PER_DAY, POINTS_PER_HOUR, SETTLED

_POINTS = "docs.bsky.app, Rate Limits: 5,000 points an hour and 35,000 a day, a create is 3"

POSTING = PostingRules(
    writes=(
        WriteLimit(POINTS_PER_HOUR // CREATE_POINTS, timedelta(hours=1), _POINTS),
        WriteLimit(POINTS_PER_DAY // CREATE_POINTS, timedelta(days=1), _POINTS),
    ),
    settles=SETTLED,
    advice={
        "bluesky.too_long": "Shorten it: 300 characters and 3,000 bytes fit.",
        "bluesky.empty": "Write something.",
        "bluesky.not_tagged": "Hand it off: this person did not tag us; a person may answer.",
        "bluesky.blocked": "This person has blocked the account. Close the case.",
        "bluesky.replies_limited": "Its author limits who may answer. Close the case; find them elsewhere.",
        "bluesky.target_gone": "The post is gone. Close the case.",
        "bluesky.not_as_approved": "The conversation is no longer the one that was approved. Read it again.",
        "bluesky.auth": "Make a new app password, renew HANDLE and APP_PASSWORD, then `presszero doctor`.",
        "bluesky.invalid_request": "Read Bluesky's words, reword the reply, and approve it again.",
        "bluesky.forbidden": "Read Bluesky's words; sign in as the account: it may be limited.",
    },
)
