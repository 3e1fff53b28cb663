"""What a delivery holds: rows in the archive's shape, as JSON lines or one JSON array.

A row of ``{platform, id, removed: true}`` says that a post is no longer public.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from connectors.archive.lines import RAW_LIMIT
from connectors.archive.rows import mention_from_json
from connectors.archive.values import ID_LIMIT, platform_of
from monitor.domain.errors import DeliveryRefused, NotAMention
from monitor.domain.mention import Mention, MentionKey, Reject

LARGEST_BODY = 1 << 20  # bytes


class _Removal(msgspec.Struct):
    platform: str
    id: str | int
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a mention, the key of a removed post, or neither, with the reason."""

    number: int  # from 1, blank lines counted
    raw: bytes
    mention: Mention | None = None
    removed: MentionKey | None = None
    reason: str = ""

    @property
    def reject(self) -> Reject:
        """For the reject file."""
        return Reject(self.number, self.reason, self.raw.decode("utf-8", "backslashreplace")[:RAW_LIMIT])


class Understood(NamedTuple):
    """The rows of a delivery."""

    rows: tuple[Row, ...]
    mentions: int
    removed: int


def read_delivery(body: bytes, platforms: frozenset[str]) -> Understood:
    """Its rows. `platforms`: the only ones that are taken; none: all are.

    Raises DeliveryRefused when it is too large, or not one row can be understood.
    """
    if len(body) > LARGEST_BODY:
        raise too_large()
    rows = tuple(
        _judged(number, raw, platforms) for number, raw in _raw_rows(body.removeprefix(b"\xef\xbb\xbf"))
    )
    mentions = sum(row.mention is not None for row in rows)
    removed = sum(row.removed is not None for row in rows)
    if not mentions and not removed:
        why = f"Row {rows[0].number}: {rows[0].reason}." if rows else "It is empty."
        raise DeliveryRefused(f"The delivery holds no mention. {why}", rule="no_mentions")
    return Understood(rows, mentions, removed)


def too_large() -> DeliveryRefused:
    """For a body beyond the limit."""
    return DeliveryRefused(f"A delivery may have {LARGEST_BODY:,} bytes; send several.", rule="too_large")


def read_row(number: int, raw: bytes) -> Row:
    """A row as a mention or a removal, or with the reason why it is neither."""
    try:
        if b'"removed"' in raw and (key := _removal(raw)):
            return Row(number, raw, removed=key)
        return Row(number, raw, mention=mention_from_json(raw))
    except NotAMention as exc:
        return Row(number, raw, reason=exc.cause)
    except RecursionError:
        return Row(number, raw, reason="nested too deep")


def _judged(number: int, raw: bytes, platforms: frozenset[str]) -> Row:
    row = read_row(number, raw)
    found = row.mention.key if row.mention else row.removed
    if found is not None and platforms and found.platform not in platforms:
        return Row(number, raw, reason=f"posts of {found.platform} are not taken here")
    return row


def _removal(raw: bytes) -> MentionKey | None:
    try:
        row = msgspec.json.decode(raw, type=_Removal)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    native_id = str(row.id)
    if not row.removed or not 0 < len(native_id) <= ID_LIMIT:
        return None
    return MentionKey(platform_of(row.platform), native_id)


def _raw_rows(body: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, one line of bytes) of each row."""
    begin = body.lstrip()[:1]
    try:
        if begin == b"[":
            found = msgspec.json.decode(body, type=list[msgspec.Raw])
            yield from enumerate((msgspec.json.format(bytes(row), indent=-1) for row in found), 1)
            return
        if begin == b"{":  # one object, perhaps over several lines
            msgspec.json.decode(body)
            yield 1, msgspec.json.format(body, indent=-1)
            return
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        if begin == b"[":
            raise DeliveryRefused(f"The delivery is no JSON array: {exc}.", rule="unreadable") from None
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            yield number, line.strip()
