"""Private data: found, named, masked; and harmless numbers left alone."""

from __future__ import annotations

import pytest

from monitor.respond.privacy import masked, private_spans


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mail lee.marsh@post.example now", "email"),
        ("lee at post dot example", "email"),
        ("call +49 151 2345678", "phone"),
        ("call 0151 234 5678", "phone"),
        ("call 555-867-5309", "phone"),
        ("4111 1111 1111 1111", "card"),
        ("DE89 3704 0044 0532 0130 00", "iban"),
        ("order no. 88041277", "order"),
        ("#402-0726587-9868359", "order"),
        ("ticket AB12CD", "order"),
        ("my password is hunter2", "secret"),
        ("14 Acacia Avenue Street", "address"),
    ],
)
def test_found(text: str, kind: str) -> None:
    assert [s.kind for s in private_spans(text)] == [kind]
    assert not private_spans(masked(text))


@pytest.mark.parametrize(
    "text",
    [
        "by 18:00 today",
        "costs €412.60",
        "version 8.4.20.535",
        "@care@northwind.example",
        "on 12 March",
        "1 of 3",
        "24/7",
        "since 2017",
    ],
)
def test_left_alone(text: str) -> None:
    assert private_spans(text) == []


def test_masking_keeps_the_rest() -> None:
    assert masked("Write to a@b.example, or call +49 151 2345678!") == "Write to …, or call …!"
