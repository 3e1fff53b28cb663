"""A web server on loopback with one feed: conditional requests, redirects, and trouble on demand."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass
class Item:
    guid: str
    title: str
    link: str
    body: str
    at: datetime | None


class FeedServer:
    """`items` is what the feed shows, newest first."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.seen: list[tuple[str, int]] = []  # path, status
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.body: bytes | None = None
        self.hanging = False
        self.looping = False
        self._released = threading.Event()
        handler = type("Handler", (_Handler,), {"feed": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._released.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def add(self, at: datetime | None, **changes: str) -> Item:
        number = len(self.items) + 1
        shape = {
            "guid": f"tag:example,2026:{number}",
            "title": f"Item {number}",
            "body": f"<p>Words {number}</p>",
        }
        shape["link"] = f"https://news.example/{number}"
        item = Item(at=at, **(shape | changes))
        self.items.insert(0, item)
        return item

    def fail(self, status: int, **headers: str) -> None:
        self.status, self.headers = status, headers

    def say(self, body: bytes) -> None:
        self.body = body

    def hang(self) -> None:
        self.hanging = True

    def redirect_for_ever(self) -> None:
        self.looping = True

    def wait_until_released(self) -> None:
        self._released.wait(5)

    def document(self) -> bytes:
        if self.body is not None:
            return self.body
        items = "".join(map(_item, self.items))
        head = "<title>News</title><language>en-GB</language>"
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def _item(item: Item) -> str:
    date = f"<pubDate>{format_datetime(item.at)}</pubDate>" if item.at else ""
    return (
        f"<item><title>{escape(item.title)}</title><guid isPermaLink='false'>{escape(item.guid)}</guid>"
        f"<link>{escape(item.link)}</link><description>{escape(item.body)}</description>{date}</item>"
    )


class _Handler(BaseHTTPRequestHandler):
    feed: FeedServer

    def do_GET(self) -> None:
        feed = self.feed
        if feed.hanging:
            feed.wait_until_released()
            return
        body = feed.document()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if feed.looping or self.path.startswith("/moved"):
            to = self.path if feed.looping else self.path.replace("/moved", "/feed.xml")
            self._answer(302, b"", {"Location": to})
        elif feed.status is not None:
            self._answer(feed.status, b"no", feed.headers)
        elif self.headers.get("If-None-Match") == etag:
            self._answer(304, b"", {"ETag": etag})
        else:
            self._answer(200, body, {"ETag": etag, "Content-Type": "application/rss+xml"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.feed.seen.append((self.path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
