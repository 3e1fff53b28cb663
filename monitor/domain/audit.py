"""The audit chain: each record's hash covers the one before it, so nothing can be changed unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One record as stored. It holds ids and hashes, never a customer's words."""

    seq: int
    at: str  # ISO-8601 UTC text
    actor: str  # a user name, or "machine:<stage>"
    action: str
    subject: str  # "draft:12", "source:x-mentions"
    detail: str  # canonical JSON
    prev_hash: str
    hash: str


def canonical(detail: Mapping[str, Any]) -> str:
    """The one JSON text of `detail`: sorted keys, no spaces."""
    return json.dumps(detail, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def record_hash(prev_hash: str, seq: int, at: str, actor: str, action: str, subject: str, detail: str) -> str:
    """SHA-256 (hex) over the previous hash and every field of this record."""
    payload = json.dumps([prev_hash, seq, at, actor, action, subject, detail], separators=(",", ":"))
    return hashlib.sha256(payload.encode()).hexdigest()
