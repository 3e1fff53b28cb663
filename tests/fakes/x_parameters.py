"""The query parameters of the fake X, refused with X's own words when they are wrong."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.fakes import x_errors
from tests.fakes.server import Answer, Request
from tests.fakes.x_posts import Post, api_time
from tests.fakes.x_query import BadQuery, compiled

_REACH = timedelta(days=7)  # of recent search
_LAG = timedelta(seconds=10)  # the newest end_time before the request
_FIELDS = {"tweet.fields", "expansions", "media.fields", "place.fields", "poll.fields", "user.fields"}
_TIMES = {"start_time", "end_time", "since_id", "until_id", "max_results"}
_SEARCH = {"query", "next_token", "pagination_token", "sort_order"} | _TIMES | _FIELDS
_COUNTS = {"query", "granularity", "start_time", "end_time"}
_ALLOWED = {
    "search": _SEARCH,
    "search_all": _SEARCH,
    "mentions": {"pagination_token"} | _TIMES | _FIELDS,
    "timeline": {"pagination_token", "exclude"} | _TIMES | _FIELDS,
    "lookup": {"ids"} | _FIELDS,
    "counts": _COUNTS,
    "counts_all": _COUNTS | {"next_token"},
}
_SIZES = {"search": (10, 100), "search_all": (10, 500), "mentions": (5, 100), "timeline": (5, 100)}
_USUAL_SIZE = 10


class Refuse(Exception):
    """Ends the request with that answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True)
class Window:
    """[start, end)."""

    start: datetime
    end: datetime


def check_names(endpoint: str, request: Request) -> None:
    """Refuses parameters the endpoint doesn't have."""
    allowed = _ALLOWED.get(endpoint)
    for name, value in request.query.items():
        if allowed is not None and name not in allowed:
            message = f"The query parameter [{name}] is not one of [{','.join(sorted(allowed))}]"
            raise Refuse(x_errors.invalid(name, value, message))


def query_test(request: Request, longest: int) -> Callable[[Post], bool]:
    """A test of a post."""
    query = request.query.get("query", "")
    if not 1 <= len(query) <= longest:
        message = f"Rules must be between 1 and {longest} characters, not {len(query)}"
        raise Refuse(x_errors.invalid("query", query, message))
    try:
        return compiled(query)
    except BadQuery as exc:
        message = f"There were errors processing your request: {exc} (at position 1)"
        raise Refuse(x_errors.invalid("query", query, message)) from None


def window_of(request: Request, endpoint: str, now: datetime) -> Window:
    """The window that was asked for, with X's defaults and limits."""
    given = request.query
    since_id = given.get("since_id")
    if since_id and "start_time" in given:
        raise Refuse(x_errors.invalid("since_id", since_id, "since_id can't be used with start_time"))
    if since_id and endpoint == "search" and _made(since_id) < now - _REACH:
        raise Refuse(x_errors.invalid("since_id", since_id, "'since_id' must be created in the last 7 days"))
    oldest = now - _REACH if endpoint == "search" else datetime.min.replace(tzinfo=now.tzinfo)
    default = now - timedelta(days=30) if endpoint == "search_all" else oldest
    start = _time(request, "start_time") or (_made(since_id) if since_id else default)
    end = _time(request, "end_time") or now + timedelta(seconds=1)  # a post of this very moment is in
    if start < oldest:
        message = f"'start_time' must be on or after {api_time(oldest)}."
        raise Refuse(x_errors.invalid("start_time", given["start_time"], message))
    if "end_time" in given and end > now - _LAG:
        message = "'end_time' must be a minimum of 10 seconds prior to the request time."
        raise Refuse(x_errors.invalid("end_time", given["end_time"], message))
    if start >= end:
        message = "'end_time' must be later than 'start_time'."
        raise Refuse(x_errors.invalid("end_time", given.get("end_time", ""), message))
    return Window(start, end)


def page_size(request: Request, endpoint: str) -> int:
    """`max_results`."""
    smallest, largest = _SIZES[endpoint]
    given = request.query.get("max_results", str(_USUAL_SIZE))
    if not given.isdigit() or not smallest <= int(given) <= largest:
        message = f"The `max_results` query parameter value [{given}] is not between {smallest} and {largest}"
        raise Refuse(x_errors.invalid("max_results", given, message))
    return int(given)


def position(request: Request) -> int:
    """The page begins below this id."""
    name = "next_token" if "next_token" in request.query else "pagination_token"
    given = request.query.get(name)
    if given is None:
        return 1 << 63
    try:
        raw = json.loads(base64.b32decode(given.upper()))
        fits = raw["q"] == _fingerprint(request) and not request.quirk("stale-token")
    except (ValueError, KeyError):
        fits = False
    if not fits:
        raise Refuse(x_errors.invalid(name, given, f"Invalid '{name}': [{given}]"))
    return int(raw["below"])


def page_token(request: Request, below: int, nonce: str = "") -> str:
    """Leads to what is older than `below`, for the same question only."""
    raw = json.dumps({"q": _fingerprint(request), "below": below, "n": nonce})
    # Base 32 without padding, lower case: looks like the real thing, and is as opaque.
    return base64.b32encode(raw.ljust(-(-len(raw) // 5) * 5).encode()).decode().lower()


def _fingerprint(request: Request) -> str:
    fixed = {k: v for k, v in request.query.items() if k in ("query", "start_time", "end_time")}
    return hashlib.sha256(json.dumps([request.path, sorted(fixed.items())]).encode()).hexdigest()[:12]


def _time(request: Request, name: str) -> datetime | None:
    given = request.query.get(name)
    if given is None:
        return None
    try:
        return datetime.strptime(given, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        raise Refuse(x_errors.invalid(name, given, f"Invalid {name}:'{given}'. RFC 3339 wanted.")) from None


def _made(native_id: str) -> datetime:
    milliseconds = (int(native_id) >> 22) + 1288834974657
    return datetime.fromtimestamp(milliseconds / 1000).astimezone()
