"""Every route × every role. A route that is not in this table fails the test."""

from __future__ import annotations

import httpx
import pytest
from fastapi.routing import APIRoute

from monitor.stages.people import ROLES, May
from monitor.web.app import create_app
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.seed import House

OPEN = "anybody"  # nobody has to be signed in

# "METHOD path": what it takes
NEEDS: dict[str, May | str] = {
    "GET /sign-in": OPEN,
    "POST /sign-in": OPEN,
    "GET /sign-in/code": OPEN,
    "POST /sign-in/code": OPEN,
    "GET /sign-in/provider": OPEN,
    "GET /sign-in/provider/back": OPEN,
    "GET /sign-in/provider/out": OPEN,
    "GET /forgotten": OPEN,
    "POST /forgotten": OPEN,
    "GET /reset/{token}": OPEN,
    "POST /reset/{token}": OPEN,
    "GET /healthz": OPEN,
    "POST /sign-out": May.READ,
    "POST /theme": May.READ,
    "GET /account": May.READ,
    "POST /account/password": May.READ,
    "POST /account/email": May.READ,
    "POST /account/browsers": May.READ,
    "POST /account/second-factor/begin": May.READ,
    "POST /account/second-factor/confirm": May.READ,
    "POST /account/second-factor/codes": May.READ,
    "POST /account/second-factor/off": May.READ,
    "GET /account/tokens": May.READ,
    "POST /account/tokens": May.READ,
    "POST /account/tokens/{token_id}/revoke": May.READ,
    "GET /people/tokens": May.ADMIN,
    "POST /people/tokens/{token_id}/revoke": May.ADMIN,
    "GET /storms/banner": May.READ,
    "GET /storms/{storm_id}": May.READ,
    "POST /storms/{storm_id}/incident": May.DRAFT,
    "POST /storms/{storm_id}/dismiss": May.DRAFT,
    "GET /webhooks": May.ADMIN,
    "GET /webhooks/deliveries/{delivery_id}": May.ADMIN,
    "POST /webhooks/{name}/test": May.ADMIN,
    "POST /webhooks/resend": May.ADMIN,
    "GET /": May.READ,
    "GET /rows": May.READ,
    "GET /me": May.READ,
    "GET /palette": May.READ,
    "POST /views": May.READ,
    "POST /views/{view_id}/drop": May.READ,
    "GET /search": May.READ,
    "GET /lanes": May.READ,
    "GET /troubles": May.READ,
    "GET /events": May.READ,
    "GET /cases/{case_id}": May.READ,
    "GET /cases/{case_id}/moved": May.READ,
    "GET /cases/{case_id}/posts/{mention_id}": May.READ,
    "GET /pictures/{mention_id}/{number}": May.READ,
    "GET /sources": May.READ,
    "GET /digest": May.READ,
    "GET /digest/{day}": May.READ,
    "GET /digest/{day}/page": May.READ,
    "GET /cases/{case_id}/wordings": May.DRAFT,
    "POST /cases/{case_id}/save": May.DRAFT,
    "POST /cases/{case_id}/keep": May.DRAFT,
    "POST /cases/{case_id}/hand-off": May.DRAFT,
    "POST /cases/{case_id}/claim": May.DRAFT,
    "POST /cases/{case_id}/release": May.DRAFT,
    "POST /cases/{case_id}/reject": May.DRAFT,
    "POST /cases/{case_id}/confirm": May.DRAFT,
    "POST /cases/{case_id}/assign": May.DRAFT,
    "POST /cases/{case_id}/note": May.DRAFT,
    "POST /cases/{case_id}/correct": May.DRAFT,
    "POST /cases/{case_id}/close": May.DRAFT,
    "POST /cases/{case_id}/reopen": May.DRAFT,
    "POST /cases/{case_id}/promises/{promise_id}": May.DRAFT,
    "POST /cases/{case_id}/snooze": May.DRAFT,
    "POST /cases/{case_id}/wake": May.DRAFT,
    "POST /cases/{case_id}/escalate": May.DRAFT,
    "POST /cases/{case_id}/answer": May.DRAFT,
    "POST /cases/{case_id}/tags": May.DRAFT,
    "POST /cases/{case_id}/incident": May.DRAFT,
    "POST /cases/{case_id}/merge": May.DRAFT,
    "POST /cases/{case_id}/split": May.DRAFT,
    "POST /cases/{case_id}/moves/{move_id}/undo": May.DRAFT,
    "POST /cases/{case_id}/here": May.READ,
    "POST /cases/{case_id}/words/drop": May.DRAFT,
    "POST /approve": May.APPROVE,
    "POST /approve/undo": May.APPROVE,
    "POST /cases/{case_id}/approve": May.APPROVE,
    "POST /cases/{case_id}/undo": May.APPROVE,
    "GET /promises": May.READ,
    "POST /promises/{promise_id}": May.DRAFT,
    "GET /alerts": May.READ,
    "POST /alerts/{alert_id}/ack": May.DRAFT,
    "POST /alerts/test/{channel}": May.PAUSE,
    "POST /alerts/cover": May.PAUSE,
    "POST /alerts/cover/{cover_id}/drop": May.PAUSE,
    "GET /posting": May.READ,
    "POST /posting/{source}": May.PAUSE,
    "POST /cases/{case_id}/unknown": May.APPROVE,
    "GET /macros": May.READ,
    "GET /reading": May.READ,
    "POST /macros/{name}": May.MACROS,
    "POST /pause": May.PAUSE,
    "GET /people": May.ADMIN,
    "POST /people": May.ADMIN,
    "POST /people/{name}": May.ADMIN,
}


