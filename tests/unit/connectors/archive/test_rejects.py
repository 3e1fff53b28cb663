import json
from pathlib import Path

import pytest

from connectors.archive.lines import ROW_LIMIT
from connectors.base import Ask
from monitor.domain.errors import InputUnreadable
from tests.unit.connectors.archive.reading import jsonl, poll, row, source

FILE = Path("export.rejects.jsonl")


def kept() -> list[dict[str, object]]:
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def mixed(path: Path) -> Path:
    lines = jsonl(map(row, range(30))).splitlines(keepends=True)
    for at in (2, 11, 12, 25):
        lines.insert(at, f"no row {at}\n".encode())
    path.write_bytes(b"".join(lines))
    return path


def test_every_bad_row_with_line_reason_and_text(tmp_path: Path) -> None:
    path = mixed(tmp_path / "posts.jsonl")
    mentions, pages = poll(source(path), limit=7)
    assert len(mentions) == 30
    assert [r["line"] for r in kept()] == [3, 12, 13, 26]
    assert kept()[0].keys() == {"line", "reason", "raw", "file"}
    assert (kept()[1]["raw"], kept()[1]["file"]) == ("no row 11", "posts.jsonl")
    assert str(kept()[1]["reason"]).startswith("not JSON")
    assert sum(len(p.rejects) for p in pages) == 4


def test_pages_that_were_never_committed_leave_no_doubles(tmp_path: Path) -> None:
    path = mixed(tmp_path / "posts.jsonl")
    ask = Ask(None, limit=7)
    while True:
        for _ in range(3):  # the process dies between the page and its commit, twice
            page = source(path).fetch(ask)
        if page.resume is None:
            break
        ask = Ask(None, resume=page.resume, limit=7)
    assert [r["line"] for r in kept()] == [3, 12, 13, 26]


def test_later_polls_add(tmp_path: Path) -> None:
    path = mixed(tmp_path / "posts.jsonl")
    _, pages = poll(source(path))
    with path.open("ab") as file:
        file.write(b"{}\n")
    poll(source(path), pages[-1].cursor)
    assert [r["line"] for r in kept()] == [3, 12, 13, 26, 35]


def test_a_row_of_many_megabytes_is_rejected_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    long = b'{"text": "' + b"x" * (3 * ROW_LIMIT) + b'"}\n'
    path.write_bytes(jsonl([row(0)]) + long + jsonl([row(1, "x" * (ROW_LIMIT + 1)), row(2)]))
    mentions, _ = poll(source(path), limit=1, restart=lambda: source(path))
    assert [m.native_id for m in mentions] == ["0", "2"]
    assert [(r["line"], r["reason"]) for r in kept()] == [
        (n, f"longer than {ROW_LIMIT} bytes") for n in (2, 3)
    ]
    assert FILE.stat().st_size < 200_000


def test_somebody_else_s_file_is_left_alone(tmp_path: Path) -> None:
    path = mixed(tmp_path / "posts.jsonl")
    FILE.write_text("my diary\n")
    with pytest.raises(InputUnreadable, match="no reject file"):
        poll(source(path))
    assert FILE.read_text() == "my diary\n"
