"""The app: routes, the shield around them, and an answer in words for everything that goes wrong."""

from __future__ import annotations

import traceback
from urllib.parse import urlencode

import structlog
from anyio import CapacityLimiter
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

from monitor.domain.errors import (
    ClaimedByOther,
    DraftBlocked,
    ForbiddenTransition,
    NotAllowed,
    NotFound,
    PictureUnavailable,
    PressZeroError,
    SecretKeyUnusable,
    SignInFailed,
    StaleApproval,
    StoreUnavailable,
    TooManyTries,
    WrongUse,
)
from monitor.web import (
    account,
    acts,
    alerts,
    attending,
    batch,
    case,
    casework,
    colleagues,
    desk,
    forgotten,
    hooks,
    live,
    mine,
    ours,
    palette,
    posting,
    provider,
    queue,
    reading,
    search,
    sign_in,
    storms,
    tokens,
    webhooks,
)
from monitor.web.access import NotSignedInError, UnfinishedError
from monitor.web.api import problems
from monitor.web.api.app import PREFIX, create_api
from monitor.web.case import Notice
from monitor.web.marks import static_version
from monitor.web.pages import render, safe_next, wants_part
from monitor.web.pictures import showing
from monitor.web.services import WebServices
from monitor.web.shield import Shield

log = structlog.get_logger(__name__)

STATUS: dict[type[PressZeroError], int] = {
    NotFound: 404,
    PictureUnavailable: 404,
    NotAllowed: 403,
    WrongUse: 400,
    TooManyTries: 429,
    SignInFailed: 401,
    SecretKeyUnusable: 503,
    StaleApproval: 409,
    ForbiddenTransition: 409,
    ClaimedByOther: 409,
    DraftBlocked: 422,
    StoreUnavailable: 503,
}


class LastingFiles(StaticFiles):
    """Static files under an address that names their content: browsers may keep them for ever."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """The file, with leave to keep it."""
        answer: Response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        answer.headers["cache-control"] = "public, max-age=31536000, immutable"
        return answer

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Nothing but files: no index, no listing."""
        return await super().get_response(path, scope)


def create_app(services: WebServices) -> FastAPI:
    """The inbox over `services`. It starts nothing and owns nothing: bootstrap opens and closes the store."""
    app = FastAPI(
        title="Press Zero", version=services.version, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.services = services
    app.state.pulse = live.Pulse(services)
    app.state.picture_limiter = CapacityLimiter(showing.AT_ONCE)
    looking = (queue, search, palette, mine, case, attending, showing, live, reading)
    programs = (tokens, webhooks, storms, alerts)
    door = (sign_in, provider, forgotten, account)
    for room in (*door, *programs, *looking, acts, batch, posting, casework, desk, ours, colleagues):
        app.include_router(room.router)
    if services.hooks:
        app.include_router(hooks.router(services.hooks))
    app.mount(PREFIX, create_api(services), "api")
    app.mount(f"/static/{static_version()}", LastingFiles(packages=[("monitor.web", "static")]), "static")
    app.add_middleware(Shield, broken=_unknown, secure=services.cookie_secure)
    app.add_exception_handler(NotSignedInError, _to_sign_in)
    app.add_exception_handler(UnfinishedError, _to_account)
    app.add_exception_handler(PressZeroError, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    return app


def _to_sign_in(request: Request, error: Exception) -> Response:
    del error
    if wants_part(request) or request.url.path == "/events":
        return PlainTextResponse("Sign in again.\n", 401, headers={"hx-refresh": "true"})
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method != "GET" or target == "/":
        return RedirectResponse("/sign-in", 303)
    return RedirectResponse("/sign-in?" + urlencode({"next": safe_next(target)}), 303)


def _to_account(request: Request, error: Exception) -> Response:
    del request, error
    return RedirectResponse("/account", 303)


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, PressZeroError)  # noqa: S101 - registered for it
    status = next((STATUS[t] for t in type(error).__mro__ if t in STATUS), 500)
    if status >= 500:
        log.error("page_failed", path=request.url.path, code=error.code)
    return _page(request, status, Notice.of(error))


def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    fields = ", ".join(sorted({str(problem["loc"][-1]) for problem in error.errors()}))
    return _page(request, 400, Notice("The request can't be understood.", f"Check: {fields}.", WrongUse.code))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    if error.status_code == 404 and request.url.path.startswith(PREFIX):
        # An address with a line break in it leads to no mounted app.
        return problems.answer(NotFound("There is no such address."), request.url.path)
    if error.status_code == 404:
        return _page(request, 404, Notice("There is no such page.", "Go back to the queue.", NotFound.code))
    return _page(request, error.status_code, Notice(error.detail, "Go back to the queue.", WrongUse.code))


def _unknown(request: Request, error: Exception) -> Response:
    # The text of the error stays out of the log: it may hold a customer's words.
    where = [
        f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-4:]
    ]
    log.error("page_failed", path=request.url.path, error=type(error).__name__, where=where)
    return _page(
        request, 500, Notice("Something broke on this page.", PressZeroError.action, PressZeroError.code)
    )


def _page(request: Request, status: int, notice: Notice) -> Response:
    services: WebServices = request.app.state.services
    person = getattr(request.state, "person", None)
    return render(
        request,
        services,
        "_notice.html" if wants_part(request) else "error.html",
        person=person,
        status=status,
        notice=notice,
    )
