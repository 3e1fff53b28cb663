"""The HTTP server under every fake: request log, faults, a clock of its own, and admin endpoints.

A fake is a class with `platform`, `endpoint(request)`, `answer(request)`, `error(status, request, fault)`,
`load(posts)`, `posts()` and `happen(fault)`; see `Platform`. The server adds, for scripts and other programs:

    GET  /_fake/log              every request so far           DELETE /_fake/log
    GET  /_fake/faults           the faults, with their counts  POST (add: object or array) / DELETE (clear)
    GET  /_fake/posts            the posts                      POST (add: object or array)
    POST /_fake/happen           {"do": "delete", "ids": […]}   edits, deletions … now, not with a request
    GET  /_fake/clock            {"now": …}                     POST {"now": ISO text} or {"advance": seconds}
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol, Self, cast
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.faults import Fault, Faults, read_faults

HTML_PAGE = b"<!DOCTYPE html><html><body><h1>Something went wrong</h1></body></html>"


@dataclass
class Request:
    """One request, with the faults that the platform itself has to carry out."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    quirks: list[Fault] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)  # the query once more, repeated names too

    def json(self) -> Any:
        """The body as JSON; {} when there is none. Raises ValueError."""
        return json.loads(self.body) if self.body else {}

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def quirk(self, do: str) -> Fault | None:
        """The fault of that name, when this request was struck by it."""
        return next((f for f in self.quirks if f.do == do), None)


@dataclass
class Answer:
    """What goes back. A dict or list becomes JSON."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> tuple[bytes, str]:
        """(bytes, content type)."""
        if isinstance(self.body, bytes):
            return self.body, "text/html; charset=utf-8"
        if self.body is None:
            return b"", "text/plain"
        return json.dumps(self.body, ensure_ascii=False).encode(), "application/json; charset=utf-8"


@dataclass(frozen=True)
class LogLine:
    """One request as it is remembered: never its Authorization header."""

    at: datetime
    method: str
    endpoint: str
    path: str
    query: dict[str, str]
    status: int  # 0: the line was cut without an answer
    fault: str | None


class FakeClock:
    """The server's own time: real until somebody sets it."""

    def __init__(self, now: datetime | None = None) -> None:
        self._fixed = now
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Aware UTC."""
        return (self._fixed or datetime.now(UTC)) + self._ahead

    def set(self, now: datetime) -> None:
        """Stops the clock at `now`."""
        self._fixed, self._ahead = now, timedelta(0)

    def advance(self, seconds: float) -> None:
        """Puts it `seconds` forward, or back; a clock that runs runs on."""
        self._ahead += timedelta(seconds=seconds)


class Platform(Protocol):
    """What a fake brings."""

    platform: str
    clock: FakeClock

    def endpoint(self, request: Request) -> str:
        """The short name of what is asked: `search`, `create`, `token` …"""
        ...

    def answer(self, request: Request) -> Answer:
        """Does it."""
        ...

    def error(self, status: int, request: Request, fault: Fault) -> Answer:
        """The platform's own body and headers for a failure."""
        ...

    def load(self, posts: Iterable[Mapping[str, Any]]) -> None:
        """Adds posts."""
        ...

    def posts(self) -> list[dict[str, Any]]:
        """All posts, in the form `load` takes."""
        ...

    def happen(self, fault: Fault) -> None:
        """Carries out a fault that changes posts (`add`, `edit`, `delete` …); ignores all others."""
        ...


