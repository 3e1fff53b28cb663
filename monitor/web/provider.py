"""Sign-in through the organisation's provider: OpenID Connect, the code flow with PKCE, state and nonce.

The flow is authlib's. What it has to remember between the two halves lies sealed in a cookie of the
browser that began, for ten minutes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from monitor.domain.errors import NotFound, PressZeroError, ProviderFailed, SecretKeyUnusable
from monitor.stages.people.provider import Arrival, arrive, brands_of, role_of
from monitor.stages.people.seal import Seal
from monitor.web.access import Whole
from monitor.web.case import Notice
from monitor.web.pages import safe_next
from monitor.web.services import Entrance, WebServices
from monitor.web.sign_in import door, let_in

log = structlog.get_logger(__name__)
router = APIRouter()

PATH = "/sign-in/provider"
LASTS = timedelta(minutes=10)
LEEWAY = 60  # seconds that two clocks may differ
_COOKIE = "presszero-provider"
_PURPOSE = "provider"
# A symmetric signature could be made by whoever has the client secret, "none" by anybody.
SIGNATURES = frozenset("RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split())


@dataclass(frozen=True, slots=True)
class Provider:
    """What is known of the provider, and what its groups give here."""

    issuer: str
    client_id: str
    label: str
    name_claim: str
    groups_claim: str
    roles: Mapping[str, str]
    brands: Mapping[str, str]
    client: Any  # authlib's, made by `client_of`

    def arrival(self, claims: Mapping[str, Any]) -> Arrival:
        """Who comes. Raises ProviderFailed when the claims don't say."""
        subject, name = claims.get("sub"), claims.get(self.name_claim)
        if not isinstance(subject, str) or not subject:
            raise ProviderFailed("The provider does not say who it is.")
        if not isinstance(name, str) or not name.strip():
            raise ProviderFailed(f"The provider gives no {self.name_claim!r}, which is the name here.")
        groups = _texts(claims.get(self.groups_claim))
        role = role_of(groups, self.roles)
        return Arrival(self.issuer, subject, name.strip(), role, brands_of(groups, self.brands, role))


def client_of(issuer: str, client_id: str, client_secret: str | None, scopes: Iterable[str]) -> Any:
    """The library's client. Raises ImportError where presszero[oidc] is not installed."""
    from authlib.integrations.starlette_client import OAuth  # noqa: PLC0415 - an extra

    more = {} if client_secret else {"token_endpoint_auth_method": "none"}
    return OAuth().register(
        "provider",
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": " ".join(scopes),
            "code_challenge_method": "S256",
            "timeout": 10.0,
            **more,
        },
    )


