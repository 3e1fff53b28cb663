"""The part of X's search language that the fake understands; anything else is refused as X would.

Words, "phrases", @handle, #tag, from:, to:, conversation_id:, lang:, is:reply/retweet/quote, has:media/links,
`-` before any of them, OR, and parentheses. Words next to each other are AND, which binds tighter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.x_posts import Post

Test = Callable[["Post"], bool]
_TOKEN = re.compile(r'\s*(-?\(|\)|-?"[^"]*"|OR\b|[^\s()"]+)')


class BadQuery(Exception):
    """The query can't be parsed."""


def compiled(query: str) -> Test:
    """A test of a post. Raises BadQuery."""
    tokens = _tokens(query)
    test = _either(tokens)
    if tokens:
        raise BadQuery(f"no viable alternative at input '{tokens[0]}'")
    return test


def _tokens(query: str) -> list[str]:
    found, at = [], 0
    query = query.rstrip()
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            raise BadQuery(f"no viable alternative at input '{query[at:]}'")
        found.append(match[1])
        at = match.end()
    if not found:
        raise BadQuery("an empty query")
    return found


def _either(tokens: list[str]) -> Test:
    options = [_all(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        options.append(_all(tokens))
    return lambda post: any(test(post) for test in options)


def _all(tokens: list[str]) -> Test:
    needed: list[Test] = []
    while tokens and tokens[0] not in ("OR", ")"):
        needed.append(_one(tokens))
    if not needed:
        raise BadQuery("an operand is missing")
    return lambda post: all(test(post) for test in needed)


def _one(tokens: list[str]) -> Test:
    token = tokens.pop(0)
    if token in ("(", "-("):
        inner = _either(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise BadQuery("a closing parenthesis is missing")
        return inner if token == "(" else lambda post: not inner(post)
    if len(token) > 1 and token.startswith("-"):
        test = _atom(token[1:])
        return lambda post: not test(post)
    return _atom(token)


def _atom(token: str) -> Test:
    name, colon, value = token.partition(":")
    if colon and not token.startswith('"'):
        return _operator(name, value)
    if token.startswith(("@", "#")):
        word = re.compile(rf"(?<!\w){re.escape(token)}(?!\w)", re.IGNORECASE)
        return lambda post: bool(word.search(post.text))
    phrase = re.compile(rf"(?<!\w){re.escape(token.strip(chr(34)))}(?!\w)", re.IGNORECASE)
    return lambda post: bool(phrase.search(post.text))


def _operator(name: str, value: str) -> Test:
    wanted = value.lstrip("@").lower()
    tests: dict[str, Test] = {
        "from": lambda p: p.author.lower() == wanted,
        "to": lambda p: (p.reply_to_author or "").lower() == wanted,
        "conversation_id": lambda p: p.conversation == value,
        "lang": lambda p: p.lang == value,
        "is:reply": lambda p: p.in_reply_to is not None,
        "is:retweet": lambda p: p.reposted is not None,
        "is:quote": lambda p: p.quoted is not None,
        "has:media": lambda p: bool(p.media),
        "has:links": lambda p: bool(p.links),
    }
    test = tests.get(name) or tests.get(f"{name}:{value}")
    if test is None:
        raise BadQuery(f"Reference to invalid operator '{name}:{value}'")
    return test