def routes(house: House) -> set[str]:
    found = set()
    for route in _walk(create_app(house.services()).routes):
        found |= {f"{method} {route.path}" for method in route.methods if method != "HEAD"}
    return found


def _walk(routes: object) -> list[APIRoute]:
    found = []
    for route in routes:  # type: ignore[attr-defined]
        if isinstance(route, APIRoute):
            found.append(route)
        else:
            inner = getattr(route, "original_router", None)
            found += _walk(inner.routes) if inner is not None else []
    return found


def test_the_table_names_every_route_and_no_other(house: House) -> None:
    assert routes(house) == set(NEEDS)


def ask(client: httpx.Client, route: str) -> httpx.Response:
    method, path = route.split()
    for hole, value in (
        ("{case_id}", "99"),
        ("{mention_id}", "1"),
        ("{number}", "0"),
        ("{promise_id}", "1"),
        ("{token_id}", "1"),
        ("{delivery_id}", "1"),
        ("{storm_id}", "1"),
        ("{day}", "2026-03-03"),
        ("{name}", "nobody"),
        ("{token}", "nonsense"),
        ("{view_id}", "1"),
        ("{move_id}", "1"),
    ):
        path = path.replace(hole, value)
    if route == "GET /events":
        with client.stream("GET", path) as answer:
            return answer
    # Every field that any form has: what is refused is refused for the role, not for the form.
    fields = {
        "text": "x", "reason": "other", "draft_id": "1", "outcome": "lost", "field": "urgency", "value": "P1",
        "kept": "yes", "do": "role", "role": "viewer", "on": "no", "to": "dark", "browser": "x",
        "name": "nobody", "old": "wrong", "new": "wrong", "password": "wrong", "lane": "now",
        "code": "123456", "who": "nobody", "desk": "legal", "tag": "x", "other": "98", "post": "1",
        "until": "1h", "answer": "x",
    }  # fmt: skip
    if method == "GET":
        return client.get(path, params={"lane": "now"})
    return client.post(path, data=fields)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_each_role_gets_what_the_table_says(house: House, browser: Browser, role: str | None) -> None:
    client = browser(role)
    wrong = []
    for route, needs in NEEDS.items():
        if route in ("POST /sign-out", "POST /sign-in", "GET /sign-in", "POST /sign-in/code"):
            continue
        status = ask(client, route).status_code
        if needs == OPEN:  # the door leads on, a link that was never made is gone, no mail is no page
            right = status in (200, 303, 404, 410)
        elif role is None:
            right = status in (303, 401)
        elif needs in ROLES[role]:
            right = status not in (401, 403, 500)
        else:
            right = status == 403
        if not right:
            wrong.append((route, status))
    assert wrong == []


def test_nobody_signed_in_sees_no_word_of_a_customer(house: House, day: Made, browser: Browser) -> None:
    client = browser(None)
    for route in NEEDS:
        answer = ask(client, route)
        seen = "" if route == "GET /events" else answer.text
        assert "pram" not in seen
        assert "hollowaytess" not in seen


def test_an_agent_sees_no_button_that_would_be_refused(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    agent, viewer = (
        browser("agent").get(f"/cases/{case_id}").text,
        browser("viewer").get(f"/cases/{case_id}").text,
    )
    assert "/approve" not in agent
    assert f'action="/cases/{case_id}/save"' in agent
    assert f'"/cases/{case_id}/' not in viewer.replace(f'hx-get="/cases/{case_id}/moved', "")
