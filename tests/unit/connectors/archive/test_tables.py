from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.archive.lines import ROW_LIMIT
from tests.unit.connectors.archive.reading import SetClock, ids, poll, source

HEAD = "platform,id,created_at,text\n"
DAY = "2026-03-01T12:00:00Z"


def later() -> SetClock:
    """A clock by which the files of this test have been finished for long."""
    clock = SetClock()
    clock.advance(days=36500)
    return clock


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_columns_of_another_name_and_constants(tmp_path: Path) -> None:
    path = write(tmp_path / "posts.tsv", 'Tweet ID\tWhen\tBody\n698.0\t1509487847\t"a\tb"\n')
    columns = {"platform": "=x", "id": "tweet id", "created_at": "When", "text": "Body"}
    mentions, _ = poll(source(path, columns=columns))
    assert (mentions[0].platform, mentions[0].native_id, mentions[0].text) == ("x", "698", "a\tb")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_header_s(tmp_path: Path, delimiter: str) -> None:
    lines = [["platform", "id", "created_at", "text", "extra"], ["x", "1", DAY, "hi", ""]]
    path = write(tmp_path / "posts.csv", "\n".join(delimiter.join(line) for line in lines) + "\n")
    assert ids(poll(source(path))[0]) == ["1"]


def test_columns_are_checked_beforehand() -> None:
    with pytest.raises(ValidationError, match="unknown fields: tekst"):
        source("posts.csv", columns={"tekst": "Body"})


def test_bad_records_cost_themselves_only(tmp_path: Path) -> None:
    path = write(
        tmp_path / "posts.csv",
        HEAD.encode()
        + f"x,1,{DAY},fine\n".encode()
        + f"x,2,{DAY}\n".encode()
        + f'x,3,{DAY},"bad" quote\n'.encode()
        + f"x,4,{DAY},\xff\n".encode("latin-1")
        + f'x,5,{DAY},"two\nlines"\n'.encode()
        + b"x,6,never,text\n\n"
        + f"x,7,{DAY},a\0b\n".encode(),
    )
    mentions, pages = poll(source(path), limit=2, restart=lambda: source(path))
    assert ids(mentions) == ["1", "5", "7"]
    assert [m.text for m in mentions] == ["fine", "two\nlines", "ab"]
    rejects = [(r.line, r.reason) for p in pages for r in p.rejects]
    assert [line for line, _ in rejects] == [3, 4, 5, 8]
    reasons = " ".join(reason for _, reason in rejects)
    assert all(w in reasons for w in ("3 columns instead of 4", "not CSV", "not UTF-8", "`created_at`"))


def test_a_stray_quote_costs_one_row_not_the_file(tmp_path: Path) -> None:
    rows = [f"x,{i},{DAY},Post {i}\n" for i in range(1, 200)]
    rows[4] = f'x,5,{DAY},"a quote that nobody closes\n'
    path = write(tmp_path / "posts.csv", HEAD + "".join(rows))
    mentions, pages = poll(source(path, later()), limit=30)
    assert ids(mentions) == [str(i) for i in range(1, 200) if i != 5]
    assert [(r.line, r.reason) for p in pages for r in p.rejects] == [(6, "a quote that never ends")]


def test_an_open_quote_at_the_end_waits_while_the_file_is_young(tmp_path: Path) -> None:
    path = write(tmp_path / "posts.csv", HEAD + f'x,1,{DAY},one\nx,2,{DAY},"first line\nsecond')
    young = SetClock()
    young.time = later().time - timedelta(days=365 * 200)
    mentions, pages = poll(source(path, young))
    assert ids(mentions) == ["1"]
    assert pages[-1].rejects == ()
    with path.open("a") as file:
        file.write(f' line"\nx,3,{DAY},three\n')
    more, _ = poll(source(path, young), pages[-1].cursor)
    assert [m.text for m in more] == ["first line\nsecond line", "three"]


def test_rows_longer_than_a_row_may_be(tmp_path: Path) -> None:
    long = "y" * (ROW_LIMIT + 5)
    many = '"' + ("z" * 1000 + "\n") * 1200 + '"'
    text = HEAD + f"x,1,{DAY},one\nx,2,{DAY},{long}\nx,3,{DAY},three\nx,4,{DAY},{many}\nx,5,{DAY},five\n"
    path = write(tmp_path / "posts.csv", text)
    mentions, pages = poll(source(path, later()), limit=5000, restart=lambda: source(path, later()))
    assert ids(mentions) == ["1", "3", "5"]
    rejects = [r for p in pages for r in p.rejects]
    assert "longer than" in rejects[0].reason
    assert all(len(r.raw) < 70_000 for r in rejects)


def test_a_table_without_rows_yet(tmp_path: Path) -> None:
    path = write(tmp_path / "posts.csv", "")
    _, pages = poll(source(path))
    path.write_text(HEAD)
    _, pages = poll(source(path), pages[-1].cursor)
    with path.open("a") as file:
        file.write(f"x,1,{DAY},one\n")
    assert ids(poll(source(path), pages[-1].cursor)[0]) == ["1"]
