"""What came before that morning, and what colleagues have done since: a case as it looks after a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.domain.case import CaseStatus, Outcome
from monitor.domain.mention import MentionKey
from monitor.domain.roster import Desk
from monitor.stages import review
from tests.integration.web.day import Made
from tests.integration.web.seed import House

DAYS = 24 * 60


def before(house: House, made: Made) -> Made:
    """Earlier matters of the customer with the bag; a second open one; others with the same problem."""
    who = "hollowaytess"
    past = {
        "delay": _closed(
            house, "four hours on the tarmac and not one word", who, 410, Outcome.RECOVERED, answered=40
        ),
        "refund": _closed(
            house, "still waiting for the refund you promised in june", who, 220, Outcome.LOST, answered=2900
        ),
        "seat": _closed(house, "seats split up again, toddler in row 31", who, 60, Outcome.MISSED),
    }
    past["voucher"] = house.add_case(
        "and the voucher code does not work either", who=who, minutes_ago=25, intent="billing_refund"
    )
    past["neighbour"] = house.add_case(
        "anyone else standing at belt 4 in Edinburgh since midnight? no pram, no staff", who="mo_r",
        minutes_ago=190,
    )  # fmt: skip
    return past


def _closed(
    house: House, text: str, who: str, days: int, outcome: Outcome, answered: float | None = None
) -> tuple[int, int]:
    made = house.add_case(text, who=who, minutes_ago=days * DAYS, status=CaseStatus.DONE)
    with house.store.write() as s:
        case = s.cases.get(made[0])
        s.cases.update(
            replace(
                case,
                outcome=outcome,
                closed_at=case.opened_at + timedelta(days=9),
                first_response_at=case.clock_start + timedelta(minutes=answered) if answered else None,
            )
        )
    return made


def worked_on(house: House, made: Made) -> None:
    """Colleagues have been at the case with the bag."""
    case_id = made["bag"][0]
    house.add_people("bo")
    edit(house, case_id, 0, "@northwindair landed EDI 23:05, it's gone midnight and we're standing at belt 4 "
         "looking at a pram that isn't mine. https://photos.example/belt4")  # fmt: skip
    review.assign(house.store, case_id, "manager", "bo", house.clock)
    review.tag(house.store, case_id, "bo", "lost pram", house.clock)
    review.note(house.store, case_id, "bo", "@manager may I offer a loan pram from the station?", house.clock)
    review.escalate(
        house.store, case_id, "bo", Desk.BRANCH, "May I offer a loan pram?", house.clock, owner="manager"
    )


def edit(house: House, case_id: int, which: int, text: str) -> None:
    """The customer edits one of their posts."""
    with house.store.write() as s:
        turn = s.cases.conversation(case_id).turns[which]
        reading = turn.reading
        changed = replace(turn.mention, text=text)
        s.mentions.add(
            [changed], source=s.cases.get(case_id).source, origin=s.cases.get(case_id).origin,
            seen_at=house.clock.now(), is_own=lambda m: False,
        )  # fmt: skip
        now = s.cases.conversation(case_id).turns[which]
        assert now.revision > turn.revision, "an edit is a new revision"
        if reading is not None:
            s.readings.add([(now.mention_id, now.revision, reading)], house.clock.now())


def remove(house: House, case_id: int, which: int) -> None:
    """The customer deletes one of their posts."""
    with house.store.write() as s:
        post = s.cases.conversation(case_id).turns[which].mention
        s.mentions.remove(MentionKey(*post.key), at=house.clock.now(), reason="deleted")
