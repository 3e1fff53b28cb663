"""Files as they come: packed, growing, replaced, torn, in folders."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import zstandard

from connectors.base import Ask
from monitor.domain.coverage import Interval
from monitor.domain.errors import InputUnreadable
from tests.unit.connectors.archive.reading import NOON, ids, jsonl, poll, row, source

REPLAY = Path(__file__).resolve().parents[4] / "../shared/data/replay/music-2017.jsonl"


def as_csv(rows: list[dict[str, object]], delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def numbers(count: int, start: int = 0) -> list[str]:
    return [str(i) for i in range(start, start + count)]


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
    ".gz+": lambda d: b"".join(gzip.compress(d[i : i + 900]) for i in range(0, len(d), 900)) + b"\0" * 512,
    ".zst+": lambda d: b"".join(zstandard.compress(d[i : i + 900]) for i in range(0, len(d), 900)),
}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("table", [False, True])
def test_every_packing_page_by_page_over_restarts(tmp_path: Path, packing: str, table: bool) -> None:
    rows = [row(i, f'Line one of {i}\n"two", three\n\nfour 🎧' if i % 3 else f"Post {i}") for i in range(57)]
    path = tmp_path / f"posts.{'csv' if table else 'jsonl'}{packing.replace('+', '')}"
    path.write_bytes(PACKINGS[packing](as_csv(rows) if table else jsonl(rows)))
    whole, pages = poll(source(path), limit=10)
    assert len(pages) == 6
    assert ids(whole) == numbers(57)
    assert whole[1].text == 'Line one of 1\n"two", three\n\nfour 🎧'
    again, _ = poll(source(path), limit=10, restart=lambda: source(path))
    assert again == whole


def test_a_file_that_grows_goes_on_where_it_ended(tmp_path: Path) -> None:
    for name, pack in (("posts.jsonl", PACKINGS[""]), ("posts.jsonl.gz", gzip.compress)):
        path = tmp_path / name
        path.write_bytes(pack(jsonl(map(row, range(5)))))
        connector = source(path)
        _, pages = poll(connector)
        nothing, same = poll(connector, pages[-1].cursor)
        assert nothing == []
        with path.open("ab") as file:
            file.write(pack(jsonl(map(row, range(5, 8)))))
        more, _ = poll(source(path), same[-1].cursor)
        assert ids(more) == numbers(3, 5)


def test_a_file_that_was_replaced_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(jsonl(map(row, range(5))))
    _, pages = poll(source(path))
    path.write_bytes(jsonl(map(row, range(100, 120))))
    mentions, after = poll(source(path), pages[-1].cursor)
    assert ids(mentions) == numbers(20, 100)
    assert after[-1].proves is not None
    path.write_bytes(jsonl(map(row, range(100, 103))))  # cut back: the same beginning, but shorter
    mentions, _ = poll(source(path), after[-1].cursor)
    assert ids(mentions) == numbers(3, 100)


def test_the_same_beginning_is_not_enough(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    rows = [row(i, "x" * 200) for i in range(40)]  # more than the bytes that the head's fingerprint covers
    path.write_bytes(jsonl(rows))
    _, pages = poll(source(path))
    path.write_bytes(jsonl([*rows[:30], *(row(i, "y" * 300) for i in range(100, 120))]))
    mentions, _ = poll(source(path), pages[-1].cursor)
    assert len(mentions) == 50


def test_a_row_still_being_written_waits(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    whole = jsonl(map(row, range(3)))
    path.write_bytes(whole[:-20])
    connector = source(path)
    mentions, pages = poll(connector)
    assert ids(mentions) == numbers(2)
    assert pages[-1].rejects == ()
    path.write_bytes(whole)
    more, _ = poll(connector, pages[-1].cursor)
    assert ids(more) == ["2"]


def test_a_last_line_without_its_newline_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(jsonl(map(row, range(3))).rstrip())
    mentions, pages = poll(source(path))
    assert ids(mentions) == numbers(3)
    with path.open("ab") as file:
        file.write(b"\n" + jsonl([row(3)]))
    more, _ = poll(source(path), pages[-1].cursor)
    assert ids(more) == ["3"]


def test_a_table_that_ends_without_newline_is_read_again_when_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    rows = [{k: r[k] for k in ("platform", "id", "created_at", "text")} for r in map(row, range(3))]
    whole = as_csv(rows)
    path.write_bytes(whole[:-4])  # "Post 2" has become "Post"
    mentions, pages = poll(source(path))
    assert [m.text for m in mentions] == ["Post 0", "Post 1", "Post"]
    path.write_bytes(whole)
    more, _ = poll(source(path), pages[-1].cursor)
    assert [m.text for m in more] == ["Post 2"]


def test_a_folder_is_read_in_order_of_names_and_its_files_grow(tmp_path: Path) -> None:
    folder = tmp_path / "dump"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.jsonl").write_bytes(jsonl(map(row, range(5))))
    (folder / "b.csv.gz").write_bytes(gzip.compress(as_csv(list(map(row, range(5, 9))))))
    (folder / "sub" / "c.jsonl.zst").write_bytes(zstandard.compress(jsonl(map(row, range(9, 12)))))
    (folder / "README.txt").write_text("not an export")
    mentions, pages = poll(source(folder), limit=2, restart=lambda: source(folder))
    assert ids(mentions) == numbers(12)
    assert pages[-1].proves == Interval(
        mentions[0].created_at, mentions[-1].created_at + timedelta(milliseconds=1)
    )
    with (folder / "a.jsonl").open("ab") as file:
        file.write(jsonl([row(50)]))
    (folder / "aa.jsonl").write_bytes(jsonl([row(1) | {"id": "51"}]))
    more, after = poll(source(folder), pages[-1].cursor)
    assert ids(more) == ["50", "51"]
    assert after[-1].proves is None  # no longer in order of time
    (folder / "aa.jsonl").unlink()
    assert poll(source(folder), after[-1].cursor)[0] == []


def test_coverage_is_proven_only_by_rows_in_order(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(jsonl([row(0), row(2), row(1)]))
    assert poll(source(path))[1][-1].proves is None
    path.write_bytes(jsonl([row(0), row(1), row(2)]))
    mentions, pages = poll(source(path), limit=2)
    assert pages[0].proves is None
    assert pages[-1].proves == Interval(
        mentions[0].created_at, mentions[2].created_at + timedelta(milliseconds=1)
    )


def test_only_rows_of_a_window(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(jsonl(map(row, [5, 1, 9, 3, 7])) + b"oops\n")
    start = NOON - timedelta(days=1)
    window = Interval(start + timedelta(minutes=3), start + timedelta(minutes=7))
    connector, ask, found = source(path), Ask(window, limit=1), []
    while True:
        page = connector.fetch(ask)
        found += ids(page.mentions)
        if page.resume is None:
            break
        ask = Ask(window, resume=page.resume, limit=1)
    assert found == ["5", "3"]
    assert page.proves == window
    assert Path("export.rejects.backfill.jsonl").exists()
    assert not Path("export.rejects.jsonl").exists()


def test_byte_order_mark_windows_ends_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + jsonl(map(row, range(4))).replace(b"\n", b"\r\n\r\n"))
    mentions, pages = poll(source(path), limit=3, restart=lambda: source(path))
    assert ids(mentions) == numbers(4)
    assert all(page.rejects == () for page in pages)


def test_damaged_data_give_what_is_sound_and_then_say_so(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl.gz"
    whole = gzip.compress(jsonl(row(i, str(i) * 400) for i in range(2000)))
    path.write_bytes(whole[: len(whole) // 2])
    connector, got, ask = source(path), [], Ask(None, limit=500)
    with pytest.raises(InputUnreadable, match=r"posts\.jsonl\.gz: .*in the middle"):
        while True:
            page = connector.fetch(ask)
            got += ids(page.mentions)
            assert page.resume is not None and page.proves is None
            ask = Ask(None, resume=page.resume, limit=500)
    assert 500 < len(got) < 2000 and got == numbers(len(got))
    path.write_bytes(whole)  # the copy is finished
    rest, _ = poll(source(path), page.resume)
    assert ids(rest) == numbers(2000 - len(got), len(got))


def test_a_page_is_full_by_its_bytes_too(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(jsonl(row(i, "x" * 900_000) for i in range(40)))
    mentions, pages = poll(source(path), limit=20_000)
    assert ids(mentions) == numbers(40)
    assert len(pages) > 1


def test_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match="no file"):
        source(tmp_path / "none.jsonl").fetch(Ask(None))
    table = tmp_path / "posts.csv"
    table.write_text("when,who,what\n1,2,3\n")
    with pytest.raises(InputUnreadable, match=r"no column 'platform'.*when, who, what"):
        source(table).fetch(Ask(None))
    with pytest.raises(InputUnreadable, match="sample 'none'"):
        source("sample:none").fetch(Ask(None))


def test_real_conversations_all_of_them() -> None:
    if not REPLAY.exists():
        pytest.skip("the replay data are not beside the repository")
    mentions, pages = poll(source(REPLAY), limit=1000)
    rows = [json.loads(line) for line in REPLAY.read_text(encoding="utf-8").splitlines()]
    assert ids(mentions) == [r["id"] for r in rows]
    assert [m.text for m in mentions] == [r["text"] for r in rows]
    assert sum(len(p.rejects) for p in pages) == 0
