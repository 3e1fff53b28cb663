"""The contract of a connector: what it can do, how it is configured, how it is asked.

A connector answers single questions (`fetch` one page, `send` one reply). It never sleeps, never
retries, keeps no state between calls and knows no store: the engine in `monitor.stages.collect`
decides what is asked next, and commits each page together with the progress it proves.

A new platform is one module with a class that satisfies `Connector` (and, where it can post,
`Publisher`), one line under ``[project.entry-points."presszero.connectors"]``, and one fixture file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from monitor.domain.coverage import Interval
from monitor.domain.mention import Mention, MentionKey, Reject
from monitor.domain.moments import Clock
from monitor.domain.posting import OutgoingReply, OwnReply, Prepared, ReplyPrice, SendResult
from monitor.domain.verdict import Verdict


class Paging(StrEnum):
    """In which order a platform hands out its posts."""

    NEWEST_FIRST = "newest_first"  # drained downwards, from `until` to `since`
    OLDEST_FIRST = "oldest_first"  # drained upwards
    SEQUENCE = "sequence"  # a file: in stored order, resumed by position, no windows
    SNAPSHOT = "snapshot"  # one document of the newest items; older ones can't be had


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do. Numbers come with their source in the connector's own table."""

    paging: Paging
    reach_back: timedelta | None = None  # how far back it can be asked; None = without limit
    overlap: timedelta = timedelta(0)  # how much of the last window is asked again (late indexing)
    can_post: bool = False
    can_search: bool = False  # takes a query
    can_backfill: bool = False
    can_recheck: bool = False  # tells edits and deletions of posts by id
    can_thread: bool = False  # fetches parents and replies
    text_limit: int | None = None  # characters by the platform's own count
    best_effort: bool = False  # completeness can't be proven; coverage says so
    seeks: bool = True  # a window costs only pages of its own; False: each is reached from the newest post


class SourceConfig(BaseModel):
    """What every ``[[sources]]`` entry has. Connectors extend it; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64, description="A unique name: a-z, 0-9 and dashes."
    )
    kind: str = Field(description="The connector: see `presszero sources --kinds`.")
    every: timedelta = Field(default=timedelta(minutes=2), description="How often it is polled: 30s, 2m, 1h.")
    account: str | None = Field(default=None, description="Name of an [accounts.NAME] table.")
    brand: str | None = Field(
        default=None, description="The brand it watches for: one of [brand] others; [brand] name by default."
    )
    base_url: str | None = Field(default=None, description="Another host: a proxy, or a test server.")
    timeout: timedelta = Field(default=timedelta(seconds=30), description="Longest wait for one answer.")
    budget_per_day: float | None = Field(default=None, ge=0, description="US dollars per UTC day.")
    enabled: bool = Field(default=True, description="false: kept in the file, not polled.")

    @property
    def own_mentions(self) -> bool:
        """Whether it reads what is addressed to our own account: such a source is cut off last."""
        return False


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials of one platform account, read from the environment (never stored)."""

    name: str
    platform: str
    handle: str | None
    base_url: str | None = None
    secrets: Mapping[str, SecretStr] = field(default_factory=dict)  # BEARER_TOKEN, API_KEY …
    options: Mapping[str, object] = field(default_factory=dict)  # other keys of [accounts.NAME]: outbox …


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a platform: a page of a window.

    `window` is half-open UTC, None for SEQUENCE and SNAPSHOT kinds. `resume` is the token that the
    page before gave, None for the first. `cursor` is the watermark of the last drained window.
    """

    window: Interval | None
    resume: str | None = None
    cursor: str | None = None
    query: str | None = None
    limit: int | None = None  # at most this many mentions, where the platform lets us choose


@dataclass(frozen=True, slots=True)
class RateState:
    """What the answer's headers said of the limit."""

    remaining: int
    limit: int
    reset_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One answer.

    `proves`: the interval for which, together with the earlier pages of this window, everything
    the platform shows has now been returned (None: nothing proven yet). `resume` None means the
    window is drained. `cursor` is the watermark to keep once it is.
    """

    mentions: tuple[Mention, ...]
    resume: str | None
    cursor: str | None = None
    proves: Interval | None = None
    rejects: tuple[Reject, ...] = ()
    removed: tuple[MentionKey, ...] = ()
    missing: tuple[tuple[Interval, str], ...] = ()  # stretches that can't be had, with the reason code
    cost_usd: float = 0.0
    again_usd: float = 0.0  # of that, what each post costs that is not charged twice on one UTC day
    rate: RateState | None = None
    wake_at: datetime | None = None  # nothing more before then (replay, Retry-After on success)


@runtime_checkable
class Connector(Protocol):
    """Reads one platform."""

    kind: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    Config: ClassVar[type[SourceConfig]]
    secrets: ClassVar[tuple[str, ...]]  # names, without the account's prefix, that an account must have

    def __init__(self, config: SourceConfig, account: Account | None, clock: Clock) -> None:
        """Opens nothing: the first call does."""
        ...

    def fetch(self, ask: Ask) -> Page:
        """One request. Raises RateLimited, QuotaExhausted, AuthExpired, Refused, Transient, BadResponse."""
        ...

    def can_reply(self, mention: Mention, own_handles: frozenset[str]) -> Verdict:
        """May we reply to this post, by which rule. Makes no request."""
        ...

    def check(self) -> str:
        """For `presszero doctor`: one cheap request; returns a line for people. Raises like `fetch`."""
        ...

    def close(self) -> None:
        """Lets go of connections and files. Safe to call twice."""
        ...


@runtime_checkable
class Publisher(Protocol):
    """Posts replies on one platform."""

    def measure(self, text: str) -> tuple[int, int]:
        """(length, limit) of `text` by the platform's own count."""
        ...

    def prepare(self, reply: OutgoingReply) -> Prepared:
        """Checks length, cost and that the parent is there. Raises Refused, TargetGone, AuthExpired …"""
        ...

    def send(self, prepared: Prepared) -> SendResult:
        """Exactly one request, whatever the client library would like to retry. Raises nothing."""
        ...

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        """Looks for `reply` on the platform, by key or text. Raises Transient, AuthExpired …"""
        ...


