"""Who gets through, how often, and with how large a body."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from monitor.stages import people, tokens
from monitor.stages.people.rights import AccessPolicy
from monitor.stages.tokens import NEEDS, Scope
from monitor.web.api.access import Needs
from monitor.web.api.app import ROUTES
from tests.integration.api.serve import Served, served, token_for
from tests.integration.web.day import Made
from tests.integration.web.seed import ROLES, House


def path_of(route_path: str) -> str:
    """An address of a route; what it names need not be there."""
    for name, value in (("{source}", "x-mentions"), ("{day}", "2026-03-03"), ("{tag}", "lost-bag")):
        route_path = route_path.replace(name, value)
    parts = [("999999" if part.startswith("{") else part) for part in route_path.split("/")]
    return "/".join(parts)


def scope_of(route: object) -> Scope:
    return next(d.call.scope for d in route.dependant.dependencies if isinstance(d.call, Needs))  # type: ignore[attr-defined]


CALLS = [(route, method) for route in ROUTES for method in sorted(route.methods)]


def test_nobody_gets_anywhere_without_a_token(api: Served) -> None:
    with api.anybody() as nobody:
        for route, method in CALLS:
            answer = nobody.request(method, path_of(route.path))
            assert answer.status_code == 401, route.path
            assert answer.json()["code"] == "PZ-620"
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert nobody.get("/nowhere").status_code == 401
        assert nobody.get("/openapi.json").status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_every_route_by_every_role_and_scope(api: Served, day: Made, role: str) -> None:
    """A token opens what both its scope and the role of its person allow, and nothing else."""
    for scope in tokens.allowed(role):
        with api.client(role, (scope.value,)) as client:
            for route, method in CALLS:
                answer = client.request(method, path_of(route.path), json={} if method != "GET" else None)
                opened = answer.status_code != 403
                assert opened is (scope_of(route) is scope), (role, scope, method, route.path, answer.text)


def test_a_scope_ends_with_the_role_that_allowed_it(api: Served, house: House, day: Made) -> None:
    with api.client("approver") as client:
        assert client.post("/drafts/1/undo").status_code == 409
        people.set_role(house.store, "approver", "viewer", house.clock, by="admin")
        answer = client.post("/drafts/1/undo")
        assert answer.status_code == 403
        assert "viewer" in answer.json()["detail"]
        assert client.get("/me").json()["scopes"] == ["read"]


def test_a_token_ends_when_it_is_revoked_expires_or_its_person_goes(api: Served, house: House) -> None:
    with api.client("agent") as client:
        assert client.get("/me").status_code == 200
        assert client.delete(f"/tokens/{client.get('/me').json()['token_id']}").status_code == 200
        assert client.get("/me").status_code == 401
    with api.client("agent") as client:
        people.disable(house.store, "agent", house.clock, by="admin")
        assert client.get("/me").status_code == 401
        people.disable(house.store, "agent", house.clock, by="admin", off=False)
        assert client.get("/me").status_code == 401, "who comes back makes new ones"
    with api.client("viewer") as client:
        house.clock.forward(days=89)
        assert client.get("/me").status_code == 200
        house.clock.forward(days=2)
        assert client.get("/me").status_code == 401


def test_a_role_that_needs_a_second_factor_needs_it_here_as_well(house: House) -> None:
    policy = AccessPolicy(second_factor=frozenset({"approver"}))
    with served(house, policy=policy) as api, api.client("approver") as client:
        assert "second factor" in client.get("/me").json()["detail"]
        with api.client("agent") as another:
            assert another.get("/me").status_code == 200
        with house.store.write() as session:
            session.access.begin_factor("approver", "sealed", house.clock.now())
        assert client.get("/me").status_code == 401, "one that was begun is none yet"
        with house.store.write() as session:
            factor = session.access.factor("approver")
            assert factor is not None
            session.access.confirm_factor(factor.user_id, house.clock.now())
        assert client.get("/me").status_code == 200


def test_a_session_cookie_opens_nothing_here(api: Served, house: House) -> None:
    with house.store.read() as session:
        user = session.people.get("admin")
    assert user is not None
    cookie = people.sign_in(house.store, user, "test", house.clock)
    with api.anybody() as browser:
        assert browser.get("/me", headers={"cookie": f"presszero={cookie}"}).status_code == 401
        assert browser.get("/me", headers={"authorization": f"Bearer {cookie}"}).status_code == 401


def test_a_token_that_asks_too_often_has_to_wait(house: House) -> None:
    with served(house, api_per_minute=5) as api, api.client("viewer") as client:
        answers = [client.get("/me") for _ in range(7)]
        assert [a.status_code for a in answers] == [200] * 5 + [429] * 2
        assert answers[0].headers["ratelimit-policy"] == '"token";q=5;w=60'
        assert answers[0].headers["ratelimit"].startswith('"token";r=4;')
        assert answers[5].headers["retry-after"] == "12"
        assert answers[5].json()["code"] == "PZ-908"
        with api.client("agent") as another:
            assert another.get("/me").status_code == 200, "each token has an allowance of its own"
        house.clock.forward(seconds=12)
        assert client.get("/me").status_code == 200


BODIES = [
    (b'{"text": "x"', "application/json", 400, "PZ-901"),
    (b"\xff\xfe", "application/json", 400, "PZ-901"),
    (b'{"text": NaN}', "application/json", 400, "PZ-901"),
    (b"[" * 60_000, "application/json", 400, "PZ-901"),
    (b"text=x", "application/x-www-form-urlencoded", 415, "PZ-903"),
    (b'{"text": "x"}', "", 415, "PZ-903"),
    (b'{"text": 5}', "application/json", 422, "PZ-901"),
    (b'{"text": "x", "more": 1}', "application/json", 422, "PZ-901"),
    (b'{"text": "\\ud800"}', "application/json", 422, "PZ-901"),
    (b'["x"]', "application/json; charset=utf-8", 422, "PZ-901"),
    (b"", "application/json", 422, "PZ-901"),
    (b'{"text": "' + b"x" * 70_000 + b'"}', "application/json", 413, "PZ-902"),
]


def test_a_body_that_does_not_fit_is_named(api: Served, house: House, day: Made) -> None:
    with api.client("agent") as client:
        for body, kind, status, code in BODIES:
            answer = client.post(
                "/cases/1/notes", content=body, headers={"content-type": kind} if kind else {}
            )
            told = answer.json()
            assert (answer.status_code, told["code"]) == (status, code), answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert {"type", "title", "status", "detail", "instance", "action"} <= told.keys()
            assert told["type"] == f"urn:presszero:error:{code}"
    with house.store.read() as session:
        assert session.cases.notes(1) == []


def test_a_body_of_unknown_length_is_given_up_as_soon_as_it_is_too_large(api: Served, day: Made) -> None:
    def drip() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 4096

    with api.client("agent") as client:
        answer = client.post("/cases/1/notes", content=drip(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


def test_wrong_fields_are_named_one_by_one(api: Served) -> None:
    with api.client("viewer") as client:
        told = client.get("/cases?lane=nowhere&limit=0&colour=red").json()
    assert [e["field"] for e in told["errors"]] == ["query.limit", "query.lane", "query.colour"]
    assert all(e["problem"] for e in told["errors"])


def test_an_address_that_is_not_there_and_a_method_that_is_not(api: Served) -> None:
    with api.client("viewer") as client:
        assert client.get("/nowhere").json()["code"] == "PZ-103"
        answer = client.patch("/drafts/1")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT")
        assert answer.json()["code"] == "PZ-910"


def test_a_read_is_not_sent_again_to_who_has_it(api: Served, house: House, day: Made) -> None:
    case_id = day["bag"][0]
    with api.client("viewer") as client:
        first = client.get(f"/cases/{case_id}")
        same = client.get(f"/cases/{case_id}", headers={"if-none-match": first.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["etag"] == first.headers["etag"]
        house.say(case_id, "and another thing")
        again = client.get(f"/cases/{case_id}", headers={"if-none-match": f'"x", {first.headers["etag"]}'})
        assert again.status_code == 200
        assert again.headers["etag"] != first.headers["etag"]
        assert "private" in again.headers["cache-control"]


def test_what_breaks_is_answered_as_a_problem_and_leaks_nothing(
    house: House, day: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: object) -> list[object]:
        raise RuntimeError("the customer said: pram 4471")

    with served(house, lint=breaks) as api, api.client("agent") as client:
        answer = client.get(f"/drafts/{day['bag'][1]}")
    assert (answer.status_code, answer.json()["code"]) == (500, "PZ-000")
    said = capfd.readouterr()
    assert "pram 4471" not in answer.text + said.out + said.err
    assert "api_failed" in said.out + said.err


def test_using_a_token_is_noted_at_most_once_a_minute(api: Served, house: House) -> None:
    token = token_for(house, "viewer")
    with api.anybody(token) as client:
        for _ in range(3):
            client.get("/me")
    with house.store.read() as session:
        assert session.tokens.all("viewer")[0].last_used_at == house.clock.now()


def test_no_scope_is_without_a_need() -> None:
    assert set(NEEDS) == set(Scope)
    assert {scope_of(route) for route in ROUTES} <= set(Scope)


def test_nothing_of_the_api_is_told_to_other_sites(api: Served) -> None:
    with api.client("viewer") as client:
        answer = client.get("/me", headers={"origin": "https://evil.example"})
        options = client.options("/me", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    assert options.status_code == 405
    assert isinstance(options, httpx.Response)
