"""The coverage ledger: what each source has proven to be complete, and what it could not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.coverage import Gap, Interval, merged, subtract
from monitor.domain.mention import Origin
from monitor.domain.moments import parse_moment, utc_text, whole
from monitor.store.codec import maybe_moment, maybe_text
from monitor.store.protocol import Connection, Row


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source stands. Times are aware UTC."""

    source: str
    kind: str
    cursor: str | None
    health: str  # new ok limited budget auth failing
    error_code: str | None
    error_text: str | None
    last_try_at: datetime | None
    last_complete_at: datetime | None
    not_before: datetime | None  # ask nothing until then
    rate_remaining: int | None
    rate_limit: int | None
    rate_reset_at: datetime | None
    mentions_total: int
    rejects_total: int
    frontier: datetime | None = None  # up to where live polling has looked
    page_usd: float = 0.0  # what the last page cost


@dataclass(frozen=True, slots=True)
class RateBudget:
    """How a credential stands with its platform. Times are aware UTC."""

    account: str
    remaining: int | None
    limit: int | None
    reset_at: datetime | None
    not_before: datetime | None  # nobody asks anything until then
    why: str | None


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch that is being drained. `interval` is None for files and feeds."""

    id: int
    source: str
    origin: Origin
    run: str | None
    query: str | None
    interval: Interval | None
    resume: str | None
    state: str
    pages: int
    mentions: int
    opened_at: datetime


class Ledger:
    """Sources, windows, coverage, gaps, money."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- sources ---

    def touch(self, source: str, kind: str) -> SourceState:
        """The state of a source, made if it is new."""
        self._db.execute("source_touch", {"source": source, "kind": kind})
        row = self._db.one("source_get", {"source": source})
        assert row is not None, "the row was made one statement ago"  # noqa: S101
        return _state(row)

    def states(self) -> list[SourceState]:
        """Every source that was ever polled, by name."""
        return [_state(row) for row in self._db.rows("sources_all")]

    def tried(
        self,
        source: str,
        at: datetime,
        health: str,
        *,
        error: tuple[str, str] | None = None,
        not_before: datetime | None = None,
    ) -> None:
        """Notes how a try went. `error` is (code, text)."""
        code, text = error or (None, None)
        self._db.execute(
            "source_tried",
            {
                "source": source,
                "at": utc_text(at),
                "health": health,
                "error_code": code,
                "error_text": text,
                "not_before": maybe_text(not_before),
            },
        )

    def completed(self, source: str, at: datetime, cursor: str | None) -> None:
        """Notes that a window was drained; the cursor moves only now."""
        self._db.execute("source_complete", {"source": source, "at": utc_text(at), "cursor": cursor})

    def counted(self, source: str, *, mentions: int, rejects: int) -> None:
        """Adds to the totals of a source."""
        self._db.execute("source_counted", {"source": source, "mentions": mentions, "rejects": rejects})

    def rated(self, source: str, *, remaining: int, limit: int, reset_at: datetime) -> None:
        """Keeps what the headers said of the limit."""
        self._db.execute(
            "source_rate",
            {"source": source, "remaining": remaining, "rate_limit": limit, "reset_at": utc_text(reset_at)},
        )

    def looked_up_to(self, source: str, end: datetime) -> None:
        """Live polling has looked as far as `end`; everything before is covered, or a gap."""
        self._db.execute("source_frontier", {"source": source, "end_at": utc_text(end)})

    def frontier(self, source: str) -> datetime | None:
        """Up to where live polling has looked."""
        row = self._db.one("source_get", {"source": source})
        return maybe_moment(row["frontier"]) if row else None

    def page_cost(self, source: str, usd: float) -> None:
        """Keeps what a page cost: what the next one is expected to cost."""
        self._db.execute("source_page_usd", {"source": source, "usd": usd})

    # --- credentials ---

    def rate_budget(self, account: str) -> RateBudget | None:
        """How a credential stands, None while nothing is known of it."""
        row = self._db.one("rate_budget_of", {"account": account})
        if row is None:
            return None
        return RateBudget(
            account=account,
            remaining=row["remaining"],
            limit=row["rate_limit"],
            reset_at=maybe_moment(row["reset_at"]),
            not_before=maybe_moment(row["not_before"]),
            why=row["why"],
        )

    def account_rated(
        self, account: str, at: datetime, *, remaining: int, limit: int, reset_at: datetime
    ) -> None:
        """Keeps what the headers said of a credential's limit."""
        self._db.execute(
            "rate_budget_rated",
            {
                "account": account,
                "remaining": remaining,
                "rate_limit": limit,
                "reset_at": utc_text(reset_at),
                "at": utc_text(at),
            },
        )

    def account_waits(self, account: str, at: datetime, until: datetime, why: str) -> None:
        """Nobody asks anything with this credential before `until`."""
        params = {"account": account, "not_before": utc_text(until), "why": why, "at": utc_text(at)}
        self._db.execute("rate_budget_waits", params)

    # --- money ---

    def spent(self, source: str, at: datetime, usd: float) -> None:
        """Counts one request and its price, per UTC day."""
        self._db.execute("spend_add", {"source": source, "day": utc_text(at)[:10], "usd": usd})

    def spend_since(self, source: str, day: str) -> tuple[float, int]:
        """(US dollars, requests) of a source since `day` (YYYY-MM-DD, UTC), inclusive."""
        row = self._db.one("spend_of", {"source": source, "since": day})
        return (float(row["usd"]), int(row["requests"])) if row else (0.0, 0)

    # --- windows ---

    def open_window(
        self,
        source: str,
        origin: Origin,
        interval: Interval | None,
        at: datetime,
        *,
        run: str | None = None,
        query: str | None = None,
    ) -> Window:
        """Opens a window and records its whole stretch as a gap until pages prove it.

        The window has whole milliseconds, as everything in the ledger; it ends no later than `interval`.
        """
        if interval is not None:
            interval = Interval(whole(interval.start), whole(interval.end))
        window_id = self._db.insert(
            "window_open",
            {
                "source": source,
                "origin": origin.value,
                "run": run,
                "query": query,
                "start_at": utc_text(interval.start) if interval else None,
                "end_at": utc_text(interval.end) if interval else None,
                "at": utc_text(at),
            },
        )
        if interval is not None and run is None:
            self.add_gaps([Gap(source, interval, "in_progress", "being collected")], at)
        return Window(window_id, source, origin, run, query, interval, None, "open", 0, 0, at)

    def window(self, window_id: int) -> Window:
        """One window, as it stands."""
        row = self._db.one("window_get", {"id": window_id})
        assert row is not None, "windows of a run are kept"  # noqa: S101
        return _window(row)

    def unfinished(self, source: str, run: str | None = None) -> list[Window]:
        """Windows of a source (or of one backfill run) that are not drained, newest first."""
        rows = self._db.rows("windows_unfinished", {"source": source, "run": run or ""})
        return [_window(row) for row in rows]

    def windows_of_run(self, run: str) -> list[Window]:
        """Every window of a backfill run, in the order they were opened."""
        return [_window(row) for row in self._db.rows("windows_of_run", {"run": run})]

    def progress(
        self, window: Window, at: datetime, *, resume: str | None, drained: bool, mentions: int
    ) -> None:
        """One page further."""
        self._db.execute(
            "window_progress",
            {
                "id": window.id,
                "resume": resume,
                "state": "drained" if drained else "open",
                "mentions": mentions,
                "at": utc_text(at),
            },
        )

    def restart(self, window: Window, interval: Interval | None, at: datetime) -> Window:
        """The resume token no longer works: what is left of the window, `interval`, starts over."""
        self._db.execute(
            "window_restart",
            {
                "id": window.id,
                "start_at": utc_text(interval.start) if interval else None,
                "end_at": utc_text(interval.end) if interval else None,
                "at": utc_text(at),
            },
        )
        return replace(window, interval=interval, resume=None)

    def forget_drained(self, before: datetime) -> int:
        """Drops drained windows that nobody needs any more."""
        return self._db.execute("windows_forget", {"before": utc_text(before)})

    # --- coverage and gaps ---

    def coverage(self, source: str) -> list[Interval]:
        """The proven-complete intervals, in order, none touching another."""
        return [_interval(row) for row in self._db.rows("coverage_of", {"source": source})]

    def cover(self, source: str, interval: Interval) -> None:
        """Adds a proven interval: merges it with its neighbours and takes it out of the gaps."""
        interval = interval.inner
        if interval.is_empty:
            return
        near = _near(source, interval)
        touching = [_interval(row) for row in self._db.rows("coverage_touching", near)]
        self._db.execute("coverage_clear", near)
        for joined in merged([*touching, interval]):
            self._db.execute("coverage_add", _near(source, joined))
        for row in self._db.rows("gaps_touching", near):
            self._db.execute("gap_drop", {"id": row["id"]})
            for left in subtract(_interval(row), [interval]):
                self._write_gap(_gap(row, left), parse_moment(row["opened_at"]))

    def doubt(self, source: str, interval: Interval) -> None:
        """Takes a stretch out of what is proven."""
        near = _near(source, interval)
        touching = [_interval(row) for row in self._db.rows("coverage_touching", near)]
        self._db.execute("coverage_clear", near)
        for left in (rest for each in touching for rest in subtract(each, [interval])):
            self._db.execute("coverage_add", _near(source, left))

    def add_gaps(self, gaps: Iterable[Gap], at: datetime) -> None:
        """Records gaps, less what is covered; an older gap in the same place takes the newer reason."""
        for given in gaps:
            gap = replace(given, interval=given.interval.outer)
            near = _near(gap.source, gap.interval)
            covered = [_interval(row) for row in self._db.rows("coverage_touching", near)]
            for row in self._db.rows("gaps_touching", near):
                self._db.execute("gap_drop", {"id": row["id"]})
                for left in subtract(_interval(row), [gap.interval]):
                    self._write_gap(_gap(row, left), parse_moment(row["opened_at"]))
            for left in subtract(gap.interval, covered):
                self._write_gap(Gap(gap.source, left, gap.reason, gap.detail, gap.fillable), at)

    def drop_gap(self, gap: Gap) -> None:
        """Takes exactly this gap out of the ledger."""
        near = _near(gap.source, gap.interval)
        for row in self._db.rows("gaps_touching", near):
            if _interval(row) == gap.interval:
                self._db.execute("gap_drop", {"id": row["id"]})

    def _write_gap(self, gap: Gap, opened_at: datetime) -> None:
        self._db.execute(
            "gap_add",
            {
                **_near(gap.source, gap.interval),
                "reason": gap.reason,
                "detail": gap.detail,
                "fillable": int(gap.fillable),
                "opened_at": utc_text(opened_at),
            },
        )

    def gaps(self, source: str | None = None) -> list[Gap]:
        """The gaps of one source, or of all, oldest first."""
        rows = self._db.rows("gaps_of", {"source": source}) if source else self._db.rows("gaps_all")
        return [_gap(row, _interval(row)) for row in rows]

    def gaps_since(self, since: datetime, limit: int = 20) -> list[Gap]:
        """The gaps that opened lately, the newest first."""
        rows = self._db.rows("gaps_since", {"since": utc_text(since), "limit": limit})
        return [_gap(row, _interval(row)) for row in rows]