@router.get(PATH)
async def begin(request: Request, services: Whole, next: str = "/") -> Response:
    """Sends the browser to the provider."""
    provider, seal = _set_up(services)
    request.scope["session"] = {"next": safe_next(next)}
    try:
        await _metadata(provider)
        answer: Response = await provider.client.authorize_redirect(request, _address(services, "/back"))
    except Exception as error:
        return _failed(request, services, error)
    kept = await run_in_threadpool(seal.close, json.dumps(request.session), _PURPOSE)
    answer.set_cookie(
        _COOKIE,
        kept,
        max_age=int(LASTS.total_seconds()),
        path=PATH,
        secure=services.cookie_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get(PATH + "/back")
async def back(request: Request, services: Whole) -> Response:
    """The provider sends the browser back: with a code, which is good once, for this browser alone."""
    provider, seal = _set_up(services)
    try:
        request.scope["session"] = session = _opened(request.cookies.get(_COOKIE), seal)
        claims = await _claims(provider, request)
        user = await run_in_threadpool(arrive, services.store, provider.arrival(claims), services.clock)
    except Exception as error:
        return _failed(request, services, error)
    answer = await run_in_threadpool(
        let_in, request, services, user, str(session.get("next", "/")), via="oidc"
    )
    answer.delete_cookie(_COOKIE, path=PATH)
    return answer


@router.get(PATH + "/out")
async def out(request: Request, services: Whole) -> Response:
    """Signs out at the provider as well, where it can be asked to."""
    provider, _ = _set_up(services)
    try:
        await _metadata(provider)
        where = await provider.client.create_logout_url(
            post_logout_redirect_uri=_address(services, "", "/sign-in"), client_id=provider.client_id
        )
    except Exception as error:
        return _failed(request, services, error)
    return RedirectResponse(where["url"], 303)


async def _claims(provider: Entrance, request: Request) -> dict[str, Any]:
    """What the provider proves of the person. Raises whatever the library finds wrong with it."""
    await _metadata(provider)
    must = {"essential": True}
    options = {
        "iss": must | {"value": provider.client.server_metadata["issuer"]},
        "aud": must | {"value": provider.client_id},
        "exp": must,
        "iat": must,
        "nonce": must,
    }
    token = await provider.client.authorize_access_token(request, claims_options=options, leeway=LEEWAY)
    if not token.get("userinfo"):
        raise ProviderFailed("The provider gave no proof of who it is (no ID token).")
    claims = dict(token["userinfo"])
    wanted = {provider.name_claim, provider.groups_claim} - claims.keys()
    if wanted and provider.client.server_metadata.get("userinfo_endpoint"):
        more = dict(await provider.client.userinfo(token=token))
        if more.get("sub") != claims.get("sub"):
            raise ProviderFailed("The provider speaks of two different people.")
        claims |= {name: more[name] for name in wanted if name in more}
    return claims


async def known_as(provider: Entrance) -> str:
    """What the provider calls itself. Raises ProviderFailed."""
    try:
        await _metadata(provider)
    except PressZeroError:
        raise
    except Exception as error:
        raise ProviderFailed(f"{provider.issuer} can't be asked ({type(error).__name__}).") from error
    return str(provider.client.server_metadata["issuer"])


async def _metadata(provider: Entrance) -> None:
    """Loads what the provider says of itself, once, and holds it to what was configured."""
    known = await provider.client.load_server_metadata()
    if str(known.get("issuer", "")).rstrip("/") != provider.issuer.rstrip("/"):
        known.pop("_loaded_at", None)
        raise ProviderFailed("The provider calls itself otherwise than [oidc] issuer does.")
    offered = known.get("id_token_signing_alg_values_supported") or ["RS256"]
    known["id_token_signing_alg_values_supported"] = [a for a in offered if a in SIGNATURES] or ["RS256"]


def _set_up(services: WebServices) -> tuple[Entrance, Seal]:
    if services.provider is None or services.seal is None or services.public_url is None:
        raise NotFound("There is no other way to sign in here.", action="Sign in with name and password.")
    return services.provider, services.seal


def _address(services: WebServices, below: str, path: str = PATH) -> str:
    """An address of ours as the provider knows it: never from what a request claims."""
    return f"{(services.public_url or '').rstrip('/')}{path}{below}"


def _opened(cookie: str | None, seal: Seal) -> dict[str, Any]:
    if not cookie:
        raise ProviderFailed("This browser did not begin to sign in here, or it took too long.")
    try:
        kept = json.loads(seal.open(cookie, _PURPOSE, lasts=LASTS))
    except SecretKeyUnusable as exc:
        raise ProviderFailed("Signing in took too long.") from exc
    return dict(kept)


def _failed(request: Request, services: WebServices, error: Exception) -> Response:
    """Back at the door, with what went wrong; the library's words stay in the log, without its values."""
    if not isinstance(error, PressZeroError):
        log.warning("provider_failed", error=type(error).__name__)
        error = ProviderFailed(f"Signing in with your organisation did not work ({type(error).__name__}).")
    answer = door(request, services, "/", notice=Notice.of(error), status=401)
    answer.delete_cookie(_COOKIE, path=PATH)
    return answer


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
