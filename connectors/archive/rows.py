"""From one row of an export to a mention: a fast way for rows as they should be, a lenient one for the rest.

The fast way is msgspec's typed decoder and measures about 3 µs a row; whatever it refuses goes the
lenient way, which either understands it or says in words why not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.archive.values import (
    ID_LIMIT,
    clean,
    count_of,
    handle_of,
    id_of,
    media_of,
    metrics_of,
    moment_of,
    platform_of,
    quoted_of,
    url_of,
    words_of,
)
from monitor.domain.errors import BadMoment, NotAMention
from monitor.domain.mention import Mention

REQUIRED = ("platform", "id", "text", "created_at")
OPTIONAL = (
    "author",
    "author_id",
    "author_name",
    "author_followers",
    "url",
    "in_reply_to",
    "conversation",
    "lang",
    "media",
    "location",
    "metrics",
    "quoted",
    "edited_at",
    "repost_of",
)
FIELDS = REQUIRED + OPTIONAL

_NO_METRICS: dict[str, int] = {}


class Row(msgspec.Struct, gc=False):
    """A JSONL row as the format wants it. Other types than these go the lenient way."""

    platform: str
    id: str | int
    text: str
    created_at: datetime
    author: str | None = None
    author_id: str | int | None = None
    author_name: str | None = None
    author_followers: int | None = None
    url: str | None = None
    in_reply_to: str | int | None = None
    conversation: str | int | None = None
    lang: str | None = None
    media: Any = None
    location: str | None = None
    metrics: Any = None
    quoted: Any = None
    edited_at: datetime | None = None
    repost_of: str | int | None = None


_decode = msgspec.json.Decoder(Row).decode
_decode_any = msgspec.json.Decoder().decode


def mention_from_json(line: bytes) -> Mention:
    """The mention in one line of JSON. Raises NotAMention with a reason fit for the reject file."""
    try:
        row = _decode(line)
    except (ValueError, RecursionError):  # msgspec's own errors, bad UTF-8, nesting without end
        return mention_from_fields(_fields_of(line))
    native_id = row.id
    if native_id.__class__ is not str:
        native_id = str(native_id)
    if b"\\u0000" in line or not 0 < len(native_id) <= ID_LIMIT:
        return mention_from_fields(_fields_of(line))
    return _mention_of(row, native_id)


def _mention_of(row: Row, native_id: str) -> Mention:
    created_at = row.created_at
    if created_at.tzinfo is not UTC:
        created_at = _in_utc(created_at)
    author, author_id, parent, root, origin = (
        row.author, row.author_id, row.in_reply_to, row.conversation, row.repost_of,
    )  # fmt: skip
    url = row.url
    return Mention(
        platform_of(row.platform),
        native_id,
        row.text,
        created_at,
        author if not author or author[0] != "@" else author[1:],
        author_id if author_id.__class__ is not int else str(author_id),  # type: ignore[arg-type]
        row.author_name,
        row.author_followers,
        url if url is None or url.startswith(("https://", "http://")) else None,
        parent if parent.__class__ is not int else str(parent),  # type: ignore[arg-type]
        root if root.__class__ is not int else str(root),  # type: ignore[arg-type]
        row.lang,
        media_of(row.media) if row.media else (),
        row.location,
        metrics_of(row.metrics) if row.metrics else _NO_METRICS,
        quoted_of(row.quoted) if row.quoted else None,
        row.edited_at if row.edited_at is None else _in_utc(row.edited_at),
        origin if origin.__class__ is not int else str(origin),  # type: ignore[arg-type]
    )


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as exc:
        raise NotAMention("`created_at` lies outside the calendar") from exc


def _fields_of(line: bytes) -> Mapping[str, Any]:
    """The row as a dict, whatever the types of its fields. Raises NotAMention."""
    line = line.replace(b"\0", b"")
    try:
        try:
            row = _decode_any(line)
        except msgspec.DecodeError:  # half a surrogate pair, NaN: json takes those
            row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise NotAMention("not UTF-8") from exc
    except RecursionError as exc:
        raise NotAMention("nested too deep") from exc
    except ValueError as exc:
        raise NotAMention(f"not JSON: {exc}") from exc
    if not isinstance(row, dict):
        raise NotAMention(f"a row is one JSON object, this is a {type(row).__name__}")
    return row


def mention_from_cells(cells: dict[str, Any]) -> Mention:
    """The mention in a table's row: text by field, empty cells left out. Raises NotAMention."""
    if followers := cells.get("author_followers"):
        cells["author_followers"] = count_of(followers)
    try:
        row = msgspec.convert(cells, Row)
    except msgspec.ValidationError:
        return mention_from_fields(cells)
    ids = (row.id, row.in_reply_to, row.conversation, row.author_id)
    if not 0 < len(ids[0]) <= ID_LIMIT or any(i and i[-2:] == ".0" for i in ids):  # type: ignore[arg-type, index]
        return mention_from_fields(cells)
    return _mention_of(row, ids[0])  # type: ignore[arg-type]


def mention_from_fields(row: Mapping[str, Any]) -> Mention:
    """The mention in a row whose values may be of odd types. Raises NotAMention."""
    for name in REQUIRED:
        if row.get(name) is None or (name != "text" and row[name] == ""):
            raise NotAMention(f"no `{name}`")
    native_id = id_of(row["id"], "id")
    if native_id is None:
        raise NotAMention("no `id`")
    text = row["text"]
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise NotAMention("`text` is not text")
    get = row.get
    return Mention(
        platform=platform_of(str(row["platform"])),
        native_id=native_id,
        text=clean(str(text)),
        created_at=_moment(row["created_at"], "created_at"),
        author=handle_of(get("author"), "author"),
        author_id=id_of(get("author_id"), "author_id"),
        author_name=words_of(get("author_name")),
        author_followers=count_of(get("author_followers")),
        url=url_of(get("url")),
        in_reply_to=id_of(get("in_reply_to"), "in_reply_to"),
        conversation=id_of(get("conversation"), "conversation"),
        lang=words_of(get("lang")),
        media=media_of(get("media")),
        location=words_of(get("location")),
        metrics=metrics_of(get("metrics")) or _NO_METRICS,
        quoted=quoted_of(get("quoted")),
        edited_at=_moment(row["edited_at"], "edited_at") if get("edited_at") else None,
        repost_of=id_of(get("repost_of"), "repost_of"),
    )


def _moment(value: object, name: str) -> datetime:
    try:
        return moment_of(value)
    except BadMoment as exc:
        raise NotAMention(f"`{name}`: {exc.cause}") from exc
