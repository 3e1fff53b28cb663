"""`presszero read`: any lines in, the same lines with their reading out."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tests.integration.cli.program import CONFIG, Program

KEYS = {"lang", "complaint", "severity", "intents", "primary", "urgency", "signals", "entities"}
KEYS |= {"claimed_wait_minutes", "model"}


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_jsonl_keeps_every_field_and_gains_a_reading(program: Program) -> None:
    posts = [
        {"platform": "x", "id": 12345678901234567890, "text": "my bag is lost 😡", "extra": {"a": [1, None]}},
        {"text": "", "reading": "an old one", "lang": "en"},
        {"text": "second\nline \ud83d", "created_at": "2026-03-05T10:00:00Z", "media": []},
    ]
    lines = "".join(json.dumps(p) + "\n" for p in posts).replace('"extra"', '"price": 1.10, "extra"')
    done = program.run("read", stdin=lines)
    found = rows(done.stdout)
    assert '"price": 1.10,' in done.stdout
    for post, row in zip(posts, found, strict=True):
        reading, _price = row.pop("reading"), row.pop("price", None)
        post.pop("reading", None)
        assert reading.keys() >= KEYS
        assert {k: v for k, v in row.items() if k != "price"} == {
            k: v for k, v in post.items() if k != "reading"
        }
        assert reading["urgency"].keys() == {"level", "score", "reasons"}
        for entity in reading["entities"]:
            assert post["text"][entity["start"] : entity["end"]] == entity["text"]


def test_plain_lines(program: Program) -> None:
    found = rows(
        program.run("read", "-", stdin="one post\n\n{not json, just a brace\nlast without newline").stdout
    )
    assert [r["text"] for r in found] == ["one post", "{not json, just a brace", "last without newline"]


def test_a_file_packed_or_not_gives_the_same(program: Program) -> None:
    program.write_posts(*(f"post {n} about a delay of {n} minutes" for n in range(1200)))
    plain = program.run("read", "posts.jsonl").stdout
    data = (program.folder / "posts.jsonl").read_bytes()
    (program.folder / "posts.gz").write_bytes(gzip.compress(data))
    assert len(rows(plain)) == 1200
    assert [r["id"] for r in rows(plain)] == [str(100 + n) for n in range(1200)]
    assert program.run("read", "posts.gz").stdout == plain


def test_malformed_lines_are_counted_and_the_rest_is_read(program: Program) -> None:
    bad = [
        b"not json",
        b'{"id": 1}',
        b"[]",
        b'{"text": 5}',
        b"\xff\xfe",
        b'{"text": "a", "x": NaN}',
        b"[" * 5000,
    ]
    bad.append(b'{"text": "' + b"x" * 1_200_000 + b'"}')
    lines = b"\n".join([b'{"text": "good"}', *bad, b'{"text": "also good"}']) + b"\n"
    done = program.run("read", stdin=lines, code=1)
    assert [r["text"] for r in rows(done.stdout)] == ["good", "also good"]
    assert f"{len(bad)} malformed lines" in done.stderr and "line 2: not JSON" in done.stderr


def test_no_input_is_no_output(program: Program) -> None:
    assert program.run("read").stdout == ""
    assert program.run("read", stdin="\n\n  \n").stdout == ""


def test_a_file_that_is_not_there_is_wrong_use(program: Program) -> None:
    assert program.run("read", "missing.jsonl", code=2).stderr.startswith("PZ-102")
    assert program.run("read", "--input", "xml", code=2).stderr.startswith("PZ-102")


def test_the_kind_of_input_can_be_forced(program: Program) -> None:
    done = program.run("read", "--input", "text", stdin='{"text": "a"}\n')
    assert rows(done.stdout)[0]["text"] == '{"text": "a"}'
    assert program.run("read", "--input", "jsonl", stdin="a\n", code=1).stdout == ""


def test_a_configuration_is_used_when_there_is_one(program: Program) -> None:
    program.write_config()
    line = '{"platform": "x", "text": "@northwindair where is my bag?"}\n'
    assert "summoned" in rows(program.run("read", stdin=line).stdout)[0]["reading"]["signals"]
    program.config.unlink()
    assert "summoned" not in rows(program.run("read", stdin=line).stdout)[0]["reading"]["signals"]


def test_a_broken_configuration_stops_it_only_when_it_was_named(program: Program) -> None:
    program.write_config(CONFIG.replace("name =", "nam ="))
    done = program.run("read", stdin="a post\n")
    assert len(rows(done.stdout)) == 1 and "Going on without" in done.stderr
    program.run("--config", "config.toml", "read", stdin="a post\n", code=2)


def test_real_customers_in_full(program: Program) -> None:
    data = Path(__file__).parents[3].parent / "shared" / "data" / "replay" / "threads-retail-2017.jsonl"
    if not data.exists():
        import pytest

        pytest.skip("the shared data folder lies beside the repository only where the project is developed")
    found = rows(program.run("read", str(data)).stdout)
    given = rows(data.read_text(encoding="utf-8"))
    assert [{k: v for k, v in r.items() if k != "reading"} for r in found] == given
