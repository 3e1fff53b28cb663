"""Reddit through praw: submissions by search, whole subreddits, the inbox; replies where allowed.

What it guarantees: every request is made once and nothing ever sleeps; a window counts as proven only
when every feed of the source was read down to its start, and where Reddit's listings end before that
(near 1,000 items), the rest is named as missing; a write that got no clear answer is *unknown*.
"""

from connectors.reddit.config import RedditConfig
from connectors.reddit.connector import RedditConnector

__all__ = ["RedditConfig", "RedditConnector"]
