"""A small copy of the App Store's customer-review feeds on loopback.

    python -m tests.fakes.appstore --port 8092 --posts reviews.jsonl --faults '{"do": "503", "after": 2}'

One endpoint, `reviews`. A review is ``{id, country, author, title, text, rating, updated}``. As there, a
country shows 10 pages of 50 at most, newest first; page 11 is a 400 in plain text; a single review is an
object instead of a list, and without any there is no `entry` at all.

Faults of its own, besides those of `tests.fakes.faults`:

| `do` | what happens |
|---|---|
| `empty` | a feed without reviews, though there are some |
| `stale` | the feed as it was before the newest `count` reviews |
| `add`, `edit`, `delete` | `posts`, `id` + `text`, `ids`: before the request |
| `old-form` | the feed's older form: an entry for the app first, and no dates |
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.fakes.faults import Fault
from tests.fakes.server import Answer, FakeClock, Request, run

PAGE, PAGES = 50, 10
_PATH = re.compile(r"/([a-z]{2})/rss/customerreviews/page=(\d+)/id=(\d+)/sortby=mostrecent/json")
_KIND = {"content-type": "text/javascript; charset=utf-8"}


class FakeAppStore:
    """The platform for `FakeServer`."""

    platform = "appstore"

    def __init__(self, *, app: str = "1234567890", now: datetime | None = None) -> None:
        self.clock = FakeClock(now)
        self.app = app
        self.all: dict[str, dict[str, Any]] = {}
        self.not_sold_in: set[str] = set()
        self._ids = count(9_000_000_001)

    # --- what FakeServer asks for ---------------------------------------------------------------

    def endpoint(self, request: Request) -> str:
        return "reviews" if _PATH.fullmatch(request.path) else "unknown"

    def answer(self, request: Request) -> Answer:
        found = _PATH.fullmatch(request.path)
        if found is None or found[3] != self.app or found[1] in self.not_sold_in:
            return Answer(404, b"<HTML><BODY>Not Found</BODY></HTML>")
        country, page = found[1], int(found[2])
        if page > PAGES:
            return Answer(
                400, b"CustomerReviews RSS page depth is limited to 10", {"content-type": "text/plain"}
            )
        shown = [r for r in self.all.values() if r["country"] == country]
        shown.sort(key=lambda r: (r["updated"], r["id"]), reverse=True)
        stale = request.quirk("stale")
        shown = shown[int(stale.args["count"]) if stale else 0 :][: PAGE * PAGES]
        old = request.quirk("old-form") is not None
        entries = [_entry(r, dated=not old) for r in shown[(page - 1) * PAGE : page * PAGE]]
        if request.quirk("empty"):
            entries = []
        if old and page == 1:
            entries.insert(0, {"im:name": _label("Northwind"), "id": _label(self.app)})
        return Answer(200, self._feed(country, page, len(shown), entries), dict(_KIND))

    def error(self, status: int, request: Request, fault: Fault) -> Answer:
        answer = Answer(status, b"<HTML><BODY>Error</BODY></HTML>")
        if status == 429 and not fault.do.startswith("429-bare"):
            answer.headers["Retry-After"] = str(int(fault.args.get("seconds", 60)))
        return answer

    def load(self, posts: Iterable[Mapping[str, Any]]) -> None:
        for raw in posts:
            made = {"country": "us", "author": "jo", "title": "Title", "rating": 1, **raw}
            updated = made.get("updated", self.clock.now())
            made["updated"] = updated if isinstance(updated, datetime) else datetime.fromisoformat(updated)
            made["id"] = str(made.get("id") or next(self._ids))
            self.all[made["id"]] = made

    def posts(self) -> list[dict[str, Any]]:
        return [{**r, "updated": r["updated"].astimezone(UTC).isoformat()} for r in self.all.values()]

    def happen(self, fault: Fault) -> None:
        if fault.do == "add":
            self.load(fault.args["posts"])
        elif fault.do == "edit":
            self.all[str(fault.args["id"])] |= {"text": fault.args["text"], "updated": self.clock.now()}
        elif fault.do == "delete":
            for native_id in fault.args["ids"]:
                self.all.pop(str(native_id), None)

    # --- the feed -------------------------------------------------------------------------------

    def _feed(self, country: str, page: int, number: int, entries: list[Any]) -> dict[str, Any]:
        last = max(1, -(-number // PAGE))
        links = {"self": page, "first": 1, "last": last, "previous": max(1, page - 1), "next": page + 1}
        feed: dict[str, Any] = {
            "author": {"name": _label("iTunes Store"), "uri": _label("http://www.apple.com/itunes/")},
            "updated": _label(self.clock.now().isoformat()),
            "title": _label("iTunes Store: Customer Reviews"),
            "link": [{"attributes": {"rel": r, "href": self._address(country, p)}} for r, p in links.items()],
        }
        if entries:
            feed["entry"] = entries if len(entries) > 1 else entries[0]
        return {"feed": feed}

    def _address(self, country: str, page: int) -> str:
        return (
            f"https://itunes.apple.com/{country}/rss/customerreviews/page={page}/id={self.app}/xml?urlDesc="
        )


def _entry(review: Mapping[str, Any], *, dated: bool) -> dict[str, Any]:
    person = sum(map(ord, review["author"])) + 1000
    made = {
        "author": {
            "uri": _label(f"https://itunes.apple.com/{review['country']}/reviews/id{person}"),
            "name": _label(review["author"]),
            "label": "",
        },
        "im:version": _label("3.4.3"),
        "im:rating": _label(review["rating"]),
        "id": _label(review["id"]),
        "title": _label(review["title"]),
        "content": {"label": review["text"], "attributes": {"type": "text"}},
        "im:voteSum": _label(2),
        "im:voteCount": _label(3),
    }
    return made | ({"updated": _label(review["updated"].isoformat())} if dated else {})


def _label(value: object) -> dict[str, str]:
    return {"label": str(value)}


def _build(args: argparse.Namespace) -> FakeAppStore:
    return FakeAppStore(app=args.app)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.appstore", description="Fake review feeds on 127.0.0.1."
    )
    parser.add_argument("--app", default="1234567890", help="the id of the app that has reviews")
    run(_build, parser)
