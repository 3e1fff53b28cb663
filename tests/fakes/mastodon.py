"""A small, honest Mastodon server on loopback: hashtags, mentions, search, threads, posts, limits.

    python -m tests.fakes.mastodon --port 8004 --posts posts.jsonl --faults '{"on": "tag", "do": "429"}'

Endpoints by name, for faults and the log: `instance`, `me`, `tag`, `notifications`, `search`, `status`,
`statuses`, `context`, `own`, `create`. The account is @care@northwind.example, its token `fake-token`.

Faults of its own, besides those of `tests.fakes.faults`:

| `do` | what happens |
|---|---|
| `duplicate` | the first page once more |
| `empty` | a page without posts |
| `shuffle` | the posts of the page are out of order |
| `odd` | the first post of the page lacks its author |
| `moved` | the answer is a redirect |
| `revoke`, `restore` | the token is no longer taken, or taken again |
| `old` | the server knows no look-ups of several posts |
| `add`, `edit`, `delete` | `posts`, `id` + `text`, `ids`: before the request |

Answers are modelled on those of Mastodon 4.6. Posts with small ids of their own stand for other software.
For a server with everything there is `mastodon-mock` (PyPI); this one can be late, cut off, at a set time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from connectors.base import Account
from tests.fakes.faults import Fault
from tests.fakes.mastodon_posts import DOMAIN, Json, Post, Posts, api_time
from tests.fakes.server import Answer, FakeClock, Request, run

SECRETS = {"ACCESS_TOKEN": "fake-token"}
HANDLE = f"care@{DOMAIN}"
LIMIT, WINDOW = 300, timedelta(minutes=5)
_WORDS = {401: "The access token is invalid", 403: "This action is not allowed", 404: "Record not found"}
_WORDS |= {422: "Validation failed", 429: "Too many requests", 503: "Remote data could not be fetched"}
_SHOWN = frozenset({"public", "unlisted"})


class FakeMastodon:
    """The platform for `FakeServer`."""

    platform = "mastodon"

    def __init__(
        self,
        *,
        now: datetime | None = None,
        clock: FakeClock | None = None,
        longest: int = 500,
        limit: int = LIMIT,
        elasticsearch: bool = True,
    ) -> None:
        self.clock = clock or FakeClock(now)
        self.store = Posts()
        self.own = self.store.person("care")
        self.longest = longest
        self.limit = limit
        self.elasticsearch = elasticsearch
        self.token = SECRETS["ACCESS_TOKEN"]
        self.old = False
        self._keys: dict[str, str] = {}  # Idempotency-Key → post
        self._window: tuple[datetime, int] = (self.clock.now(), 0)

    # --- what FakeServer asks for ---------------------------------------------------------------

    def endpoint(self, request: Request) -> str:
        match request.path.strip("/").split("/")[2:]:
            case ["instance"]:
                return "instance"
            case ["accounts", "verify_credentials"]:
                return "me"
            case ["accounts", _, "statuses"]:
                return "own"
            case ["timelines", "tag", _]:
                return "tag"
            case ["statuses"]:
                return "create" if request.method == "POST" else "statuses"
            case ["statuses", _]:
                return "status"
            case ["statuses", _, "context"]:
                return "context"
            case [name]:
                return name
        return "unknown"

    def load(self, posts: Iterable[Mapping[str, Any]]) -> None:
        for post in posts:
            self.store.add(post, self.clock.now())

    def posts(self) -> list[Json]:
        return self.store.all()

    def happen(self, fault: Fault) -> None:
        if fault.do == "add":
            self.load(fault.args["posts"])
        elif fault.do == "edit":
            self.store.edit(str(fault.args["id"]), fault.args["text"], self.clock.now())
        elif fault.do == "delete":
            self.store.delete(fault.args["ids"])
        elif fault.do == "revoke":
            self.token = "another"
        elif fault.do == "restore":
            self.token = SECRETS["ACCESS_TOKEN"]
        elif fault.do == "old":
            self.old = True

    def error(self, status: int, request: Request, fault: Fault) -> Answer:
        answer = Answer(status, {"error": _WORDS.get(status, "An unexpected error occurred")})
        if status == 429 and fault.do != "429-bare":
            reset = self.clock.now() + timedelta(seconds=float(fault.args.get("seconds", 300)))
            answer.headers = self._headers(0, reset)
        return answer

    def answer(self, request: Request) -> Answer:
        name = self.endpoint(request)
        if request.quirk("moved"):
            return Answer(307, None, {"location": "/elsewhere"})
        public = name == "instance"
        if not public and request.headers.get("authorization") != f"Bearer {self.token}":
            return Answer(401, {"error": "The access token is invalid"})
        left, reset = self._count()
        if left < 0:
            return self.error(
                429, request, Fault("429", args={"seconds": (reset - self.clock.now()).seconds})
            )
        does: dict[str, Callable[[Request], Answer]] = {
            "instance": self._instance,
            "me": lambda _: Answer(200, {**self.own, "source": {}}),
            "tag": self._tag,
            "notifications": self._notifications,
            "search": self._search,
            "status": self._status,
            "statuses": self._statuses,
            "context": self._context,
            "own": self._own,
            "create": self._create,
        }
        answer = does.get(name, lambda _: _not_found())(request)
        answer.headers |= self._headers(left, reset)
        return answer

    # --- limits -----------------------------------------------------------------------------------

    def _count(self) -> tuple[int, datetime]:
        started, used = self._window
        if self.clock.now() - started >= WINDOW:
            started, used = self.clock.now(), 0
        self._window = (started, used + 1)
        return self.limit - used - 1, started + WINDOW

    def _headers(self, left: int, reset: datetime) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": api_time(reset),
        }

    # --- lists ------------------------------------------------------------------------------------

    def _instance(self, request: Request) -> Answer:
        statuses = {"max_characters": self.longest, "characters_reserved_per_url": 23}
        told = {"domain": DOMAIN, "version": "4.6.4", "configuration": {"statuses": statuses}}
        return Answer(200, told)

    def _tag(self, request: Request) -> Answer:
        tag = request.path.rpartition("/")[2].lower()
        found = [p for p in self._public() if tag in p.tags and p.visibility == "public"]
        return self._page(request, [(int(p.id), p) for p in found], self.store.status)

    def _notifications(self, request: Request) -> Answer:
        seen = [p for p in self.store.listed(self.clock.now()) if self._addressed(p)]
        ours = sorted(((p.notification, p) for p in seen), key=lambda pair: pair[0], reverse=True)
        wanted = [value for name, value in request.pairs if name == "types[]"]
        return self._page(request, ours if "mention" in wanted or not wanted else [], self._notification)

    def _addressed(self, post: Post) -> bool:
        return "care" in post.named and post.author != "care"

    def _notification(self, post: Post) -> Json:
        return {
            "id": str(post.notification),
            "type": "mention",
            "created_at": api_time(post.arrived_at),
            "account": self.store.person(post.author),
            "status": self.store.status(post),
        }

    def _search(self, request: Request) -> Answer:
        words = request.query.get("q", "").lower().split()
        hits = [p for p in self._public() if all(w in p.text.lower() for w in words)]
        if not self.elasticsearch:
            hits = []
        start, size = int(request.query.get("offset", 0)), self._size(request)
        shown = [self.store.status(p) for p in hits[start : start + size]]
        return Answer(200, {"accounts": [], "statuses": shown, "hashtags": []})

    def _own(self, request: Request) -> Answer:
        person = request.path.split("/")[4]
        ours = [p for p in self.store.listed(self.clock.now()) if self.store.person(p.author)["id"] == person]
        return self._page(request, [(int(p.id), p) for p in ours], self.store.status)

    def _public(self) -> list[Post]:
        return [p for p in self.store.listed(self.clock.now()) if p.visibility in _SHOWN]

    def _size(self, request: Request) -> int:
        return max(1, min(int(request.query.get("limit", 20)), 40))

    def _page(self, request: Request, posts: list[tuple[int, Post]], shape: Callable[[Post], Json]) -> Answer:
        if request.query.get("max_id") and not request.quirk("duplicate"):
            # The number counts, not the post: that may be deleted.
            posts = [(i, p) for i, p in posts if i < int(request.query["max_id"])]
        page = [shape(p) for _, p in posts[: self._size(request)]]
        if request.quirk("empty"):
            page = []
        if request.quirk("shuffle"):
            page = page[1::2] + page[::2]
        if request.quirk("odd") and page:
            del page[0]["account"]
        return Answer(200, page)

    # --- single posts -----------------------------------------------------------------------------

    def _status(self, request: Request) -> Answer:
        post = self.store.by_id.get(request.path.rpartition("/")[2])
        return Answer(200, self.store.status(post)) if post else _not_found()

    def _statuses(self, request: Request) -> Answer:
        ids = [value for name, value in request.pairs if name == "id[]"]
        if self.old:
            return _not_found()
        if len(ids) > 20:
            return Answer(422, {"error": "Validation failed"})
        known = [self.store.by_id[i] for i in ids if i in self.store.by_id]
        return Answer(200, [] if request.quirk("empty") else [self.store.status(p) for p in known])

    def _context(self, request: Request) -> Answer:
        post = self.store.by_id.get(request.path.split("/")[4])
        if post is None:
            return _not_found()
        above, below, parent = [], [post.id], self.store.by_id.get(post.in_reply_to or "")
        while parent is not None:
            above.insert(0, self.store.status(parent))
            parent = self.store.by_id.get(parent.in_reply_to or "")
        for native_id in below:
            below += [p.id for p in self.store.by_id.values() if p.in_reply_to == native_id]
        shown = [self.store.status(self.store.by_id[i]) for i in below[1:]]
        return Answer(200, {"ancestors": above, "descendants": shown})

    def _create(self, request: Request) -> Answer:
        form, key = request.form(), request.headers.get("idempotency-key", "")
        if key in self._keys:
            return Answer(200, self.store.status(self.store.by_id[self._keys[key]]))
        text, parent = form.get("status", ""), form.get("in_reply_to_id")
        if parent is not None and parent not in self.store.by_id:
            return Answer(404, {"error": "The post you are trying to reply to does not appear to exist."})
        if not text.strip():
            return Answer(422, {"error": "Validation failed: Text can't be blank"})
        if len(text) > self.longest:
            return Answer(
                422, {"error": f"Validation failed: Text character limit of {self.longest} exceeded"}
            )
        raw = {"author": "care", "text": text, "visibility": form.get("visibility", "public")}
        post = self.store.add(raw | {"in_reply_to": parent}, self.clock.now())
        if key:
            self._keys[key] = post.id
        return Answer(200, self.store.status(post))


def account(base_url: str, *, handle: str | None = f"@{HANDLE}") -> Account:
    """An account of this server, as the configuration would give it."""
    secrets = {name: SecretStr(value) for name, value in SECRETS.items()}
    return Account("care-mastodon", "mastodon", handle, base_url, secrets)


def _not_found() -> Answer:
    return Answer(404, {"error": "Record not found"})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A small Mastodon server on 127.0.0.1.")
    parser.add_argument("--longest", type=int, default=500, help="characters a post may have")
    run(lambda args: FakeMastodon(longest=args.longest), parser)
