"""Connectors that speak to the fake Reddit, and posts to read there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from connectors.base import Account, Ask, Page
from connectors.reddit import RedditConfig, RedditConnector
from monitor.domain.coverage import Interval
from tests.fakes.reddit import RedditFake
from tests.fakes.server import FakeClock, FakeServer

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = Interval(NOON - timedelta(days=1), NOON)
SECRETS = {"CLIENT_ID": "id", "CLIENT_SECRET": "s3cret", "USERNAME": "NorthwindAir", "PASSWORD": "pa55word"}


class Reddit:
    """The fake, its server, its clock, and connectors that speak to it."""

    def __init__(self, server: FakeServer, fake: RedditFake, clock: FakeClock) -> None:
        self.server, self.fake, self.clock = server, fake, clock

    def connector(self, *, secrets: dict[str, str] | None = None, **config: Any) -> RedditConnector:
        given = {"name": "reddit", "kind": "reddit", "timeout": timedelta(seconds=2), **config}
        if not {"query", "subreddits", "inbox"} & set(given):
            given["subreddits"] = ("northwind",)
        secret = {k: SecretStr(v) for k, v in (SECRETS if secrets is None else secrets).items()}
        account = Account("care", "reddit", "NorthwindAir", self.server.base_url, secret)
        return RedditConnector(RedditConfig(**given), account, self.clock)

    def load_older(self, subreddit: str, kind: str, count: int) -> None:
        """Posts from before the day, as every subreddit has them."""
        at = (NOON - timedelta(days=2)).isoformat()
        base = {"subreddit": subreddit, "author": "al", "title": "northwind", "text": "", "created_at": at}
        self.fake.load({**base, "id": f"{kind}_{subreddit}old{i}"} for i in range(count))

    def load(
        self, count: int, *, kind: str = "t1", every: float = 1, subreddit: str = "northwind", **more: Any
    ) -> list[str]:
        """`count` posts, the newest just before noon, one `every` so many seconds."""
        posts = []
        for i in range(count):
            at = (NOON - timedelta(seconds=1 + i * every)).isoformat()
            title = {"title": f"Northwind {i}"} if kind == "t3" else {}
            bare = f"{i:05d}" if subreddit == "northwind" else f"{subreddit}{i:05d}"
            post = {"id": f"{kind}_{bare}", "subreddit": subreddit, "author": "jo", "created_at": at}
            posts.append({**post, **title, "text": f"northwind lost bag {i}", **more})
        self.fake.load(posts)
        return [str(p["id"]) for p in posts]


def drain(connector: RedditConnector, window: Interval = DAY, *, limit: int | None = None) -> list[Page]:
    pages = [connector.fetch(Ask(window, limit=limit))]
    while pages[-1].resume is not None:
        assert len(pages) < 60, "it never ends"
        pages.append(connector.fetch(Ask(window, resume=pages[-1].resume, limit=limit)))
    return pages


def ids(pages: list[Page]) -> list[str]:
    return [m.native_id for p in pages for m in p.mentions]
