"""An inbox in which everything that came from outside, and every name, wants to be more than text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.bootstrap.macros import MacroRow
from monitor.digest import render
from monitor.digest.figures import gather
from monitor.digest.view import DigestBrand
from monitor.domain.accountability import MacroStanding
from monitor.domain.casework import NoticeKind
from monitor.domain.coverage import Gap, Interval
from monitor.domain.draft import PromiseKind, PromisePlan, Proposal
from monitor.domain.mention import Media, Quoted
from monitor.domain.reading import Entity, Reason, Signal, Urgency, UrgencyReading
from monitor.domain.roster import Desk
from monitor.domain.storm import Suspicion
from monitor.stages import people, review, tokens
from monitor.store.people import User
from monitor.store.session import Session
from monitor.web.services import WebServices
from tests.integration.web.hostile import EVERYTHING, HIT, MEGABYTE, SCRIPTS
from tests.integration.web.seed import House

BAD = f'<img src=x onerror="{HIT}">'
A_PAGE = 38  # hostile posts in one conversation


@dataclass(frozen=True)
class Filled:
    """What was put in."""

    single: tuple[int, ...]  # a case of each text
    crowded: tuple[int, ...]  # conversations of many texts, with notes of many texts
    megabyte: int
    storm: int


def _reading(house: House, text: str) -> object:
    said = text[:40]
    return house.reading(
        Urgency.P2,
        "delivery_order",
        (),
        urgency=UrgencyReading(Urgency.P2, 0.9, (Reason("test." + BAD, said, 0, len(said)),)),
        signals=(Signal("repeat_contact", BAD, said, 0, len(said)),),
        entities=(Entity("PLACE", said, 0, len(said)), Entity(BAD[:20], said, 0, len(said))),
    )


def fill(house: House, texts: Sequence[str] = EVERYTHING) -> Filled:
    """Puts every text into every place that holds words."""
    single = tuple(_one(house, text) for text in texts)
    crowded = tuple(_crowd(house, texts[at : at + A_PAGE]) for at in range(0, len(texts), A_PAGE))
    megabyte, _ = house.add_case(MEGABYTE, who="long", draft="Long.", author_name="x" * 3000)
    with house.store.write() as session:
        storm = _around(house, session, crowded[0])
    return Filled(single, crowded, megabyte, storm)


def _one(house: House, text: str) -> int:
    case_id, _ = house.add_case(
        text,
        who=text[:300],
        draft=text if text.strip() else "x",
        reading=_reading(house, text),  # type: ignore[arg-type]
        **_dressed(text),
    )
    return case_id


def _dressed(text: str) -> dict[str, object]:
    """Everything that a post has besides its words, made of the same words."""
    return {
        "author_name": text[:2000],
        "url": text[:2000],
        "location": text[:2000],
        "media": (Media("photo", text[:3000], text[:3000]), Media(text[:500], "https://a.example/x", None)),
        "quoted": Quoted("1", text[:300], text[:3000]),
        "metrics": {text[:50]: 3},
    }


def _crowd(house: House, texts: Sequence[str]) -> int:
    case_id, _ = house.add_case("all of them at once " + BAD, who="crowd", draft="\n".join(texts)[:6000])
    for number, text in enumerate(texts):
        house.say(case_id, text, own=number % 7 == 6, **_dressed(text))
    with house.store.write() as session:
        for number, text in enumerate(texts):
            session.cases.note(case_id, "admin" if number % 2 else BAD, text, house.clock.now())
    return case_id


def _around(house: House, session: Session, case_id: int) -> int:
    """Names, switches, sources, promises, storms …: what stands on the pages beside the posts."""
    now = house.clock.now()
    for number, text in enumerate(SCRIPTS[:40]):
        name = " ".join(text.split())[:60] or "x"
        session.people.add(name, "agent", "!", now, email=f"{number}{BAD}@x.example", must_change=True)
        session.casework.tag(case_id, text[:40], BAD, now)
        session.casework.incident(text[:80], now)
        session.views.save("admin", text[:40], "lane=open", number % 2 == 0, now)
        session.ledger.touch(text[:60], BAD)
        session.ledger.tried(text[:60], now, "failing" if number % 8 == 0 else "ok", error=(BAD, text))
        late = PromisePlan(text, BAD, now + timedelta(minutes=number - 5), PromiseKind.WORD)
        session.promises.add(case_id, None, late, BAD, now)
        hour = Interval(now - timedelta(hours=number + 2), now - timedelta(hours=number + 1))
        session.ledger.add_gaps([Gap(text[:60], hour, BAD, text)], now)
    session.casework.tell("admin", case_id, NoticeKind.MENTIONED, BAD, now)
    session.casework.escalate(case_id, Desk.LEGAL, "admin", BAD, BAD, now, now + timedelta(hours=1))
    case = session.cases.get(case_id)
    session.cases.update(replace(case, assignee="admin", desk="legal"))
    session.audit.record(now, BAD, BAD, f"case:{case_id}", why=BAD)
    terms, cases = tuple(SCRIPTS[:6]), frozenset({case_id})
    return session.storms.begin(Suspicion(None, terms, cases, customers=9, expected=0.5), now)


def browsers(house: House, user: User) -> None:
    """Signed in with browsers that call themselves all sorts of things."""
    for text in SCRIPTS[:30]:
        people.sign_in(house.store, user, text, house.clock, address=BAD[:60])
    tokens.make(house.store, user.name, BAD[:60], ["read"], house.clock, by=user.name)


def pause(house: House) -> None:
    """Posting is paused, for a reason in markup."""
    review.pause(house.store, BAD, True, BAD, house.clock)


def services(house: House, **changes: object) -> WebServices:
    """The inbox of such a house, its digest made of what is in it."""
    brand = DigestBrand(BAD, house.services().timezone, "https://inbox.example")

    def digest(store: object, day: object) -> str:
        with house.store.read() as session:
            figures = gather(session, day, brand.zone, house.clock.now(), BAD, frozenset())  # type: ignore[arg-type]
        return render.html(figures, brand)

    standing = MacroStanding(
        BAD, replies=3, worse=1, bad=1, suspended=True, reason=BAD, by=BAD, at=house.clock.now()
    )
    marks = ({"case_id": 1, "title": BAD, "kind": "worse", "at": "2026-03-04T09:00:00.000Z"},)
    rows = [
        MacroRow(standing, BAD, (BAD,), marks),
        MacroRow(replace(standing, macro=SCRIPTS[1], suspended=False), BAD, (BAD,), ()),
    ]
    given = {
        "brand_name": BAD,
        "version": BAD,
        "digest": digest,
        "macros": lambda store: rows,
        "candidates": lambda talk: [Proposal(text, BAD, ()) for text in SCRIPTS[:5]],
        "explain_rule": lambda rule: BAD,
        "brands": (BAD, "Cargo"),
    }
    return house.services(**(given | changes))
