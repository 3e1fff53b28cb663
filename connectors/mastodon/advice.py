"""What a Mastodon server holds about replies: how many, how soon they show, and what to do about a no."""

from __future__ import annotations

from datetime import timedelta

from connectors.base import PostingRules, WriteLimit
from connectors.mastodon.rules import SETTLED

POSTING = PostingRules(
    writes=(WriteLimit(300, timedelta(hours=3), "mastodon/app/lib/rate_limiter.rb: statuses, per account"),),
    settles=SETTLED,
    advice={
        "mastodon.too_long": "Shorten it to what this server takes; a link counts 23.",
        "mastodon.empty": "Write something.",
        "mastodon.not_public": "Its author no longer shows it to everybody. Close the case.",
        "mastodon.not_mentioned": "Hand it off: this person did not address us; a person may answer.",
        "mastodon.target_gone": "The post is gone. Close the case.",
        "mastodon.not_as_approved": "The conversation is no longer the one that was approved. Read it again.",
        "mastodon.auth": "Renew ACCESS_TOKEN with the scope write:statuses, then `presszero doctor`.",
        "mastodon.forbidden": "Read the server's words; the token may lack write:statuses, or they block us.",
        "mastodon.invalid": "Read the server's words, reword the reply, and approve it again.",
        "mastodon.no_server": "Set base_url in the account's table, such as https://mastodon.example.",
    },
)
