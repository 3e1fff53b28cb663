"""POST /hooks/SOURCE: where others push mentions. Their signature says who may; there is no session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from connectors.webhook import HEADER, Receipt
from connectors.webhook.deliveries import LARGEST_BODY, too_large
from monitor.domain.errors import (
    AuthExpired,
    DeliveryRefused,
    NotFound,
    PressZeroError,
    SignatureRefused,
    SpoolUnavailable,
)

log = structlog.get_logger(__name__)

PREFIX = "/hooks/"
RETRY_AFTER = 30  # seconds
_STATUS: dict[type[PressZeroError], int] = {
    NotFound: 404,
    SignatureRefused: 401,
    DeliveryRefused: 422,
    SpoolUnavailable: 503,
    AuthExpired: 503,  # the fault is ours: the sender shall come again
}
_RULE_STATUS = {"too_large": 413, "unreadable": 400, "bad_key": 400, "key_reused": 409}


@runtime_checkable
class Hook(Protocol):
    """What takes the deliveries of one source: a `connectors.webhook.WebhookConnector`."""

    def receive(self, signature: str | None, key: str | None, body: bytes) -> Receipt:
        """Returns once the delivery is on disk. Raises PressZeroError."""
        ...


def router(hooks: Mapping[str, Hook]) -> APIRouter:
    """The route for `hooks`, by the name of their source.

    It has to be let past everything that wants a session, a form's origin, or a body smaller than 1 MiB.
    """
    routes = APIRouter()

    @routes.post(PREFIX + "{source}")
    async def deliver(request: Request, source: str) -> JSONResponse:
        try:
            hook = hooks.get(source)
            if hook is None:
                raise NotFound("There is no hook of that name.", action="Check the address.")
            body = await _body(request)
            headers = request.headers
            receipt = await run_in_threadpool(
                hook.receive, headers.get(HEADER), headers.get("idempotency-key"), body
            )
        except PressZeroError as error:
            return _refusal(source, error)
        except ClientDisconnect:  # half a body: nothing was taken, and nobody waits for the answer
            return JSONResponse({}, 400)
        log.info("delivery_taken", source=source, mentions=receipt.mentions, duplicate=receipt.duplicate)
        return JSONResponse(_told(receipt), 202)

    return routes


async def _body(request: Request) -> bytes:
    """The body, given up as soon as it is too large, whatever Content-Length says."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > LARGEST_BODY:
        raise too_large()
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise too_large()
        chunks.append(chunk)
    return b"".join(chunks)


def _refusal(source: str, error: PressZeroError) -> JSONResponse:
    status = next((_STATUS[t] for t in type(error).__mro__ if t in _STATUS), 500)
    if isinstance(error, DeliveryRefused):
        status = _RULE_STATUS.get(error.rule, status)
    # The name comes from outside unless a hook bears it.
    name = None if isinstance(error, NotFound) else source
    log.warning("delivery_refused", source=name, status=status, code=error.code)
    headers = {"retry-after": str(RETRY_AFTER)} if status == 503 else None
    told = {"code": error.code, "cause": error.cause, "action": error.what_to_do}
    return JSONResponse(told, status, headers)


def _told(receipt: Receipt) -> dict[str, Any]:
    return {
        "mentions": receipt.mentions,
        "removed": receipt.removed,
        "rejects": receipt.rejects,
        "rejected": [{"row": number, "reason": reason} for number, reason in receipt.rejected],
        "duplicate": receipt.duplicate,
    }
