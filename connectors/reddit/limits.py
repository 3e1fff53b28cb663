"""Every number and rule of Reddit's that this connector obeys, in one table, with its source."""

from __future__ import annotations

from datetime import timedelta

# reddit.com/dev/api: "limit: the maximum number of items desired (default: 25, maximum: 100)".
PAGE_ITEMS = 100

# r/redditdev API FAQ: a listing is computed up to 1,000 items and ends there. Removed items leave it
# without being replaced, so a full listing can hold far fewer. An end after this many items is
# therefore taken for the limit: calling a young subreddit's beginning a gap costs a line on a page,
# calling a cut-off listing complete would lose posts silently.
LISTING_ITEMS = 1000
LISTING_ENDS = 500
# Search stops near 250 results (seen, not documented); the same margin.
SEARCH_ENDS = 125

# reddit.com/dev/api, POST /api/comment: raw markdown text, at most 10,000 characters.
TEXT_LIMIT = 10_000

# reddit.com/dev/api, GET /api/info: at most 100 fullnames.
INFO_BATCH = 100

# Data API wiki: 100 requests a minute per OAuth client, averaged over ten minutes. `PAUSE` is for a
# 429 that says nothing itself.
REQUESTS_PER_SECOND = 100 / 60
PAUSE = timedelta(seconds=60)

# How much of a window is asked again. Comments show up within seconds; what a moderator approves
# turns up later at its original time. The newest 100 are fetched anyway, so this costs nothing.
OVERLAP = timedelta(minutes=15)

# After a write without an answer, our own comment must have had this long to show up in our own
# list before its absence counts as proof (ours; listings lag by seconds).
SETTLES = timedelta(minutes=2)

# How far below a post an answer of ours is looked for before we send one (ours).
ANSWER_DEPTH = 2

# The list of our own comments is read at most this far (its end at 1,000 items).
OWN_PAGES = 10

# Where no brand has any business replying. The first two are named by the bottiquette
# (reddit.com/wiki/bottiquette); the others are our own caution, for the same reason.
NEVER_REPLY = frozenset(
    {
        "suicidewatch",
        "depression",
        "depression_help",
        "suicidebereavement",
        "selfharm",
        "stopselfharm",
        "griefsupport",
        "rapecounseling",
        "adultsurvivors",
        "mentalhealth",
    }
)

BOTTIQUETTE = "https://www.reddit.com/wiki/bottiquette"
DATA_API_TERMS = "https://www.redditinc.com/policies/data-api-terms"

# Errors of POST /api/comment after which nothing was posted, whatever else happened. Any other word,
# RATELIMIT among them, has been seen together with a comment that *was* created (praw#1768).
GONE = frozenset({"DELETED_COMMENT", "DELETED_LINK", "DELETED_THING"})
DECLINED = GONE | {
    "THREAD_LOCKED",
    "TOO_OLD",
    "NO_TEXT",
    "TOO_LONG",
    "TOO_MANY_COMMENTS",
    "USER_REQUIRED",
    "NO_THING_ID",
    "SUBREDDIT_NOTALLOWED",
    "SUBREDDIT_NOEXIST",
    "BANNED_FROM_SUBREDDIT",
    "USER_BLOCKED",
    "USER_BLOCKED_MESSAGE",
    "NOT_WHITELISTED_BY_USER_MESSAGE",
    "COMMENT_GUIDANCE_VALIDATION_FAILED",
}
