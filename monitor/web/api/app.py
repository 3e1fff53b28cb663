"""The JSON API, under /api/v1: the same acts as the pages, for programs (docs/api.md)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from monitor.domain.errors import NotFound, PressZeroError, WrongUse
from monitor.domain.refusals import NoSuchMethod, RequestMalformed
from monitor.web.api import (
    alerts,
    audit,
    cases,
    casework,
    decisions,
    digests,
    drafts,
    me,
    mentions,
    posting,
    promises,
    sources,
    storms,
    webhooks,
)
from monitor.web.api.document import document_of
from monitor.web.api.gate import Gate
from monitor.web.api.problems import answer
from monitor.web.services import WebServices

PREFIX = "/api/v1"
ROOMS = (
    *(me, cases, casework, drafts, decisions, mentions, promises),
    *(sources, digests, posting, audit, storms, alerts, webhooks),
)
ROUTES = [route for room in ROOMS for route in room.router.routes if isinstance(route, APIRoute)]


def create_api(services: WebServices) -> FastAPI:
    """The API over `services`, to be mounted at PREFIX."""
    app = FastAPI(
        title="Press Zero",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.services = services
    for room in ROOMS:
        app.include_router(room.router)
    app.openapi = cache(lambda: document_of(app, ROUTES))  # type: ignore[method-assign]
    app.add_exception_handler(PressZeroError, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(Gate, services=services)
    return app


def _allowed(request: Request) -> list[str]:
    """Every method that the address takes."""
    here = [route for route in ROUTES if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in here for method in route.methods or ()})


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, PressZeroError)  # noqa: S101 - registered for it
    return answer(error, request.url.path)


def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    wrong: dict[str, str] = {}
    for problem in error.errors():
        wrong.setdefault(_place(problem["loc"]), str(problem["msg"]).removeprefix("Value error, "))
    fields = [{"field": place, "problem": told} for place, told in wrong.items()]
    return answer(
        RequestMalformed(f"The request doesn't fit: {', '.join(wrong)}.", fields=fields), request.url.path
    )


def _place(loc: Sequence[Any]) -> str:
    """Where a field stands. What may be left out is a choice to pydantic; a caller need not know of which."""
    return ".".join(str(part) for part in (loc[:2] if loc[0] == "query" else loc))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    path = request.url.path
    if error.status_code == 404:
        return answer(NotFound("There is no such address.", action="See /api/v1/openapi.json."), path)
    if error.status_code == 405:
        said = NoSuchMethod(f"{request.method} is not there for this address.")
        return answer(said, path, {"allow": ", ".join(_allowed(request))})
    if error.status_code == 400:
        return answer(RequestMalformed(str(error.detail)), path)
    return answer(WrongUse(str(error.detail), action="See /api/v1/openapi.json."), path)
