"""A small, honest X API v2 on loopback.

    python -m tests.fakes.x --port 8090 --posts posts.jsonl --faults '{"on": "search", "do": "429"}'

Endpoints by name, for faults and the log: `search`, `search_all`, `mentions`, `lookup`, `user`, `me`,
`create`, `delete`, `timeline`, `counts`, `counts_all`. Credentials: bearer token `fake-bearer`; OAuth 1.0a
with `fake-key`, `fake-key-secret`, `1000-fake-token`, `fake-token-secret` for the account `--handle` (1000).

Faults of its own, besides those of `tests.fakes.faults`:

| `do` | what happens |
|---|---|
| `duplicate` | the page repeats the last posts of the page before it |
| `empty` | a page without posts, and a token to go on with |
| `shuffle` | the posts of the page are out of order |
| `stale-token` | page tokens run out: 400 |
| `add`, `edit`, `delete`, `protect` | `posts`, `id` + `text`, `ids`, `handle`: before the request |
| `revoke`, `restore` | the credentials stop working, or work again |
| `duplicate-403`, `not-summoned`, `usage-capped` | that refusal, whatever was sent |
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from connectors.base import Account
from tests.fakes import x_errors, x_posts
from tests.fakes import x_parameters as parameters
from tests.fakes.faults import Fault
from tests.fakes.server import Answer, FakeClock, Request, run
from tests.fakes.x_access import Access, Limiter, headers
from tests.fakes.x_parameters import Refuse
from tests.fakes.x_posts import Post, Posts

SECRETS = {
    "BEARER_TOKEN": "fake-bearer",
    "API_KEY": "fake-key",
    "API_SECRET": "fake-key-secret",
    "ACCESS_TOKEN": "1000-fake-token",
    "ACCESS_SECRET": "fake-token-secret",
}
# The newest so many posts; older ones can't be had.
_HOLDS = {"mentions": 800, "timeline": 3200}


class FakeX:
    """The platform for `FakeServer`."""

    platform = "x"

    def __init__(self, *, handle: str = "northwindair", now: datetime | None = None) -> None:
        self.clock = FakeClock(now)
        self.store = Posts()
        self.own = self.store.person(handle)  # the first account: id 1000
        self.access = Access(dict(SECRETS))
        self.limiter = Limiter()

    # --- what FakeServer asks for ---------------------------------------------------------------

    def endpoint(self, request: Request) -> str:
        """The short name."""
        parts = request.path.strip("/").split("/")[1:]
        match parts:
            case ["tweets", "search", "recent"]:
                return "search"
            case ["tweets", "search", "all"]:
                return "search_all"
            case ["tweets", "counts", which]:
                return "counts" if which == "recent" else "counts_all"
            case ["users", _, ("mentions" | "tweets") as which]:
                return "mentions" if which == "mentions" else "timeline"
            case ["users", "me"]:
                return "me"
            case ["users", "by", "username", _]:
                return "user"
            case ["tweets"]:
                return "create" if request.method == "POST" else "lookup"
            case ["tweets", _]:
                return "delete" if request.method == "DELETE" else "unknown"
        return "unknown"

    def answer(self, request: Request) -> Answer:
        """Authentication, limits, parameters, then the thing itself."""
        endpoint = self.endpoint(request)
        if endpoint == "unknown":
            return x_errors.problem(404)
        who = self.access.who(request)
        if who is None or (endpoint in ("create", "delete", "me") and who != "user"):
            return x_errors.problem(401)
        allowed, rate = self.limiter.count(endpoint, who, self.clock.now())
        if not allowed:
            answer = x_errors.problem(429)
        else:
            try:
                if request.quirk("usage-capped"):
                    raise Refuse(x_errors.usage_capped())
                parameters.check_names(endpoint, request)
                answer = getattr(self, f"_{endpoint}")(request)
            except Refuse as refused:
                answer = refused.answer
        answer.headers |= rate | {"x-access-level": "read-write" if who == "user" else "read"}
        return answer

    def error(self, status: int, request: Request, fault: Fault) -> Answer:
        """X's own body; a 429 says when to come back unless it is a bare one."""
        answer = x_errors.problem(status, fault.args.get("detail"))
        if status == 429 and not fault.do.startswith("429-bare"):
            reset = self.clock.now() + timedelta(seconds=float(fault.args.get("seconds", 900)))
            answer.headers |= headers(450, 0, reset)
        return answer

    def load(self, posts: Iterable[Mapping[str, Any]]) -> None:
        """Adds posts."""
        for raw in posts:
            self.store.add(raw, self.clock.now())

    def posts(self) -> list[dict[str, Any]]:
        """All of them."""
        return self.store.all()

    def happen(self, fault: Fault) -> None:
        """Edits, deletions and the like."""
        args = fault.args
        happenings: dict[str, Callable[[], Any]] = {
            "add": lambda: self.load(args["posts"]),
            "edit": lambda: self.store.edit(args["id"], args["text"], self.clock.now()),
            "delete": lambda: self.store.delete(args["ids"]),
            "protect": lambda: setattr(self.store.person(args["handle"]), "gone", "protected"),
            "revoke": lambda: setattr(self.access, "revoked", True),
            "restore": lambda: setattr(self.access, "revoked", False),
        }
        happenings.get(fault.do, lambda: None)()

    # --- listings -------------------------------------------------------------------------------

    def _search(self, request: Request) -> Answer:
        return self._listing(request, "search", parameters.query_test(request, 512))

    def _search_all(self, request: Request) -> Answer:
        return self._listing(request, "search_all", parameters.query_test(request, 1024))

    def _mentions(self, request: Request) -> Answer:
        handle = f"@{self._user_in(request).handle}".lower()
        return self._listing(request, "mentions", lambda p: handle in p.text.lower())

    def _timeline(self, request: Request) -> Answer:
        handle = self._user_in(request).handle
        return self._listing(request, "timeline", lambda p: p.author == handle)

    def _listing(self, request: Request, endpoint: str, test: Callable[[Post], bool]) -> Answer:
        size = parameters.page_size(request, endpoint)
        window = parameters.window_of(request, endpoint, self.clock.now())
        listed = [p for p in self.store.visible(self.clock.now()) if test(p)]
        listed = [
            p
            for p in listed[: _HOLDS.get(endpoint, len(listed))]
            if window.start <= p.created_at < window.end
        ]
        if endpoint.startswith("search"):
            listed = [p for p in listed if p.reposted is None]
        below = parameters.position(request)
        rest = [p for p in listed if int(p.id) < below]
        if request.quirk("empty"):
            meta = {"result_count": 0, "next_token": parameters.page_token(request, below, nonce="empty")}
            return Answer(200, {"meta": meta})
        page = rest[:size]
        token = parameters.page_token(request, int(page[-1].id)) if len(rest) > size else None
        if request.quirk("duplicate"):
            page = [p for p in listed if int(p.id) >= below][-size // 2 :] + page[: size - size // 2]
            token = (
                parameters.page_token(request, int(page[-1].id))
                if page and page[-1] is not rest[-1]
                else None
            )
        if request.quirk("shuffle"):
            page = page[1::2] + page[0::2]
        return Answer(200, self._page(request, page, token))

    def _page(self, request: Request, page: list[Post], token: str | None) -> dict[str, Any]:
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        if token:
            meta["next_token"] = token
        body = self._bodies(request, [(p, p.id) for p in page], [])
        return body | {"meta": meta}

    def _bodies(
        self, request: Request, versions: list[tuple[Post, str]], errors: list[dict[str, Any]]
    ) -> dict[str, Any]:
        wanted = {k: set(request.query.get(f"{k}.fields", "").split(",")) for k in ("tweet", "user", "media")}
        expansions = set(request.query.get("expansions", "").split(","))
        shown = [p for p, _ in versions]
        beside: list[Post] = []
        if "referenced_tweets.id" in expansions:
            names = dict.fromkeys(i for p in shown for i in (p.in_reply_to, p.quoted, p.reposted) if i)
            for native_id in names:
                found = self.store.find(native_id)
                if found is None:
                    errors.append(x_errors.not_found(native_id, "referenced_tweets.id"))
                else:
                    beside.append(found)
        includes: dict[str, list[Any]] = {
            "tweets": [x_posts.tweet(self.store, p, wanted["tweet"]) for p in beside]
        }
        authors = shown if "author_id" in expansions else []
        authors = authors + (beside if "referenced_tweets.id.author_id" in expansions else [])
        people = {p.author.lower(): self.store.person(p.author) for p in authors}
        includes["users"] = [x_posts.user(p, wanted["user"]) for p in people.values()]
        if "attachments.media_keys" in expansions:
            includes["media"] = [
                x_posts.media(p, i, wanted["media"]) for p in shown for i in range(len(p.media))
            ]
        if "geo.place_id" in expansions:
            includes["places"] = [x_posts.place(n) for n in dict.fromkeys(p.place for p in shown if p.place)]
        includes = {k: v for k, v in includes.items() if v}
        data = [x_posts.tweet(self.store, p, wanted["tweet"], i) for p, i in versions]
        parts = {"data": data, "includes": includes, "errors": errors}
        return {k: v for k, v in parts.items() if v}

    # --- single things --------------------------------------------------------------------------

    def _lookup(self, request: Request) -> Answer:
        ids = [i for i in request.query.get("ids", "").split(",") if i]
        if not 1 <= len(ids) <= 100:
            message = f"The `ids` query parameter must have between 1 and 100 ids, not {len(ids)}"
            raise Refuse(x_errors.invalid("ids", str(len(ids)), message))
        versions, errors = [], []
        for native_id in ids:
            post = self.store.find(native_id)
            if post is None:
                errors.append(x_errors.not_found(native_id))
            elif self.store.person(post.author).gone:
                errors.append(x_errors.not_authorized(native_id))
            else:
                versions.append((post, native_id))
        return Answer(200, self._bodies(request, versions, errors))

    def _user(self, request: Request) -> Answer:
        handle = request.path.rsplit("/", 1)[-1]
        person = self.store.people.get(handle.lower())
        if person is None:
            return Answer(200, {"errors": [x_errors.not_found(handle, "username", "user")]})
        return Answer(200, {"data": x_posts.user(person, set())})

    def _me(self, request: Request) -> Answer:
        return Answer(200, {"data": x_posts.user(self.own, set())})

    def _create(self, request: Request) -> Answer:
        for name, words in (("duplicate-403", x_errors.DUPLICATE), ("not-summoned", x_errors.NOT_SUMMONED)):
            if request.quirk(name):
                return x_errors.problem(403, words)
        sent = request.json()
        text, parent_id = str(sent.get("text", "")), (sent.get("reply") or {}).get("in_reply_to_tweet_id")
        mine = [p for p in self.store.visible(self.clock.now()) if p.author == self.own.handle]
        if any(p.text == text and p.in_reply_to == parent_id for p in mine):
            return x_errors.problem(403, x_errors.DUPLICATE)
        if parent_id is not None:
            self._check_reply(parent_id)
        raw = {"author": self.own.handle, "text": text, "in_reply_to": parent_id}
        post = self.store.add({k: v for k, v in raw.items() if v is not None}, self.clock.now())
        data = {"id": post.id, "text": text, "edit_history_tweet_ids": [post.id]}
        return Answer(201, {"data": data})

    def _check_reply(self, parent_id: str) -> None:
        parent = self.store.find(parent_id)
        if parent is None:
            raise Refuse(x_errors.problem(403, x_errors.REPLY_TO_GONE))
        quoted = self.store.find(parent.quoted) if parent.quoted else None
        summoned = f"@{self.own.handle}".lower() in parent.text.lower()
        if not summoned and (quoted is None or quoted.author != self.own.handle):
            raise Refuse(x_errors.problem(403, x_errors.NOT_SUMMONED))

    def _delete(self, request: Request) -> Answer:
        post = self.store.find(request.path.rsplit("/", 1)[-1])
        if post is None or post.author != self.own.handle:
            return x_errors.problem(403, "You are not allowed to delete this Tweet.")
        self.store.delete([post.id])
        return Answer(200, {"data": {"deleted": True}})

    # --- counts ---------------------------------------------------------------------------------

    def _counts(self, request: Request) -> Answer:
        return self._counted(request, "search", 512, None)

    def _counts_all(self, request: Request) -> Answer:
        return self._counted(request, "search_all", 1024, timedelta(days=31))

    def _counted(self, request: Request, endpoint: str, longest: int, page: timedelta | None) -> Answer:
        test, window = (
            parameters.query_test(request, longest),
            parameters.window_of(request, endpoint, self.clock.now()),
        )
        top = (
            datetime.fromisoformat(request.query["next_token"])
            if "next_token" in request.query
            else window.end
        )
        bottom = max(window.start, top - page) if page else window.start
        step = {"minute": 60, "hour": 3600, "day": 86400}[request.query.get("granularity", "hour")]
        buckets, total = [], 0
        hits = [p for p in self.store.visible(self.clock.now()) if test(p)]
        while bottom < top:
            end = min(top, _next_whole(bottom, step))
            number = sum(bottom <= p.created_at < end for p in hits)
            buckets.append(
                {"start": x_posts.api_time(bottom), "end": x_posts.api_time(end), "tweet_count": number}
            )
            total, bottom = total + number, end
        meta: dict[str, Any] = {"total_tweet_count": total}
        if page and top - page > window.start:
            meta["next_token"] = (top - page).isoformat()
        return Answer(200, {"data": buckets, "meta": meta})

    def _user_in(self, request: Request) -> x_posts.Person:
        native_id = request.path.split("/")[3]
        for person in self.store.people.values():
            if person.id == native_id:
                return person
        body = {"errors": [x_errors.not_found(native_id, "id", "user")]}
        raise Refuse(Answer(200, body))


def account(base_url: str, *, handle: str = "northwindair", only: Iterable[str] = SECRETS) -> Account:
    """The account that a connector needs to talk to this server; `only` some of its secrets."""
    secrets = {name: SecretStr(SECRETS[name]) for name in only}
    return Account(name="care-x", platform="x", handle=handle, base_url=base_url, secrets=secrets)


def _next_whole(moment: datetime, step: int) -> datetime:
    epoch = int(moment.timestamp())
    return datetime.fromtimestamp(epoch - epoch % step + step, moment.tzinfo)


def _build(args: argparse.Namespace) -> FakeX:
    return FakeX(handle=args.handle, now=datetime.fromisoformat(args.now) if args.now else None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.x", description="A fake X API v2 on 127.0.0.1."
    )
    parser.add_argument(
        "--handle", default="northwindair", help="the account the OAuth 1.0a secrets belong to"
    )
    parser.add_argument("--now", help="stop its clock at this ISO-8601 time")
    run(_build, parser)
