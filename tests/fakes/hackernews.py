"""A small, honest copy of the Hacker News search on loopback.

    python -m tests.fakes.hackernews --port 8091 --posts posts.jsonl --faults '{"on": "search", "do": "429"}'

Endpoints by name, for faults and the log: `search` (/api/v1/search_by_date), `item` (/api/v1/items/ID).
A post is ``{id, author, created_at, text}`` and for a story `title` and `url`, for a comment `parent`;
`indexed_at` is when the search begins to show it. Like the real search it forgives typos and completes
words unless it is told not to, and shows no more than the first 1,000 hits of a query.

Faults of its own, besides those of `tests.fakes.faults`:

| `do` | what happens |
|---|---|
| `duplicate` | the page begins with posts that are newer than was asked for |
| `empty` | a page without posts that says how many there are |
| `shuffle` | the posts of the page are out of order |
| `add`, `edit`, `delete`, `kill` | `posts`, `id` + `text`, `ids`, `ids`: before the request |
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from itertools import count
from typing import Any

from tests.fakes.faults import Fault
from tests.fakes.server import Answer, FakeClock, Request, run

MOST_HITS = 1000
_FILTER = re.compile(r"created_at_i(<=|>=|<|>)(\d+)")
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass
class Post:
    """A story (with a title) or a comment. `text` is HTML, as it is kept there."""

    id: int
    author: str
    created_at: datetime
    text: str | None
    title: str | None = None
    url: str | None = None
    parent: int | None = None
    indexed_at: datetime | None = None
    dead: bool = False

    @property
    def seconds(self) -> int:
        return int(self.created_at.timestamp())


class FakeHackerNews:
    """The platform for `FakeServer`."""

    platform = "hackernews"

    def __init__(self, *, now: datetime | None = None) -> None:
        self.clock = FakeClock(now)
        self.all: dict[int, Post] = {}
        self._ids = count(40_000_000)

    # --- what FakeServer asks for ---------------------------------------------------------------

    def endpoint(self, request: Request) -> str:
        if request.path == "/api/v1/search_by_date":
            return "search"
        return "item" if request.path.startswith("/api/v1/items/") else "unknown"

    def answer(self, request: Request) -> Answer:
        match self.endpoint(request):
            case "search":
                return self._search(request)
            case "item":
                post = self.all.get(int(request.path.rsplit("/", 1)[-1]))
                return _problem(404, "Not Found") if post is None else Answer(200, self._item(post))
        return _problem(404, "Not Found")

    def error(self, status: int, request: Request, fault: Fault) -> Answer:
        answer = _problem(status, str(fault.args.get("detail", "Something went wrong")))
        if status == 429 and not fault.do.startswith("429-bare"):
            answer.headers["Retry-After"] = str(int(fault.args.get("seconds", 60)))
        return answer

    def load(self, posts: Iterable[Mapping[str, Any]]) -> None:
        for raw in posts:
            made = {k: v for k, v in raw.items() if v is not None}
            post = Post(
                int(made.get("id") or next(self._ids)),
                str(made.get("author", "jo")),
                _moment(made["created_at"]) if "created_at" in made else self.clock.now(),
                made.get("text"),
                made.get("title"),
                made.get("url"),
                int(made["parent"]) if "parent" in made else None,
                _moment(made["indexed_at"]) if "indexed_at" in made else None,
            )
            self.all[post.id] = post

    def posts(self) -> list[dict[str, Any]]:
        shown = ("id", "author", "text", "title", "url", "parent")
        return [
            {**{k: getattr(p, k) for k in shown}, "created_at": p.created_at.isoformat()}
            for p in self.all.values()
        ]

    def happen(self, fault: Fault) -> None:
        args = fault.args
        if fault.do == "add":
            self.load(args["posts"])
        elif fault.do == "edit":
            self.all[int(args["id"])].text = args["text"]
        elif fault.do == "delete":
            for native_id in args["ids"]:
                self.all.pop(int(native_id), None)
        elif fault.do == "kill":
            for native_id in args["ids"]:
                self.all[int(native_id)].dead = True

    # --- the search -----------------------------------------------------------------------------

    def _search(self, request: Request) -> Answer:
        query = request.query
        size = int(query.get("hitsPerPage", "20"))
        if not 0 <= size <= MOST_HITS:
            return _problem(400, "hitsPerPage should be between 0 and 1000")
        bounds = [
            (_COMPARE[how], int(value)) for how, value in _FILTER.findall(query.get("numericFilters", ""))
        ]
        now = self.clock.now()
        shown = [p for p in self.all.values() if not p.dead and (p.indexed_at or p.created_at) <= now]
        shown = [p for p in shown if _has_tags(p, self._root(p), query.get("tags", ""))]
        shown = [p for p in shown if _matches(p, query)]
        shown.sort(key=lambda p: (p.seconds, p.id), reverse=True)
        found = [p for p in shown if all(test(p.seconds, value) for test, value in bounds)]
        begin = int(query.get("page", "0")) * size
        page = found[begin : min(begin + size, MOST_HITS)]
        if request.quirk("empty"):
            page = []
        if request.quirk("duplicate") and found:
            newer = [p for p in shown if p.seconds > found[0].seconds][-3:]
            page = newer + page[: size - len(newer)]
        if request.quirk("shuffle"):
            page = page[1::2] + page[0::2]
        body = {
            "hits": [self._hit(p) for p in page],
            "nbHits": len(found),
            "nbPages": min(-(-len(found) // size), MOST_HITS // size) if size else 0,
            "page": int(query.get("page", "0")),
            "hitsPerPage": size,
            "exhaustiveNbHits": True,
            "exhaustiveTypo": True,
            "query": query.get("query", ""),
            "processingTimeMS": 4,
        }
        return Answer(200, body)

    def _root(self, post: Post) -> Post:
        while post.parent is not None and post.parent in self.all:
            post = self.all[post.parent]
        return post

    def _hit(self, post: Post) -> dict[str, Any]:
        root = self._root(post)
        base: dict[str, Any] = {
            "objectID": str(post.id),
            "author": post.author,
            "created_at": _text(post.created_at),
            "created_at_i": post.seconds,
            "updated_at": _text(post.created_at),
            "story_id": root.id,
            "_highlightResult": {"author": {"value": post.author, "matchLevel": "none", "matchedWords": []}},
        }
        if post.title is None:
            base |= {"comment_text": post.text, "parent_id": post.parent, "story_title": root.title}
            return base | {"_tags": ["comment", f"author_{post.author}", f"story_{root.id}"]}
        children = [p.id for p in self.all.values() if p.parent == post.id]
        base |= {"title": post.title, "points": 7, "num_comments": len(children)}
        base |= {"children": children, "_tags": ["story", f"author_{post.author}", f"story_{post.id}"]}
        return base | {k: v for k, v in (("url", post.url), ("story_text", post.text)) if v is not None}

    def _item(self, post: Post) -> dict[str, Any]:
        gone = post.dead
        return {
            "id": post.id,
            "created_at": _text(post.created_at),
            "created_at_i": post.seconds,
            "type": "story" if post.title else "comment",
            "author": None if gone else post.author,
            "title": None if gone else post.title,
            "url": None if gone else post.url,
            "text": None if gone else post.text,
            "points": 7 if post.title else None,
            "parent_id": post.parent,
            "story_id": self._root(post).id,
            "children": [self._item(p) for p in self.all.values() if p.parent == post.id],
            "options": [],
        }


def _matches(post: Post, query: Mapping[str, str]) -> bool:
    fields = {"title": post.title, "url": post.url, "author": post.author}
    fields |= {("comment_text" if post.title is None else "story_text"): post.text}
    wanted = query.get("restrictSearchableAttributes")
    names = set(wanted.split(",")) if wanted else set(fields)
    words = [word for name, value in fields.items() if value and name in names for word in _words(value)]
    asked = query.get("query", "").lower()
    phrases = re.findall(r'"([^"]*)"', asked) if query.get("advancedSyntax") == "true" else []
    loose = re.findall(r"\w+", re.sub(r'"[^"]*"', " ", asked) if phrases else asked)
    exact = all(_side_by_side(re.findall(r"\w+", phrase), words) for phrase in phrases)
    forgiving = query.get("typoTolerance") != "false"
    prefix = query.get("queryType", "prefixLast") != "prefixNone"
    return exact and all(
        any(w == have or (prefix and have.startswith(w)) or (forgiving and _near(w, have)) for have in words)
        for w in loose
    )


@cache
def _words(html: str) -> list[str]:
    return re.findall(r"\w+", unescape(re.sub(r"<[^>]*>", " ", html)).lower())


def _side_by_side(phrase: list[str], words: list[str]) -> bool:
    return any(words[i : i + len(phrase)] == phrase for i in range(len(words) - len(phrase) + 1))


def _near(one: str, other: str) -> bool:
    """One letter changed, in words of four letters and more."""
    return len(one) == len(other) >= 4 and sum(a != b for a, b in zip(one, other, strict=True)) <= 1


def _has_tags(post: Post, root: Post, tags: str) -> bool:
    own = {"story" if post.title else "comment", f"author_{post.author}", f"story_{root.id}"}
    any_of = [set(part.split(",")) for part in re.findall(r"\(([^)]*)\)", tags)]
    all_of = {t for t in re.sub(r"\([^)]*\)", "", tags).split(",") if t}
    return all_of <= own and all(own & some for some in any_of)


def _moment(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).astimezone(UTC)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _problem(status: int, message: str) -> Answer:
    return Answer(status, {"status": status, "error": message})


def spread(number: int, newest: datetime, every: timedelta) -> list[dict[str, Any]]:
    """`number` comments that hold *northwind*, the newest at `newest`, one `every` so often."""
    return [
        {
            "id": 40_000_000 + number - i,
            "author": f"jo{i}",
            "parent": 1,
            "text": f"<p>Northwind lost bag {i}",
            "created_at": (newest - i * every).isoformat(),
        }
        for i in range(number)
    ]


def _build(args: argparse.Namespace) -> FakeHackerNews:
    return FakeHackerNews(now=datetime.fromisoformat(args.now) if args.now else None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.hackernews", description="A fake Hacker News search on 127.0.0.1."
    )
    parser.add_argument("--now", help="stop its clock at this ISO-8601 time")
    run(_build, parser)
