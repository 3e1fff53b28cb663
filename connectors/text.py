"""HTML as a person sees it: paragraphs, list items, entities, and links that keep their address.

The result is plain text; it is data from outside and is escaped again wherever it is shown.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

_PARAGRAPHS = frozenset({"p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "ul", "ol"})
_BLOCKS = _PARAGRAPHS | {
    *("address", "article", "aside", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
    *("footer", "form", "header", "hr", "main", "nav", "section", "summary", "tr"),
}
_UNSEEN = frozenset(
    {"script", "style", "head", "template", "noscript", "title", "svg", "math", "iframe", "object"}
)
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_BREAKS = re.compile(r" *\n *")
_SPACES = re.compile(r" {2,}")
_MANY = re.compile(r"\n{3,}")


def html_to_text(html: str, base: str | None = None) -> str:
    """The text of a piece of HTML. `base` completes relative links. Never raises on bad markup."""
    if "<" not in html and "&" not in html:
        return _tidy(_SPACE.sub(" ", html))
    reader = _Reader(base)
    reader.feed(html)
    reader.close()
    return _tidy(reader.text())


def _tidy(text: str) -> str:
    lines = _BREAKS.sub("\n", _SPACES.sub(" ", text.replace("\0", "")))
    return _MANY.sub("\n\n", lines).strip()


class _Reader(HTMLParser):
    def __init__(self, base: str | None) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self._parts: list[str] = []
        self._hidden: list[str] = []
        self._pre = 0
        self._link: tuple[str, int] | None = None  # address, and where its words begin

    def text(self) -> str:
        """Everything so far, with a link that was never closed."""
        self._close_link()
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._hidden.append(tag)
        if self._hidden:
            return
        if tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\n• ")
        elif tag == "img":
            alt = _SPACE.sub(" ", dict(attrs).get("alt") or "").strip()
            self._parts.append(f"[{alt}]" if alt else "")
        elif tag == "a":
            self._close_link()
            self._link = (self._absolute(dict(attrs).get("href") or ""), len(self._parts))
        elif tag in ("td", "th"):
            self._parts.append(" ")
        self._break(tag)
        self._pre += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                del self._hidden[self._hidden.index(tag) :]
            return
        if tag == "a":
            self._close_link()
        self._break(tag)
        self._pre = max(0, self._pre - (tag == "pre"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)
            self._pre -= tag == "pre"

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._parts.append(data if self._pre else _SPACE.sub(" ", data))

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._parts.append("\n\n" if tag in _PARAGRAPHS else "\n")

    def _absolute(self, href: str) -> str:
        try:
            url = urljoin(self._base, href.strip()) if self._base else href.strip()
        except ValueError:
            return ""
        return url if url[:8].lower().startswith(("http://", "https://")) else ""

    def _close_link(self) -> None:
        """Decides how the link is shown: as its address, as its words, or as both."""
        if self._link is None:
            return
        url, begin = self._link
        self._link = None
        words = "".join(self._parts[begin:]).strip()
        if not url or words.startswith(("@", "#")):  # mentions and hashtags say it all
            return
        if not words:
            self._parts.append(url)
        elif _is_address(words, url):  # perhaps shortened for the eye
            self._parts[begin:] = [url]
        else:
            self._parts.append(f" ({url})")


def _is_address(words: str, url: str) -> bool:
    shown = words.rstrip("…").removesuffix("...").removeprefix("https://").removeprefix("http://")
    return " " not in shown and bool(shown) and "." in shown and shown.lower() in url.lower()
