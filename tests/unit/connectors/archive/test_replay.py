from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from monitor.domain.coverage import Interval
from tests.unit.connectors.archive.reading import NOON, SetClock, ids, jsonl, poll, row, source


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Eleven posts, one each ten minutes."""
    path = tmp_path / "posts.jsonl"
    path.write_bytes(jsonl(row(i * 10) for i in range(11)))
    return path


def test_what_happened_before_keeps_its_pace_and_the_rest_is_faster(path: Path) -> None:
    clock = SetClock()
    connector = source(path, clock, replay="10x", replay_head="30m")
    mentions, pages = poll(connector)
    assert ids(mentions) == ["0", "10", "20", "30"]
    assert [m.created_at for m in mentions] == [NOON - timedelta(minutes=m) for m in (30, 20, 10, 0)]
    assert pages[-1].resume is None
    assert pages[-1].wake_at == NOON + timedelta(minutes=1)
    assert pages[-1].proves == Interval(NOON - timedelta(minutes=30), NOON)


def test_nothing_comes_early_and_everything_comes(path: Path) -> None:
    clock = SetClock()
    cursor, found = None, []
    for _ in range(200):
        mentions, pages = poll(source(path, clock, replay="10x"), cursor, limit=2)
        assert all(m.created_at <= clock.now() for m in mentions)
        found += ids(mentions)
        cursor = pages[-1].cursor
        if pages[-1].wake_at is None:
            break
        clock.time = pages[-1].wake_at
    assert found == [str(i * 10) for i in range(11)]
    assert clock.now() - NOON == timedelta(minutes=10)


def test_the_same_token_gives_the_same_times(path: Path) -> None:
    clock = SetClock()
    first = poll(source(path, clock, replay="10x"))[1][-1].cursor
    clock.advance(minutes=3)
    once, _ = poll(source(path, clock, replay="10x"), first)
    clock.advance(minutes=1)
    later, _ = poll(source(path, clock, replay="10x"), first)
    assert later[: len(once)] == once
    assert len(later) == len(once) + 1


def test_bad_rows_come_with_the_posts_around_them(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"oops\n" + lines[0] + b"ouch\n" + b"".join(lines[1:]))
    clock = SetClock()
    _, pages = poll(source(path, clock, replay="10x"))
    assert [r.line for r in pages[-1].rejects] == [1]
    clock.advance(minutes=1)
    _, pages = poll(source(path, clock, replay="10x"), pages[-1].cursor)
    assert [r.line for r in pages[-1].rejects] == [3]


@pytest.mark.parametrize("wrong", ["fast", "0x", "-2x", "10"])
def test_speeds_that_make_no_sense(path: Path, wrong: str) -> None:
    with pytest.raises(ValidationError):
        source(path, replay=wrong)


def test_a_head_needs_a_replay_and_a_duration(path: Path) -> None:
    with pytest.raises(ValidationError, match="need `replay`"):
        source(path, replay_head="1h")
    with pytest.raises(ValidationError, match="a duration such as"):
        source(path, replay="2x", replay_head="long")
