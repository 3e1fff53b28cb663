from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.domain.coverage import Gap, Interval
from monitor.domain.mention import Origin
from monitor.store.protocol import Store
from tests.contract.store.samples import NOON


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def span(start: int, end: int) -> Interval:
    return Interval(at(start), at(end))


def minutes(intervals: list[Interval]) -> set[int]:
    found: set[int] = set()
    for i in intervals:
        start, end = ((moment - NOON) // timedelta(minutes=1) for moment in (i.start, i.end))
        found |= set(range(start, end))
    return found


def test_coverage_merges_with_what_it_touches(store: Store) -> None:
    with store.write() as session:
        for start, end in ((0, 10), (20, 30), (10, 20), (40, 50)):
            session.ledger.cover("s", span(start, end))
        assert session.ledger.coverage("s") == [span(0, 30), span(40, 50)]
        assert session.ledger.coverage("other") == []


def test_an_open_window_is_a_gap_until_it_is_proven(store: Store) -> None:
    with store.write() as session:
        session.ledger.open_window("s", Origin.LIVE, span(0, 60), NOON)
        session.ledger.cover("s", span(40, 60))
        (gap,) = session.ledger.gaps("s")
        assert (gap.interval, gap.reason) == (span(0, 40), "in_progress")
        session.ledger.cover("s", span(0, 40))
        assert session.ledger.gaps("s") == []


def test_a_gap_never_covers_what_is_proven(store: Store) -> None:
    with store.write() as session:
        session.ledger.cover("s", span(10, 20))
        session.ledger.add_gaps([Gap("s", span(0, 30), "auth")], NOON)
        assert [g.interval for g in session.ledger.gaps("s")] == [span(0, 10), span(20, 30)]


def test_the_newer_reason_of_a_gap_counts(store: Store) -> None:
    with store.write() as session:
        session.ledger.add_gaps([Gap("s", span(0, 30), "in_progress")], NOON)
        session.ledger.add_gaps([Gap("s", span(10, 20), "rate_limited")], NOON)
        found = [(g.interval, g.reason) for g in session.ledger.gaps("s")]
    assert found == [
        (span(0, 10), "in_progress"),
        (span(10, 20), "rate_limited"),
        (span(20, 30), "in_progress"),
    ]


def test_what_is_doubted_is_no_longer_covered(store: Store) -> None:
    with store.write() as session:
        session.ledger.cover("s", span(0, 60))
        session.ledger.cover("s", span(80, 90))
        session.ledger.doubt("s", span(50, 70))
        assert session.ledger.coverage("s") == [span(0, 50), span(80, 90)]


def test_what_is_finer_than_a_millisecond_leaves_nothing_behind(store: Store) -> None:
    micros = timedelta(microseconds=456)
    with store.write() as session:
        window = session.ledger.open_window("s", Origin.LIVE, Interval(at(0) + micros, at(60) + micros), NOON)
        assert window.interval == span(0, 60)
        session.ledger.cover("s", Interval(at(20) + micros, at(60)))
        session.ledger.cover("s", Interval(at(0), at(20) + micros))
        assert [g.interval for g in session.ledger.gaps("s")] == [
            Interval(at(20), at(20) + timedelta(milliseconds=1))
        ]
        session.ledger.add_gaps([Gap("s", Interval(at(70) + micros, at(70) + 2 * micros), "auth")], NOON)
        assert all(not g.interval.is_empty for g in session.ledger.gaps("s"))


spans = st.tuples(st.integers(0, 40), st.integers(1, 15)).map(lambda s: span(s[0], s[0] + s[1]))
steps = st.lists(st.tuples(st.sampled_from(["cover", "gap"]), spans), max_size=15)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(steps)
def test_the_ledger_agrees_with_a_model_of_minutes(store: Store, steps: list[tuple[str, Interval]]) -> None:
    covered: set[int] = set()
    missing: set[int] = set()
    try:
        with store.write() as session:
            for what, interval in steps:
                if what == "cover":
                    session.ledger.cover("s", interval)
                    covered |= minutes([interval])
                    missing -= minutes([interval])
                else:
                    session.ledger.add_gaps([Gap("s", interval, "auth")], NOON)
                    missing |= minutes([interval]) - covered
                coverage = session.ledger.coverage("s")
                gaps = [g.interval for g in session.ledger.gaps("s")]
                assert minutes(coverage) == covered
                assert minutes(gaps) == missing
                assert sum((g.end - g.start for g in gaps), timedelta()) == timedelta(minutes=len(missing))
            raise _UndoError
    except _UndoError:
        pass


class _UndoError(Exception):
    """Rolls the example back."""


def test_money_is_counted_per_day(store: Store) -> None:
    with store.write() as session:
        session.ledger.spent("s", NOON, 0.25)
        session.ledger.spent("s", NOON, 0.50)
        session.ledger.spent("s", NOON + timedelta(days=1), 1.0)
        assert session.ledger.spend_since("s", "2026-03-05") == (1.75, 3)
        assert session.ledger.spend_since("s", "2026-03-06") == (1.0, 1)
        assert session.ledger.spend_since("t", "2026-03-05") == (0.0, 0)


def test_the_cursor_moves_only_when_a_window_is_complete(store: Store) -> None:
    with store.write() as session:
        session.ledger.touch("s", "x")
        window = session.ledger.open_window("s", Origin.LIVE, span(0, 60), NOON)
        session.ledger.progress(window, NOON, resume="page2", drained=False, mentions=3)
        assert session.ledger.touch("s", "x").cursor is None
        (unfinished,) = session.ledger.unfinished("s")
        assert (unfinished.resume, unfinished.pages, unfinished.mentions) == ("page2", 1, 3)
        session.ledger.progress(window, NOON, resume=None, drained=True, mentions=2)
        session.ledger.completed("s", NOON, "newest")
        assert session.ledger.unfinished("s") == []
        assert session.ledger.touch("s", "x").cursor == "newest"


def test_a_backfill_run_has_windows_of_its_own(store: Store) -> None:
    with store.write() as session:
        session.ledger.open_window("s", Origin.BACKFILL, span(0, 60), NOON, run="r1", query="storm")
        assert session.ledger.unfinished("s") == []
        (window,) = session.ledger.unfinished("s", "r1")
        assert (window.query, window.origin) == ("storm", Origin.BACKFILL)
        assert session.ledger.gaps("s") == []
