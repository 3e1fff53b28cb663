"""Tokens on the pages: made by their person with their password, shown once, revoked."""

from __future__ import annotations

import re

from monitor.stages import tokens
from tests.integration.web.conftest import Browser
from tests.integration.web.seed import PASSWORD, House

FORM = {"name": "night export", "scope": ["read", "draft"], "days": "30", "password": PASSWORD}


def test_a_token_is_shown_once_and_works(house: House, browser: Browser) -> None:
    client = browser("approver")
    assert "You have none" in client.get("/account/tokens").text
    made = client.post("/account/tokens", data=FORM)
    found = re.search(r"pz_[\w-]{43}", made.text)
    assert found
    token = found[0]
    page = client.get("/account/tokens").text
    assert token not in page
    assert "night export" in page
    assert token[:8] in page
    caller = tokens.whose(house.store, token, house.clock)
    assert (caller.name, sorted(caller.scopes)) == ("approver", ["draft", "read"])
    assert client.get("/api/v1/me").status_code == 401, "the cookie is no token"
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 200

    answer = client.post(f"/account/tokens/{caller.token_id}/revoke")
    assert answer.headers["location"] == "/account/tokens"
    assert "revoked" in client.get("/account/tokens").text
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_without_the_password_none_is_made(house: House, browser: Browser) -> None:
    client = browser("approver")
    answer = client.post("/account/tokens", data={**FORM, "password": "wrong wrong wrong"})
    assert answer.status_code == 400
    assert "PZ-601" in answer.text
    with house.store.read() as session:
        assert session.tokens.all() == []


def test_nobody_is_offered_or_given_more_than_they_may(house: House, browser: Browser) -> None:
    client = browser("agent")
    page = client.get("/account/tokens").text
    assert 'value="draft"' in page
    assert 'value="approve"' not in page
    answer = client.post("/account/tokens", data={**FORM, "scope": ["approve"]})
    assert "PZ-602" in answer.text
    assert "pz_" not in answer.text


def test_an_approver_may_make_one_that_approves(house: House, browser: Browser) -> None:
    answer = browser("approver").post("/account/tokens", data={**FORM, "scope": ["read", "approve"]})
    assert re.search(r"pz_[\w-]{43}", answer.text)


def test_one_ends_only_ones_own_and_an_admin_any(house: House, browser: Browser) -> None:
    browser("approver").post("/account/tokens", data=FORM)
    with house.store.read() as session:
        (token,) = session.tokens.all()
    other = browser("agent")
    assert other.post(f"/account/tokens/{token.id}/revoke").status_code == 404
    assert other.get("/people/tokens").status_code == 403
    admin = browser("admin")
    assert "night export" in admin.get("/people/tokens").text
    assert admin.post(f"/people/tokens/{token.id}/revoke").status_code == 303
    with house.store.read() as session:
        gone = session.tokens.get(token.id)
        records = [r["action"] for r in session.audit.about("user:approver")]
    assert (gone.revoked_by, gone.is_alive(house.clock.now())) == ("admin", False)
    assert {"token.made", "token.revoked"} <= set(records)
