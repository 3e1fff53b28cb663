"""read: runs the language pipeline over mentions that wait for it, in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.domain.mention import StoredMention
from monitor.domain.moments import Clock
from monitor.domain.reading import Post, Reader, Reading
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
    of_source: Mapping[str, Reader] | None = None,
) -> int:
    """Reads up to `limit` mentions; returns how many were waiting.

    `own_handles` gives the brand's handles on a platform; `of_source` the reader of each source whose
    brand has a calibration of its own. Our own posts are not read, they go on
    to triage as they are. A post that is edited while it is being read is read again.
    """
    with store.read() as session:
        waiting = session.mentions.waiting(COLLECTED, limit)
    if not waiting:
        return 0
    theirs = [m for m in waiting if not m.own]
    readings = _readings(theirs, reader, of_source or {}, own_handles)
    with store.write() as session:
        session.readings.add(
            [(m.id, m.revision, r) for m, r in zip(theirs, readings, strict=True)], clock.now()
        )
        session.mentions.move_on(waiting, READ)
    return len(waiting)


def _readings(
    theirs: list[StoredMention],
    reader: Reader,
    of_source: Mapping[str, Reader],
    own_handles: Callable[[str], frozenset[str]],
) -> list[Reading]:
    """One reading per mention, in order; each reader is asked once for all that is its."""
    whose = [of_source.get(m.source, reader) for m in theirs]
    found: dict[int, Reading] = {}
    for each in {id(w): w for w in whose}.values():
        at = [i for i, w in enumerate(whose) if w is each]
        read_so = each.read([_post(theirs[i], own_handles) for i in at])
        found |= dict(zip(at, read_so, strict=True))
    return [found[i] for i in range(len(theirs))]


def _post(stored: StoredMention, own_handles: Callable[[str], frozenset[str]]) -> Post:
    mention = stored.mention
    return Post(
        text=mention.text,
        platform=mention.platform,
        lang=mention.lang,
        has_media=bool(mention.media),
        own_handles=own_handles(mention.platform),
    )
