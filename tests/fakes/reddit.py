"""A small, honest Reddit: OAuth, listings with `after` and `before`, search, inbox, comments, rate headers.

    python -m tests.fakes.reddit --port 8002 --posts posts.jsonl --faults '{"do": "503", "on": "new"}'

Endpoints, by the name that faults use: `token`, `me`, `search`, `new`, `comments`, `mentions`, `info`,
`create`, `thread`, `user`. Any client id with a secret signs in; a user needs the password that was set.
Besides the faults that every fake has, this one knows

| `do` | what happens |
|---|---|
| `duplicate` | a listing hands out the page before once more |
| `empty` | a listing answers with nothing, and says that this is the end |
| `shuffle` | a page's items come in another order |
| `expire` | every access token is taken back |
| `revoke`, `restore` | so are the credentials; they are taken again |
| `ratelimit`, `ratelimit-after` | a comment is answered with RATELIMIT; not created, or created after all |
| `quiet` | a comment is created and the answer doesn't show it |
| `add` (`posts`), `edit` (`ids`, `text`) | people write and edit meanwhile |
| `delete`, `remove`, `lock`, `archive` (`ids`) | they delete, moderators remove, threads close |
| `private`, `ban` (`subreddit`) | a subreddit closes |

Listings end after `listing_limit` items, as Reddit's do; a page after a post that is gone is empty.
"""

from __future__ import annotations

import argparse
import base64
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from tests.fakes.faults import Fault
from tests.fakes.reddit_things import Things
from tests.fakes.server import Answer, FakeClock, Request, run

Json = dict[str, Any]


