from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.forms import reply
from tests.integration.web.seed import PASSWORD, House, lane


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "SELF"}, False),
        ({"origin": "SELF"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "SELF.evil.example"}, False),
        ({}, False),
        ({"referer": "SELF/"}, False),
    ],
)
def test_only_our_own_pages_may_change_anything(
    house: House, day: Made, browser: Browser, headers: dict[str, str], allowed: bool
) -> None:
    case_id, _ = day["fee"]
    client = browser("approver")
    fields = reply(client.get(f"/cases/{case_id}").text, case_id)
    us = str(client.base_url).rstrip("/")
    sent = {k: v.replace("SELF", us) for k, v in headers.items()}
    bare = httpx.Client(base_url=us, cookies=dict(client.cookies), trust_env=False)
    with bare:
        answer = bare.post(f"/cases/{case_id}/approve", data=fields, headers=sent)
    assert answer.status_code == (303 if allowed else 403)
    assert (lane(house, case_id) == "waiting") is allowed
    if not allowed:
        assert "PZ-603" in answer.text


def test_signing_in_from_elsewhere_is_refused_too(house: House, browser: Browser) -> None:
    house.add_people("agent")
    client = browser(None)
    answer = client.post(
        "/sign-in", data={"name": "agent", "password": PASSWORD}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_every_answer_carries_the_headers(house: House, day: Made, browser: Browser) -> None:
    client = browser("admin")
    for path in ("/", f"/cases/{day['bag'][0]}", "/nope", "/sign-in", "/people", "/healthz", "/sources"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


def test_no_page_holds_a_script_or_style_of_its_own(house: House, day: Made, browser: Browser) -> None:
    client = browser("admin")
    for path in ("/", *(f"/cases/{case}" for case, _ in day.values()), "/account", "/sources", "/people"):
        page = client.get(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page
        assert " onclick" not in page
        assert "hx-on" not in page


def test_static_files_may_be_kept_and_name_their_version(house: House, browser: Browser) -> None:
    client = browser(None)
    page = client.get("/sign-in").text
    for name in (
        "tokens.css",
        "base.css",
        "frame.css",
        "queue.css",
        "case.css",
        "keys.js",
        "live.js",
        "icons.svg",
        "inter-latin.woff2",
        "htmx-4.0.1.min.js",
        "icon.svg",
    ):
        start = page.index("/static/")
        folder = page[start : page.index("/", start + len("/static/"))]
        answer = client.get(f"{folder}/{name}")
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["cache-control"]
    assert client.get("/static/000000000000/tokens.css").status_code == 404
    assert client.get(f"{folder}/../app.py").status_code == 404


def test_a_form_larger_than_any_of_ours_is_refused(house: House, browser: Browser) -> None:
    client = browser("agent")
    answer = client.post("/cases/1/note", data={"text": "x" * 300_000})
    assert (answer.status_code, "PZ-604" in answer.text) == (413, True)

    def drip() -> Iterator[bytes]:
        yield b"text=x"

    assert client.post("/cases/1/note", content=drip()).status_code == 413


def test_the_digest_brings_its_own_policy(house: House, browser: Browser) -> None:
    client = browser("viewer")
    answer = client.get("/digest/2026-03-03/page")
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert '<head><base target="_top">' in answer.text
    assert "There is no digest of 2025-01-01" in client.get("/digest/2025-01-01/page").text
    assert client.get("/digest/2026-02-30").status_code == 400
    assert client.get("/digest").headers["location"] == "/digest/2026-03-03"


def test_what_breaks_is_answered_in_words_and_leaks_nothing(
    house: House, day: Made, browser: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: object) -> list[object]:
        raise RuntimeError("the customer said: pram 4471")

    client = browser("agent", lint=breaks)
    answer = client.get(f"/cases/{day['bag'][0]}")
    assert answer.status_code == 500
    assert "PZ-000" in answer.text
    assert "pram 4471" not in answer.text
    said = capfd.readouterr()
    assert "page_failed" in said.out + said.err
    assert "pram 4471" not in said.out + said.err
