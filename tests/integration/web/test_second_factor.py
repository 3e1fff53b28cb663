from __future__ import annotations

import re
from datetime import datetime

import httpx
import pyotp
import pytest

from monitor.stages import people
from monitor.stages.people import second_factor
from monitor.stages.people.seal import Seal
from tests.integration.web.conftest import Browser
from tests.integration.web.seed import PASSWORD, House


def enrolled(house: House, client: httpx.Client) -> tuple[pyotp.TOTP, list[str]]:
    """Sets a second factor up as a person does: password, scan, first code. (phone, recovery codes)."""
    page = client.post("/account/second-factor/begin", data={"old": PASSWORD}).text
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page)
    assert secret
    phone = pyotp.TOTP(secret[1])
    page = client.post("/account/second-factor/confirm", data={"code": phone.at(house.clock.now())}).text
    codes = re.findall(r"<li><code>([a-z0-9-]+)</code></li>", page)
    assert len(codes) == 10, page
    return phone, codes


def enter(client: httpx.Client, name: str = "agent") -> httpx.Response:
    return client.post("/sign-in", data={"name": name, "password": PASSWORD, "next": "/sources"})


def code(client: httpx.Client, given: str) -> httpx.Response:
    return client.post("/sign-in/code", data={"code": given, "next": "/sources"})


def test_a_phone_is_asked_for_after_the_password(house: House, browser: Browser) -> None:
    client = browser("agent")
    phone, _ = enrolled(house, client)
    before = client.cookies["presszero"]
    house.clock.forward(minutes=1)
    answer = enter(client)
    assert answer.headers["location"] == "/sign-in/code?next=%2Fsources"
    half = client.cookies["presszero"]
    assert half != before
    assert client.get("/").status_code == 303, "half-way is outside"
    assert client.get("/events").status_code == 401
    assert 'value="/sources"' in client.get("/sign-in/code?next=/sources").text
    answer = code(client, phone.at(house.clock.now()))
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources")
    assert client.cookies["presszero"] not in (half, before), "a new token for a new right"
    assert client.get("/", headers={"cookie": f"presszero={half}"}).status_code == 303
    assert "with the second factor" in client.get("/account").text


def test_a_code_opens_once(house: House, browser: Browser) -> None:
    client = browser("agent")
    phone, _ = enrolled(house, client)
    used_to_confirm = phone.at(house.clock.now())
    enter(client)
    assert code(client, used_to_confirm).status_code == 401
    house.clock.forward(seconds=30)
    now = phone.at(house.clock.now())
    assert code(client, now).status_code == 303
    enter(client)
    answer = code(client, now)
    assert (answer.status_code, "was used before" in answer.text) == (401, True)
    assert code(client, used_to_confirm).status_code == 401, "nor does an older one of the window"


def test_a_phone_may_be_half_a_minute_off_and_no_more(house: House, browser: Browser) -> None:
    client = browser("agent")
    phone, _ = enrolled(house, client)

    def shown(seconds: int) -> str:
        return phone.at(datetime.fromtimestamp(house.clock.now().timestamp() + seconds))  # noqa: DTZ006

    for off, status in ((-90, 401), (90, 401), (-30, 303), (30, 303)):
        house.clock.forward(minutes=20)
        enter(client)
        assert code(client, shown(off)).status_code == status, off


def test_a_recovery_code_opens_once_in_any_spelling(house: House, browser: Browser) -> None:
    client = browser("agent")
    _, codes = enrolled(house, client)
    enter(client)
    assert code(client, codes[3].upper().replace("-", " ")).status_code == 303
    assert "9 recovery codes are left" in client.get("/account").text
    assert "with a recovery code" in client.get("/account").text
    enter(client)
    assert code(client, codes[3]).status_code == 401
    page = client.post("/account/second-factor/codes", data={"old": PASSWORD})
    assert page.status_code == 303, "signed out by the half-way step"
    assert code(client, codes[4]).status_code == 303
    fresh = client.post("/account/second-factor/codes", data={"old": PASSWORD}).text
    assert codes[5] not in fresh
    enter(client)
    assert code(client, codes[5]).status_code == 401, "new ones end the old ones"


