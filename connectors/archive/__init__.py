"""Exports of posts: JSONL, CSV or a folder of them, played back if wanted; replies go to an outbox file."""

from connectors.archive.config import ArchiveConfig
from connectors.archive.connector import ArchiveConnector

__all__ = ["ArchiveConfig", "ArchiveConnector"]
