"""What stands before every request: no cross-site writes, no oversized bodies, and the security headers."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.domain.errors import CrossSiteRequest, FormTooLarge, PressZeroError

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What programs ask: a token or a signature says who they are, never a cookie, and each has limits of its own.
PROGRAMS = ("/hooks/", "/api/")
LARGEST_BODY = 256 * 1024  # bytes: the longest form is one reply

# Nothing but what the pages use, and all of it from here: no inline script or style, no eval, no plug-in.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), "
    "payment=(), serial=(), usb=()",
    "x-frame-options": "DENY",
}
# Browsers that have once been here over HTTPS ask for nothing else, for a year.
HSTS = {"strict-transport-security": "max-age=31536000"}


def comes_from_us(headers: Headers) -> bool:
    """Whether an unsafe request was sent by a page of ours, by what the browser says of it.

    Every current browser sends Sec-Fetch-Site to trustworthy addresses and Origin with every POST; a
    request that says neither did not come from a browser's form, and the inbox has no other clients.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


class Shield:
    """ASGI middleware around the whole app. `broken` answers for an error that nothing else answered."""

    def __init__(
        self, app: ASGIApp, broken: Callable[[Request, Exception], Response], *, secure: bool = False
    ) -> None:
        self.app = app
        self.broken = broken
        self.headers = HEADERS | HSTS if secure else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses, or passes on and adds the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            started = True
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")  # customers' words stay in no cache
            await send(message)

        program = scope["path"].startswith(PROGRAMS)
        refusal = None if program else _refusal(scope["method"], Headers(scope=scope))
        try:
            await (refusal or self.app)(scope, receive, with_headers)
        except Exception as error:
            if started:
                raise
            await self.broken(Request(scope), error)(scope, receive, with_headers)


def _refusal(method: str, headers: Headers) -> PlainTextResponse | None:
    if method in SAFE:
        return None
    if not comes_from_us(headers):
        return _plain(CrossSiteRequest("This request did not come from a page of this inbox."), 403)
    length = headers.get("content-length", "")
    if not length.isdigit() or int(length) > LARGEST_BODY:
        return _plain(FormTooLarge(f"The form holds more than {LARGEST_BODY // 1024} KiB."), 413)
    return None


def _plain(error: PressZeroError, status: int) -> PlainTextResponse:
    return PlainTextResponse(f"{error}\n", status_code=status)
