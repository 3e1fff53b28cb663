"""A message board in memory, read newest first in pages, with everything that goes wrong on real ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from connectors.base import Account, Ask, Capabilities, Page, Paging, SourceConfig
from monitor.domain.coverage import Interval
from monitor.domain.errors import AuthExpired, BadResponse, RateLimited, Refused, Transient
from monitor.domain.mention import Mention
from monitor.domain.moments import Clock
from monitor.domain.verdict import MayReply, Verdict

PAGE = 5
REACH = timedelta(days=7)

# Ends the process, as far as the engine can tell: nothing after the request runs.
Killed = KeyboardInterrupt


@dataclass
class Board:
    """What is really there, and what will go wrong with the next requests."""

    clock: Clock
    posts: list[Mention] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    requests: list[tuple[str | None, str | None]] = field(default_factory=list)

    def post(self, at: datetime) -> None:
        self.posts.append(Mention("board", str(len(self.posts)), f"post {len(self.posts)}", at))


class BoardConnector:
    """A well-behaved connector to a `Board`: `proves` only what a page really shows."""

    kind: ClassVar[str] = "board"
    capabilities: ClassVar[Capabilities] = Capabilities(
        paging=Paging.NEWEST_FIRST, reach_back=REACH, overlap=timedelta(seconds=30), can_search=True
    )
    Config: ClassVar[type[SourceConfig]] = SourceConfig
    secrets: ClassVar[tuple[str, ...]] = ()

    board: Board

    def __init__(self, config: SourceConfig, account: Account | None, clock: Clock) -> None:
        self.clock = clock

    def on(self, board: Board) -> BoardConnector:
        self.board = board
        return self

    def fetch(self, ask: Ask) -> Page:
        assert ask.window is not None
        board, now = self.board, self.clock.now()
        fault = board.faults.pop(0) if board.faults else "none"
        if fault == "kill before":
            raise Killed
        board.requests.append((str(ask.window.start), ask.resume))
        self._fail(fault, now, ask)
        found = sorted(
            (p for p in board.posts if ask.window.start <= p.created_at < ask.window.end),
            key=lambda p: (p.created_at, int(p.native_id)),
            reverse=True,
        )
        # The token names the last post shown, as real ones do; posts that come meanwhile don't shift it.
        if ask.resume is not None:
            at, last = ask.resume.split("|")
            edge = (datetime.fromisoformat(at), int(last))
            found = [p for p in found if (p.created_at, int(p.native_id)) < edge]
        page, more = tuple(found[:PAGE]), len(found) > PAGE
        if fault == "kill after":
            raise Killed
        last_shown = page[-1] if page else None
        resume = (
            f"{last_shown.created_at.isoformat()}|{last_shown.native_id}" if more and last_shown else None
        )
        down_to = (
            last_shown.created_at + timedelta(milliseconds=1) if resume and last_shown else ask.window.start
        )
        proves = Interval(min(down_to, ask.window.end), ask.window.end)
        if fault == "duplicates":
            page = page + page[:2]
        return Page(
            mentions=page, resume=resume, proves=proves, cursor=last_shown.native_id if last_shown else None
        )

    def _fail(self, fault: str, now: datetime, ask: Ask) -> None:
        if fault == "429":
            raise RateLimited("slow down", retry_at=now + timedelta(minutes=15))
        if fault == "503":
            raise Transient("unavailable")
        if fault == "html":
            raise BadResponse("not JSON")
        if fault == "401":
            raise AuthExpired("token expired")
        if fault == "token" and ask.resume is not None:
            raise Refused("this page token has expired")

    def can_reply(self, mention: Mention, own_handles: frozenset[str]) -> Verdict:
        return Verdict(MayReply.LISTEN_ONLY, "board", "a test")

    def check(self) -> str:
        return "fine"

    def close(self) -> None:
        pass
