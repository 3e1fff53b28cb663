"""The four platforms, each the fake server on loopback and the real client library that speaks to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.base import Connector
from connectors.bluesky import BlueskyConfig, BlueskyConnector
from connectors.mastodon import MastodonConfig, MastodonConnector
from connectors.reddit import RedditConfig, RedditConnector
from connectors.x import XConfig, XConnector
from connectors.x.rules import id_at
from monitor.domain.mention import Mention
from monitor.domain.moments import Clock
from tests.fakes import bluesky, mastodon, x
from tests.fakes.faults import Fault
from tests.fakes.reddit import RedditFake
from tests.fakes.reddit_account import SECRETS as REDDIT_SECRETS
from tests.fakes.reddit_account import Account, SecretStr
from tests.fakes.server import FakeClock, FakeServer

START = datetime.fromisoformat("2026-03-08T12:00:00+00:00")
PLATFORMS = ("x", "reddit", "mastodon", "bluesky")
_OWN = {"x": "northwindair", "reddit": "NorthwindAir", "mastodon": "care", "bluesky": "northwind.test"}


def connector(platform: str, base_url: str, clock: Clock, timeout: float = 0.5) -> Connector:
    """The real connector, pointed at a fake."""
    waits = timedelta(seconds=timeout)
    if platform == "x":
        config = XConfig(name="src", kind="x", query="northwind", timeout=waits)
        return XConnector(config, x.account(base_url), clock)
    if platform == "reddit":
        secrets = {k: SecretStr(v) for k, v in REDDIT_SECRETS.items()}
        account = Account("care", "reddit", "NorthwindAir", base_url, secrets)
        told = RedditConfig(
            name="src", kind="reddit", subreddits=("northwind",), allow_reply=("Northwind",), timeout=waits
        )
        return RedditConnector(told, account, clock)
    if platform == "mastodon":
        asked = MastodonConfig(
            name="src", kind="mastodon", hashtags=("northwind",), notifications=False, timeout=waits
        )
        return MastodonConnector(asked, mastodon.account(base_url), clock)
    wanted = BlueskyConfig(name="src", kind="bluesky", query="northwind", notifications=False, timeout=waits)
    return BlueskyConnector(wanted, bluesky.account(base_url), clock)


@dataclass
class Place:
    """One fake platform, and what a test does there as other people, or finds there."""

    platform: str
    server: FakeServer
    serial: int = 0

    @classmethod
    def open(cls, platform: str) -> Place:
        """Not started: `with place.server: …`."""
        fakes: dict[str, Any] = {
            "x": lambda: x.FakeX(now=START),
            "reddit": lambda: RedditFake(clock=FakeClock(START)),
            "mastodon": lambda: mastodon.FakeMastodon(now=START),
            "bluesky": lambda: bluesky.FakeBluesky(now=START),
        }
        return cls(platform, FakeServer(fakes[platform]()))

    @property
    def own(self) -> str:
        """Our name there."""
        return _OWN[self.platform]

    def customer_writes(self, at: datetime) -> Mention:
        """A customer's post appears; what a connector would have made of it."""
        self.serial += 1
        author = f"ann{self.serial}" + {"mastodon": "@tram.example", "bluesky": ".test"}.get(
            self.platform, ""
        )
        text = f"@{self.own} northwind lost bag number {self.serial}"
        raw: dict[str, Any] = {"author": author, "text": text, "created_at": at.isoformat()}
        if self.platform == "x":
            raw["id"] = str(id_at(at) + self.serial)
        if self.platform == "reddit":
            raw |= {"id": f"t1_c{self.serial:06d}", "subreddit": "northwind"}
        before = {p["id"] for p in self.server.platform.posts()}
        self.server.platform.load([raw])
        made = next(p for p in self.server.platform.posts() if p["id"] not in before)
        conversation = "t3_northwind" if self.platform == "reddit" else str(made["id"])
        return Mention(
            self.platform, str(made["id"]), text, at, author, f"id-{author}", conversation=conversation
        )

    def we_answer_by_hand(self, parent: str, at: datetime) -> None:
        """A colleague replies on the platform itself."""
        raw: dict[str, Any] = {"author": self.own, "text": "Answered by hand.", "created_at": at.isoformat()}
        raw["parent" if self.platform == "reddit" else "in_reply_to"] = parent
        if self.platform == "x":
            raw["id"] = str(id_at(at) + 500_000 + self.serial)
        if self.platform == "reddit":
            raw |= {"id": f"t1_h{self.serial:06d}", "subreddit": "northwind"}
        self.server.platform.load([raw])

    def happen(self, do: str, parent: str) -> None:
        """Something happens to the customer's post: edit, delete, lock."""
        args: dict[str, Any] = {"id": parent, "ids": [parent], "text": "never mind, something else entirely"}
        self.server.platform.happen(Fault(do, args=args))

    def credential(self, *, good: bool) -> None:
        """Our credential is refused from now on, or taken again."""
        self.server.platform.happen(Fault("restore" if good else "revoke"))

    def replies(self, parent: str) -> list[Mapping[str, Any]]:
        """What stands under a post in our name, by the platform's own books; not what was written by hand."""
        key = "parent" if self.platform == "reddit" else "in_reply_to"
        return [
            post
            for post in self.server.platform.posts()
            if post.get(key) == parent
            and str(post.get("author", "")).lower() == self.own.lower()
            and post["text"] != "Answered by hand."
        ]