def test_guessing_codes_has_to_wait(house: House, browser: Browser) -> None:
    client = browser("agent")
    phone, _ = enrolled(house, client)
    house.clock.forward(minutes=1)
    enter(client)
    wrong = "000000" if phone.at(house.clock.now()) != "000000" else "000001"
    statuses = [code(client, wrong).status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    assert code(client, phone.at(house.clock.now())).status_code == 429, "even the right one waits"
    house.clock.forward(seconds=16)
    assert code(client, phone.at(house.clock.now())).status_code == 303


def test_half_way_ends_after_five_minutes(house: House, browser: Browser) -> None:
    client = browser("agent")
    phone, _ = enrolled(house, client)
    house.clock.forward(minutes=1)
    enter(client)
    house.clock.forward(minutes=5)
    answer = code(client, phone.at(house.clock.now()))
    assert (answer.status_code, "took too long" in answer.text) == (401, True)
    assert client.get("/sign-in/code").headers["location"] == "/sign-in"


def test_turning_it_on_signs_the_others_out_and_needs_the_password(house: House, browser: Browser) -> None:
    one, other = browser("agent"), browser("agent")
    assert one.post("/account/second-factor/begin", data={"old": "wrong password"}).status_code == 400
    enrolled(house, one)
    assert (one.get("/").status_code, other.get("/").status_code) == (200, 303)
    assert "already" in one.post("/account/second-factor/begin", data={"old": PASSWORD}).text
    assert one.post("/account/second-factor/off", data={"old": "wrong password"}).status_code == 400
    assert one.post("/account/second-factor/off", data={"old": PASSWORD}).headers["location"] == "/account"
    assert enter(one).headers["location"] == "/sources"


def test_a_wrong_first_code_turns_nothing_on(house: House, browser: Browser) -> None:
    client = browser("agent")
    page = client.post("/account/second-factor/begin", data={"old": PASSWORD}).text
    assert "<svg" in page and "style=" not in page
    answer = client.post("/account/second-factor/confirm", data={"code": "1234"})
    assert (answer.status_code, "<svg" in answer.text) == (400, True)
    assert enter(client).headers["location"] == "/sources"


def test_a_role_that_needs_one_sets_it_up_before_anything_else(house: House, browser: Browser) -> None:
    policy = people.AccessPolicy(second_factor=frozenset({"approver"}))
    client = browser("approver", policy=policy)
    assert client.get("/").headers["location"] == "/account"
    assert client.post("/cases/1/note", data={"text": "x"}).headers["location"] == "/account"
    assert "Set up a second factor first" in client.get("/account").text
    enrolled(house, client)
    assert client.get("/").status_code == 200
    answer = client.post("/account/second-factor/off", data={"old": PASSWORD})
    assert (answer.status_code, "needs a second factor" in answer.text) == (400, True)
    assert browser("agent", policy=policy).get("/").status_code == 200


def test_an_admin_resets_a_lost_one(house: House, browser: Browser) -> None:
    client, admin = browser("agent"), browser("admin")
    enrolled(house, client)
    assert "second factor" in admin.get("/people").text
    admin.post("/people/agent", data={"do": "factor"})
    assert client.get("/").status_code == 303
    assert enter(client).headers["location"] == "/sources"
    with house.store.read() as session:
        told = [(r["actor"], r["action"]) for r in session.audit.about("user:agent")]
    assert ("admin", "user.second_factor_off") in told


def test_the_secret_is_not_in_the_database_and_needs_its_key(house: House, browser: Browser) -> None:
    client = browser("agent")
    phone, codes = enrolled(house, client)
    house.clock.forward(minutes=1)
    with house.store.read() as session:
        everything = "\n".join(session.connection.db.conn.iterdump())  # type: ignore[attr-defined]
    assert phone.secret not in everything
    assert not any(c in everything or c.replace("-", "") in everything for c in codes)
    other_key = browser(None, seal=Seal(("another key, just as long as the first",)))
    enter(other_key)
    answer = code(other_key, phone.at(house.clock.now()))
    assert (answer.status_code, "PZ-607" in answer.text) == (503, True)
    both = Seal(("another key, just as long as the first", "a key for tests, long enough to be one"))
    renewed = browser(None, seal=both)
    enter(renewed)
    assert code(renewed, phone.at(house.clock.now())).status_code == 303, "a new key beside the old one"


def test_without_a_key_it_is_refused_in_words(house: House, browser: Browser) -> None:
    client = browser("agent", seal=None)
    assert "PRESSZERO_SECRET_KEY" in client.get("/account").text
    answer = client.post("/account/second-factor/begin", data={"old": PASSWORD})
    assert (answer.status_code, "PZ-607" in answer.text) == (400, True)


def test_a_row_put_under_another_person_opens_nothing(house: House, browser: Browser) -> None:
    client = browser("agent")
    phone, _ = enrolled(house, client)
    house.add_people("manager")
    house.clock.forward(minutes=1)
    with house.store.write() as session:
        factor = session.access.factor("agent")
        assert factor is not None
        session.access.begin_factor("manager", factor.secret, house.clock.now())
        moved = session.access.factor("manager")
        assert moved is not None
        session.access.confirm_factor(moved.user_id, house.clock.now())
    with pytest.raises(Exception, match="somebody else"):
        second_factor.check(
            house.store, "manager", phone.at(house.clock.now()), "::1", house.services().seal, house.clock
        )
