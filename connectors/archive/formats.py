"""What a batch of lines holds, for exports with one JSON object per line; CSV is in `tables`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from connectors.archive.lines import RAW_LIMIT, ROW_LIMIT, LineReader, Overlong
from connectors.archive.rows import mention_from_json
from monitor.domain.errors import NotAMention
from monitor.domain.mention import Mention, Reject

TOO_LONG = f"longer than {ROW_LIMIT} bytes"


@dataclass(slots=True)
class Batch:
    """Some lines, understood. ``ends[i]`` lines are done with once ``mentions[i]`` is taken."""

    used: int = 0
    mentions: list[Mention] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def cut(self, count: int, line: int) -> None:
        """Keeps the first `count` mentions and what lies before the next; it began after `line`."""
        self.used = self.ends[count - 1] if count else 0
        self.rejects = [r for r in self.rejects if r.line <= line + self.used]
        del self.mentions[count:], self.ends[count:]


@dataclass(frozen=True, slots=True)
class LastRow:
    """The row at the very end that no newline follows. `whole`: it can't grow into another one."""

    mention: Mention | None
    reject: Reject
    whole: bool


class Format(Protocol):
    """How rows are written."""

    def take(self, reader: LineReader, limit: int, settled: bool) -> Batch:
        """At most `limit` rows from here; consumes nothing. `settled`: nobody writes to the file any more."""
        ...

    def last(self, reader: LineReader) -> LastRow | None:
        """What is left when `take` gives nothing more at the end."""
        ...


def reject(line: int, reason: str, raw: bytes) -> Reject:
    """A reject with as much of the row as is kept."""
    return Reject(line, reason, raw.decode("utf-8", "backslashreplace")[:RAW_LIMIT])


class JsonLines:
    """One JSON object per line; blank lines mean nothing."""

    def take(self, reader: LineReader, limit: int, settled: bool) -> Batch:  # noqa: ARG002
        """At most `limit` rows from here; consumes nothing."""
        lines = reader.peek(limit)
        batch = Batch(len(lines))
        mentions, ends = batch.mentions, batch.ends
        for number, line in enumerate(lines, 1):
            try:
                mention = mention_from_json(line)
            except NotAMention as exc:
                if line.strip():
                    reason = TOO_LONG if isinstance(line, Overlong) else exc.cause
                    batch.rejects.append(reject(reader.line + number, reason, line))
            else:
                mentions.append(mention)
                ends.append(number)
        return batch

    def last(self, reader: LineReader) -> LastRow | None:
        """The last line; if it parses it is complete, for no JSON object begins another."""
        if not reader.rest.strip():
            return None
        number = reader.line + 1
        try:
            return LastRow(mention_from_json(reader.rest), reject(number, "", b""), whole=True)
        except NotAMention as exc:
            return LastRow(None, reject(number, exc.cause, reader.rest), whole=False)
