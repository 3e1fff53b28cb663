"""Bluesky, through the AT protocol and atproto: search, notifications, threads, replies.

What Bluesky shows of a window is returned by `fetch` exactly once per drained window. The client library
takes seconds to import, so that happens with the first request, never when this package is imported.
"""

from connectors.bluesky.config import BlueskyConfig
from connectors.bluesky.connector import BlueskyConnector

__all__ = ["BlueskyConfig", "BlueskyConnector"]
