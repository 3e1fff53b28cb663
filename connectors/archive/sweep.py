"""One call's way through an export: file after file, until the page is full or nothing is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.archive.config import ArchiveConfig
from connectors.archive.formats import Batch
from connectors.archive.inputs import STDIN, Input, OpenInput, inputs_of, open_input, unchanged
from connectors.archive.place import FilePlace, Place
from connectors.archive.replay import Replay
from monitor.domain.coverage import Interval
from monitor.domain.errors import InputUnreadable
from monitor.domain.mention import Mention, Reject

# A file that nobody has written to for so long is finished: an open quote at its end is an error by then.
SETTLED = timedelta(minutes=1)
# Rows looked at in one call when only those of a window are wanted.
WINDOW_ROWS = 20_000
# Bytes after which a page is full, however few its rows.
PAGE_BYTES = 16 << 20
# When a silent pipe is asked again.
PIPE_PAUSE = timedelta(seconds=1)


@dataclass(slots=True)
class Sweep:
    """The state of one call. `opened` is handed on to the next one, which may need it or not."""

    config: ArchiveConfig
    place: Place
    limit: int
    now: datetime
    window: Interval | None
    opened: OpenInput | None = None
    mentions: list[Mention] = field(default_factory=list)
    rejects: list[tuple[str, Reject]] = field(default_factory=list)
    looked_at: int = 0  # lines
    size: int = 0  # bytes
    drained: bool = False
    wake_at: datetime | None = None

    def run(self) -> None:
        """Reads. Raises InputUnreadable, with nothing taken that the token doesn't show."""
        try:
            sources = inputs_of(self.config)
            for source in sources:
                if source.name >= self.place.current and not self._read(source):
                    return
        except BaseException:
            self.close()
            raise
        there = {source.name for source in sources}
        self.place.files = {name: at for name, at in self.place.files.items() if name in there}
        self.place.current = ""
        self.drained = True

    def close(self) -> None:
        """Lets go of the open file."""
        if self.opened is not None:
            self.opened.reader.close()
            self.opened = None

    def _read(self, source: Input) -> bool:
        """False: the page ends here. True: nothing more in this file."""
        opened = self._open(source)
        if opened is None:
            return True
        self.place.current = source.name
        try:
            while self._room() > 0 and self.size < PAGE_BYTES:
                batch = opened.format.take(opened.reader, self._room(), self._settled(opened))
                if batch.used:
                    if not self._take(opened, batch):
                        return self._pause(opened)
                elif opened.reader.starved:
                    self.wake_at = self.now + PIPE_PAUSE
                    return self._pause(opened)
                else:
                    return self._end(opened)
        except InputUnreadable as exc:
            if self.looked_at:  # hand on what is sound; the next call meets the same trouble first
                return self._pause(opened)
            raise InputUnreadable(f"{source.name}: {exc.cause}", action=exc.what_to_do) from exc
        return self._pause(opened)

    def _open(self, source: Input) -> OpenInput | None:
        before = self.place.files.get(source.name, FilePlace())
        opened = self.opened
        if opened is not None:
            at = (opened.input.name, opened.reader.offset, opened.head)
            if at == (source.name, before.offset, before.head):
                return opened
            self.close()
        if unchanged(source, before):
            return None
        self.opened = open_input(source, before, self.config)
        if self.opened is not None and before.line > self.opened.reader.line and len(self.place.files) == 1:
            self._begin_anew()
        return self.opened

    def _begin_anew(self) -> None:
        """The export was replaced by another: what was seen of the old one says nothing of it."""
        self.place.first = self.place.last = self.place.start = None
        self.place.ordered = True

    def _room(self) -> int:
        rows = self.limit - len(self.mentions) - (0 if self.window else len(self.rejects))
        return min(rows, WINDOW_ROWS - self.looked_at) if self.window else rows

    def _settled(self, opened: OpenInput) -> bool:
        return self.now.timestamp() - opened.mtime / 1e9 > SETTLED.total_seconds()

    def _take(self, opened: OpenInput, batch: Batch) -> bool:
        """Takes what is due. False: the rest has not happened yet."""
        due = True
        if self.config.speed is not None and self.window is None and batch.mentions:
            replay = self.replay(batch.mentions[0].created_at)
            count, self.wake_at = replay.due(batch.mentions, self.now)
            if not (due := self.wake_at is None):
                batch.cut(count, opened.reader.line)
        self._keep(batch.mentions)
        self.rejects += [(opened.input.name, row) for row in batch.rejects]
        self.looked_at += batch.used
        self.size -= opened.reader.offset
        opened.reader.consume(batch.used)
        self.size += opened.reader.offset
        return due

    def replay(self, first: datetime) -> Replay:
        """The replay, begun now at `first` if it hasn't begun."""
        place = self.place
        place.first = place.first or first
        place.start = place.start or self.config.replay_start or self.now
        return Replay(place.start, place.first, self.config.replay_head, self.config.speed or 1.0)

    def _keep(self, mentions: list[Mention]) -> None:
        self.place.saw([m.created_at for m in mentions])
        if self.window is not None:
            start, end = self.window.start, self.window.end
            self.mentions += [m for m in mentions if start <= m.created_at < end]
        elif self.config.speed is not None and mentions:
            self.mentions += map(self.replay(mentions[0].created_at).shift, mentions)
        else:
            self.mentions += mentions

    def _pause(self, opened: OpenInput) -> bool:
        self.place.files[opened.input.name] = opened.place(finished=False)
        return False

    def _end(self, opened: OpenInput) -> bool:
        """The end of a file: the row without a newline, and whether the packed data are whole."""
        reader, name = opened.reader, opened.input.name
        row = opened.format.last(reader)
        pending = row is not None and row.mention is None
        if row is not None and row.mention is not None:
            batch = Batch(0, [row.mention], [0])
            if not self._take(opened, batch):
                return self._pause(opened)
            if row.whole:
                reader.consume_rest()
        elif row is not None and name == STDIN:
            self.rejects.append((name, row.reject))
        if reader.stream.cut_short:
            if self.looked_at or self.mentions:
                return self._pause(opened)
            raise InputUnreadable("The compressed data end in the middle: cut short, or still being written.")
        # An open quote has to be looked at again once the file is settled.
        self.place.files[name] = opened.place(finished=not (pending and opened.input.table))
        self.close()
        return True
