"""Sign-in through a provider: the real library against a real one on loopback that can be made to lie."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from monitor.stages import people
from monitor.stages.people.provider import link, unlink
from monitor.web.provider import Provider as Known
from monitor.web.provider import client_of
from tests.fakes.oidc import CLIENT, LIES, SECRET, Provider, provider
from tests.integration.web.conftest import Browser
from tests.integration.web.seed import PASSWORD, House

HERE = "https://inbox.example"
ROLES = {"care": "agent", "leads": "manager", "admins": "admin"}


@pytest.fixture
def idp() -> Iterator[Provider]:
    with provider() as made:
        yield made


def given(idp: Provider, **changes: object) -> dict[str, object]:
    """What an inbox that knows the provider is given."""
    known = {
        "issuer": idp.address,
        "client_id": CLIENT,
        "label": "Northwind",
        "name_claim": "preferred_username",
        "groups_claim": "groups",
        "roles": ROLES,
        "brands": {},
        "client": client_of(idp.address, CLIENT, SECRET, ("openid", "profile")),
    }
    return {"provider": Known(**(known | changes)), "public_url": HERE}  # type: ignore[arg-type]


def there(client: httpx.Client, next: str = "/sources") -> str:
    """Begins here, says yes there; returns the address that the browser is sent back to."""
    begun = client.get("/sign-in/provider", params={"next": next})
    assert begun.status_code == 302, begun.text
    return httpx.get(begun.headers["location"], trust_env=False).headers["location"]


def back(client: httpx.Client, where: str) -> httpx.Response:
    assert where.startswith(f"{HERE}/sign-in/provider/back?"), where
    return client.get(where.removeprefix(HERE))


def come(client: httpx.Client) -> httpx.Response:
    return back(client, there(client))


def test_whoever_has_a_group_comes_in_and_gets_its_role(
    house: House, browser: Browser, idp: Provider
) -> None:
    client = browser(None, **given(idp))
    assert "Sign in with Northwind" in client.get("/sign-in?next=/sources").text
    answer = come(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources")
    assert client.get("/").status_code == 200
    page = client.get("/account").text
    assert "through your organisation" in page
    assert "Present password" not in page
    with house.store.read() as session:
        user = session.people.need("ada")
        assert (user.role, session.brands.of("ada")) == ("agent", ("*",))
        assert [r["action"] for r in session.audit.about("user:ada")] == ["user.signed_in", "user.added"]
    wrong = client.post("/sign-in", data={"name": "ada", "password": "!"})
    assert wrong.status_code == 401, "there is no password to come in with"


def test_the_way_there_asks_for_what_it_will_check(browser: Browser, idp: Provider) -> None:
    client = browser(None, **given(idp))
    begun = client.get("/sign-in/provider", params={"next": "//evil.example"})
    asked = {k: v[0] for k, v in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 20 and len(asked["nonce"]) >= 20 and len(asked["code_challenge"]) == 43
    assert asked["redirect_uri"] == f"{HERE}/sign-in/provider/back"
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower() and "Path=/sign-in/provider" in cookie
    assert asked["state"] not in cookie and asked["nonce"] not in cookie, "it is sealed"
    where = httpx.get(begun.headers["location"], trust_env=False).headers["location"]
    assert back(client, where).headers["location"] == "/", "and leads nowhere else"


@pytest.mark.parametrize("lie", LIES)
def test_what_does_not_prove_who_it_is_opens_nothing(
    house: House, browser: Browser, idp: Provider, lie: str
) -> None:
    idp.lie = lie
    if lie == "another at userinfo":
        idp.in_userinfo = ("groups",)
    client = browser(None, **given(idp))
    begun = client.get("/sign-in/provider")
    answer = (
        begun
        if begun.status_code != 302
        else back(client, httpx.get(begun.headers["location"]).headers["location"])
    )
    assert (answer.status_code, "PZ-611" in answer.text) == (401, True), answer.text
    assert "presszero=" not in answer.headers.get("set-cookie", "")
    assert client.get("/").status_code == 303
    with house.store.read() as session:
        assert session.people.get("ada") is None


def test_a_code_belongs_to_the_browser_that_began(browser: Browser, idp: Provider) -> None:
    one, other = browser(None, **given(idp)), browser(None, **given(idp))
    where = there(one)
    assert back(other, where).status_code == 401, "no cookie"
    there(other)
    assert back(other, where).status_code == 401, "another state"
    changed = where.replace("state=", "state=x")
    assert back(one, changed).status_code == 401
    where = there(one)
    assert back(one, where).status_code == 303
    assert back(one, where).status_code == 401, "and is good once"
    assert idp.refused == []
    cookies = dict(one.cookies)
    assert "presszero-provider" not in cookies


def test_a_stolen_code_without_its_verifier_is_refused_there(browser: Browser, idp: Provider) -> None:
    client, thief = browser(None, **given(idp)), browser(None, **given(idp))
    code = parse_qs(urlsplit(there(client)).query)["code"][0]
    own = there(thief)
    state = parse_qs(urlsplit(own).query)["state"][0]
    answer = thief.get("/sign-in/provider/back", params={"code": code, "state": state})
    assert (answer.status_code, idp.refused) == (401, ["invalid_grant"])


def test_no_group_no_entrance(house: House, browser: Browser, idp: Provider) -> None:
    idp.person["groups"] = ["lunch"]
    answer = come(browser(None, **given(idp)))
    assert (answer.status_code, "gives a role here" in answer.text) == (401, True)
    for odd in (None, 7, {"care": True}, [["care"]]):
        idp.person["groups"] = odd
        assert come(browser(None, **given(idp))).status_code == 401
    with house.store.read() as session:
        assert session.people.get("ada") is None


def test_rights_are_those_of_todays_groups(house: House, browser: Browser, idp: Provider) -> None:
    with house.store.write() as session:
        session.brands.assign({"x-mentions": "Air"})
    brands = {"air": "Air", "cargo": "Cargo"}
    laptop, phone = browser(None, **given(idp, brands=brands)), browser(None, **given(idp, brands=brands))
    idp.person["groups"] = ["care", "air"]
    come(laptop)
    idp.person["groups"] = ["care", "leads", "cargo", "air"]
    come(phone)
    with house.store.read() as session:
        user = session.people.need("ada")
        assert (user.role, session.brands.of("ada")) == ("manager", ("Air", "Cargo"))
    assert (laptop.get("/").status_code, phone.get("/").status_code) == (303, 200), "old rights end"
    idp.person["groups"] = ["lunch"]
    assert come(phone).status_code == 401
    with house.store.read() as session:
        told = [r["action"] for r in session.audit.about("user:ada")]
    assert "user.role_set" in told


def test_a_local_name_is_not_taken_over_but_linked(house: House, browser: Browser, idp: Provider) -> None:
    people.add_user(house.store, "ada", "viewer", PASSWORD, house.clock)
    client = browser(None, **given(idp))
    answer = come(client)
    assert (answer.status_code, "users link NAME SUBJECT" in answer.text) == (401, True)
    link(house.store, "ada", idp.address, "u-17", house.clock, by="admin")
    assert come(client).status_code == 303
    with house.store.read() as session:
        assert session.people.need("ada").role == "agent"
    idp.person["preferred_username"] = "somebody else entirely"
    assert come(client).status_code == 303, "a person is known by the subject, not by a name"
    assert client.get("/account").text.count("<bdi>ada</bdi>") > 0
    assert unlink(house.store, "ada", house.clock, by="admin") == 1
    assert client.get("/").status_code == 303


def test_access_that_was_taken_away_stays_away(house: House, browser: Browser, idp: Provider) -> None:
    client = browser(None, **given(idp))
    come(client)
    people.disable(house.store, "ada", house.clock, by="admin")
    assert client.get("/").status_code == 303
    assert come(client).status_code == 401


def test_claims_may_come_from_userinfo(house: House, browser: Browser, idp: Provider) -> None:
    idp.in_userinfo = ("groups", "preferred_username")
    assert come(browser(None, **given(idp))).status_code == 303
    assert "/userinfo" in idp.asked


def test_a_second_factor_is_the_providers_matter(browser: Browser, idp: Provider) -> None:
    policy = people.AccessPolicy(second_factor=frozenset({"agent"}))
    client = browser(None, **given(idp), policy=policy)
    come(client)
    assert client.get("/").status_code == 200


def test_signing_out_here_offers_to_sign_out_there(browser: Browser, idp: Provider) -> None:
    client = browser(None, **given(idp))
    come(client)
    answer = client.post("/sign-out")
    assert answer.headers["location"] == "/sign-in?done=out-here"
    assert client.get("/").status_code == 303
    assert "Sign out at Northwind too" in client.get("/sign-in?done=out-here").text
    away = client.get("/sign-in/provider/out")
    assert httpx.get(away.headers["location"]).headers["location"].startswith(f"{HERE}/sign-in")
    assert idp.signed_out == [CLIENT]


def test_a_provider_that_is_away_is_said_in_words(browser: Browser, idp: Provider) -> None:
    client = browser(None, **given(idp, client=client_of("http://127.0.0.1:1", CLIENT, SECRET, ("openid",))))
    answer = client.get("/sign-in/provider")
    assert (answer.status_code, "PZ-611" in answer.text) == (401, True)
    assert "127.0.0.1:1" not in answer.text
    refused = browser(None, **given(idp)).get("/sign-in/provider/back?error=access_denied&state=x")
    assert refused.status_code == 401


def test_a_key_that_is_new_at_the_provider_is_fetched(browser: Browser, idp: Provider) -> None:
    from joserfc.jwk import RSAKey

    client = browser(None, **given(idp))
    assert come(client).status_code == 303
    idp.key = RSAKey.generate_key(2048, {"kid": "k2", "use": "sig"})
    assert come(client).status_code == 303


def test_without_a_provider_there_is_no_such_way(browser: Browser) -> None:
    client = browser(None)
    for path in ("/sign-in/provider", "/sign-in/provider/back", "/sign-in/provider/out"):
        assert client.get(path).status_code == 404
    assert "Sign in with" not in client.get("/sign-in").text
