from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.forms import reply
from tests.integration.web.seed import PASSWORD, House, lane
from tests.integration.web.test_roles import NEEDS, ask


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


FRAMED = "GET /digest/{day}/page"  # the digest brings a policy of its own, for the frame it stands in


def answers(house: House, day: Made, browser: Browser, **changes: object) -> dict[str, httpx.Response]:
    """An answer of every route there is, for an admin and for nobody, and of what is no route."""
    admin, nobody = browser("admin", **changes), browser(None, **changes)
    found = {}
    for route in NEEDS:
        found[route] = ask(admin, route) if route != "POST /sign-out" else admin.get("/account")
        found[f"nobody: {route}"] = ask(nobody, route)
    case = day["bag"][0]
    more = [
        "/nope",
        f"/cases/{case}",
        f"/cases/{case}/wordings",
        "/api/v1/nope",
        "/api/v1/openapi.json",
        "/api/docs",
    ]
    found |= {f"GET {path}": admin.get(path) for path in more}
    found["refused"] = nobody.post("/sign-in", headers={"sec-fetch-site": "cross-site"})
    found["too large"] = admin.post("/cases/1/note", data={"text": "x" * 300_000})
    return found


def test_every_answer_carries_the_headers(house: House, day: Made, browser: Browser) -> None:
    wrong = []
    for route, answer in answers(house, day, browser).items():
        headers = answer.headers
        policy = headers.get("content-security-policy", "")
        sound = (
            "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        )
        if route == FRAMED:
            sound = "default-src 'none'" in policy and "frame-ancestors 'self'" in policy
        kept = headers.get("cache-control") in ("no-store", "private, no-cache")
        rest = [
            headers.get("x-content-type-options") == "nosniff",
            headers.get("referrer-policy") in ("same-origin", "no-referrer"),
            headers.get("cross-origin-opener-policy") == "same-origin",
            headers.get("cross-origin-resource-policy") == "same-origin",
            "camera=()" in headers.get("permissions-policy", ""),
            headers.get("x-frame-options") == ("SAMEORIGIN" if route == FRAMED else "DENY"),
            "strict-transport-security" not in headers,
        ]
        if not (sound and kept and all(rest)):
            wrong.append((route, answer.status_code, sound, kept, rest))
    assert wrong == []


def test_behind_https_browsers_are_told_to_stay_there(house: House, day: Made, browser: Browser) -> None:
    client = browser(None, cookie_secure=True)
    for path in ("/sign-in", "/", "/nope", "/api/v1/me"):
        assert client.get(path).headers["strict-transport-security"] == "max-age=31536000"


def test_no_page_holds_a_script_or_style_of_its_own(house: House, day: Made, browser: Browser) -> None:
    client, wrong = browser("admin"), []
    paths = [route.removeprefix("GET ") for route in NEEDS if route.startswith("GET") and "{" not in route]
    for path in [*paths, *(f"/cases/{case}" for case, _ in day.values()), "/digest/2026-03-03"]:
        if path == "/events":
            continue
        page = client.get(path).text
        bad = [
            bit
            for bit in ("<style", " style=", "<script>", " onclick", "hx-on", "javascript:")
            if bit in page
        ]
        wrong += [(path, bad)] if bad else []
    assert wrong == []


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
