"""The ``archive`` kind: exports read as a source, and the outbox as the place where replies go."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from connectors.archive import lengths
from connectors.archive.advice import POSTING
from connectors.archive.config import ArchiveConfig
from connectors.archive.inputs import STDIN, inputs_of, open_input
from connectors.archive.outbox import RULE, Outbox
from connectors.archive.place import FilePlace, Place
from connectors.archive.rejects import write_rejects
from connectors.archive.survey import share_read, survey
from connectors.archive.sweep import Sweep
from connectors.base import Account, Ask, Capabilities, Estimate, Page, Paging, PostingRules, SourceConfig
from monitor.domain.coverage import Interval
from monitor.domain.errors import InputUnreadable, Refused, Transient
from monitor.domain.mention import Mention
from monitor.domain.moments import Clock, utc_text
from monitor.domain.posting import Absence, OutgoingReply, OwnReply, Prepared, SendResult, Unknown
from monitor.domain.verdict import MayReply, Verdict

PAGE_ROWS = 2_000
MOST_ROWS = 20_000
OUTBOX = "outbox.jsonl"  # of the current folder; bootstrap gives the one beside the database
_TICK = timedelta(milliseconds=1)


class ArchiveConnector:
    """Reads exports in stored order, resumed by position; posts into the outbox."""

    kind: ClassVar[str] = "archive"
    capabilities: ClassVar[Capabilities] = Capabilities(
        paging=Paging.SEQUENCE, can_post=True, can_backfill=True, text_limit=lengths.OTHERS
    )
    Config: ClassVar[type[SourceConfig]] = ArchiveConfig
    secrets: ClassVar[tuple[str, ...]] = ()
    posting: ClassVar[PostingRules] = POSTING

    def __init__(self, config: SourceConfig, account: Account | None, clock: Clock) -> None:
        if not isinstance(config, ArchiveConfig):
            raise TypeError("an archive source needs an ArchiveConfig")
        self._config = config
        self._clock = clock
        self._platform = account.platform if account else "archive"
        options = account.options if account else {}
        self._outbox = Outbox(Path(str(options.get("outbox") or OUTBOX)))
        self._last: Sweep | None = None
        # What standard input gave can't be asked for twice: the page is kept until the next one is asked for.
        self._pipe = uuid.uuid4().hex
        self._pipe_ended = False
        self._piped: tuple[str | None, Page] | None = None

    # --- reading ------------------------------------------------------------------------------

    def fetch(self, ask: Ask) -> Page:
        """A page of rows in stored order. Raises InputUnreadable."""
        token = ask.resume if ask.window else ask.resume or ask.cursor
        if self._config.path == STDIN:
            return self._fetch_pipe(ask, token)
        return self._fetch(ask, Place.of(token))

    def _fetch_pipe(self, ask: Ask, token: str | None) -> Page:
        if self._piped is not None and self._piped[0] == token:
            return self._piped[1]
        place = Place.of(token)
        if place.pipe != self._pipe:
            place = Place(pipe=self._pipe, rejects=place.rejects)
        page = Page((), None, place.token) if self._pipe_ended else self._fetch(ask, place)
        self._piped = (token, page)
        return page

    def _fetch(self, ask: Ask, place: Place) -> Page:
        limit = max(1, min(ask.limit or PAGE_ROWS, MOST_ROWS))
        opened = self._last.opened if self._last else None
        sweep = self._last = Sweep(self._config, place, limit, self._clock.now(), ask.window, opened)
        sweep.run()
        self._pipe_ended = sweep.drained
        rejects = self._config.rejects_path
        if ask.window:  # a backfill doesn't share the live source's file: their tokens would cut each other's
            rejects = rejects.with_name(f"{rejects.stem}.backfill{rejects.suffix}")
        place.rejects = write_rejects(rejects, place.rejects, sweep.rejects)
        waiting = self._config.speed is not None and sweep.wake_at is not None
        drained = sweep.drained or waiting
        return Page(
            mentions=tuple(sweep.mentions),
            resume=None if drained else place.token,
            cursor=place.token,
            proves=self._proven(sweep) if drained else None,
            rejects=tuple(row for _, row in sweep.rejects),
            wake_at=sweep.wake_at,
        )

    def _proven(self, sweep: Sweep) -> Interval | None:
        place = sweep.place
        if sweep.window is not None:
            return sweep.window
        if not place.ordered or place.first is None or place.last is None:
            return None
        if self._config.speed is not None:
            return sweep.replay(place.first).covered(sweep.now)
        return Interval(place.first, place.last + _TICK)

    def estimate(self, window: Interval, query: str | None) -> Estimate:  # noqa: ARG002 - the contract's
        """Counts: reads all of the export once. Raises InputUnreadable."""
        return survey(self._config, window, self._clock)

    def share_read(self) -> float | None:
        """How many of the export's bytes lie behind the last page, 0–1."""
        return share_read(self._config, self._last)

    def check(self) -> str:
        """Opens the export and reads its first row. Raises InputUnreadable."""
        if self._config.path == STDIN:
            return "standard input: read when it is collected"
        sources = inputs_of(self._config)
        if not sources:
            raise InputUnreadable(f"The folder {self._config.path!r} holds no .jsonl, .csv or .tsv file.")
        opened = open_input(sources[0], FilePlace(), self._config)
        size = sum(s.path.stat().st_size for s in sources if s.path)
        files = "1 file" if len(sources) == 1 else f"{len(sources)} files"
        line = f"{files}, {size / 1e6:,.1f} MB"
        if opened is None:
            return f"{line}; empty so far"
        try:
            batch = opened.format.take(opened.reader, 1, settled=True)
        finally:
            opened.reader.close()
        if batch.mentions:
            return f"{line}; first post of {utc_text(batch.mentions[0].created_at)}"
        return f"{line}; first row: {batch.rejects[0].reason}" if batch.rejects else f"{line}; empty so far"

    def can_reply(self, mention: Mention, own_handles: frozenset[str]) -> Verdict:  # noqa: ARG002
        """Always: a reply goes to the outbox file."""
        return Verdict(
            MayReply.POSTABLE,
            RULE,
            "Replies to posts of an export go to the outbox file; no platform is written to.",
            "docs/connectors.md#archive",
        )

    def close(self) -> None:
        """Closes the open file."""
        if self._last is not None:
            self._last.close()
            self._last = None

    # --- posting ------------------------------------------------------------------------------

    def measure(self, text: str) -> tuple[int, int]:
        """(length, limit) by the count of the account's platform."""
        return lengths.measure(self._platform, text)

    def measure_on(self, platform: str, text: str) -> tuple[int, int]:
        """(length, limit) by the count of the platform that the post came from."""
        return lengths.measure(platform, text)

    def prepare(self, reply: OutgoingReply) -> Prepared:
        """Checks the length by the count of the platform that the post came from. Raises Refused."""
        length, limit = lengths.measure(reply.platform, reply.text)
        if not reply.text.strip():
            raise Refused("The reply is empty.", rule="archive.empty")
        if length > limit:
            raise Refused(
                f"The reply has {length} characters; {reply.platform} takes {limit}.", rule="archive.too_long"
            )
        return Prepared(reply, length, limit)

    def send(self, prepared: Prepared) -> SendResult:
        """One line in the outbox, secured on disk; the same key never makes a second one. Raises nothing."""
        try:
            return self._outbox.post(prepared.reply, self._clock.now())
        except Exception as exc:  # the contract: whatever it is, somebody has to look for the reply
            return Unknown(f"{type(exc).__name__} while writing the outbox.")

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        """By its key. The outbox is complete, so what isn't there is proven absent. Raises Transient."""
        try:
            found = self._outbox.find(reply.key)
        except OSError as exc:
            raise Transient(f"The outbox can't be read: {exc.strerror or exc}.") from exc
        return OwnReply(found, Absence.UNPROVEN if found else Absence.PROVEN)
