"""The audit log: append-only, hash-chained, written in the transaction of what it records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from monitor.domain.audit import GENESIS, AuditRecord, canonical, record_hash
from monitor.domain.errors import AuditBroken
from monitor.domain.events import event_of
from monitor.domain.moments import utc_text
from monitor.store.outbox import happened
from monitor.store.protocol import Connection

PAGE = 2000


class Audit:
    """Records hold ids, hashes and names of colleagues; never a customer's words."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self.via: str | None = None  # how whoever acts came in, where it is not a page: "token:7"

    def record(self, at: datetime, actor: str, action: str, subject: str, **detail: Any) -> int:
        """Adds one record; returns its number."""
        if self.via is not None:
            detail["via"] = self.via
        self._db.execute("audit_lock")
        head = self._db.one("audit_head")
        assert head is not None, "the audit head is written by the first migration"  # noqa: S101
        seq, moment, text = int(head["seq"]), utc_text(at), canonical(detail)
        digest = record_hash(head["hash"], seq, moment, actor, action, subject, text)
        self._db.execute(
            "audit_add",
            {
                "seq": seq,
                "at": moment,
                "actor": actor,
                "action": action,
                "subject": subject,
                "detail": text,
                "prev_hash": head["hash"],
                "hash": digest,
            },
        )
        self._db.execute("audit_advance", {"hash": digest})
        event = event_of(action, detail)
        if event is not None:
            happened(self._db, event, subject, at, by=actor, **detail)
        return seq

    def records(self, after: int = 0) -> Iterator[AuditRecord]:
        """Every record above `after`, in order."""
        while page := self._db.rows("audit_after", {"after": after, "limit": PAGE}):
            for row in page:
                yield AuditRecord(**row)
            after = int(page[-1]["seq"])

    def about(self, subject: str, limit: int = 100) -> list[Mapping[str, Any]]:
        """The newest records about one subject."""
        return list(self._db.rows("audit_of", {"subject": subject, "limit": limit}))

    def verify(self) -> int:
        """Walks the whole chain; returns the number of records. Raises AuditBroken at the first fault."""
        before, expected = GENESIS, 0
        for record in self.records():
            expected += 1
            where = f"record {record.seq} ({record.action} of {record.subject}, {record.at})"
            if record.seq != expected:
                raise AuditBroken(f"Record {expected} is missing; the next one is {where}.")
            if record.prev_hash != before:
                raise AuditBroken(f"The link before {where} is broken.")
            if record.hash != record_hash(
                before, record.seq, record.at, record.actor, record.action, record.subject, record.detail
            ):
                raise AuditBroken(f"The content of {where} was changed.")
            before = record.hash
        head = self._db.one("audit_head")
        if head is None or (int(head["seq"]), head["hash"]) != (expected, before):
            last = head["seq"] if head else "nothing"
            raise AuditBroken(f"The chain ends at record {expected}, but its head says {last}.")
        return expected
