"""What people write reaches the pages as words and as nothing else. In Chromium: tests/browser."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from monitor.domain.mention import Media, Quoted
from monitor.stages import review
from tests.integration.web.conftest import Browser
from tests.integration.web.hostile import EVERYTHING, SCRIPTS
from tests.integration.web.seed import House

# Elements and attributes that our own templates use in the pages of a case and of a lane.
OURS = frozenset(
    """html head meta title link script body a header p span nav form input button main div h1 h2 h3 section
    ol ul li bdi mark q blockquote dl dt dd details summary select option label textarea strong time kbd
    dialog br svg rect small iframe code table thead tbody tr th td use
    ins del progress fieldset legend abbr""".split()
)


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))


def assert_only_words(page: str) -> None:
    for tag, attrs in Elements(page).tags:
        assert tag in OURS, tag
        assert tag != "use" or attrs["href"].startswith("/static/"), attrs
        assert tag != "script" or attrs.get("src", "").startswith("/static/"), attrs
        for name, value in attrs.items():
            assert not name.startswith("on"), (tag, attrs)
            assert name not in ("style", "srcdoc"), (tag, attrs)
            if name in ("href", "src", "action", "formaction"):
                assert value.startswith(("/", "#", "http://", "https://")), (tag, attrs)
            if name.startswith(("hx-", "data-hx-")):
                assert not value.startswith("/people"), (tag, attrs)


@pytest.mark.parametrize("index", range(0, len(EVERYTHING), 12))
def test_every_place_that_shows_words_shows_only_words(house: House, browser: Browser, index: int) -> None:
    client = browser("admin")
    for text in EVERYTHING[index : index + 12]:
        case_id, draft_id = house.add_case(
            text,
            who=text[:200],
            draft=text if text.strip() else "x",
            author_name=text,
            url=text,
            location=text,
            media=(Media("photo", text, text), Media(text, "https://a.example", None)),
            quoted=Quoted("1", text, text),
            metrics={text[:50]: 3},
        )
        del draft_id
        if text.strip():
            review.note(house.store, case_id, "admin", text, house.clock)
        assert_only_words(client.get(f"/cases/{case_id}").text)
        assert_only_words(client.get("/search", params={"q": text[:200]}).text)
    assert_only_words(client.get("/?lane=needs_approval").text)


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
