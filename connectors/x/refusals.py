"""What X means when it says no. API v2 gives no codes: its words are matched."""

from __future__ import annotations

import tweepy

# (what the words contain, our rule), first match wins. From answers that developers published 2021–2026.
_BY_WORDS: tuple[tuple[str, str], ...] = (
    ("duplicate content", "x.duplicate"),
    ("already said that", "x.duplicate"),
    ("not been mentioned or otherwise engaged", "x.not_summoned"),
    ("reply to this conversation is not allowed", "x.not_summoned"),
    ("restricted who can reply", "x.replies_limited"),
    ("deleted or not visible", "x.target_gone"),
    ("temporarily locked", "x.account_locked"),
    ("account is suspended", "x.account_locked"),
    ("looks like it might be automated", "x.account_locked"),
    ("you have been blocked", "x.blocked"),
    ("blocked from", "x.blocked"),
    ("daily limit", "x.daily_limit"),
    ("oauth1 app permissions", "x.read_only_app"),
    ("oauth1-permissions", "x.read_only_app"),
    ("client-not-enrolled", "x.not_enrolled"),
    ("attached to a project", "x.not_enrolled"),
)
_LONGEST_QUOTE = 300


def refusal_rule(status: int, words: str) -> str:
    """The stable id of the rule behind a 400 or 403."""
    low = words.lower()
    if status == 400:
        if "next_token" in low or "pagination_token" in low:
            return "x.bad_token"
        return "x.bad_time" if "start_time" in low or "end_time" in low else "x.bad_request"
    return next((rule for part, rule in _BY_WORDS if part in low), "x.forbidden")


def words_of(exc: tweepy.errors.HTTPException) -> str:
    """X's own words as one printable line, shortened: they are data from outside."""
    said = "; ".join(str(m) for m in exc.api_messages) or exc.response.reason or "no reason given"
    line = "".join(c if c.isprintable() else " " for c in said)
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"
