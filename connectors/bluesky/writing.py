"""A reply as Bluesky keeps it: counted in graphemes and bytes, marked up by bytes, under a fixed key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from connectors.bluesky.posts import COLLECTION
from connectors.bluesky.rules import BYTE_LIMIT, TEXT_LIMIT
from monitor.domain.moments import utc_text

_BYTES_PER_GRAPHEME = BYTE_LIMIT // TEXT_LIMIT
_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"  # atproto.com/specs/tid: base32-sortable
_EPOCH = 1_700_000_000_000_000  # microseconds; with 46 bits on top all keys lie in the past


@lru_cache(maxsize=256)
def measure(text: str) -> tuple[int, int]:
    """(length, 300). Both limits at once: 300 graphemes, and 3,000 bytes as if ten made a grapheme."""
    from grapheme import length  # noqa: PLC0415 - its tables take a while to load

    return max(int(length(text)), -(-len(text.encode()) // _BYTES_PER_GRAPHEME)), TEXT_LIMIT


def record_key(key: str) -> str:
    """A valid TID made of an idempotency key: the same reply always gets the same place.

    56 bits of the key's hash stand where a TID has its time (within 2023–2026) and clock id.
    """
    digest = int.from_bytes(sha256(key.encode()).digest()[:8], "big")
    number = (_EPOCH + (digest >> 10 & (1 << 46) - 1)) << 10 | digest & 0x3FF
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))


def record_of(
    text: str, *, root: Mapping[str, str], parent: Mapping[str, str], facets: list[Any], at: datetime
) -> dict[str, Any]:
    """The record of a reply. `root` and `parent` are {uri, cid}."""
    record: dict[str, Any] = {
        "$type": COLLECTION,
        "text": text,
        "createdAt": utc_text(at),
        "reply": {"root": dict(root), "parent": dict(parent)},
    }
    if facets:
        record["facets"] = facets
    return record


def facets_of(text: str, did_for: Callable[[str], str | None]) -> list[Any]:
    """Links, hashtags and mentions with their byte offsets. `did_for` knows the DID of a handle, or None."""
    from atproto_client.models.utils import get_model_as_dict  # noqa: PLC0415 - seconds to import
    from atproto_client.utils.facet_detection import detect_facets, detect_mentions  # noqa: PLC0415

    found = [dict(get_model_as_dict(facet)) for facet in detect_facets(text)]
    for mention in detect_mentions(text):
        did = did_for(mention.handle.lower())
        if did is not None:
            index = {"byteStart": mention.byte_start, "byteEnd": mention.byte_end}
            found.append(
                {"index": index, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": did}]}
            )
    return sorted(found, key=lambda facet: int(facet["index"]["byteStart"]))
