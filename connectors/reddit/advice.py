"""What Reddit holds about replies: how many, how soon they show, and what to do when it says no."""

from __future__ import annotations

from datetime import timedelta

from connectors.base import PostingRules, WriteLimit
from connectors.reddit.limits import SETTLES

_GONE = "The post is gone. Close the case."
_CLOSED = "Nobody can answer there any more. Close the case, or reach the customer elsewhere."
_BLOCKED = "This person has blocked the account. Close the case."
_NOT_HERE = "Ask its moderators, take it out of `allow_reply`, and hand this one off."

POSTING = PostingRules(
    # Data API wiki: 100 requests a minute, averaged over ten minutes; looking, posting and finding take four.
    writes=(
        WriteLimit(250, timedelta(minutes=10), "Data API wiki: 1,000 requests in ten minutes, four each"),
    ),
    settles=2 * SETTLES,
    advice={
        "reddit.too_long": "Shorten it to 10,000 characters.",
        "reddit.no_text": "Write something.",
        "reddit.contract": "Hand it off, or add the subreddit to `allow_reply` if its moderators agree.",
        "reddit.deleted_comment": _GONE,
        "reddit.deleted_link": _GONE,
        "reddit.deleted_thing": _GONE,
        "reddit.no_thing_id": _GONE,
        "reddit.not_found": _GONE,
        "reddit.thread_locked": _CLOSED,
        "reddit.too_old": _CLOSED,
        "reddit.too_many_comments": _CLOSED,
        "reddit.user_blocked": _BLOCKED,
        "reddit.user_blocked_message": _BLOCKED,
        "reddit.not_whitelisted_by_user_message": _BLOCKED,
        "reddit.banned_from_subreddit": f"The account is banned from this subreddit. {_NOT_HERE}",
        "reddit.subreddit_notallowed": f"The subreddit takes no posts of this account. {_NOT_HERE}",
        "reddit.subreddit_noexist": _GONE,
        "reddit.comment_guidance_validation_failed": "A rule of the subreddit stops these words: reword.",
        "reddit.user_required": "Renew USERNAME and PASSWORD, run `presszero doctor`, then approve again.",
        "reddit.ratelimit": "Reddit slows the account down. If it is not there, wait, then approve again.",
        "reddit.private": _NOT_HERE,
        "reddit.banned": _GONE,
        "reddit.quarantined": _NOT_HERE,
        "reddit.gold_only": _NOT_HERE,
        "reddit.no_such_subreddit": _GONE,
        "reddit.blocked": "Reddit turns this client away: check the contract and the keys; hand it off.",
        "reddit.forbidden": "Read Reddit's words. A person may be allowed what we are not: hand it off.",
        "reddit.moved": "Run `presszero doctor`; if it finds nothing, hand it off and report it.",
    },
)
