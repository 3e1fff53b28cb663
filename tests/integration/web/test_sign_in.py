from __future__ import annotations

from datetime import timedelta
from time import monotonic, sleep

import httpx
import pytest

from monitor.domain.moments import utc_text
from monitor.stages import people
from tests.integration.web.conftest import Browser
from tests.integration.web.seed import PASSWORD, House


def enter(client: httpx.Client, name: str, password: str, **more: str) -> httpx.Response:
    return client.post("/sign-in", data={"name": name, "password": password, **more})


def test_every_page_leads_to_the_door_and_back(house: House, browser: Browser) -> None:
    house.add_people("agent")
    client = browser(None)
    answer = client.get("/search?q=pram")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fsearch%3Fq%3Dpram"
    assert 'value="/search?q=pram"' in client.get(answer.headers["location"]).text
    answer = enter(client, "agent", PASSWORD, next="/search?q=pram")
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=pram")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "x", "/\n/evil"]
)
def test_the_door_leads_nowhere_else(house: House, browser: Browser, target: str) -> None:
    house.add_people("agent")
    assert enter(browser(None), "agent", PASSWORD, next=target).headers["location"] == "/"


def test_a_wrong_password_an_unknown_and_a_disabled_name_get_the_same_words(
    house: House, browser: Browser
) -> None:
    house.add_people("agent", "viewer")
    people.disable(house.store, "viewer", house.clock, by="admin")
    client = browser(None)
    answers = [
        enter(client, "agent", "wrong"),
        enter(client, "nobody", "x"),
        enter(client, "viewer", PASSWORD),
    ]
    assert [a.status_code for a in answers] == [401] * 3
    assert all("don&#39;t belong together" in a.text and "PZ-601" in a.text for a in answers)


def test_the_cookie_is_kept_from_scripts_and_only_its_hash_is_stored(house: House, browser: Browser) -> None:
    client = browser("agent")
    token = client.cookies["presszero"]
    with house.store.read() as session:
        stored = [row["token_hash"] for row in session.access.sign_ins("agent")]
    assert stored == [people.token_hash(token)]
    assert token not in house.store.path.read_bytes().decode("latin-1")
    again = enter(client, "agent", PASSWORD)
    assert again.headers["set-cookie"].lower().count("httponly") == 1
    assert "samesite=lax" in again.headers["set-cookie"].lower()
    assert client.cookies["presszero"] != token


def test_a_secure_cookie_belongs_to_this_host_alone(house: House, browser: Browser) -> None:
    house.add_people("agent")
    answer = enter(browser(None, cookie_secure=True), "agent", PASSWORD)
    assert answer.headers["set-cookie"].startswith("__Host-presszero=")
    assert "secure" in answer.headers["set-cookie"].lower()


def visit(house: House, client: httpx.Client) -> None:
    """Opens a page, and waits until the visit is noted: that happens after the answer."""
    assert client.get("/").status_code == 200
    hashed, until = people.token_hash(client.cookies["presszero"]), monotonic() + 10
    while True:
        with house.store.read() as session:
            row = session.access.signed_in(hashed)
        if row is not None and row["last_seen_at"] == utc_text(house.clock.now()):
            return
        assert monotonic() < until, "the visit was not noted"
        sleep(0.01)


