"""The OpenAPI document: what FastAPI knows of the routes, and what stands around every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from monitor.stages.tokens import Scope
from monitor.web.api.access import Needs
from monitor.web.api.problems import MEDIA_TYPE, Problem

ABOUT = (
    "The same acts as the pages of the inbox, for programs. Every request carries a token of a person and "
    "has that person's rights at most. Errors are problem documents (RFC 9457). docs/api.md explains it all."
)
NAMES = {
    400: "The body is no JSON, or the cursor is none of ours",
    401: "There is no token, or it is unknown, expired or revoked",
    403: "The token or the role of its person does not allow it",
    404: "It is not there",
    409: "It changed since it was shown, somebody was faster, or the Idempotency-Key is in use",
    412: "It is no longer what If-Match says",
    413: "The body is too large",
    415: "The body is no application/json",
    422: "A field does not fit, a rule forbids it, or the Idempotency-Key came with another request",
    428: "If-Match is missing",
    429: "The token asks too often",
    503: "The store is busy; ask again",
}
ALWAYS = (401, 403, 422, 429, 503)
WITH_BODY = (400, 413, 415)
METHODS = ("get", "post", "put", "patch", "delete")

_HEADERS: dict[str, Any] = {
    "RateLimit": {
        "description": "Requests that are left, and when all are back.",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {"description": "How many in how many seconds.", "schema": {"type": "string"}},
}
_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request under the same key is done once, and answered the same way for 24 h.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route: the errors that are its own."""
    return {status: _problem(status) for status in statuses}


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": NAMES[status], "content": {MEDIA_TYPE: {"schema": schema}}}


def document_of(app: FastAPI, routes: Sequence[APIRoute]) -> dict[str, Any]:
    """The document of an app with these routes."""
    made = get_openapi(
        title=app.title, version=app.version, openapi_version="3.1.0", description=ABOUT, routes=app.routes
    )
    made["servers"] = [{"url": "/api/v1"}]
    parts = made.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    told = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(told.pop("$defs", {}))
    schemas["Problem"] = told
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token of a person: docs/api.md."}
    }
    scopes = {(r.path, m.lower()): _scope_of(r) for r in routes for m in r.methods or ()}
    for path, item in made["paths"].items():
        for method in METHODS:
            if method in item:
                _surround(item[method], method, scopes[path, method])
    return made


def _surround(operation: dict[str, Any], method: str, scope: Scope) -> None:
    operation["security"] = [{"token": [scope.value]}]
    answers = operation["responses"]
    answers.pop("422", None)
    with_body = "requestBody" in operation
    extra = [*ALWAYS, *(WITH_BODY if with_body else ())]
    if method == "post":
        extra.append(409)
        operation.setdefault("parameters", []).append(_KEY)
    if any(p["name"] == "cursor" for p in operation.get("parameters", ())):
        extra.append(400)
    for status in extra:
        answers.setdefault(str(status), _problem(status))
    for status, told in answers.items():
        if status.startswith("2"):
            told.setdefault("headers", {}).update(_HEADERS)
    if method == "get":
        answers["304"] = {"description": "If-None-Match names what it still is"}
    operation["responses"] = dict(sorted(answers.items()))


def _scope_of(route: APIRoute) -> Scope:
    found = [d.call.scope for d in route.dependant.dependencies if isinstance(d.call, Needs)]
    if len(found) != 1:
        raise TypeError(f"{route.path} asks for {len(found)} scopes; a route asks for exactly one")
    return found[0]
