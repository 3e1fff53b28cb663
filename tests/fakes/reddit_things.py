"""What Reddit knows in the fake: posts in their short form, and as the JSON that Reddit would send.

The short form, which `load` takes and `posts` gives back::

    {"id": "t1_c1", "subreddit": "air", "author": "jo", "text": "…", "created_at": "2026-03-01T12:00:00Z"}

`id` starting with t3_ is a submission (with a `title`), t1_ a comment (with a `parent`; its `link` is found
through it). Optional: `edited_at`, `indexed_at` (not listed before), `locked`, `archived`, `gone`
("deleted": by its author, "removed": by a moderator), `raw` (further fields of the JSON).
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits or "0"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def seconds(text: str) -> float:
    """Whole seconds, as Reddit tells time."""
    return float(int(moment(text).timestamp()))


class Things:
    """All posts, by name."""

    def __init__(self) -> None:
        self.all: dict[str, dict[str, Any]] = {}
        self.comments: Counter[str] = Counter()  # by submission
        self._next = 36**6

    def add(self, post: dict[str, Any]) -> dict[str, Any]:
        """Keeps a post; a comment without a parent hangs under its subreddit's own thread."""
        post = dict(post)
        if "id" not in post:
            self._next += 1
            post["id"] = ("t1_" if "parent" in post else "t3_") + base36(self._next)
        if post["id"].startswith("t1_") and "parent" not in post:
            post["parent"] = f"t3_{post['subreddit'].lower()}"
        if post["id"] not in self.all:
            self.comments[self.link(post)] += 1
        self.all[post["id"]] = post
        return post

    def link(self, post: dict[str, Any]) -> str:
        """The submission that a post belongs to."""
        while post["id"].startswith("t1_"):
            parent = self.all.get(post["parent"])
            if parent is None:
                return str(post.get("link", post["parent"]))
            post = parent
        return str(post["id"])

    def root(self, name: str) -> dict[str, Any] | None:
        """A submission; one that nobody loaded is there all the same when comments hang under it."""
        below = next((p for p in self.all.values() if p["id"][:2] == "t1" and self.link(p) == name), None)
        if name in self.all or below is None:
            return self.all.get(name)
        shared = {k: below[k] for k in ("subreddit", "created_at")}
        return {**shared, "id": name, "author": "mods", "title": below["subreddit"], "text": ""}

    def listed(self, now: datetime) -> list[dict[str, Any]]:
        """What listings show now, newest first: nothing that is gone or not indexed yet."""
        shown = [
            p
            for p in self.all.values()
            if not p.get("gone") and moment(p.get("indexed_at", p["created_at"])) <= now
        ]
        return sorted(shown, key=lambda p: (moment(p["created_at"]), len(p["id"]), p["id"]), reverse=True)

    def thing(self, post: dict[str, Any], replies: Any = "") -> dict[str, Any]:
        """The JSON of a post. The fields are those of real answers, old and new."""
        return self._comment(post, replies) if post["id"].startswith("t1_") else self._submission(post)

    def _common(self, post: dict[str, Any]) -> dict[str, Any]:
        bare, gone = post["id"][3:], post.get("gone")
        return {
            "id": bare,
            "name": post["id"],
            "subreddit": post["subreddit"],
            "subreddit_id": "t5_" + post["subreddit"].lower()[:6],
            "subreddit_name_prefixed": f"r/{post['subreddit']}",
            "subreddit_type": "public",
            "author": "[deleted]" if gone else post.get("author"),
            "author_fullname": None if gone else "t2_" + str(post.get("author", "")).lower(),
            "created": seconds(post["created_at"]),
            "created_utc": seconds(post["created_at"]),
            "edited": seconds(post["edited_at"]) if post.get("edited_at") else False,
            "archived": bool(post.get("archived")),
            "locked": bool(post.get("locked")),
            "score": post.get("score", 1),
            "ups": post.get("score", 1),
            "downs": 0,
            "gilded": 0,
            "likes": None,
            "saved": False,
            "stickied": False,
            "distinguished": None,
            "banned_by": None,
            "num_reports": None,
            "mod_reports": [],
            "user_reports": [],
        }

    def _comment(self, post: dict[str, Any], replies: Any) -> dict[str, Any]:
        link = self.link(post)
        text = f"[{post['gone']}]" if post.get("gone") else post["text"]
        data = {
            **self._common(post),
            "body": text,
            "body_html": f'<div class="md"><p>{text}</p>\n</div>',
            "link_id": link,
            "parent_id": post["parent"],
            "permalink": f"/r/{post['subreddit']}/comments/{link[3:]}/_/{post['id'][3:]}/",
            "replies": replies,
            "controversiality": 0,
            "score_hidden": False,
            **post.get("raw", {}),
        }
        return {"kind": "t1", "data": data}

    def _submission(self, post: dict[str, Any]) -> dict[str, Any]:
        gone = post.get("gone")
        text = f"[{gone}]" if gone else post.get("text", "")
        permalink = f"/r/{post['subreddit']}/comments/{post['id'][3:]}/_/"
        data = {
            "title": post.get("title", ""),
            "selftext": text,
            "selftext_html": None,
            "is_self": True,
            "domain": f"self.{post['subreddit']}",
            "url": f"https://www.reddit.com{permalink}",
            "permalink": permalink,
            "num_comments": max(self.comments[post["id"]] - 1, 0),
            "removed_by_category": {"deleted": "deleted", "removed": "moderator"}.get(str(gone)),
            "over_18": False,
            "hidden": False,
            **self._common(post),
            **post.get("raw", {}),
        }
        return {"kind": "t3", "data": data}