class FakeServer:
    """A fake on a free port of 127.0.0.1; a context manager."""

    def __init__(
        self, platform: Platform, *, port: int = 0, faults: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        self.platform = platform
        self.faults = Faults(faults)
        self.log: list[LogLine] = []
        self.stopping = threading.Event()
        # One answer at a time: a fake's state needs no locks of its own. Hanging happens outside it.
        self.lock = threading.RLock()
        self._http = _Http(("127.0.0.1", port), self)
        self.port: int = self._http.server_address[1]
        self.base_url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.cut_connections()
        self._http.server_close()

    def requests(self, endpoint: str | None = None) -> list[LogLine]:
        """The log, or the part of it that went to one endpoint."""
        with self.lock:
            return [line for line in self.log if endpoint in (None, line.endpoint)]

    def happen(self, fault: Fault) -> None:
        """Carries out a fault that changes posts, credentials, or the clock."""
        if fault.do == "skew":
            self.platform.clock.advance(float(fault.args["seconds"]))
        else:
            self.platform.happen(fault)

    def serve_forever(self) -> None:
        """Serves in this thread until Ctrl-C."""
        try:
            self._http.serve_forever(0.2)
        except KeyboardInterrupt:
            self.stopping.set()
        finally:
            self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], fake: FakeServer) -> None:
        self.fake = fake
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut_connections(self) -> None:
        """Ends the keep-alive connections, so that their threads end too."""
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes; a delayed ACK would cost 40 ms

    def log_message(self, format: str, *args: Any) -> None:
        return

    def _serve(self) -> None:
        fake = cast(_Http, self.server).fake
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {k.lower(): v for k, v in self.headers.items()},
            self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            pairs=parse_qsl(parts.query, keep_blank_values=True),
        )
        if parts.path.startswith("/_fake/"):
            with fake.lock:
                self._reply(_admin(fake, request))
            return
        self._platform(fake, request)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - names given by http.server

    def _platform(self, fake: FakeServer, request: Request) -> None:
        endpoint = fake.platform.endpoint(request)
        hits = fake.faults.strike(endpoint)
        wire = next((f for f in hits if f.is_wire), None)
        request.quirks = [f for f in hits if not f.is_wire]
        answer: Answer | None = None
        with fake.lock:
            if wire is None or wire.after_effect:
                for quirk in request.quirks:
                    fake.happen(quirk)
                answer = fake.platform.answer(request)
            if wire is not None and wire.status is not None:
                answer = fake.platform.error(wire.status, request, wire)
            elif wire is not None and wire.do == "html":
                answer = Answer(200, HTML_PAGE)
            cut = wire is not None and wire.do.startswith(("hang", "drop"))
            status = 0 if cut or answer is None else answer.status
            struck = ",".join(f.do for f in hits) or None
            fake.log.append(
                LogLine(
                    fake.platform.clock.now(),
                    request.method,
                    endpoint,
                    request.path,
                    request.query,
                    status,
                    struck,
                )
            )
        if cut and wire is not None:
            if wire.do.startswith("hang"):
                fake.stopping.wait(float(wire.args.get("seconds", 30)))
            self.close_connection = True
            return
        assert answer is not None
        self._reply(answer, half=wire is not None and wire.do == "truncate", now=fake.platform.clock.now())

    def _reply(self, answer: Answer, *, half: bool = False, now: datetime | None = None) -> None:
        body, kind = answer.encoded()
        self.send_response_only(answer.status, responses.get(answer.status, "Unknown"))
        self.send_header("Date", format_datetime((now or datetime.now(UTC)).astimezone(UTC), usegmt=True))
        self.send_header("Content-Type", answer.headers.pop("content-type", kind))
        # Half an answer that claims to be whole: what a proxy that was cut off leaves behind.
        body = body[: len(body) // 2] if half else body
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _admin(fake: FakeServer, request: Request) -> Answer:
    what, method = request.path.removeprefix("/_fake/"), request.method
    sent = request.json()
    items = sent if isinstance(sent, list) else [sent]
    if what == "log" and method == "DELETE":
        fake.log.clear()
    elif what == "faults" and method == "POST":
        fake.faults.add(*items)
    elif what == "faults" and method == "DELETE":
        fake.faults.clear()
    elif what == "posts" and method == "POST":
        fake.platform.load(items)
    elif what == "happen" and method == "POST":
        for item in items:
            fake.happen(Fault.parse(item))
    elif what == "clock" and method == "POST" and "now" in sent:
        fake.platform.clock.set(datetime.fromisoformat(sent["now"]).astimezone(UTC))
    elif what == "clock" and method == "POST":
        fake.platform.clock.advance(float(sent["advance"]))
    elif method != "GET":
        return Answer(404, {"error": "no such admin endpoint"})
    return _admin_view(fake, what)


def _admin_view(fake: FakeServer, what: str) -> Answer:
    if what == "log":
        return Answer(200, [{**vars(line), "at": line.at.isoformat()} for line in fake.log])
    if what == "faults":
        return Answer(200, fake.faults.listing())
    if what in ("posts", "happen"):
        return Answer(200, fake.platform.posts())
    if what == "clock":
        return Answer(200, {"now": fake.platform.clock.now().isoformat()})
    return Answer(404, {"error": "no such admin endpoint"})


def run(build: Callable[[argparse.Namespace], Platform], parser: argparse.ArgumentParser) -> None:
    """The command line every fake shares: --port, --posts, --faults. Serves until Ctrl-C."""
    parser.add_argument("--port", type=int, default=0, help="0: a free one, printed on the first line")
    parser.add_argument("--posts", type=Path, help="JSON lines, one post each")
    parser.add_argument("--faults", help="a JSON array or object, or a file that holds one")
    args = parser.parse_args()
    platform = build(args)
    if args.posts:
        with args.posts.open(encoding="utf-8") as lines:
            platform.load(json.loads(line) for line in lines if line.strip())
    server = FakeServer(platform, port=args.port, faults=read_faults(args.faults))
    print(server.base_url, flush=True)
    server.serve_forever()
