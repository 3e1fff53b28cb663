"""What X holds about replies: how many, how soon they show, and what to do when it says no."""

from __future__ import annotations

from datetime import timedelta

from connectors.base import PostingRules, WriteLimit
from connectors.x.rules import SETTLED

POSTING = PostingRules(
    writes=(
        WriteLimit(100, timedelta(minutes=15), "docs.x.com, Rate limits: POST /2/tweets, per user"),
        # Two of X's pages disagree; the stricter one is obeyed.
        WriteLimit(300, timedelta(hours=3), "docs.x.com, Posts: 300 in 3 hours"),
    ),
    settles=SETTLED,
    advice={
        "x.too_long": "Shorten it: X counts 280 characters, a link as 23.",
        "x.invalid_text": "Write something, without control characters.",
        "x.not_summoned": "Hand it off: X lets us answer only who mentioned or quoted us; a person may.",
        "x.replies_limited": "Its author limits who may answer. Close the case, or reach them elsewhere.",
        "x.target_gone": "The post is gone. Close the case.",
        "x.duplicate": "X takes the same words only once in a while. If it is not there, change the wording.",
        "x.blocked": "This person has blocked the account. Close the case.",
        "x.account_locked": "Sign in at x.com as the account and do what X asks there, then approve again.",
        "x.daily_limit": "The account has posted all it may today. Approve again tomorrow, or hand it off.",
        "x.read_only_app": "Give the app Read and write at console.x.com, then renew the tokens.",
        "x.not_enrolled": "Attach the app to a project at console.x.com.",
        "x.auth": "Renew the four secrets for posting, run `presszero doctor`, then approve again.",
        "x.no_credentials": "Set API_KEY, API_SECRET, ACCESS_TOKEN and ACCESS_SECRET, then approve again.",
        "x.credits": "Buy credits at console.x.com, then approve again; or hand it off.",
        "x.bad_request": "Shorten or reword it and approve again; if it persists, hand it off and report it.",
        "x.bad_time": "Check the clock of this machine, then approve again.",
        "x.forbidden": "Read X's words. A person may be allowed what we are not: hand it off.",
    },
)
