"""A small, honest Bluesky on loopback: sessions, search, notifications, threads and records over XRPC.

    python -m tests.fakes.bluesky --port 8003 --posts posts.jsonl --faults '{"on": "search", "do": "429"}'

Endpoints by name, for faults and the log: `login`, `refresh`, `session`, `search`, `notifications`, `posts`,
`thread`, `create`, `record`, `resolve`. The account is `--handle` (northwind.test), its app password
`fake-app-pass`. Access tokens live two hours by this server's clock.

Faults of its own, besides those of `tests.fakes.faults`:

| `do` | what happens |
|---|---|
| `duplicate` | the first page once more |
| `empty` | a page without posts, and a cursor to go on with |
| `shuffle` | the posts of the page are out of order |
| `stale-cursor` | cursors are no longer taken: 400 |
| `expire`, `expire-all` | access tokens have run out; refresh tokens too |
| `revoke`, `restore` | the app password is no longer taken, and every token has run out; it is taken again |
| `odd` | the first post of the page lacks its author |
| `moved` | the answer is a redirect |
| `add`, `delete`, `block` | `posts`, `ids`, `handle`: before the request |

A search ends after `search_limit` posts, without saying so. Answers are modelled on those of a local network.
"""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from grapheme import length
from pydantic import SecretStr

from connectors.base import Account
from tests.fakes.bluesky_posts import COLLECTION, Json, Post, Posts, api_time, parent_of
from tests.fakes.faults import Fault
from tests.fakes.server import Answer, FakeClock, Request, run

SECRETS = {"HANDLE": "northwind.test", "APP_PASSWORD": "fake-app-pass"}
LIMIT, WINDOW = 3000, timedelta(minutes=5)
_NAMES = {
    "com.atproto.server.createSession": "login",
    "com.atproto.server.refreshSession": "refresh",
    "com.atproto.server.getSession": "session",
    "app.bsky.feed.searchPosts": "search",
    "app.bsky.notification.listNotifications": "notifications",
    "app.bsky.feed.getPosts": "posts",
    "app.bsky.feed.getPostThread": "thread",
    "com.atproto.repo.createRecord": "create",
    "com.atproto.repo.getRecord": "record",
    "com.atproto.identity.resolveHandle": "resolve",
}
_WORDS = {401: "AuthenticationRequired", 403: "Forbidden", 404: "NotFound", 429: "RateLimitExceeded"}
_WORDS |= {
    400: "InvalidRequest",
    500: "InternalServerError",
    502: "UpstreamFailure",
    503: "NotEnoughResources",
}


