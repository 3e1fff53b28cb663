"""A server that takes webhooks and alerts: remembers what it was sent, and answers as it was told."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Script = int | str | tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Taken:
    """One request as it arrived. Names of headers are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """On a free port of 127.0.0.1; a context manager.

    `answers` are used up one by one, then it answers 200: a status, a status with headers, "cut" (the line
    is cut without an answer), "hang" (no answer for `patience` seconds), "drip" (a body that never ends).
    """

    answers: list[Script] = field(default_factory=list)
    patience: float = 5.0
    taken: list[Taken] = field(default_factory=list)

    def __enter__(self) -> Self:
        receiver = self
        self._stop = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver._take(self)

            def log_message(self, *_: object) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.port: int = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._http.shutdown()
        self._http.server_close()

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.taken.append(Taken(handler.path, headers, body))
        script = self.answers.pop(0) if self.answers else 200
        if script == "cut":
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
            return
        if script == "hang":
            self._stop.wait(self.patience)
            handler.close_connection = True
            return
        status, more = script if isinstance(script, tuple) else (200 if script == "drip" else int(script), {})
        handler.send_response(status)
        for name, value in more.items():
            handler.send_header(name, value)
        if script != "drip":
            handler.send_header("content-length", "0")
            handler.end_headers()
            return
        handler.end_headers()
        until = time.monotonic() + self.patience
        while time.monotonic() < until and not self._stop.is_set():
            try:
                handler.wfile.write(b"x" * 1024)
            except OSError:
                return
            self._stop.wait(0.05)

    def events(self) -> list[str]:
        """The names of the events that arrived."""
        return [taken.json["event"] for taken in self.taken]
