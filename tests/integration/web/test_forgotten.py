from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from time import monotonic, sleep

import httpx
import pytest
from aiosmtpd.controller import Controller

from monitor.digest.letter import mail_server
from monitor.stages import people
from tests.integration.digest.mail import Postbox, serve
from tests.integration.web.conftest import Browser
from tests.integration.web.seed import PASSWORD, House

NEW = "seven grey gulls"


@pytest.fixture
def box() -> Postbox:
    return Postbox()


@pytest.fixture
def by_mail(box: Postbox) -> Iterator[dict[str, object]]:
    """What an inbox that sends mail is given: a real SMTP server on loopback."""
    controller: Controller = serve(box)
    url = f"smtp://127.0.0.1:{controller.port}?from=inbox@northwind.example"
    yield {"mail": mail_server({"PRESSZERO_SMTP_URL": url}), "public_url": "https://inbox.example/"}
    controller.stop()


def letters(box: Postbox, count: int = 1) -> list[tuple[str, EmailMessage]]:
    until = monotonic() + 10
    while len(box.letters) < count and monotonic() < until:
        sleep(0.01)
    return box.letters


def link(letter: EmailMessage) -> str:
    found = re.search(r"https://inbox\.example(/reset/\S+)", letter.get_content())
    assert found, letter
    return found[1]


def asked(client: httpx.Client, who: str) -> httpx.Response:
    return client.post("/forgotten", data={"who": who})


def enter(client: httpx.Client, password: str) -> int:
    return client.post("/sign-in", data={"name": "ada", "password": password}).status_code


@pytest.fixture
def ada(house: House) -> str:
    people.add_user(house.store, "ada", "agent", PASSWORD, house.clock, email="ada@northwind.example")
    return "ada"


@pytest.mark.parametrize("who", ["ada", "ada@northwind.example", " ADA@Northwind.example "])
def test_a_link_by_mail_leads_to_a_new_password_once(
    house: House, browser: Browser, box: Postbox, by_mail: dict[str, object], ada: str, who: str
) -> None:
    client, other = browser(None, **by_mail), browser(None)
    assert enter(other, PASSWORD) == 303
    assert "/forgotten" in client.get("/sign-in").text
    assert "Look into your mail" in asked(client, who).text
    [(to, letter)] = letters(box)
    assert to == "ada@northwind.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    where = link(letter)
    for _ in range(3):  # mail scanners open every link
        page = client.get(where)
        assert (page.status_code, page.headers["referrer-policy"]) == (200, "no-referrer")
    assert client.post(where, data={"new": "short"}).status_code == 400
    answer = client.post(where, data={"new": NEW})
    assert answer.headers["location"] == "/sign-in?done=reset"
    assert other.get("/").status_code == 303, "signed out everywhere"
    assert (enter(other, PASSWORD), enter(other, NEW)) == (401, 303)
    again = client.post(where, data={"new": "another long one"})
    assert (again.status_code, "PZ-609" in again.text) == (410, True)
    assert client.get(where).status_code == 410


def test_everybody_gets_the_same_answer(
    house: House, browser: Browser, box: Postbox, by_mail: dict[str, object], ada: str
) -> None:
    house.add_people("viewer")  # without an address
    people.add_user(house.store, "gone", "agent", PASSWORD, house.clock, email="gone@northwind.example")
    people.disable(house.store, "gone", house.clock, by="admin")
    client = browser(None, **by_mail)
    pages = [
        asked(client, who)
        for who in ("ada", "nobody", "viewer", "gone", "gone@northwind.example", "x@y.example")
    ]
    assert {p.status_code for p in pages} == {200}
    assert len({re.sub(r'data-now="[^"]+"', "", p.text) for p in pages}) == 1
    assert [to for to, _ in letters(box)] == ["ada@northwind.example"]


