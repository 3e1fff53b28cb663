"""Every number and rule of X that the connector relies on, each with its source. Times are UTC.

Sources, read in August 2026: docs.x.com (repository xdevplatform/docs) pages "Rate limits", "Pricing",
"Search operators", "Timelines", "Edit Posts", "Automation rules"; the OpenAPI description of X API v2, 2.159.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Mode(StrEnum):
    """Where a source reads. `conversation` and `counts` are no modes: threads and estimates use them."""

    RECENT = "recent"  # GET /2/tweets/search/recent
    ALL = "all"  # GET /2/tweets/search/all
    MENTIONS = "mentions"  # GET /2/users/:id/mentions


@dataclass(frozen=True, slots=True)
class Listing:
    """What one endpoint allows and costs."""

    smallest_page: int  # OpenAPI: max_results
    largest_page: int
    longest_query: int  # characters; "Search operators"
    requests: int  # per RATE_WINDOW and app; "Rate limits"
    pause: timedelta  # between two requests; "Rate limits"
    reach: timedelta | None  # how far back it can be asked; None: to the first post of 2006
    post_usd: float  # per post returned; "Pricing"
    holds: int | None = None  # the newest so many posts, older ones can't be had; "Timelines"


RATE_WINDOW = timedelta(minutes=15)

LISTINGS: dict[Mode, Listing] = {
    Mode.RECENT: Listing(10, 100, 512, 450, timedelta(0), timedelta(days=7), 0.005),
    Mode.ALL: Listing(10, 500, 1024, 300, timedelta(seconds=1), None, 0.005),
    # The timeline itself has no time limit, but holds 800 posts: windows that are not fresh are read
    # from recent search, so its reach is the one of search.
    Mode.MENTIONS: Listing(5, 100, 512, 450, timedelta(0), timedelta(days=7), 0.001, holds=800),
}

# "Pricing". Posts that come along as parents or quotes are counted as read; authors are not, as no
# published bill shows them. Re-reads within one UTC day are free at X, so this is an upper bound.
POST_READ_USD = 0.005
USER_READ_USD = 0.010
REPLY_USD = 0.010  # to somebody who summoned us
POST_USD = 0.015
POST_WITH_URL_USD = 0.20
PRICING_SOURCE = "X: docs.x.com, page Pricing"
COUNT_RECENT_USD = 0.005
COUNT_ALL_USD = 0.010

LOOKUP_BATCH = 100  # OpenAPI: GET /2/tweets, ids
END_LAG = timedelta(seconds=10)  # OpenAPI: end_time must be at least 10 s before the request
REACH_MARGIN = timedelta(minutes=1)  # ours: a start at the very edge is out of reach when it arrives
FRESH = timedelta(hours=1)  # ours: how long the mentions timeline surely still holds everything
NO_RESET_WAIT = timedelta(minutes=15)  # a 429 that doesn't say when: the longest rate window
OVERLAP = timedelta(minutes=5)  # ours: posts are indexed late; re-reads of one UTC day are free
SETTLED = timedelta(minutes=5)  # ours: a post that landed shows in our own timeline by then
CLOCK_SKEW = timedelta(minutes=2)  # ours: how far a clock may be off before a timeline proves nothing
TEXT_LIMIT = 280  # twitter-text configuration v3

SUMMONED_SOURCE = (
    "X: self-serve API replies only to authors who mentioned or quoted the account (since 2026-02-23)"
)
AUTOMATION_SOURCE = "X automation rules: no automated outreach to people who did not address the account"

_EPOCH_MS = 1288834974657  # of X's ids: 2010-11-04T01:42:54.657Z
_FIRST_SNOWFLAKE = 29_700_859_247  # older ids were counted up and hold no time


def moment_of(native_id: str) -> datetime | None:
    """When the post of that id was made (aware UTC, milliseconds), or None for ids of before Nov 2010."""
    if not native_id.isascii() or not native_id.isdigit() or int(native_id) < _FIRST_SNOWFLAKE:
        return None
    return datetime.fromtimestamp(((int(native_id) >> 22) + _EPOCH_MS) / 1000, UTC)


def id_at(moment: datetime) -> int:
    """The smallest id a post of `moment` can have."""
    return (round(moment.timestamp() * 1000) - _EPOCH_MS) << 22
