"""A source over files in a folder, read page by page as the engine does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.archive import ArchiveConfig, ArchiveConnector
from connectors.base import Account, Ask, Page
from monitor.domain.mention import Mention

OPENED: list[ArchiveConnector] = []  # closed after each test
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class SetClock:
    def __init__(self, now: datetime = NOON) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


def source(
    path: Path | str, clock: SetClock | None = None, account: Account | None = None, **config: Any
) -> ArchiveConnector:
    made = ArchiveConnector(
        ArchiveConfig(name="export", kind="archive", path=str(path), **config), account, clock or SetClock()
    )
    OPENED.append(made)
    return made


def row(number: int, text: str | None = None, **more: object) -> dict[str, object]:
    at = NOON - timedelta(days=1) + timedelta(minutes=number)
    return {
        "platform": "x",
        "id": str(number),
        "text": f"Post {number}" if text is None else text,
        "created_at": at.isoformat(),
    } | more


def jsonl(rows: Iterable[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(r, ensure_ascii=False).encode() + b"\n" for r in rows)


def poll(
    connector: ArchiveConnector, cursor: str | None = None, limit: int = 1000, restart: Any = None
) -> tuple[list[Mention], list[Page]]:
    """One poll: pages until the window is drained. `restart` gives a new instance for every page."""
    mentions: list[Mention] = []
    pages: list[Page] = []
    ask = Ask(None, cursor=cursor, limit=limit)
    while True:
        page = (restart() if restart else connector).fetch(ask)
        mentions += page.mentions
        pages.append(page)
        if page.resume is None:
            return mentions, pages
        ask = replace(ask, resume=page.resume)


def ids(mentions: Iterable[Mention]) -> list[str]:
    return [m.native_id for m in mentions]
