import json
import re
from html.parser import HTMLParser

import pytest

from monitor.digest import render
from monitor.digest.view import DigestBrand
from tests.unit.digest.world import BRAND, NOISE, PRAISE, ZONE, World, at, reading

VOID = {"meta", "br"}
ATTACK = (
    "</td></table><script>alert(1)</script><img src=x onerror=alert(2)> <style>*{}</style>"
    " | [a](https://evil.example) `x` **b** # h\n# heading\n- list\n\x1b[31mred \u202egnp.exe "
    "{{ 7*7 }} {% raw %}"
)


class Document(HTMLParser):
    """Checks that every element is closed in order; collects elements, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.words = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data


@pytest.fixture
def attacked(world: World) -> World:
    for hour in range(3):
        post = world.post(
            at(hour), ATTACK, reading(staff=None, signals=("about_our_automation",)), who=f"<b>{hour}"
        )
    world.post(at(4), ATTACK, PRAISE)
    world.post(at(5), ATTACK, NOISE)
    world.reply(post, at(6), "Sorry <we> hear & act")
    world.promise(post, at(7), at(6), text="<i>call</i>")
    return world


def test_html_is_whole_and_what_customers_write_stays_text(attacked: World) -> None:
    document = Document(render.html(attacked.digest(), BRAND))
    assert document.tags.isdisjoint({"script", "img", "svg", "iframe", "link", "b", "i", "form"})
    assert not {a for a in document.attributes if a.startswith("on")}
    assert all(link.startswith("https://inbox.example/") for link in document.links)
    assert "<script>alert(1)</script>" in document.words
    assert "{{ 7*7 }} {% raw %}" in document.words
    assert "\x1b" not in document.words and "\u202e" not in document.words


def test_html_loads_nothing_and_its_styles_are_inlined(attacked: World) -> None:
    page = render.html(attacked.digest(), BRAND)
    assert "url(" not in page and "@import" not in page
    assert Document(page).attributes.isdisjoint({"src", "background", "srcset"})
    assert len(re.findall(r'style="', page)) > 50
    assert "prefers-color-scheme: dark" in page
    assert "max-width: 520px" in page


def test_text_has_no_control_characters_and_no_forged_structure(attacked: World) -> None:
    said = render.text(attacked.digest(), BRAND)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", said)
    assert "\n# heading" not in said and "\n- list" not in said


def test_markdown_shows_the_characters_and_makes_no_structure_of_them(attacked: World) -> None:
    said = render.markdown(attacked.digest(), BRAND)
    assert "<script" not in said and "](https://evil" not in said
    assert not re.search(r"^#{1,6} h", said, re.MULTILINE)
    assert r"\[a\](https:\//evil.example)" in said
    for line in said.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in (5, 7, 4), line


def test_noise_has_no_link_to_click(world: World) -> None:
    world.post(at(9), "win at https://evil.example now", NOISE)
    for said in (render.html(world.digest(), BRAND), render.text(world.digest(), BRAND)):
        assert "https[:]//evil.example" in said and "https://evil" not in said


def test_json_is_ascii_and_holds_numbers_and_words(attacked: World) -> None:
    said = render.json_text(attacked.digest(), BRAND)
    assert said.isascii()
    data = json.loads(said)
    assert data["numbers"]["volume"]["posts"] == 5
    assert data["numbers"]["day"] == "2026-03-05"
    assert len(data["in_full"]) == 3
    assert data["in_full"][0]["turns"][0]["text"] == ATTACK


def test_every_format_says_the_same_sentences(attacked: World) -> None:
    found = attacked.digest()
    headline = json.loads(render.json_text(found, BRAND))["headline"]
    text = " ".join(render.text(found, BRAND).split())
    words = Document(render.html(found, BRAND)).words
    markdown = render.markdown(found, BRAND).replace("\\", "")
    assert headline[0].startswith("3 people complained; 2 still wait")
    for sentence in headline:
        assert sentence in text and sentence in words and sentence in markdown


def test_a_conversation_is_shown_whole(world: World) -> None:
    first = world.post(at(9), "line one\nline two " + "word " * 300 + "the end", who="ann")
    world.reply(first, at(10), "We found it.")
    world.post(at(11), "thank you", PRAISE, who="ann", to=first)
    for said in (render.html(world.digest(), BRAND), render.text(world.digest(), BRAND)):
        for words in ("line one", "line two", "the end", "We found it.", "thank you"):
            assert words in said


def test_an_empty_day_still_says_something(world: World) -> None:
    for f in (render.html, render.text, render.markdown, render.json_text):
        said = f(world.digest(), BRAND)
        assert "No source was watched" in said
    assert "Nobody waits for us." in render.text(world.digest(), BRAND)


def test_without_an_inbox_there_are_no_links(attacked: World) -> None:
    brand = DigestBrand("Northwind\nAir", ZONE)
    assert Document(render.html(attacked.digest(), brand)).links == []
    assert "\n" not in render.subject(attacked.digest(), brand)
    assert "case 1" in render.text(attacked.digest(), brand)


def test_times_are_in_the_brands_zone(world: World) -> None:
    world.post(at(9.5))
    assert ", 09:30" in render.text(world.digest(), BRAND)
    assert "Numbers as of Friday 6 March 2026, 07:30 (Europe/Berlin)" in " ".join(
        render.text(world.digest(), BRAND).split()
    )


def test_lines_of_text_fit_a_terminal(attacked: World) -> None:
    lines = render.text(attacked.digest(), BRAND).splitlines()
    assert max(len(line) for line in lines) <= 78
