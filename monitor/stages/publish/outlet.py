"""Where a reply goes out: the publisher of its source, whose account that is, and what the rules are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.base import PostingRules, Publisher, Ruled
from monitor.domain.posting import LOOKS
from monitor.stages.verdict import Judge

ACTOR = "machine:publish"


@dataclass(frozen=True, slots=True)
class Policy:
    """`lease` must be longer than the longest call: while it runs nobody else judges the attempt.

    `pacing` is the shortest time between two replies of one account, `pacing_on` that of single
    platforms or accounts. An approval that could not leave within `approval_lasts` goes back to a person.
    """

    lease: timedelta = timedelta(minutes=2)
    pacing: timedelta = timedelta(0)
    pacing_on: Mapping[str, timedelta] = field(default_factory=dict)
    looks: tuple[timedelta, ...] = LOOKS
    approval_lasts: timedelta = timedelta(hours=24)

    def pace(self, account: str, platform: str) -> timedelta:
        """The shortest time between two replies of an account."""
        return self.pacing_on.get(account, self.pacing_on.get(platform, self.pacing))


@dataclass(frozen=True, slots=True)
class Purse:
    """What replies are paid from, in US dollars per UTC day. `cap_usd` None: there is no limit.

    `name` is the line of the ledger; with `ending` all lines that end so share the cap.
    """

    name: str
    cap_usd: float | None = None
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Outlet:
    """`account` is the credential that posts: limits and pacing are its. `handle` is its name there.

    `ours` are all handles of the brand on that platform, in lower case and without @; `judge` tells whether
    the platform lets us reply to a post.
    """

    publisher: Publisher
    handle: str | None = None
    account: str = ""
    ours: frozenset[str] = frozenset()
    purse: Purse = Purse("")
    judge: Judge | None = None

    @property
    def rules(self) -> PostingRules:
        """What the platform holds about replies."""
        return self.publisher.posting if isinstance(self.publisher, Ruled) else PostingRules()


# The outlet for a source and platform, or None where nobody can post.
Route = Callable[[str, str], Outlet | None]


def routes(outlets: Mapping[str, Outlet]) -> Route:
    """A route from a fixed table, by source name."""
    return lambda source, _platform: outlets.get(source)


@dataclass(slots=True)
class PublishReport:
    """What one run did, by draft id."""

    posted: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)  # not sent: the world is not the one that was approved
    postponed: list[int] = field(default_factory=list)  # the yes stands, it is tried again
    returned: list[int] = field(default_factory=list)  # provably not posted: a person may approve again
    frozen: list[int] = field(default_factory=list)
    thawed: list[int] = field(default_factory=list)
    paused: bool = False
