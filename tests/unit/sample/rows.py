"""The rows of the sample week, and each as a mention: built by hand, without the archive connector."""

from __future__ import annotations

import json
from typing import Any

from monitor.domain.mention import Media, Mention, Quoted
from monitor.domain.moments import parse_moment
from monitor.sample import week_path

Row = dict[str, Any]

OWN = {
    ("x", "northwindair"),
    ("reddit", "NorthwindAir"),
    ("bluesky", "northwind.example"),
    ("mastodon", "care@northwind.example"),
}


def load() -> list[Row]:
    with week_path().open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def is_own(row: Row) -> bool:
    return (row["platform"], row["author"]) in OWN


def mention_of(row: Row) -> Mention:
    left = dict(row)
    quoted = left.pop("quoted", None)
    return Mention(
        native_id=left.pop("id"),
        created_at=parse_moment(left.pop("created_at")),
        media=tuple(Media(**m) for m in left.pop("media", ())),
        quoted=Quoted(**quoted) if quoted else None,
        **left,
    )