def test_a_session_ends_when_idle_when_old_and_when_signed_out(house: House, browser: Browser) -> None:
    client = browser("agent")
    house.clock.forward(hours=11)
    visit(house, client)
    house.clock.forward(hours=11)
    visit(house, client)  # the one eleven hours ago counts
    house.clock.forward(hours=13)
    assert client.get("/").status_code == 303
    enter(client, "agent", PASSWORD)
    for _ in range(14 * 24 // 11):
        house.clock.forward(hours=11)
        visit(house, client)
    house.clock.forward(hours=11)
    assert client.get("/").status_code == 303, "fourteen days are the end, however busy they were"
    enter(client, "agent", PASSWORD)
    token = client.cookies["presszero"]
    assert client.post("/sign-out").headers["location"] == "/sign-in?done=out"
    assert client.get("/", headers={"cookie": f"presszero={token}"}).status_code == 303


def test_too_many_tries_have_to_wait_and_the_wait_ends(house: House, browser: Browser) -> None:
    house.add_people("agent")
    client = browser(None)
    for _ in range(5):
        assert "belong together" in enter(client, "agent", "wrong").text
    assert "Wait 15 s" in enter(client, "agent", PASSWORD).text
    house.clock.forward(seconds=16)
    assert "belong together" in enter(client, "agent", "wrong").text
    house.clock.forward(seconds=16)
    answer = enter(client, "agent", PASSWORD)
    assert (answer.status_code, "Wait 14 s" in answer.text, "PZ-606" in answer.text) == (429, True, True)
    house.clock.forward(seconds=16)
    assert enter(client, "agent", PASSWORD).status_code == 303
    assert enter(client, "agent", "wrong").status_code == 401
    assert enter(client, "agent", PASSWORD).status_code == 303, "the right password cleared the count"


def test_one_address_can_not_try_many_names(house: House, browser: Browser) -> None:
    house.add_people("agent")
    client = browser(None)
    for number in range(20):
        enter(client, f"name{number}", "wrong")
    assert "Too many tries" in enter(client, "agent", PASSWORD).text


def test_a_handed_out_password_is_changed_before_anything_else(house: House, browser: Browser) -> None:
    given = people.add_user(house.store, "new", "agent", None, house.clock)
    client = browser(None)
    assert enter(client, "new", given).status_code == 303
    assert client.get("/").headers["location"] == "/account"
    assert "Choose your own password" in client.get("/account").text
    change = {"old": given, "new": "short"}
    assert "too short" in client.post("/account/password", data=change).text
    assert client.post("/account/password", data=change | {"new": given}).status_code == 400
    answer = client.post("/account/password", data=change | {"new": "seven grey gulls"})
    assert answer.headers["location"] == "/"
    assert client.get("/").status_code == 200
    assert enter(browser(None), "new", given).status_code == 401


def test_a_new_password_signs_the_other_browsers_out(house: House, browser: Browser) -> None:
    one, other = browser("agent"), browser("agent")
    one.post("/account/password", data={"old": PASSWORD, "new": "seven grey gulls"})
    assert one.get("/").status_code == 200
    assert other.get("/").status_code == 303


def test_all_other_browsers_are_signed_out_at_once(house: House, browser: Browser) -> None:
    one, other, third = browser("agent"), browser("agent"), browser("agent")
    page = one.get("/account").text
    assert page.count('name="browser"') == 3  # two others, and all of them together
    assert one.post("/account/browsers", data={"browser": "others"}).headers["location"] == "/account"
    assert [c.get("/").status_code for c in (one, other, third)] == [200, 303, 303]


def test_a_browser_is_told_by_what_it_is_and_where(house: House, browser: Browser) -> None:
    house.add_people("agent")
    client = browser(None)
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    client.post("/sign-in", data={"name": "agent", "password": PASSWORD}, headers={"user-agent": firefox})
    house.clock.forward(minutes=20)
    page = client.get("/account").text
    assert "Firefox on Windows" in page
    assert "from <bdi>127.0.0.1</bdi>" in page


def test_signing_in_again_ends_the_session_before(house: House, browser: Browser) -> None:
    client = browser("agent")
    before = client.cookies["presszero"]
    enter(client, "agent", PASSWORD)
    after = client.cookies["presszero"]
    assert client.get("/", headers={"cookie": f"presszero={before}"}).status_code == 303
    assert client.get("/", headers={"cookie": f"presszero={after}"}).status_code == 200


def test_the_limits_of_a_session_are_those_of_the_configuration(house: House, browser: Browser) -> None:
    policy = people.AccessPolicy(idle=timedelta(hours=1), absolute=timedelta(hours=3))
    client = browser("agent", policy=policy)
    assert int(client.cookies.jar.__iter__().__next__().expires or 0) > 0
    for _ in range(4):
        house.clock.forward(minutes=50)
        status = client.get("/").status_code
        if status == 200:
            visit(house, client)
    assert status == 303, "three hours are the end"
    enter(client, "agent", PASSWORD)
    house.clock.forward(minutes=61)
    assert client.get("/").status_code == 303, "an hour without a visit is the end"


def test_one_may_sign_out_ones_own_other_browser_only(house: House, browser: Browser) -> None:
    one, other, stranger = browser("agent"), browser("agent"), browser("viewer")
    foreign = people.token_hash(stranger.cookies["presszero"])
    one.post("/account/browsers", data={"browser": foreign})
    assert stranger.get("/").status_code == 200
    one.post("/account/browsers", data={"browser": people.token_hash(other.cookies["presszero"])})
    assert other.get("/").status_code == 303
    assert one.get("/account").status_code == 200


def test_a_new_role_ends_every_session_and_counts_from_the_next_sign_in_on(
    house: House, browser: Browser
) -> None:
    house.add_people("admin")
    client = browser("manager")
    assert client.get("/people").status_code == 403
    before = client.cookies["presszero"]
    people.set_role(house.store, "manager", "admin", house.clock, by="admin")
    assert client.get("/people").status_code == 303
    enter(client, "manager", PASSWORD)
    assert client.cookies["presszero"] != before
    assert client.get("/people").status_code == 200
    people.disable(house.store, "manager", house.clock, by="admin")
    assert client.get("/people").status_code == 303
