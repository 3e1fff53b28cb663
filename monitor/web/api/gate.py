"""What stands before every request of the API: whose token it is, how often they ask, how large the body
may be; and what stands behind it: ETags, and the answer kept under an Idempotency-Key.

There is no way around it: a route that forgets to ask for a scope is still closed to whoever has no token.
"""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.domain.errors import PressZeroError, StoreUnavailable
from monitor.domain.refusals import BodyTooLarge, NotJson, RequestMalformed, TooManyRequests
from monitor.stages import tokens
from monitor.stages.tokens import Caller
from monitor.web.api import keys, problems
from monitor.web.api.acting import ActingStore
from monitor.web.api.pace import Pace
from monitor.web.services import WebServices

log = structlog.get_logger(__name__)

LARGEST_BODY = 64 * 1024  # bytes: the longest reply of any platform, several times over
OPEN = frozenset({"/openapi.json"})  # what needs no token
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(slots=True)
class _Answer:
    """What the routes said, held back until it is complete."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in message["headers"]}
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


class Gate:
    """ASGI middleware around the API."""

    def __init__(self, app: ASGIApp, services: WebServices) -> None:
        self.app = app
        self.services = services
        self.pace = Pace(services.api_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request pass, or answers it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path.removeprefix(scope.get("root_path", "")) in OPEN:
            await self.app(scope, receive, send)
            return
        allowance: dict[str, str] = {}
        try:
            answer = await self._answer(scope, receive, allowance)
        except PressZeroError as error:
            answer = problems.answer(error, path)
        except ClientDisconnect:
            return  # half a request: nobody waits for an answer
        except Exception as error:
            answer = problems.answer(_broken(path, error), path)
        answer.headers.update(allowance)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, allowance: dict[str, str]) -> Response:
        headers = Headers(scope=scope)
        now = self.services.clock.now()
        services = self.services
        caller = await run_in_threadpool(
            tokens.whose, services.store, _bearer(headers), services.clock, services.policy
        )
        taken = self.pace.take(caller.token_id, now)
        allowance.update(taken.headers)
        if taken.wait > timedelta(0):
            per_minute = f"{taken.limit} requests a minute"
            raise TooManyRequests(f"This token asks more often than {per_minute}.", wait=taken.wait)
        body = await self._body(scope, receive, headers)
        answer = await self._through(scope, caller, headers, body)
        await run_in_threadpool(self._note, caller)
        return answer

    async def _body(self, scope: Scope, receive: Receive, headers: Headers) -> bytes:
        """The whole body. Raises BodyTooLarge, NotJson."""
        if scope["method"] not in _WITH_BODY:
            return b""
        body = b""
        async for chunk in Request(scope, receive).stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise BodyTooLarge(f"The body holds more than {LARGEST_BODY // 1024} KiB.")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if body and kind != "application/json":
            raise NotJson(f"The body is {kind or 'of no stated type'}.")
        if body:
            _must_be_json(body)
        return body

    async def _through(self, scope: Scope, caller: Caller, headers: Headers, body: bytes) -> Response:
        key = keys.key_of(headers) if scope["method"] == "POST" else None
        whole = self.services.store
        bounded = whole if caller.brands is None else whole.within(caller.name)
        store = ActingStore(bounded, caller, key)
        state = dict(scope.get("state") or {})
        scope = {**scope, "state": state | {"caller": caller, "store": store}}
        if key is None:
            return _with_etag(headers, scope["method"], await self._routed(scope, body))
        print_ = keys.fingerprint(scope["method"], scope["path"], scope["query_string"], body)
        kept = await run_in_threadpool(keys.begin, self.services, caller, key, print_)
        if kept is not None:
            return Response(
                kept.body, kept.status or 200, {"idempotency-replayed": "true"}, "application/json"
            )
        answer: Response | None = None
        try:
            answer = await self._routed(scope, body)
        finally:
            await run_in_threadpool(keys.end, self.services, store, caller, key, answer)
        return answer

    async def _routed(self, scope: Scope, body: bytes) -> Response:
        """What the routes answer."""
        held, told = _Answer(), False

        async def receive() -> Message:
            nonlocal told
            if told:
                return {"type": "http.disconnect"}
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, receive, held.send)
        headers = {k: v for k, v in held.headers.items() if k != "content-length"}
        return Response(held.body, held.status, headers)

    def _note(self, caller: Caller) -> None:
        try:
            tokens.used(self.services.store, caller, self.services.clock)
        except StoreUnavailable:
            return  # the store is busy: the next request notes it


def _broken(path: str, error: Exception) -> PressZeroError:
    # The text of the error stays out of the log and the answer: it may hold a customer's words.
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = [f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in frames]
    log.error("api_failed", path=path, error=type(error).__name__, where=where)
    return PressZeroError("Something broke while this was answered.")


def _bearer(headers: Mapping[str, str]) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _must_be_json(body: bytes) -> None:
    try:
        json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as exc:
        why = "nested too deep" if isinstance(exc, RecursionError) else str(exc).partition(":")[0]
        raise RequestMalformed(f"The body is no JSON: {why}.") from None


def _with_etag(headers: Headers, method: str, answer: Response) -> Response:
    """A read gets an ETag over what it says; whoever has that already gets no body."""
    if method != "GET" or answer.status_code != 200:
        return answer
    etag = answer.headers.setdefault("etag", f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"')
    answer.headers["cache-control"] = "private, no-cache"
    known = {tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")}
    if etag in known or "*" in known:
        kept = {k: v for k, v in answer.headers.items() if k in ("etag", "cache-control")}
        return Response(status_code=304, headers=kept)
    return answer
