import json
from datetime import UTC, datetime

import pytest

from connectors.archive.rows import mention_from_cells, mention_from_json
from monitor.domain.errors import NotAMention
from monitor.domain.mention import Media, Mention, Quoted

BASE = {"platform": "x", "id": "1", "text": "hello", "created_at": "2017-10-31T22:10:47Z"}
AT = datetime(2017, 10, 31, 22, 10, 47, tzinfo=UTC)


def read(**changes: object) -> Mention:
    return mention_from_json(json.dumps(BASE | changes).encode())


def test_a_plain_row() -> None:
    assert read() == Mention("x", "1", "hello", AT)


def test_every_optional_field() -> None:
    mention = read(
        author="@ann",
        author_id="77",
        author_name="Ann",
        author_followers=12,
        url="https://x.com/ann/status/1",
        in_reply_to="0",
        conversation="0",
        lang="en",
        media=[{"kind": "photo", "url": "https://x.com/p.jpg", "alt": "A bag"}],
        location="Berlin",
        metrics={"likes": 3},
        quoted={"id": "9", "author": "bob", "text": "what?"},
        edited_at="2017-10-31T22:20:00Z",
        repost_of="5",
    )
    assert mention == Mention(
        platform="x",
        native_id="1",
        text="hello",
        created_at=AT,
        author="ann",
        author_id="77",
        author_name="Ann",
        author_followers=12,
        url="https://x.com/ann/status/1",
        in_reply_to="0",
        conversation="0",
        lang="en",
        media=(Media("photo", "https://x.com/p.jpg", "A bag"),),
        location="Berlin",
        metrics={"likes": 3},
        quoted=Quoted("9", "bob", "what?"),
        edited_at=datetime(2017, 10, 31, 22, 20, tzinfo=UTC),
        repost_of="5",
    )


@pytest.mark.parametrize(
    "at",
    [
        "2017-10-31T22:10:47+00:00",
        "2017-10-31T23:10:47+01:00",
        "2017-10-31 22:10:47",
        "2017-10-31 22:10:47 UTC",
        "Tue Oct 31 22:10:47 +0000 2017",
        "Wed Nov 01 00:10:47 +0200 2017",
        "Tue, 31 Oct 2017 22:10:47 GMT",
        1509487847,
        1509487847.0,
        1509487847000,
        "1509487847",
        "1509487847000",
    ],
)
def test_times_in_every_notation(at: object) -> None:
    mention = read(created_at=at)
    assert mention.created_at == AT
    assert mention.created_at.tzinfo is UTC


def test_numbers_and_text_change_places() -> None:
    mention = read(id=12, author_id=3, in_reply_to=2926303.0, author_followers="1,204", conversation="698.0")
    assert (mention.native_id, mention.author_id, mention.in_reply_to) == ("12", "3", "2926303")
    assert (mention.author_followers, mention.conversation) == (1204, "698")


def test_media_as_addresses_and_quotes_as_text() -> None:
    mention = read(media=["https://a.example/b.png?x=1", "javascript:alert(1)"], quoted="so they said")
    assert mention.media == (Media("photo", "https://a.example/b.png?x=1"),)
    assert mention.quoted == Quoted(None, None, "so they said")


def test_only_web_addresses_are_links() -> None:
    assert read(url="javascript:alert(1)").url is None
    assert read(url=7).url is None


def test_platform_names_are_ours() -> None:
    assert read(platform="Twitter").platform == "x"
    assert read(platform=" Reddit ").platform == "reddit"


def test_what_no_store_can_keep_is_replaced() -> None:
    assert read(text="a\0b").text == "ab"
    assert read(author="a\0b").author == "ab"
    half = json.dumps(BASE).encode().replace(b"hello", b"cut \\ud83d")
    assert mention_from_json(half).text == "cut \ufffd"
    raw = json.dumps(BASE).encode().replace(b"hello", b"a\0b")
    assert mention_from_json(raw).text == "ab"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"plain words", "not JSON"),
        (b"[1]", "one JSON object"),
        (b'"text"', "one JSON object"),
        (b"[" * 100_000, "not JSON|nested too deep"),
        (b'{"platform": "x", "metrics": ' + b"[" * 100_000, "not JSON|nested too deep"),
        (b'{"platform": "x", "id": "1", "text": "\xff", "created_at": "2017-10-31"}', "not UTF-8"),
    ],
)
def test_lines_that_are_no_rows(line: bytes, reason: str) -> None:
    with pytest.raises(NotAMention, match=reason):
        mention_from_json(line)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"platform": None}, "no `platform`"),
        ({"platform": "no such thing!"}, "`platform`"),
        ({"id": ""}, "no `id`"),
        ({"id": True}, "`id`"),
        ({"id": ["1"]}, "`id`"),
        ({"id": "i" * 513}, "`id` is longer"),
        ({"id": 1.5}, "`id` is a fraction"),
        ({"text": None}, "no `text`"),
        ({"text": ["a"]}, "`text` is not text"),
        ({"created_at": "yesterday"}, "`created_at`"),
        ({"created_at": True}, "`created_at`"),
        ({"created_at": 10**40}, "`created_at`"),
        ({"created_at": "0001-01-01T00:00:00+23:00"}, "created_at"),
        ({"created_at": float("nan")}, "`created_at`"),
        ({"edited_at": "soon"}, "`edited_at`"),
    ],
)
def test_rows_that_are_no_mentions(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(NotAMention, match=reason):
        read(**changes)


def test_odd_extras_never_cost_the_row() -> None:
    mention = read(
        lang=7, location={"full_name": "Köln"}, metrics=["no"], media=3, author_followers="many", x=1
    )
    assert (mention.lang, mention.location, mention.metrics, mention.media) == ("7", "Köln", {}, ())
    assert mention.author_followers is None


def test_cells_hold_text_only() -> None:
    cells = BASE | {"author_followers": "12", "metrics": '{"likes": 3}', "media": "https://a.example/b.jpg"}
    mention = mention_from_cells(cells)
    assert (mention.author_followers, mention.metrics) == (12, {"likes": 3})
    assert mention.media == (Media("photo", "https://a.example/b.jpg"),)
    assert mention_from_cells(BASE | {"id": "698.0"}).native_id == "698"
