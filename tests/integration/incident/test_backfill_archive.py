"""Exports over the past: `archive:FILE`, in bounded memory, taken up after a kill."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.bench.bench_collect import write_export
from tests.integration.cli.program import CONFIG, Program

ROOT = Path(__file__).resolve().parents[3]

# Peak memory of a process that did nothing but this, in KiB.
MEASURED = """
import resource, sys
from monitor.cli import main
try:
    main()
except SystemExit as exc:
    assert not exc.code, exc.code
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = Program(tmp_path)
    made.write_config(CONFIG)
    return made


def stored(program: Program) -> list[str]:
    with closing(sqlite3.connect(program.folder / "presszero.db")) as db:
        return [row[0] for row in db.execute("SELECT native_id FROM mentions ORDER BY native_id")]


def write(program: Program, days: int, *, name: str = "dump.jsonl", bad: int = 0) -> datetime:
    """One post an hour from 1 March 2026 on, not in order of time; returns the first moment."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    rows = [
        {
            "platform": "x",
            "id": str(h),
            "text": f"post {h}",
            "created_at": (start + timedelta(hours=h)).isoformat(),
        }
        for h in sorted(range(days * 24), key=lambda h: h * 7919 % 101)
    ]
    lines = [json.dumps(r) for r in rows] + ["{broken"] * bad
    (program.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return start


def test_the_posts_of_the_window_and_no_others(program: Program) -> None:
    write(program, 10, bad=3)
    done = program.json(
        "backfill",
        "archive:dump.jsonl",
        "--since",
        "2026-03-03",
        "--until",
        "2026-03-05T12:00:00Z",
        "--collect-only",
    )
    assert done["state"] == "complete"
    (part,) = done["parts"]
    assert (part["new"], part["rejects"]) == (60, 3)
    assert stored(program) == sorted(str(h) for h in range(48, 108))
    rejects = list(program.folder.glob("*.rejects*.jsonl"))
    assert len(rejects) == 1
    again = program.json("backfill", "archive:dump.jsonl", "--collect-only")
    assert again["parts"][0]["new"] == 180, "without --since all of the file"
    assert again["parts"][0]["known"] == 60


def test_the_count_is_right_also_for_a_folder_of_packed_files(program: Program) -> None:
    folder = program.folder / "parts"
    folder.mkdir()
    write(program, 10, name="parts/a.jsonl")
    packed = gzip.compress((folder / "a.jsonl").read_bytes().replace(b'"id": "', b'"id": "b'))
    (folder / "b.jsonl.gz").write_bytes(packed)
    args = ("backfill", "archive:parts", "--since", "2026-03-02", "--until", "2026-03-04")
    (said,) = program.json(*args, "--dry-run")
    assert (said["posts"], said["cost_usd"], said["requests"]) == (96, 0.0, 0)
    done = program.json(*args, "--collect-only")
    assert done["parts"][0]["new"] == 96


def test_the_incident_is_there_afterwards(program: Program) -> None:
    write(program, 1)
    done = program.json("backfill", "archive:dump.jsonl", "--incident", "winter storm", "--collect-only")
    assert done["incident"] == "winter storm"
    with closing(sqlite3.connect(program.folder / "presszero.db")) as db:
        row = db.execute("SELECT name, state FROM incidents").fetchone()
    assert row == ("winter storm", "open")


def test_a_configured_export_can_be_backfilled_and_polled(program: Program) -> None:
    write(program, 4, name="posts.jsonl")
    window = ("--since", "2026-03-02", "--until", "2026-03-03")
    done = program.json("backfill", "export", *window, "--collect-only")
    assert done["parts"][0]["new"] == 24
    (report,) = program.json("collect", "export")
    assert (report["new"], report["known"], report["complete"]) == (72, 24, True)


@pytest.mark.parametrize(
    "args",
    [
        ("export",),
        ("nope", "--since", "4d"),
        ("export", "--since", "tomorrow"),
        (),
        ("--resume", "nope"),
        ("export", "--since", "2d", "--until", "3d"),
        ("archive:posts.jsonl", "--since", "4d", "--resume", "x"),
        ("archive:", "--since", "4d"),
    ],
)
def test_wrong_use_is_said_and_ends_with_2(program: Program, args: tuple[str, ...]) -> None:
    write(program, 1, name="posts.jsonl")
    if args == ("export",):
        assert program.run("backfill", *args, "--collect-only").returncode == 0, "a file may be read whole"
        return
    done = program.run("backfill", *args, code=2)
    assert "PZ-1" in done.stderr


def test_a_file_that_is_not_there(program: Program) -> None:
    done = program.run("backfill", "archive:nothing.jsonl", code=1)
    assert "PZ-201" in done.stderr
    assert program.run("backfill", "archive:nothing.jsonl", "--dry-run", code=1).returncode == 1


def test_a_query_is_refused_where_nothing_can_be_searched(program: Program) -> None:
    write(program, 1)
    done = program.run("backfill", "archive:dump.jsonl", "--query", "bag", code=1)
    assert "can't be searched" in done.stderr


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}


def test_killed_at_any_moment_it_goes_on(program: Program) -> None:
    write_export(program.folder / "dump.jsonl", 60_000)
    command = [sys.executable, "-m", "monitor.cli", "backfill"]
    kills, run = 0, ""
    for seconds in (1.6, 2.0, 2.4, 60.0):
        args = ["--resume", run] if run else ["archive:dump.jsonl"]
        process = subprocess.Popen(
            [*command, *args, "--collect-only"],
            cwd=program.folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        rows = program.json("backfill", "--runs") if (program.folder / "presszero.db").exists() else []
        run = rows[0]["run"] if rows else ""
        if rows and rows[0]["state"] == "complete":
            break
    assert kills, "it was faster than the first kill"
    ids = stored(program)
    assert len(ids) == len(set(ids)) == 60_000
    with closing(sqlite3.connect(program.folder / "presszero.db")) as db:
        (seen,) = db.execute("SELECT sum(mentions) FROM windows").fetchone()
    assert seen == 60_000, "each row was counted once"


def peak(program: Program, rows: int) -> int:
    """KiB of memory at most, while an export of `rows` is read."""
    write_export(program.folder / f"{rows}.jsonl", rows)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "backfill", f"archive:{rows}.jsonl", "--collect-only"],
        cwd=program.folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stderr.split()[-1])


def test_memory_does_not_grow_with_the_file(program: Program) -> None:
    few, many = peak(program, 20_000), peak(program, 100_000)
    print(f"peak RSS: {few / 1024:.0f} MB for 20,000 rows, {many / 1024:.0f} MB for 100,000")
    assert many - few < 60 * 1024  # the database's own cache may still fill up


@pytest.mark.soak
def test_memory_of_300_000_rows(program: Program) -> None:
    kib = peak(program, 300_000)
    print(f"peak RSS: {kib / 1024:.0f} MB for 300,000 rows")
    assert kib < 300 * 1024
