import pytest

from connectors.text import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain & simple", "plain & simple"),
        ("<p>Hi <b>you</b>&amp;me</p><p>two<br>three</p>", "Hi you&me\n\ntwo\nthree"),
        ("a&nbsp;b &hellip; &#128512;", "a b … 😀"),
        ("<ul><li>one<li>two</ul>after", "• one\n• two\n\nafter"),
        ("I <3 you, 5 < 6 > 4 <unclosed", "I <3 you, 5 < 6 > 4 <unclosed"),
        ("a<script>steal()</script>b<style>p{}</style>c", "abc"),
        ('<img src="x.png" alt="A torn bag">', "[A torn bag]"),
        ('<a href="/x">Read more</a>', "Read more (https://b.example/x)"),
        ('<a href="https://b.example/x">https://b.example/x</a>', "https://b.example/x"),
        ('<a href="https://b.example/x"></a>', "https://b.example/x"),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ('<a href="https://[broken">click</a>', "click"),
        (
            '<a href="https://m.example/@ann" class="u-url mention">@<span>ann</span></a> and '
            '<a href="https://m.example/tags/late">#<span>late</span></a>',
            "@ann and #late",
        ),
        (
            '<a href="https://news.example/long/path"><span class="invisible">https://</span>'
            '<span class="ellipsis">news.example/lo</span><span class="invisible">ng/path</span></a>',
            "https://news.example/long/path",
        ),
        ("  lots \n of \t space  ", "lots of space"),
    ],
)
def test_as_a_person_sees_it(html: str, text: str) -> None:
    assert html_to_text(html, "https://b.example/") == text


def test_depth_and_length_are_no_danger() -> None:
    assert html_to_text("<div>" * 50_000 + "deep") == "deep"
    assert len(html_to_text("<b>x</b>" * 100_000)) == 100_000