@runtime_checkable
class ManyPlatforms(Protocol):
    """A publisher whose posts come from several platforms, each with a count of its own."""

    def measure_on(self, platform: str, text: str) -> tuple[int, int]:
        """(length, limit) of `text` by the count of `platform`."""
        ...


# --- optional capabilities, each a protocol of its own ---------------------------------------


class Rechecked(NamedTuple):
    """What became of posts we keep. Keys that are in neither list got no answer: ask again later."""

    alive: tuple[Mention, ...]  # as they are now; edits show as another text and `edited_at`
    removed: tuple[MentionKey, ...]  # deleted, protected or suspended: no longer public
    cost_usd: float


@runtime_checkable
class Rechecker(Protocol):
    """Tells edits and deletions of posts by id (`Capabilities.can_recheck`)."""

    def recheck(self, keys: Sequence[MentionKey]) -> Rechecked:
        """Looks the posts up, in the platform's batches. Raises like `fetch` when nothing was answered."""
        ...


@runtime_checkable
class Threader(Protocol):
    """Fetches the conversation around a post (`Capabilities.can_thread`)."""

    def thread(self, mention: Mention) -> tuple[Mention, ...]:
        """Parents, siblings and replies as far as the platform shows them, oldest first.

        `mention` itself is left out. Raises like `fetch`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Estimate:
    """What reading a past window will take, before anything of it is fetched.

    `seconds` counts the platform's own rate limits. `cannot` are stretches that can't be had, with
    the reason code. None: the platform gives no number. `spent_usd` is what asking for this cost.
    """

    posts: int | None
    requests: int | None
    cost_usd: float | None
    seconds: float | None
    cannot: tuple[tuple[Interval, str], ...] = ()
    spent_usd: float = 0.0


@runtime_checkable
class Estimator(Protocol):
    """Says beforehand what a backfill takes."""

    def estimate(self, window: Interval, query: str | None) -> Estimate:
        """`query` None: the source's own. Raises like `fetch`."""
        ...


@runtime_checkable
class Gauged(Protocol):
    """Knows how far it has come in a window that can't be measured by time."""

    def share_read(self) -> float | None:
        """How much of the window the pages so far have behind them, 0–1; None: it can't tell."""
        ...


@runtime_checkable
class Priced(Protocol):
    """Its posts cost money also where no page says how much: in threads, in rechecks, beforehand."""

    post_usd: ClassVar[float]  # US dollars for one post of a thread
    free_again: ClassVar[bool]  # a post that was read on the same UTC day costs nothing

    @property
    def page_usd(self) -> float:
        """US dollars for a full page of a window."""
        ...


@runtime_checkable
class PricedReply(Protocol):
    """Posting costs money."""

    def reply_price(self, text: str) -> ReplyPrice:
        """What posting `text` through the platform's interface costs. Makes no request."""
        ...


@dataclass(frozen=True, slots=True)
class WriteLimit:
    """At most `count` replies of one account within any stretch of `per`; `source` says so."""

    count: int
    per: timedelta
    source: str


@dataclass(frozen=True, slots=True)
class PostingRules:
    """What a platform holds about replies. `settles` is how long a reply that landed may take to show
    where `find_own_reply` looks; `advice` is what a person should do about a refusal, by its rule.
    """

    writes: tuple[WriteLimit, ...] = ()
    settles: timedelta = timedelta(0)
    advice: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Ruled(Protocol):
    """A publisher whose platform has rules for replies."""

    posting: ClassVar[PostingRules]


@runtime_checkable
class Addressed(Protocol):
    """Tells from a post's web address which post it is."""

    def native_id_in(self, url: str) -> str | None:
        """The native id, or None when `url` is no address of a post there.

        Raises like `fetch` where the address alone doesn't tell and the platform has to be asked.
        """
        ...


@runtime_checkable
class Handoff(Protocol):
    """Opens the platform's own reply box with a text filled in, for a person to send."""

    def handoff_url(self, in_reply_to: str, text: str) -> str:
        """An https address. Makes no request."""
        ...
