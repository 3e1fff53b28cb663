"""Every number of Hacker News and its search that the connector relies on, each with its source."""

from __future__ import annotations

from datetime import timedelta

HOST = "https://hn.algolia.com"  # hn.algolia.com/api
SITE = "https://news.ycombinator.com"

# Algolia, "paginationLimitedTo" and "hitsPerPage": no query shows more than its first 1,000 hits,
# whatever the page number. So a window is read by time, not by page number.
MOST_HITS = 1000

# hn.algolia.com/api, "Rate limits": 10,000 requests per hour and IP address.
REQUESTS_PER_HOUR = 10_000

# How much of a window is asked again (ours). Comments can be changed for two hours, and the index
# follows; what is indexed late is nearly always there by then. One request more holds both.
OVERLAP = timedelta(hours=2)

# Items are looked up one by one; so many in one call of a recheck (ours).
RECHECK_BATCH = 50

# Posts of a thread that are handed on as context (ours): stories with 2,000 comments exist.
THREAD_POSTS = 100

# Neither the search nor the official interface (github.com/HackerNews/API) can write.
API_SOURCE = "https://github.com/HackerNews/API: the interface is read-only"
