from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from monitor.web.spans import Span, marked, seemly

TAG = re.compile(r"<(/?)(mark|a)\b[^>]*>")


def words_of(markup: str) -> str:
    return html.unescape(TAG.sub("", markup))


def test_spans_mark_what_they_cover() -> None:
    found = marked("a late bag", [Span(2, 6, "urgency", "late"), Span(7, 10, "entity", "ITEM")])
    assert found == (
        'a <mark class="is-urgency" title="late">late</mark> <mark class="is-entity" title="ITEM">bag</mark>'
    )


def test_overlapping_spans_tell_all_of_their_labels_and_never_cross() -> None:
    found = marked("abcdef", [Span(0, 4, "signal", "one"), Span(2, 6, "urgency", "two")])
    assert words_of(found) == "abcdef"
    assert '<mark class="is-urgency" title="one, two">cd</mark>' in found


def test_a_link_is_shown_as_it_is_and_ends_before_the_full_stop() -> None:
    found = marked("see https://a.example/x?y=1&z=2.")
    assert (
        '<a href="https://a.example/x?y=1&amp;z=2" target="_blank" rel="noopener noreferrer nofollow ugc">'
        in found
    )
    assert found.endswith("</a>.")


def test_nothing_but_http_becomes_a_link() -> None:
    for text in (
        "javascript:alert(1)",
        "data:text/html,x",
        "JAVASCRIPT://x",
        "file:///etc/passwd",
        "//evil.example",
    ):
        assert "<a" not in marked(text)


def test_a_quote_can_not_leave_the_address() -> None:
    found = marked('https://a.example/"onmouseover="alert(1) https://b.example/<script>')
    assert "<script" not in found
    assert 'onmouseover="' not in re.sub(r">[^<]*<", "><", found)


def test_characters_that_reorder_or_hide_are_replaced_one_for_one() -> None:
    text = "a\u202eb\u2066c\x00d\x1be\x85f"
    assert seemly(text) == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"
    assert len(seemly(text)) == len(text)
    assert seemly("line\nbreak\ttab é 👩‍👩‍👧 ع") == "line\nbreak\ttab é 👩‍👩‍👧 ع"


def test_a_tower_of_accents_loses_its_upper_floors() -> None:
    tower = "e" + "\u0301" * 400
    assert seemly(tower).count("\u0301") == 6
    assert len(seemly(tower)) == len(tower)


def test_only_the_beginning_of_a_flood_is_shown() -> None:
    assert len(marked("x" * 1_000_000, limit=100)) == 100


@given(
    st.text(max_size=80),
    st.lists(
        st.tuples(st.integers(-5, 90), st.integers(-5, 90), st.sampled_from(["urgency", "signal", "entity"])),
        max_size=6,
    ),
)
def test_marking_never_changes_the_words_and_tags_are_balanced(
    text: str, spans: list[tuple[int, int, str]]
) -> None:
    found = marked(text, [Span(a, b, kind, '<"&>') for a, b, kind in spans])
    assert words_of(found) == seemly(text)
    open_tags: list[str] = []
    for closing, name in TAG.findall(found):
        if closing:
            assert open_tags.pop() == name
        else:
            open_tags.append(name)
    assert open_tags == []


def test_a_wall_of_wide_spaces_becomes_a_row_of_plain_ones() -> None:
    assert seemly("a" + "\u3000" * 9 + "b") == "a" + " " * 9 + "b"
    assert seemly("5\u00a0kg\u202f!") == "5\u00a0kg\u202f!", "those that people mean stay"
