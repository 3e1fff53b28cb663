"""What people write reaches the pages as words and as nothing else. In Chromium: tests/browser."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest

from monitor.stages import people
from tests.integration.web import hostile_house
from tests.integration.web.conftest import PATIENCE, Browser
from tests.integration.web.hostile import EVERYTHING, SCRIPTS
from tests.integration.web.hostile_house import Filled
from tests.integration.web.seed import House, new_house
from tests.integration.web.server import serving

# Elements and attributes that our own templates use in the pages of a case and of a lane.
OURS = frozenset(
    """html head meta title link script body a header p span nav form input button main div h1 h2 h3 section
    ol ul li bdi mark q blockquote dl dt dd details summary select option label textarea strong time kbd
    dialog br svg rect small iframe code table thead tbody tr th td use
    ins del progress fieldset legend abbr datalist g line circle""".split()
)


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))


def assert_only_words(page: str, ours: frozenset[str] = OURS) -> None:
    for tag, attrs in Elements(page).tags:
        assert tag in ours, tag
        assert tag != "use" or attrs["href"].startswith("/static/"), attrs
        assert tag != "script" or attrs.get("src", "").startswith("/static/"), attrs
        for name, value in attrs.items():
            assert not name.startswith("on"), (tag, attrs)
            assert name not in ("style", "srcdoc"), (tag, attrs)
            if name in ("href", "src", "action", "formaction"):
                assert value.startswith(("/", "#", "http://", "https://")), (tag, attrs)
            if name.startswith(("hx-", "data-hx-")):
                assert not value.startswith("/people"), (tag, attrs)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Filled]]:
    """A signed-in browser in an inbox in which every place that holds words holds every hostile text."""
    house = new_house(tmp_path_factory.mktemp("hostile"))
    house.add_people("admin")
    put_in = hostile_house.fill(house)
    with house.store.read() as session:
        admin = session.people.need("admin")
    token = people.sign_in(house.store, admin, SCRIPTS[3], house.clock)
    with (
        serving(hostile_house.services(house)) as address,
        httpx.Client(
            base_url=address, cookies={"presszero": token}, trust_env=False, timeout=PATIENCE
        ) as client,
    ):
        yield client, put_in
    house.store.close()


def test_a_case_of_every_hostile_text_is_words(filled: tuple[httpx.Client, Filled]) -> None:
    client, put_in = filled
    for case_id in (*put_in.single, *put_in.crowded, put_in.megabyte):
        assert_only_words(client.get(f"/cases/{case_id}").text)


def test_every_search_for_a_hostile_text_is_words(filled: tuple[httpx.Client, Filled]) -> None:
    client, _ = filled
    for text in EVERYTHING[::5]:
        for path in ("/search", "/palette"):
            answer = client.get(path, params={"q": text[:190]})
            assert answer.status_code == 200, text
            assert_only_words(answer.text)


def test_every_piece_of_a_page_is_words(filled: tuple[httpx.Client, Filled]) -> None:
    client, put_in = filled
    pieces = ("/rows?lane=needs_approval", "/lanes", "/troubles", "/storms/banner")
    for path in (*pieces, f"/cases/{put_in.crowded[0]}/moved?version=0"):
        answer = client.get(path, headers={"hx-request": "true"})
        assert answer.status_code == 200, path
        # What htmx puts where, in the answer about changed rows; one text pretends to be such a thing.
        assert_only_words(answer.text, OURS | {"hx-partial"})
        assert answer.text.count("<hx-partial ") == answer.text.count('<hx-partial hx-target="#')
    whole = client.get(f"/cases/{put_in.megabyte}/posts/{10**9}")
    assert whole.status_code == 404
    assert_only_words(whole.text)


def test_a_form_hidden_in_a_post_adds_nothing_to_ours(house: House, browser: Browser) -> None:
    text = '<input name="override" value="because" form="reply">'
    case_id, _ = house.add_case(text, draft="Thanks.")
    page = browser("approver").get(f"/cases/{case_id}").text
    assert [a for t, a in Elements(page).tags if a.get("name") == "override"] == []


def test_names_of_people_sources_and_errors_are_words_too(house: House, browser: Browser) -> None:
    bad = SCRIPTS[0]
    house.add_people("admin")
    with house.store.write() as session:
        session.ledger.touch(bad, bad)
        session.ledger.tried(bad, house.clock.now(), "auth", error=(bad, bad))
    client = browser("admin", brand_name=bad, version=bad)
    client.post("/people", data={"name": bad, "role": "agent"})
    client.post("/pause", data={"on": "yes", "reason": bad})
    for path in ("/", "/sources", "/people", "/account", f"/nope{bad}", "/sign-in"):
        assert_only_words(client.get(path).text)
