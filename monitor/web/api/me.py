"""Who is asking, their tokens, and the colleagues there are."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from monitor.domain.moments import utc_text
from monitor.stages import tokens
from monitor.stages.tokens import Scope
from monitor.store.codec import maybe_text
from monitor.store.tokens import Token
from monitor.web.api.access import Id, Reading
from monitor.web.api.document import problems
from monitor.web.api.shape import Moment, Shape

router = APIRouter(tags=["me"])


class MeShape(Shape):
    """Whose token it is, and what it may be used for today."""

    name: str
    role: str
    token_id: int
    token: str = Field(description="The name of the token.")
    scopes: list[Scope] = Field(description="Those of the token that the person's role allows today.")
    expires_at: Moment
    brand: str
    version: str
    now: Moment


class TokenShape(Shape):
    """A token, without what opens anything."""

    token_id: int
    name: str
    hint: str = Field(description="Its first characters.")
    scopes: list[str]
    created_at: Moment
    created_by: str
    expires_at: Moment
    last_used_at: Moment | None
    revoked_at: Moment | None
    alive: bool


class TokenList(Shape):
    """One's own tokens, newest first."""

    items: list[TokenShape]


class ColleagueShape(Shape):
    """Somebody a case can be given to."""

    name: str
    role: str


class ColleagueList(Shape):
    """Everybody who may come in."""

    items: list[ColleagueShape]


@router.get("/me")
def me(act: Reading) -> MeShape:
    """Who is asking."""
    caller, services = act.caller, act.services
    return MeShape(
        name=caller.name,
        role=caller.role,
        token_id=caller.token_id,
        token=caller.token_name,
        scopes=[s for s in Scope if caller.may(s)],
        expires_at=utc_text(caller.expires_at),
        brand=services.brand_name,
        version=services.version,
        now=utc_text(services.clock.now()),
    )


@router.get("/tokens")
def own_tokens(act: Reading) -> TokenList:
    """One's own tokens. They are made on the account page: a token can't make tokens."""
    with act.store.read() as session:
        found = session.tokens.all(act.user)
    now = act.services.clock.now()
    return TokenList(items=[_token(t, alive=t.is_alive(now)) for t in found])


@router.delete("/tokens/{token_id}", responses=problems(404))
def revoke_token(act: Reading, token_id: Id) -> TokenShape:
    """Ends one of one's own tokens, this one too."""
    token = tokens.revoke(act.store, token_id, act.services.clock, by=act.user, of=act.user)
    return _token(token, alive=token.is_alive(act.services.clock.now()))


@router.get("/people")
def colleagues(act: Reading) -> ColleagueList:
    """Everybody who may come in: whom a case can be given to."""
    with act.store.read() as session:
        found = [u for u in session.people.all() if u.disabled_at is None]
    return ColleagueList(items=[ColleagueShape(name=u.name, role=u.role) for u in found])


def _token(token: Token, *, alive: bool) -> TokenShape:
    return TokenShape(
        token_id=token.id,
        name=token.name,
        hint=token.hint,
        scopes=list(token.scopes),
        created_at=utc_text(token.created_at),
        created_by=token.created_by,
        expires_at=utc_text(token.expires_at),
        last_used_at=maybe_text(token.last_used_at),
        revoked_at=maybe_text(token.revoked_at),
        alive=alive,
    )
