"""X (Twitter), through the API v2 and tweepy: recent search, full archive, mentions, replies.

What is returned by X is returned by `fetch` exactly once per drained window, replies included; what X
no longer shows (search reaches seven days back) is named in `Page.missing`, never passed over.
"""

from connectors.x.connector import XConfig, XConnector
from connectors.x.replies import intent_url

__all__ = ["XConfig", "XConnector", "intent_url"]
