"""Every number and rule of Mastodon's that the connector relies on, each with its source. Times are UTC.

Sources, read in 2026: docs.joinmastodon.org pages "Rate limits", "timelines", "notifications", "search",
"statuses", "instance"; the source of Mastodon 4.3–4.6; recorded answers of Mastodon 4.6.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

PAGE = 40  # "timelines", "notifications", "search": limit, at most 40
SEARCH_DEPTH = 4000  # ours: a search that goes on for longer is not worth its requests
BATCH = 20  # api/v1/statuses_controller.rb: at most DEFAULT_STATUSES_LIMIT ids

# "Rate limits": 300 requests in 5 minutes per account; a server may set others, and its headers tell.
RATE_WINDOW = timedelta(minutes=5)

TEXT_LIMIT = 500  # until the server has told its own: "instance", configuration.statuses.max_characters
LIMITS_LAST = timedelta(hours=24)  # ours: how long the server's word on that is good
ASK_AGAIN = timedelta(minutes=5)  # ours: when it gave none

OVERLAP = timedelta(minutes=15)  # ours: posts of other servers arrive late, with their own time
# Recorded posts are up to 2 ms later than the time in their ids: by id is by time only roughly.
DRIFT = timedelta(seconds=1)
LONG_AGO = timedelta(hours=1)  # ours: windows that end before this are jumped to by id
SETTLED = timedelta(minutes=2)  # ours: a post that landed shows in our own list by then
CLOCK_SKEW = timedelta(minutes=2)  # ours: how far a server's clock may be off ours
NOT_SENT_WAIT = timedelta(minutes=1)  # ours: after a write that never left
OWN_PAGES = 10  # ours: of 40 posts, how far back our own list is read in one look

# Only what everybody may read is ever collected: "private" is for followers, "direct" for the addressed.
PUBLIC = frozenset({"public", "unlisted"})

ETIQUETTE = "Mastodon: automated accounts answer those who addressed them; the server's rules"


def id_at(moment: datetime) -> int:
    """The smallest id a post of `moment` can have where ids are Mastodon's: milliseconds, then 16 bits."""
    return int(moment.astimezone(UTC).timestamp() * 1000) << 16
