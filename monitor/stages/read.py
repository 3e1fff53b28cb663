"""read: runs the language pipeline over mentions that wait for it, in batches."""

from __future__ import annotations

from collections.abc import Callable

from monitor.domain.mention import StoredMention
from monitor.domain.moments import Clock
from monitor.domain.reading import Post, Reader
from monitor.store.mentions import COLLECTED, READ
from monitor.store.protocol import Store

BATCH = 500


def read(
    store: Store,
    reader: Reader,
    own_handles: Callable[[str], frozenset[str]],
    clock: Clock,
    *,
    limit: int = BATCH,
) -> int:
    """Reads up to `limit` mentions; returns how many were waiting.

    `own_handles` gives the brand's handles on a platform. Our own posts are not read, they go on
    to triage as they are. A post that is edited while it is being read is read again.
    """
    with store.read() as session:
        waiting = session.mentions.waiting(COLLECTED, limit)
    if not waiting:
        return 0
    theirs = [m for m in waiting if not m.own]
    readings = reader.read([_post(m, own_handles) for m in theirs])
    with store.write() as session:
        session.readings.add(
            [(m.id, m.revision, r) for m, r in zip(theirs, readings, strict=True)], clock.now()
        )
        session.mentions.move_on(waiting, READ)
    return len(waiting)


def _post(stored: StoredMention, own_handles: Callable[[str], frozenset[str]]) -> Post:
    mention = stored.mention
    return Post(
        text=mention.text,
        platform=mention.platform,
        lang=mention.lang,
        has_media=bool(mention.media),
        own_handles=own_handles(mention.platform),
    )
