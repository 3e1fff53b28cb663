"""Hacker News: stories and comments that hold the brand's words, through its public search."""

from connectors.hackernews.config import HackerNewsConfig
from connectors.hackernews.connector import HackerNewsConnector

__all__ = ["HackerNewsConfig", "HackerNewsConnector"]