class FakeBluesky:
    """The platform for `FakeServer`."""

    platform = "bluesky"

    def __init__(
        self,
        *,
        handle: str = SECRETS["HANDLE"],
        now: datetime | None = None,
        clock: FakeClock | None = None,
        search_limit: int = 10_000,
    ) -> None:
        self.clock = clock or FakeClock(now)
        self.store = Posts()
        self.own = self.store.person(handle)
        self.password = SECRETS["APP_PASSWORD"]
        self.search_limit = search_limit
        self._first_good = 0  # tokens of an earlier number have run out
        self._first_good_refresh = 0
        self._issued = 0
        self._window: tuple[datetime, int] = (self.clock.now(), 0)

    # --- what FakeServer asks for ---------------------------------------------------------------

    def endpoint(self, request: Request) -> str:
        nsid = request.path.removeprefix("/xrpc/")
        return _NAMES.get(nsid, nsid)

    def load(self, posts: Iterable[Mapping[str, Any]]) -> None:
        for post in posts:
            self.store.add(post, self.clock.now())

    def posts(self) -> list[Json]:
        return self.store.all()

    def happen(self, fault: Fault) -> None:
        if fault.do == "add":
            self.load(fault.args["posts"])
        elif fault.do == "delete":
            self.store.delete(fault.args["ids"])
        elif fault.do == "block":
            self.store.blocking.add(self.store.person(fault.args["handle"])["did"])
        elif fault.do == "restore":
            self.password = SECRETS["APP_PASSWORD"]
        elif fault.do in ("expire", "expire-all", "revoke"):
            self._first_good = self._issued + 1
            if fault.do != "expire":
                self._first_good_refresh = self._issued + 1
            if fault.do == "revoke":
                self.password = "another"

    def error(self, status: int, request: Request, fault: Fault) -> Answer:
        answer = Answer(status, {"error": _WORDS.get(status, "Error"), "message": "As you asked"})
        if status == 429:
            answer.body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
            if fault.do != "429-bare":
                reset = self.clock.now() + timedelta(seconds=float(fault.args.get("seconds", 300)))
                answer.headers = self._rate_headers(0, reset)
        return answer

    def answer(self, request: Request) -> Answer:
        name = self.endpoint(request)
        if name == "login":
            return self._login(request.json())
        if request.quirk("moved"):
            return Answer(307, None, {"location": "/xrpc/elsewhere"})
        objection = self._objection(request, name)
        if objection is not None:
            return objection
        if name == "refresh":
            return Answer(200, self._tokens())
        does: dict[str, Callable[[Request], Answer]] = {
            "session": lambda _: Answer(200, {**self.own, "active": True}),
            "search": self._search,
            "notifications": self._notifications,
            "posts": self._posts,
            "thread": self._thread,
            "create": self._create,
            "record": self._record,
            "resolve": self._resolve,
        }
        if name not in does:
            return _no(501, "MethodNotImplemented", "Method Not Implemented")
        answer = does[name](request)
        answer.headers |= self._counted()
        return answer

    # --- sessions and limits ----------------------------------------------------------------------

    def _login(self, given: Json) -> Answer:
        names = (self.own["handle"], self.own["did"])
        if given.get("identifier") not in names or given.get("password") != self.password:
            return _no(401, "AuthenticationRequired", "Invalid identifier or password")
        return Answer(200, self._tokens())

    def _tokens(self) -> Json:
        self._issued += 1
        now = self.clock.now()
        return {
            **self.own,
            "accessJwt": _jwt("access", self._issued, now + timedelta(hours=2)),
            "refreshJwt": _jwt("refresh", self._issued, now + timedelta(days=60)),
            "active": True,
        }

    def _objection(self, request: Request, name: str) -> Answer | None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            claims = json.loads(base64.urlsafe_b64decode(given.split(".")[1] + "=="))
        except (IndexError, ValueError):
            return _no(401, "AuthMissing", "Authentication Required")
        wanted, first = "access", self._first_good
        if name == "refresh":
            wanted, first = "refresh", self._first_good_refresh
        if claims["scope"] != wanted:
            return _no(400, "InvalidToken", "Token could not be verified")
        if claims["number"] < first or claims["exp"] <= self.clock.now().timestamp():
            return _no(400, "ExpiredToken", "Token has expired")
        return None

    def _counted(self) -> dict[str, str]:
        started, used = self._window
        if self.clock.now() - started >= WINDOW:
            started, used = self.clock.now(), 0
        self._window = (started, used + 1)
        return self._rate_headers(LIMIT - used - 1, started + WINDOW)

    def _rate_headers(self, left: int, reset: datetime) -> dict[str, str]:
        return {
            "ratelimit-limit": str(LIMIT),
            "ratelimit-remaining": str(left),
            "ratelimit-reset": str(int(reset.timestamp())),
            "ratelimit-policy": f"{LIMIT};w={int(WINDOW.total_seconds())}",
        }

    # --- lists ------------------------------------------------------------------------------------

    def _search(self, request: Request) -> Answer:
        query = request.query
        if "q" not in query:
            return _no(400, "InvalidRequest", 'Invalid params: Missing required key "q"')
        words = query["q"].lower().split()
        since, until = (_moment(query.get(name)) for name in ("since", "until"))
        hits = [
            p
            for p in self.store.listed(self.clock.now())
            if all(w in p.words for w in words)
            if (since is None or p.sorted_at >= since) and (until is None or p.sorted_at < until)
        ]
        return self._page(request, hits[: self.search_limit], "posts", self.store.view)

    def _notifications(self, request: Request) -> Answer:
        wanted = [value for name, value in request.pairs if name == "reasons"]
        found = [
            p
            for p in self.store.listed(self.clock.now())
            if (reason := self._reason(p)) is not None and (not wanted or reason in wanted)
        ]
        return self._page(request, found, "notifications", self._notification)

    def _reason(self, post: Post) -> str | None:
        own = self.own["did"]
        if post.did == own:
            return None
        features = [f for facet in post.record.get("facets", ()) for f in facet["features"]]
        if any(f.get("did") == own for f in features):
            return "mention"
        quoted = ((post.record.get("embed") or {}).get("record") or {}).get("uri", "")
        if quoted.startswith(f"at://{own}/"):
            return "quote"
        return "reply" if (parent_of(post) or "").startswith(f"at://{own}/") else None

    def _notification(self, post: Post) -> Json:
        return {
            "uri": post.uri,
            "cid": post.cid,
            "author": self.store.author(post),
            "reason": self._reason(post),
            "record": post.record,
            "isRead": False,
            "indexedAt": api_time(post.sorted_at),
            "labels": [],
        }

    def _page(self, request: Request, posts: list[Post], name: str, shape: Callable[[Post], Json]) -> Answer:
        size, cursor = int(request.query.get("limit", 25)), request.query.get("cursor")
        if not 1 <= size <= 100:
            return _no(400, "InvalidRequest", f"Invalid params: integer too big (maximum 100, got {size})")
        if cursor is not None and not request.quirk("duplicate"):
            if request.quirk("stale-cursor") or "__" not in cursor:
                return _no(400, "InvalidRequest", "Malformed cursor")
            mark = (int(cursor.partition("__")[0]), cursor.partition("__")[2].rstrip("~"))
            # Where the cursor stands counts, not the post it was made of: that may be deleted.
            posts = [p for p in posts if p.place < mark]
        page = [] if request.quirk("empty") else posts[:size]
        body: Json = {name: [shape(p) for p in page]}
        if request.quirk("empty") and posts:
            body["cursor"] = f"{cursor or f'{posts[0].place[0] + 1}__'}~"  # before all that is left
        elif len(posts) > size:
            body["cursor"] = page[-1].cursor
        if request.quirk("shuffle"):
            body[name] = body[name][1::2] + body[name][::2]
        if request.quirk("odd") and page:
            del body[name][0]["author"]
        return Answer(200, body)

    # --- single posts -----------------------------------------------------------------------------

    def _posts(self, request: Request) -> Answer:
        uris = [value for name, value in request.pairs if name == "uris"]
        if len(uris) > 25:
            return _no(400, "InvalidRequest", "Invalid params: array too big (maximum 25)")
        known = [self.store.by_uri[uri] for uri in uris if uri in self.store.by_uri]
        shown = [] if request.quirk("empty") else [self.store.view(p) for p in known]
        return Answer(200, {"posts": shown})

    def _thread(self, request: Request) -> Answer:
        uri = request.query.get("uri", "")
        if uri not in self.store.by_uri:
            return _no(400, "NotFound", f"Post not found: {uri}")
        post = self.store.by_uri[uri]
        return Answer(200, {"thread": {**self._below(post), "parent": self._above(parent_of(post))}})

    def _below(self, post: Post) -> Json:
        replies = [self._below(p) for p in self.store.by_uri.values() if parent_of(p) == post.uri]
        kind = {"$type": "app.bsky.feed.defs#threadViewPost"}
        return {**kind, "post": self.store.view(post), "replies": replies}

    def _above(self, uri: str | None) -> Json | None:
        if uri is None:
            return None
        post = self.store.by_uri.get(uri)
        if post is None:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        kind = {"$type": "app.bsky.feed.defs#threadViewPost"}
        return {**kind, "post": self.store.view(post), "parent": self._above(parent_of(post))}

    def _create(self, request: Request) -> Answer:
        sent = request.json()
        if sent.get("repo") != self.own["did"]:
            return _no(401, "AuthenticationRequired", "Authentication Required")
        record, text = sent["record"], sent["record"].get("text", "")
        if length(text) > 300 or len(text.encode()) > 3000:
            words = f"grapheme too big (maximum 300, got {length(text)}) at $.record.text"
            return _no(400, "InvalidRequest", f"Invalid app.bsky.feed.post record: {words}")
        rkey = sent.get("rkey") or f"3z{self._issued:011d}"
        if f"at://{self.own['did']}/{COLLECTION}/{rkey}" in self.store.by_uri:
            return _no(500, "InternalServerError", "Internal Server Error")
        post = self.store.create(self.own["did"], rkey, record, self.clock.now())
        commit = {"cid": post.cid, "rev": rkey}
        return Answer(200, {"uri": post.uri, "cid": post.cid, "commit": commit, "validationStatus": "valid"})

    def _record(self, request: Request) -> Answer:
        query = request.query
        uri = f"at://{query['repo']}/{query['collection']}/{query['rkey']}"
        post = self.store.by_uri.get(uri)
        if post is None:
            return _no(400, "RecordNotFound", f"Could not locate record: {uri}")
        return Answer(200, {"uri": uri, "cid": post.cid, "value": post.record})

    def _resolve(self, request: Request) -> Answer:
        person = self.store.people.get(request.query.get("handle", "").lower())
        if person is None:
            return _no(400, "InvalidRequest", "Unable to resolve handle")
        return Answer(200, {"did": person["did"]})


def account(base_url: str, *, handle: str = SECRETS["HANDLE"]) -> Account:
    """An account of this server, as the configuration would give it."""
    secrets = {name: SecretStr(value) for name, value in SECRETS.items()}
    return Account("care-bluesky", "bluesky", handle, base_url, secrets)


def _no(status: int, error: str, message: str) -> Answer:
    return Answer(status, {"error": error, "message": message})


def _jwt(scope: str, number: int, ends: datetime) -> str:
    """In the form of a token; nobody checks the signature here."""
    claims = {"scope": scope, "number": number, "exp": int(ends.timestamp())}
    parts = [json.dumps(part).encode() for part in ({"typ": "at+jwt", "alg": "none"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "c2ln"])


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A small Bluesky on 127.0.0.1.")
    parser.add_argument("--handle", default=SECRETS["HANDLE"], help="the account that signs in")
    run(lambda args: FakeBluesky(handle=args.handle), parser)
