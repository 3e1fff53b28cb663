"""Whatever a file holds, however it is paged, wherever the process dies: each row once, or rejected once."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import Ask
from tests.unit.connectors.archive.reading import ids, row, source

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=30)
GARBAGE = st.sampled_from([b"", b"oops", b"{}", b'{"id": 1}', b"[1, 2]", b"\xff\xfe\xfd", b"null", b"   "])
ONE_ROW = st.one_of(TEXTS, GARBAGE)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path, limit: int, deaths: list[bool]) -> tuple[list[str], list[str], int]:
    """Native ids and texts over many small pages; some pages are asked for twice, by another instance."""
    ask, found, texts, rejects, page_number = Ask(None, limit=limit), [], [], 0, 0
    keeper = source(path, rejects=path.with_name("rejects.jsonl"))
    while True:
        if deaths and deaths[page_number % len(deaths)]:
            keeper.fetch(ask)
            keeper.close()
            keeper = source(path, rejects=path.with_name("rejects.jsonl"))
        page = keeper.fetch(ask)
        page_number += 1
        found += ids(page.mentions)
        texts += [m.text for m in page.mentions]
        rejects += len(page.rejects)
        if page.resume is None:
            keeper.close()
            return found, texts, rejects
        ask = Ask(None, resume=page.resume, limit=limit)


def kept(folder: Path) -> int:
    path = folder / "rejects.jsonl"
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


@QUICK
@given(st.lists(ONE_ROW, max_size=25), st.integers(1, 6), st.lists(st.booleans(), max_size=4))
def test_jsonl(content: list[str | bytes], limit: int, deaths: list[bool]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "posts.jsonl"
        lines = [c if isinstance(c, bytes) else json.dumps(row(i, c)).encode() for i, c in enumerate(content)]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        found, texts, rejects = read(path, limit, deaths)
        good = [(str(i), c) for i, c in enumerate(content) if isinstance(c, str)]
        assert list(zip(found, texts, strict=True)) == good
        assert rejects == sum(1 for c in content if isinstance(c, bytes) and c.strip())
        assert kept(Path(name)) == rejects


@QUICK
@given(st.lists(TEXTS, max_size=25), st.integers(1, 6), st.lists(st.booleans(), max_size=4), st.booleans())
def test_csv(content: list[str], limit: int, deaths: list[bool], ends: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "posts.csv"
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["platform", "id", "text", "created_at"])
        for i, words in enumerate(content):
            writer.writerow(row(i, words).values())
        data = text.getvalue().encode()
        path.write_bytes(data if ends else data.removesuffix(b"\n"))
        found, texts, rejects = read(path, limit, deaths)
        assert list(zip(found, texts, strict=True)) == [(str(i), c) for i, c in enumerate(content)]
        assert rejects == kept(Path(name)) == 0
