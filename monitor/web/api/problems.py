"""Problem documents (RFC 9457): every error of the API, with its code, its cause and what to do."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from monitor.domain.errors import (
    BadMoment,
    ClaimedByOther,
    DraftBlocked,
    ForbiddenTransition,
    NotAllowed,
    NotFound,
    PressZeroError,
    StaleApproval,
    StoreUnavailable,
    WrongUse,
)
from monitor.domain.refusals import (
    BadCursor,
    BodyTooLarge,
    Changed,
    ConditionMissing,
    KeyBusy,
    KeyReused,
    NoSuchMethod,
    NotJson,
    RequestMalformed,
    ScopeMissing,
    ShownIsPast,
    TokenRefused,
    TooManyRequests,
)

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[PressZeroError], int] = {
    BadCursor: 400,
    TokenRefused: 401,
    ScopeMissing: 403,
    NotAllowed: 403,
    NotFound: 404,
    NoSuchMethod: 405,
    StaleApproval: 409,
    ForbiddenTransition: 409,
    ClaimedByOther: 409,
    KeyBusy: 409,
    Changed: 412,
    BodyTooLarge: 413,
    NotJson: 415,
    RequestMalformed: 422,
    WrongUse: 422,
    BadMoment: 422,
    DraftBlocked: 422,
    KeyReused: 422,
    ConditionMissing: 428,
    TooManyRequests: 429,
    StoreUnavailable: 503,
}
BUSY = timedelta(seconds=2)  # after which a busy store may be asked again


class WrongField(BaseModel):
    """A field of a request that doesn't fit."""

    field: str = Field(description="Where it stands: `body.text`, `query.limit`.")
    problem: str = Field(description="What is wrong with it.")


class Problem(BaseModel):
    """An error, as RFC 9457 has it; `code`, `action` and what follows are our own members."""

    type: str = Field(description="`urn:presszero:error:` and the code.")
    title: str = Field(description="What the code means.")
    status: int
    detail: str = Field(description="The cause, in this instance.")
    instance: str = Field(description="The path that was asked.")
    code: str = Field(description="Stable; docs/errors.md lists them all.", pattern=r"^PZ-\d{3}$")
    action: str = Field(description="What to do.")
    errors: list[WrongField] | None = Field(default=None, description="The fields that don't fit.")
    changes: list[dict[str, Any]] | None = Field(
        default=None, description="What changed since it was shown (PZ-402)."
    )


def status_of(error: PressZeroError) -> int:
    """The status of an error; 500 for one that no request may cause."""
    if isinstance(error, RequestMalformed) and not error.fields:
        return 400  # it is no JSON at all
    return next((STATUS[t] for t in type(error).__mro__ if t in STATUS), 500)


def problem_of(error: PressZeroError, path: str, status: int) -> dict[str, Any]:
    """The document of an error."""
    named = next(t for t in type(error).__mro__ if "code" in vars(t))  # a code means one thing
    meaning = inspect.cleandoc(named.__doc__ or "").split("\n\n")[0]
    told: dict[str, Any] = {
        "type": f"urn:presszero:error:{error.code}",
        "title": " ".join(meaning.split()).rstrip("."),
        "status": status,
        "detail": error.cause,
        "instance": path,
        "code": error.code,
        "action": error.what_to_do,
    }
    if isinstance(error, RequestMalformed) and error.fields:
        told["errors"] = [dict(field) for field in error.fields]
    if isinstance(error, ShownIsPast):
        told["changes"] = [dict(change) for change in error.changes]
    return told


def answer(error: PressZeroError, path: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer to a request that met an error."""
    code, sent = status_of(error), dict(headers or {})
    if isinstance(error, TokenRefused):
        sent["www-authenticate"] = 'Bearer realm="presszero"'
    if isinstance(error, TooManyRequests):
        sent["retry-after"] = str(max(1, math.ceil(error.wait.total_seconds())))
    if code == 503:
        sent["retry-after"] = str(int(BUSY.total_seconds()))
    return JSONResponse(problem_of(error, path, code), code, sent, MEDIA_TYPE)
