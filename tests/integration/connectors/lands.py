"""Five platforms as one kind of place: people write, edit and delete there, and things go wrong.

Each is the real connector, through the real client library, against the small server on loopback.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from connectors.base import Account, Connector, SourceConfig
from connectors.bluesky import BlueskyConfig, BlueskyConnector
from connectors.hackernews import HackerNewsConfig, HackerNewsConnector
from connectors.mastodon import MastodonConfig, MastodonConnector
from connectors.reddit import RedditConfig, RedditConnector
from connectors.x import XConfig, XConnector
from monitor.domain.moments import Clock
from tests.fakes import bluesky, mastodon, x
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.faults import Fault
from tests.fakes.hackernews import FakeHackerNews
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.reddit import RedditFake
from tests.fakes.reddit_account import SECRETS
from tests.fakes.server import FakeClock, FakeServer, Platform
from tests.fakes.x import FakeX

START = datetime(2026, 3, 8, 12, 0, 0, 123_000, tzinfo=UTC)

# What every server can be made to do. (It hangs for a moment only; the contract suite waits for time-outs.)
WIRE = ("429", "429-bare", "500", "503", "503-after", "drop", "drop-after", "truncate", "html")
WIRE += ("hang", "hang-after")
LISTS = ("duplicate", "empty", "shuffle")


@dataclass(frozen=True)
class Kind:
    """How one platform is made, and what can go wrong there besides the faults of all."""

    name: str
    config: SourceConfig
    fake: Callable[[], Platform]
    connect: Callable[[SourceConfig, str, Clock], Connector]
    row: Callable[[int, str], dict[str, Any]]
    arrives: str = "indexed_at"
    faults: tuple[str, ...] = ()
    edits: bool = True


class Land:
    """One platform, and what is true there."""

    def __init__(self, kind: Kind, server: FakeServer) -> None:
        self.kind, self.server = kind, server
        self.written = 0

    @property
    def now(self) -> datetime:
        """The platform's own time."""
        return self.server.platform.clock.now()

    def connector(self, clock: Clock) -> Connector:
        """A new one, as after a restart."""
        return self.kind.connect(self.kind.config, self.server.base_url, clock)

    def write(self, count: int, late: timedelta) -> None:
        """`count` posts, one every five seconds up to now; lists show them `late`."""
        rows = []
        for i in reversed(range(count)):
            made = self.now - timedelta(seconds=5 * i)
            self.written += 1
            row = self.kind.row(self.written, f"northwind lost bag {self.written} #northwind")
            row |= {"created_at": made.isoformat(), self.kind.arrives: (made + late).isoformat()}
            rows.append(row)
        self.server.platform.load(rows)

    def shown(self) -> dict[str, tuple[datetime, str]]:
        """id → (when it was made, its text), of every post that stands there, listed yet or not."""
        return {
            str(p["id"]): (datetime.fromisoformat(p["created_at"]).astimezone(UTC), str(p["text"]))
            for p in self.server.platform.posts()
            if not p.get("gone")
        }

    def edit(self, native_id: str) -> None:
        """Its author changes the text."""
        self.written += 1
        text = f"northwind found bag {self.written} #northwind"
        which: dict[str, Any] = {"ids": [native_id]} if self.kind is REDDIT else {"id": native_id}
        self.happen("edit", **which, text=text)

    def delete(self, native_id: str) -> None:
        """Its author deletes it."""
        self.happen("delete", ids=[native_id])

    def happen(self, do: str, **args: Any) -> None:
        """Something happens now, with no request."""
        self.server.happen(Fault(do, args=args))

    def goes_wrong(self, do: str, after: int) -> None:
        """The request after `after` others goes wrong."""
        self.server.faults.add(do=do, after=after, seconds=0.02 if do.startswith("hang") else 60)


def _reddit(config: SourceConfig, base_url: str, clock: Clock) -> Connector:
    secrets = {name: SecretStr(value) for name, value in SECRETS.items()}
    return RedditConnector(config, Account("care", "reddit", "NorthwindAir", base_url, secrets), clock)


def _base(kind: str) -> dict[str, Any]:
    return {"name": "s", "kind": kind, "every": timedelta(minutes=2), "timeout": timedelta(seconds=20)}


X = Kind(
    "x",
    XConfig(**_base("x"), query="northwind"),
    lambda: FakeX(now=START),
    lambda config, url, clock: XConnector(config, x.account(url), clock),
    lambda n, text: {"author": f"c{n % 9}", "text": text},
    faults=(*LISTS, "stale-token", "revoke", "usage-capped"),
)
REDDIT = Kind(
    "reddit",
    RedditConfig(**_base("reddit"), subreddits=("northwind",)),
    lambda: RedditFake(clock=FakeClock(START)),
    _reddit,
    lambda n, text: {
        "id": f"{'t3' if n % 3 else 't1'}_n{n:05d}",
        "subreddit": "northwind",
        "author": f"c{n % 9}",
        **({"title": text, "text": ""} if n % 3 else {"text": text}),
    },
    faults=(*LISTS, "expire", "revoke"),
)
BLUESKY = Kind(
    "bluesky",
    BlueskyConfig(**_base("bluesky"), query="northwind", notifications=False),
    lambda: FakeBluesky(now=START),
    lambda config, url, clock: BlueskyConnector(config, bluesky.account(url), clock),
    lambda n, text: {"author": f"c{n % 9}.test", "text": text},
    faults=(*LISTS, "stale-cursor", "expire", "expire-all", "revoke"),
    edits=False,
)
MASTODON = Kind(
    "mastodon",
    MastodonConfig(**_base("mastodon"), hashtags=("northwind",), notifications=False),
    lambda: FakeMastodon(now=START),
    lambda config, url, clock: MastodonConnector(config, mastodon.account(url), clock),
    lambda n, text: {"author": f"c{n % 9}", "text": text},
    arrives="arrived_at",
    faults=(*LISTS, "revoke"),
)
HACKERNEWS = Kind(
    "hackernews",
    HackerNewsConfig(**_base("hackernews"), query="northwind"),
    lambda: FakeHackerNews(now=START),
    lambda config, url, clock: HackerNewsConnector(config.model_copy(update={"base_url": url}), None, clock),
    lambda n, text: {"author": f"c{n % 9}", "text": text, "parent": 1},
    faults=LISTS,
)
