"""Every number and rule of Bluesky's that the connector relies on, each with its source. Times are UTC.

Sources, read in 2026: docs.bsky.app pages "Rate Limits", "Bots"; the lexicons in bluesky-social/atproto;
answers of a local network (`@atproto/dev-env` 0.6.7).
"""

from __future__ import annotations

from datetime import timedelta

HOST = "https://bsky.social"  # the entryway: it knows on which server an account lives

PAGE = 100  # lexicons app.bsky.feed.searchPosts and listNotifications: limit, at most 100
LOOKUP_BATCH = 25  # lexicon app.bsky.feed.getPosts: uris, at most 25
THREAD_DEPTH = 6  # ours; the lexicon of getPostThread allows 1000
ANSWER_DEPTH = 2  # ours: how far below a post an answer of ours is looked for before we send one
THREAD_HEIGHT = 80  # lexicon app.bsky.feed.getPostThread: parentHeight, default 80

# One search hands out about 10,000 posts by cursor and then just ends (medialab/minet#1018). An end after
# half of that is taken for the limit, and the search goes on by time: one request more than needed at
# worst, where calling a cut-off list complete would lose posts silently.
SEARCH_ENDS = 5000

# "Rate Limits": 3,000 requests in 5 minutes per IP; createSession 30 in 5 minutes and 300 a day.
RATE_WINDOW = timedelta(minutes=5)
REQUESTS_PER_WINDOW = 3000

# "Rate Limits": writes of an account are counted in points.
POINTS_PER_HOUR, POINTS_PER_DAY, CREATE_POINTS = 5000, 35_000, 3

TEXT_LIMIT = 300  # lexicon app.bsky.feed.post: text, graphemes
BYTE_LIMIT = 3000  # the same: bytes of UTF-8

OVERLAP = timedelta(minutes=15)  # ours: posts are indexed late, and dated by their author's clock
BACK_DATED = timedelta(days=1)  # ours: an author's clock that is further off than this doesn't count
SETTLED = timedelta(minutes=1)  # ours: a write that is still under way has reached the server by then
NOT_SENT_WAIT = timedelta(minutes=1)  # ours: after a write that never left

# Notifications that are posts addressed to us.
REASONS = ("mention", "reply", "quote")

# Errors of com.atproto.*: the access token is no good any more; a new session is.
STALE_SESSION = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing"})

BOTS_SOURCE = "https://docs.bsky.app/docs/starter-templates/bots"