class RedditFake:
    """The platform; serve it with `FakeServer`."""

    platform = "reddit"

    def __init__(
        self,
        *,
        clock: FakeClock | None = None,
        listing_limit: int = 1000,
        rate_limit: int = 1000,
        passwords: Mapping[str, str] | None = None,
    ) -> None:
        self.clock = clock or FakeClock()
        self.things = Things()
        self.listing_limit = listing_limit
        self.rate_limit = rate_limit  # requests per ten minutes
        self.passwords = passwords  # None: any password is right
        self.tokens: dict[str, str | None] = {}  # token → user
        self.revoked = False
        self.closed: dict[str, str] = {}  # subreddit → private | banned
        self._window_ends = self.clock.now() + timedelta(minutes=10)
        self._used = 0
        self._issued = 0

    # --- what every fake has ------------------------------------------------------------------

    def load(self, posts: Iterable[Mapping[str, Any]]) -> None:
        for post in posts:
            self.things.add(dict(post))

    def posts(self) -> list[Json]:
        return list(self.things.all.values())

    def happen(self, fault: Fault) -> None:
        if fault.do == "add":
            self.load(fault.args["posts"])
        elif fault.do in ("expire", "revoke", "restore"):
            self.tokens.clear()
            self.revoked = fault.do == "revoke"
        elif fault.do in ("private", "ban"):
            self.closed[fault.args["subreddit"].lower()] = "private" if fault.do == "private" else "banned"
        for name in fault.args.get("ids", ()):
            post = self.things.all[name]
            if fault.do == "edit":
                post.update(text=fault.args["text"], edited_at=self.clock.now().isoformat())
            elif fault.do in ("delete", "remove"):
                post["gone"] = fault.do + "d"
            elif fault.do in ("lock", "archive"):
                post["locked" if fault.do == "lock" else "archived"] = True

    def endpoint(self, request: Request) -> str:
        parts = [p for p in request.path.split("/") if p]
        if parts[:1] == ["r"] and len(parts) == 3:
            return parts[2]
        names = {"api/v1/access_token": "token", "api/v1/me": "me", "message/mentions": "mentions"}
        names |= {"api/info": "info", "api/comment": "create"}
        return names.get("/".join(parts), {"comments": "thread", "user": "user"}.get(parts[0], parts[0]))

    def error(self, status: int, request: Request, fault: Fault) -> Answer:
        words = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}
        words |= {500: "Internal Server Error", 503: "Service Unavailable"}
        if status == 400:
            return Answer(
                400, b"<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n"
            )
        answer = Answer(status, {"message": words.get(status, "Error"), "error": status})
        if status == 429 and fault.do != "429-bare":
            left = int(fault.args.get("seconds", self._seconds_left()))
            answer.headers = {"retry-after": str(left), **self._rate(0, left)}
        if status == 401:
            answer.headers["www-authenticate"] = 'Bearer realm="reddit", error="invalid_token"'
        return answer

    def answer(self, request: Request) -> Answer:
        name = self.endpoint(request)
        if name == "token":
            return self._token(request)
        bearer = request.headers.get("authorization", "").removeprefix("bearer ")
        if bearer not in self.tokens:
            return self.error(401, request, Fault("401"))
        limited = self._count(request)
        if limited is not None:
            return limited
        does: dict[str, Callable[[Request, str | None], Answer]] = {
            "me": self._me,
            "search": self._search,
            "new": self._subreddit,
            "comments": self._subreddit,
            "mentions": self._mentions,
            "info": self._info,
            "create": self._create,
            "thread": self._thread,
            "user": self._user,
        }
        if name not in does:
            return Answer(404, {"message": "Not Found", "error": 404})
        answer = does[name](request, self.tokens[bearer])
        left = max(self.rate_limit - self._used, 0)
        answer.headers |= self._rate(left, self._seconds_left())
        return answer

    # --- signing in, limits -------------------------------------------------------------------

    def _token(self, request: Request) -> Answer:
        given = request.headers.get("authorization", "").removeprefix("Basic ")
        client, _, secret = base64.b64decode(given).decode().partition(":")
        if not client or not secret or self.revoked:
            return Answer(401, {"message": "Unauthorized", "error": 401})
        form = request.form()
        user = form.get("username") if form.get("grant_type") == "password" else None
        if user and self.passwords is not None and self.passwords.get(user) != form.get("password"):
            return Answer(200, {"error": "invalid_grant"})
        self._issued += 1
        token = f"token-{self._issued}"
        self.tokens[token] = user
        body = {"access_token": token, "token_type": "bearer", "expires_in": 3600, "scope": "*"}
        return Answer(200, body, {"connection": "close"})  # as the client asks

    def _seconds_left(self) -> int:
        return max(int((self._window_ends - self.clock.now()).total_seconds()), 0)

    def _count(self, request: Request) -> Answer | None:
        if self.clock.now() >= self._window_ends:
            self._window_ends = self.clock.now() + timedelta(minutes=10)
            self._used = 0
        self._used += 1
        return self.error(429, request, Fault("429")) if self._used > self.rate_limit else None

    def _rate(self, left: int, reset: int) -> dict[str, str]:
        used = self.rate_limit - left
        return {
            "x-ratelimit-remaining": f"{left:.1f}",
            "x-ratelimit-used": str(used),
            "x-ratelimit-reset": str(reset),
        }

    # --- listings -----------------------------------------------------------------------------

    def _me(self, request: Request, user: str | None) -> Answer:
        return Answer(200, {"name": user, "id": "me"}) if user else Answer(403, _FORBIDDEN)

    def _search(self, request: Request, user: str | None) -> Answer:
        words = request.query.get("q", "").lower().replace('"', " ").split()
        alternatives = " ".join(words).split(" or ")
        hits = [
            p
            for p in self.things.listed(self.clock.now())
            if p["id"].startswith("t3_") and p["subreddit"].lower() not in self.closed
            if any(all(w in _searched(p) for w in a.split()) for a in alternatives)
        ]
        return self._page(request, hits)

    def _subreddit(self, request: Request, user: str | None) -> Answer:
        _, name, what = [p for p in request.path.split("/") if p]
        closed = self.closed.get(name.lower())
        if closed:
            status, words = (403, "Forbidden") if closed == "private" else (404, "Not Found")
            return Answer(status, {"reason": closed, "message": words, "error": status})
        kind = "t3_" if what == "new" else "t1_"
        posts = self.things.listed(self.clock.now())
        return self._page(
            request, [p for p in posts if p["id"].startswith(kind) and name.lower() in ("all", _sub(p))]
        )

    def _mentions(self, request: Request, user: str | None) -> Answer:
        if user is None:
            return Answer(403, _FORBIDDEN)
        posts = self.things.listed(self.clock.now())
        about = [p for p in posts if p["id"].startswith("t1_") and f"u/{user}".lower() in p["text"].lower()]
        return self._page(request, about, self._as_message)

    def _as_message(self, post: Json) -> Json:
        """The inbox shows comments in a form of its own: no link_id, a `context` path."""
        data = self.things.thing(post)["data"]
        data["context"] = data.pop("permalink") + "?context=3"
        del data["link_id"]
        return {"kind": "t1", "data": {**data, "type": "username_mention", "was_comment": True, "new": True}}

    def _user(self, request: Request, user: str | None) -> Answer:
        name = [p for p in request.path.split("/") if p][1].lower()
        posts = self.things.listed(self.clock.now())
        return self._page(request, [p for p in posts if p["id"][:2] == "t1" and _author(p) == name])

    def _page(
        self, request: Request, posts: list[Json], shape: Callable[[Json], Json] | None = None
    ) -> Answer:
        posts = posts[: self.listing_limit]
        size = max(1, min(int(request.query.get("limit", 25)), 100))
        start = 0
        names = [p["id"] for p in posts]
        if after := request.query.get("after"):
            start = names.index(after) + 1 if after in names else len(names)
        if before := request.query.get("before"):
            end = names.index(before) if before in names else 0
            start, size = max(0, end - size), min(size, end)
        if request.quirk("duplicate"):
            start = max(0, start - size)
        if request.quirk("empty"):
            start = len(posts)
        page = posts[start : start + size]
        more = page[-1]["id"] if start + size < len(posts) else None
        if request.quirk("shuffle"):
            page = page[1::2] + page[::2]
        return Answer(200, listing([(shape or self.things.thing)(p) for p in page], more))

    def _info(self, request: Request, user: str | None) -> Answer:
        if names := request.query.get("sr_name"):
            known = {_sub(p) for p in self.things.all.values()}
            found = [n for n in names.split(",") if n.lower() in known]
            return Answer(200, listing([{"kind": "t5", "data": {"display_name": n}} for n in found]))
        asked = request.query.get("id", "").split(",")[:100] if not request.quirk("empty") else []
        posts = [self.things.all[n] for n in asked if n in self.things.all]
        return Answer(200, listing([self.things.thing(p) for p in posts if _sub(p) not in self.closed]))

    def _thread(self, request: Request, user: str | None) -> Answer:
        parts = [p for p in request.path.split("/") if p]
        root = self.things.root("t3_" + parts[1])
        if root is None:
            return Answer(404, {"message": "Not Found", "error": 404})
        top = [p for p in self.things.all.values() if p.get("parent") == root["id"]]
        if len(parts) > 3:
            post = self.things.all["t1_" + parts[3]]
            for _ in range(int(request.query.get("context", 0))):
                post = self.things.all.get(post["parent"], post) if post["parent"][:2] == "t1" else post
            top = [post]
        return Answer(200, [listing([self.things.thing(root)]), listing([self._tree(p) for p in top])])

    def _tree(self, post: Json) -> Json:
        below = [self._tree(p) for p in self.things.all.values() if p.get("parent") == post["id"]]
        return self.things.thing(post, listing(below) if below else "")

    # --- writing ------------------------------------------------------------------------------

    def _create(self, request: Request, user: str | None) -> Answer:
        form = request.form()
        parent, text = self.things.all.get(form.get("thing_id", "")), form.get("text", "")
        refused = self._refusal(user, parent, text)
        if refused is not None or parent is None or user is None:
            return _told(*(refused or ("DELETED_COMMENT", "that comment has been deleted", "parent")))
        waits = (
            "Looks like you've been doing that a lot. Take a break for 4 milliseconds before trying again."
        )
        if request.quirk("ratelimit"):
            return _told("RATELIMIT", waits, "ratelimit")
        post = {
            "subreddit": parent["subreddit"],
            "author": user,
            "text": text.strip(),
            "parent": parent["id"],
        }
        post = self.things.add({**post, "created_at": self.clock.now().isoformat()})
        if request.quirk("ratelimit-after"):
            return _told("RATELIMIT", waits, "ratelimit")
        things = [] if request.quirk("quiet") else [self.things.thing(post)]
        return Answer(200, {"json": {"errors": [], "data": {"things": things}}})

    def _refusal(
        self, user: str | None, parent: Json | None, text: str
    ) -> tuple[str, str, str | None] | None:
        if user is None:
            return "USER_REQUIRED", "Please log in to do that.", None
        if parent is None or parent.get("gone"):
            return "DELETED_COMMENT", "that comment has been deleted", "parent"
        root = self.things.all.get(self.things.link(parent), parent)
        if parent.get("locked") or root.get("locked"):
            return "THREAD_LOCKED", "Comments are locked.", "parent"
        if root.get("archived"):
            return "TOO_OLD", "that's a piece of history now; it's too late to reply to it", "parent"
        if not text.strip():
            return "NO_TEXT", "we need something here", "text"
        if len(text) > 10_000:
            return "TOO_LONG", "this is too long (max: 10000)", "text"
        return None


_FORBIDDEN = {"message": "Forbidden", "error": 403}


def listing(children: list[Json], after: str | None = None) -> Json:
    data = {"modhash": None, "dist": len(children), "children": children, "after": after, "before": None}
    return {"kind": "Listing", "data": data}


def _told(code: str, words: str, where: str | None) -> Answer:
    return Answer(200, {"json": {"errors": [[code, words, where]]}})


def _sub(post: Json) -> str:
    return str(post["subreddit"]).lower()


def _author(post: Json) -> str:
    return str(post.get("author") or "").lower()


def _searched(post: Json) -> str:
    return f"{post.get('title', '')} {post.get('text', '')}".lower()


def _build(args: argparse.Namespace) -> RedditFake:
    return RedditFake(listing_limit=args.listing_limit, rate_limit=args.rate_limit)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.reddit", description=__doc__.splitlines()[0])
    parser.add_argument("--listing-limit", type=int, default=1000, help="where listings end")
    parser.add_argument("--rate-limit", type=int, default=1000, help="requests per ten minutes")
    run(_build, parser)


if __name__ == "__main__":
    main()
