"""Lays a digest out: which sections, in which order."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.digest import say
from monitor.digest import sections_customers as customers
from monitor.digest import sections_ours as ours
from monitor.digest.figures import DigestFigures
from monitor.digest.headline import headline
from monitor.digest.numbers import Sight
from monitor.digest.page import Line, Page, Section
from monitor.digest.plain import one_line
from monitor.digest.view import DigestBrand, View

SUBJECT = 150  # characters
TROUBLE = 160


def lay_out(figures: DigestFigures, brand: DigestBrand) -> Page:
    """The digest as blocks, which every format renders: people first, then what we did, then the rest."""
    n, view, name = figures.numbers, View(figures, brand), one_line(brand.name)
    first, *more = headline(n)
    return Page(
        subject=one_line(f"{name}, {say.day(n.day)}: {first.text}", SUBJECT),
        brand=name,
        day=say.day(n.day),
        headline=(first, *_troubles(figures), *more),
        sections=tuple(_sections(view)),
        footer=_footer(view),
        home=None if brand.inbox is None else f"{brand.inbox.rstrip('/')}/digest/{n.day.isoformat()}",
    )


def _troubles(figures: DigestFigures) -> Iterator[Line]:
    """What needs somebody when this is read, whatever day the digest is of."""
    for trouble in figures.troubles:
        code = f" ({trouble.code})" if trouble.code else ""
        text = f"{one_line(trouble.text, TROUBLE).rstrip('.')}{code}. {trouble.what_to_do}"
        yield Line(f"Right now {trouble.source} {trouble.fails}: {text}", "bad")


def _sections(view: View) -> Iterator[Section]:
    u = view.n.unseen
    # Numbers that lack something are read with that in mind, so it comes before them.
    is_troubled = u.sight in (Sight.PARTLY, Sight.BLIND) or u.backlog > 0
    if is_troubled:
        yield customers.unseen(view)
    yield customers.waiting(view)
    yield customers.waits(view)
    yield customers.outcomes(view)
    yield customers.about(view)
    if not is_troubled:
        yield customers.unseen(view)
    yield ours.replies(view)
    yield ours.praise(view)
    yield ours.aside(view)
    yield ours.in_full(view)


def _footer(view: View) -> tuple[str, ...]:
    made = view.n.made_at.astimezone(view.brand.zone)
    return (
        f"Numbers as of {say.day(made.date())}, {made:%H:%M} ({view.brand.zone.key}); "
        "words as they stand when this is read. A post counts on the day it was written.",
        "Press Zero posts nothing that a person has not approved.",
    )
