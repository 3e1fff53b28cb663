"""Standard input, in a process of its own."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

from tests.unit.connectors.archive.reading import jsonl, row

ROOT = Path(__file__).resolve().parents[4]

SCRIPT = """
import json, sys
from connectors.base import Ask
from tests.unit.connectors.archive.reading import ids, source
config = json.loads(sys.argv[1])
connector = source("-", **config)
token, found, asked = None, [], 0
while True:
    page = connector.fetch(Ask(None, resume=token, limit=3))
    assert connector.fetch(Ask(None, resume=token, limit=3)) == page  # it was not committed: asked again
    found += ids(page.mentions)
    print(json.dumps(ids(page.mentions)), flush=True)
    if page.resume is None:
        break
    token = page.resume
assert connector.fetch(Ask(None, cursor=page.cursor)).mentions == ()
connector.close()
"""


def start(cwd: Path, **config: object) -> subprocess.Popen[bytes]:
    args = [sys.executable, "-c", SCRIPT, json.dumps({"rejects": str(cwd / "rejects.jsonl")} | config)]
    return subprocess.Popen(args, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def read(process: subprocess.Popen[bytes], data: bytes) -> list[str]:
    out, _ = process.communicate(data, timeout=60)
    assert process.returncode == 0
    return [i for line in out.splitlines() for i in json.loads(line)]


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    data = jsonl(map(row, range(10))) + b"bad\n" + jsonl([row(10)]) + b'{"cut'
    assert read(start(tmp_path), data) == [str(i) for i in range(11)]
    assert len((tmp_path / "rejects.jsonl").read_text().splitlines()) == 2


def test_packed_and_tables_too(tmp_path: Path) -> None:
    assert read(start(tmp_path), gzip.compress(jsonl(map(row, range(7))))) == [str(i) for i in range(7)]
    table = b"id,created_at,text\n1,2026-03-01,one\n2,2026-03-01,two"
    assert read(start(tmp_path, columns={"platform": "=x"}), table) == ["1", "2"]


def test_what_a_silent_pipe_gave_is_handed_on(tmp_path: Path) -> None:
    process = start(tmp_path)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(jsonl([row(0)]))
    process.stdin.flush()
    assert json.loads(process.stdout.readline()) == ["0"]  # though the pipe is still open
    assert read(process, jsonl([row(1)])) == ["1"]
