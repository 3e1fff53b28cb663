"""Mastodon, through Mastodon.py: hashtags, mentions, search where a server has it, threads, replies.

What a server shows of a window is returned by `fetch` exactly once per drained window. The client library
is imported with the first request, never when this package is imported.
"""

from connectors.mastodon.config import MastodonConfig
from connectors.mastodon.connector import MastodonConnector

__all__ = ["MastodonConfig", "MastodonConnector"]