def _near(source: str, interval: Interval) -> dict[str, str]:
    return {"source": source, "start_at": utc_text(interval.start), "end_at": utc_text(interval.end)}


def _interval(row: Row) -> Interval:
    return Interval(parse_moment(row["start_at"]), parse_moment(row["end_at"]))


def _gap(row: Row, interval: Interval) -> Gap:
    return Gap(row["source"], interval, row["reason"], row["detail"], bool(row["fillable"]))


def _window(row: Row) -> Window:
    return Window(
        id=row["id"],
        source=row["source"],
        origin=Origin(row["origin"]),
        run=row["run"],
        query=row["query"],
        interval=_interval(row) if row["start_at"] else None,
        resume=row["resume"],
        state=row["state"],
        pages=row["pages"],
        mentions=row["mentions"],
        opened_at=parse_moment(row["opened_at"]),
    )


def _state(row: Row) -> SourceState:
    return SourceState(
        source=row["source"],
        kind=row["kind"],
        cursor=row["cursor"],
        health=row["health"],
        error_code=row["error_code"],
        error_text=row["error_text"],
        last_try_at=maybe_moment(row["last_try_at"]),
        last_complete_at=maybe_moment(row["last_complete_at"]),
        not_before=maybe_moment(row["not_before"]),
        rate_remaining=row["rate_remaining"],
        rate_limit=row["rate_limit"],
        rate_reset_at=maybe_moment(row["rate_reset_at"]),
        mentions_total=row["mentions_total"],
        rejects_total=row["rejects_total"],
        frontier=maybe_moment(row["frontier"]),
        page_usd=float(row["page_usd"] or 0.0),
    )