def test_a_link_ends_after_half_an_hour_with_a_newer_one_and_with_access(
    house: House, browser: Browser, box: Postbox, by_mail: dict[str, object], ada: str
) -> None:
    client = browser(None, **by_mail)
    asked(client, "ada")
    first = link(letters(box)[0][1])
    house.clock.forward(minutes=6)
    asked(client, "ada")
    second = link(letters(box, 2)[1][1])
    assert (client.get(first).status_code, client.get(second).status_code) == (410, 200)
    house.clock.forward(minutes=30)
    assert client.post(second, data={"new": NEW}).status_code == 410
    asked(client, "ada")
    third = link(letters(box, 3)[2][1])
    people.set_password(house.store, "ada", PASSWORD, house.clock, by="cli")
    assert client.get(third).status_code == 410, "the password was changed otherwise"
    house.clock.forward(minutes=6)
    asked(client, "ada")
    fourth = link(letters(box, 4)[3][1])
    people.disable(house.store, "ada", house.clock, by="cli")
    assert client.get(fourth).status_code == 410
    assert client.get("/reset/nonsense").status_code == 410


def test_nobody_is_flooded(
    house: House, browser: Browser, box: Postbox, by_mail: dict[str, object], ada: str
) -> None:
    client = browser(None, **by_mail)
    statuses = [asked(client, "ada").status_code for _ in range(8)]
    assert statuses == [200] * 5 + [429] * 3
    letters(box)
    sleep(0.1)
    assert len(box.letters) == 1, "one letter in five minutes, however often it is asked for"


def test_only_the_hash_of_a_link_is_kept_and_no_host_of_the_request_is_believed(
    house: House, browser: Browser, box: Postbox, by_mail: dict[str, object], ada: str
) -> None:
    client = browser(None, **by_mail)
    client.post("/forgotten", data={"who": "ada"}, headers={"host": "evil.example"})
    letter = letters(box)[0][1]
    assert "evil" not in letter.as_string()
    token = link(letter).rpartition("/")[2]
    with house.store.read() as session:
        assert token not in "\n".join(session.connection.db.conn.iterdump())  # type: ignore[attr-defined]


def test_a_second_factor_survives_a_reset(
    house: House, browser: Browser, box: Postbox, by_mail: dict[str, object], ada: str
) -> None:
    from tests.integration.web.test_second_factor import enrolled

    owner = browser(None)
    enter(owner, PASSWORD)
    enrolled(house, owner)
    client = browser(None, **by_mail)
    asked(client, "ada")
    client.post(link(letters(box)[0][1]), data={"new": NEW})
    answer = client.post("/sign-in", data={"name": "ada", "password": NEW})
    assert answer.headers["location"].startswith("/sign-in/code")


def test_without_mail_an_admin_is_named(house: House, browser: Browser) -> None:
    client = browser(None)
    assert client.get("/forgotten").status_code == 404
    assert asked(client, "ada").status_code == 404
    page = client.get("/sign-in").text
    assert ("/forgotten" in page, "presszero users password NAME" in page) == (False, True)


def test_a_mail_server_that_is_away_changes_no_answer(
    house: House, browser: Browser, ada: str, capfd: pytest.CaptureFixture[str]
) -> None:
    away = mail_server({"PRESSZERO_SMTP_URL": "smtp://127.0.0.1:1?from=inbox@northwind.example"})
    client = browser(None, mail=away, public_url="https://inbox.example")
    assert "Look into your mail" in asked(client, "ada").text
    until = monotonic() + 10
    told = ""
    while "reset_not_mailed" not in told and monotonic() < until:
        captured = capfd.readouterr()
        told += captured.out + captured.err
        sleep(0.02)
    assert "PZ-801" in told
    assert "reset/" not in told


def test_ones_own_address_is_changed_with_the_password_only(house: House, browser: Browser, ada: str) -> None:
    client = browser(None)
    enter(client, PASSWORD)
    wrong = {"old": "wrong password", "email": "eve@evil.example"}
    assert client.post("/account/email", data=wrong).status_code == 400
    bad = {"old": PASSWORD, "email": "no address\r\nBcc: x@y.example"}
    assert client.post("/account/email", data=bad).status_code == 400
    assert client.post("/account/email", data={"old": PASSWORD, "email": "a@b.example"}).status_code == 303
    with house.store.read() as session:
        user = session.people.get("ada")
    assert user is not None and user.email == "a@b.example"
