"""Mentions that others push to us, signed: for every platform that has no connector here.

A delivery is on disk, and will be collected, before it is answered with 202; one that is sent again is
taken once. `receive` is called by the web app, `fetch` by the collector, in the same process or in another.
"""

from connectors.webhook.connector import Receipt, WebhookConfig, WebhookConnector
from connectors.webhook.signature import HEADER, sign

__all__ = ["HEADER", "Receipt", "WebhookConfig", "WebhookConnector", "sign"]
