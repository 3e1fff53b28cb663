import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.archive.outbox import Outbox
from connectors.base import Account
from monitor.domain.errors import Refused, Transient
from monitor.domain.posting import Absence, Later, OutgoingReply, Posted
from tests.unit.connectors.archive.reading import NOON, source

ROOT = Path(__file__).resolve().parents[4]
KEY = "0123456789abcdef" * 4


def reply(key: str = KEY, text: str = "It leaves tonight.", draft_id: int = 4) -> OutgoingReply:
    return OutgoingReply(draft_id, "x", "17", text, key)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_one_line_per_reply(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "outbox.jsonl"
    posted = Outbox(path).post(reply(text='Two lines:\n"quoted" 🎧'), NOON)
    assert posted == Posted("outbox-0123456789abcdef", NOON)
    assert lines(path) == [
        {
            "draft_id": 4,
            "platform": "x",
            "in_reply_to": "17",
            "text": 'Two lines:\n"quoted" 🎧',
            "posted_at": "2026-03-02T12:00:00.000Z",
            "key": KEY,
        }
    ]


def test_a_key_inside_another_reply_s_text_is_not_that_reply(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.jsonl")
    outbox.post(reply("other", text=f'"{KEY}"'), NOON)
    assert outbox.find(KEY) is None
    outbox.post(reply(), NOON)
    assert outbox.find(KEY) == Posted("outbox-0123456789abcdef", NOON)


def test_a_torn_line_counts_as_not_posted_and_goes(tmp_path: Path) -> None:
    path = tmp_path / "outbox.jsonl"
    outbox = Outbox(path)
    outbox.post(reply("first"), NOON)
    outbox.post(reply(), NOON)
    path.write_bytes(path.read_bytes()[:-1])  # killed one byte before the end
    assert outbox.find(KEY) is None
    assert isinstance(outbox.post(reply(), NOON), Posted)
    assert [row["key"] for row in lines(path)] == ["first", KEY]


def test_a_disk_that_refuses_is_later_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "outbox.jsonl"
    outbox = Outbox(path)
    outbox.post(reply("first"), NOON)
    before = path.read_bytes()
    # A real limit of the system in a process of its own: files may not grow by more than a few bytes.
    script = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 9}, {len(before) + 9}))
from tests.unit.connectors.archive.test_outbox import *
assert isinstance(Outbox(Path({str(path)!r})).post(reply(), NOON), Later)
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)
    assert path.read_bytes() == before


def test_no_folder_to_write_in(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    account = Account("desk", "x", None, options={"outbox": str(blocked / "outbox.jsonl")})
    connector = source("posts.jsonl", account=account)
    assert isinstance(connector.send(connector.prepare(reply())), Later)
    with pytest.raises(Transient):
        connector.find_own_reply(reply())


WRITER = """
import sys
from tests.unit.connectors.archive.test_outbox import *
outbox = Outbox(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(int(sys.argv[2]), 10**6):
    outbox.post(reply(f"key-{number % 400}", draft_id=number), NOON)
"""


def test_writers_killed_at_any_instant_leave_each_reply_at_most_once(tmp_path: Path) -> None:
    path = tmp_path / "outbox.jsonl"
    for start in (0, 50):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(path), str(start)], cwd=ROOT, stdout=subprocess.PIPE
            )
            for _ in range(2)
        ]
        for writer in writers:
            assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        while not path.exists() or path.read_bytes().count(b"\n") < 30 + start:
            os.sched_yield()
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            writer.communicate()
    outbox = Outbox(path)
    for number in range(400):
        assert isinstance(outbox.post(reply(f"key-{number}"), NOON), Posted)
    keys = [row["key"] for row in lines(path)]
    assert sorted(map(str, keys)) == sorted(f"key-{n}" for n in range(400))


def test_the_outbox_may_be_moved_away(tmp_path: Path) -> None:
    path = tmp_path / "outbox.jsonl"
    outbox = Outbox(path)
    outbox.post(reply("first"), NOON)
    path.rename(tmp_path / "outbox.old.jsonl")
    outbox.post(reply(), NOON)
    assert [row["key"] for row in lines(path)] == [KEY]


def test_absence_is_proven(tmp_path: Path) -> None:
    own = source("posts.jsonl").find_own_reply(reply())
    assert (own.found, own.absence) == (None, Absence.PROVEN)
    assert not (tmp_path / "outbox.jsonl").exists()


@pytest.mark.parametrize(
    ("platform", "fits", "text"),
    [
        ("x", True, "a" * 280),
        ("x", False, "字" * 141),
        ("x", True, "https://example.com/" + "a" * 400),
        ("bluesky", True, "é" * 300),
        ("bluesky", True, "👩‍👩‍👧" * 100),
        ("bluesky", False, "字" * 1001),
        ("mastodon", True, "https://example.com/" + "a" * 600),
        ("mastodon", False, "a" * 501),
        ("reddit", True, "a" * 10_000),
        ("forum", False, "a" * 5_001),
        ("x", False, "  \n"),
    ],
)
def test_lengths_by_the_count_of_each_platform(platform: str, fits: bool, text: str) -> None:
    connector = source("posts.jsonl")
    out = OutgoingReply(1, platform, "17", text, KEY)
    if fits:
        assert connector.prepare(out).length <= connector.prepare(out).limit
    else:
        with pytest.raises(Refused):
            connector.prepare(out)
