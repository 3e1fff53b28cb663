"""Numbers, times and codes as people say them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitor.domain.moments import say_duration

INTENTS: Final = {
    "outage_bug": "outage, bug",
    "account_access": "account access",
    "billing_refund": "billing, refund",
    "delivery_order": "delivery, order",
    "product_defect": "product defect",
    "staff_or_process": "staff, process",
    "safety_hazard": "safety hazard",
    "security_privacy_scam": "security, scam",
    "ethics_policy": "ethics, policy",
    "question_howto": "question",
    "feature_feedback": "feedback",
    "praise": "praise",
    "press_partner": "press, partner",
    "noise": "none of these",
}

OUTCOMES: Final = {
    "recovered": "recovered: upset before, content now",
    "resolved_confirmed": "resolved, they said so",
    "resolved_assumed": "resolved, as far as we can tell",
    "moved_private": "moved to a private channel",
    "referred": "referred to somebody else",
    "awaiting_customer": "waiting for the customer",
    "answered": "answered, not settled yet",
    "still_open": "still open",
    "silent": "fell silent after our reply",
    "worse": "came back angrier",
    "lost": "lost: they left us",
    "missed": "missed",
    "no_reply_by_policy": "no reply, on purpose",
    "not_permitted": "we may not reply there",
    "duplicate_of_incident": "part of an incident",
    "opted_out": "asked us to stop",
    "source_deleted": "deleted their post",
    "closed": "closed",
}

GOOD: Final = frozenset({"recovered", "resolved_confirmed", "resolved_assumed"})
BAD: Final = frozenset({"worse", "lost", "missed"})

KINDS: Final = {
    "complaint": "complaints",
    "question": "questions",
    "praise": "praise",
    "other": "other",
    "aside": "set aside as noise",
}

PLATFORMS: Final = {
    "x": "X",
    "reddit": "Reddit",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "hackernews": "Hacker News",
    "appstore": "App reviews",
    "rss": "Feeds",
}

HEALTH: Final = {
    "new": "not asked yet",
    "ok": "well",
    "limited": "asked to slow down",
    "budget": "its budget is used up",
    "auth": "its credentials are refused",
    "failing": "failing",
}

GAPS: Final = {
    "in_progress": "still being collected",
    "rate_limited": "the platform asked us to slow down",
    "budget": "the budget was used up",
    "auth": "the credentials were refused",
    "interrupted": "the connection failed",
    "bad_response": "the platform's answer could not be understood",
    "refused": "the platform refused",
    "window_expired": "older than the platform lets us look back",
    "feed_too_short": "the feed was shorter than what had happened",
    "unproven": "the platform did not confirm that it showed everything",
}


def count(n: int, one: str, many: str | None = None) -> str:
    """``1 case``, ``1,204 cases``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def lasted(seconds: float | None) -> str:
    """A duration in seconds, as people say it; a dash for None."""
    return "–" if seconds is None else say_duration(timedelta(seconds=seconds))


def percent(share: float | None) -> str:
    """``73 %``; never 0 or 100 unless it is exactly that. A dash for None."""
    if share is None:
        return "–"
    rounded = round(share * 100)
    if rounded == 0 and share > 0:
        return "under 1 %"
    if rounded == 100 and share < 1:
        return "over 99 %"
    return f"{rounded} %"


def number(value: float) -> str:
    """A mean: one decimal below ten, none above."""
    return f"{value:.1f}" if value < 10 and round(value, 1) % 1 else f"{value:,.0f}"


def compared(now: float, usual: float | None) -> str:
    """``usually 42, +45 %``; empty without anything to compare with."""
    if usual is None:
        return ""
    if usual == 0:
        return "usually none"
    change = round((now / usual - 1) * 100)
    how = "as usual" if abs(change) < 5 else f"{change:+d} %".replace("-", "−")
    return f"usually {number(usual)}, {how}"


def day(when: date) -> str:
    """``Thursday 5 March 2026``."""
    return f"{when:%A} {when.day} {when:%B %Y}"


def moment(when: datetime, zone: ZoneInfo, on: date) -> str:
    """``14:05`` on the day itself, ``Thu 5 Mar 14:05`` in its year, else with the year."""
    local = when.astimezone(zone)
    if local.date() == on:
        return f"{local:%H:%M}"
    year = "" if local.year == on.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def platform(code: str) -> str:
    """A platform's name."""
    return PLATFORMS.get(code, code)


def macro(name: str) -> str:
    """A macro's name; a reply without one was written by a person."""
    return name.replace("_", " ") if name else "written by a person"
