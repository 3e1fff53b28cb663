"""What people do with a case besides answering it. A function is one POST and one call into the stages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Response

from monitor.domain.case import Outcome
from monitor.domain.casework import ESCALATION_CLOCK, moment_meant
from monitor.domain.errors import NotFound, WrongUse
from monitor.domain.roster import Desk
from monitor.stages import review
from monitor.web.acts import Drafting, GoTo, Text

router = APIRouter()

_Optional = Annotated[str, Form(max_length=10_000)]
_Number = Annotated[int, Form()]
UNTIL_THEY_WRITE = "reply"


@router.post("/cases/{case_id}/assign")
def assign(act: Drafting, case_id: int, assignee: _Optional = "") -> Response:
    """Gives the case to a colleague, or to nobody."""
    store, clock, user = act.services.store, act.services.clock, act.person.name
    return act.answer(case_id, lambda: review.assign(store, case_id, user, assignee or None, clock))


@router.post("/cases/{case_id}/note")
def note(act: Drafting, case_id: int, text: Text) -> Response:
    """An internal note; `@name` calls a colleague."""
    store, clock, user = act.services.store, act.services.clock, act.person.name
    return act.answer(case_id, lambda: review.note(store, case_id, user, text, clock), typed={"note": text})


@router.post("/cases/{case_id}/correct")
def correct(act: Drafting, case_id: int, field: Text, value: Text) -> Response:
    """The machine read it wrong."""
    store, clock, user = act.services.store, act.services.clock, act.person.name
    return act.answer(case_id, lambda: review.correct(store, case_id, user, field, value, clock))


@router.post("/cases/{case_id}/close")
def close(act: Drafting, case_id: int, outcome: Text) -> Response:
    """What became of the customer."""

    def do() -> None:
        if outcome not in set(Outcome):
            raise WrongUse(f"{outcome!r} is no outcome.", action="Choose one from the list.")
        review.close(act.services.store, case_id, act.person.name, Outcome(outcome), act.services.clock)

    return act.answer(case_id, do)


@router.post("/cases/{case_id}/reopen")
def reopen(act: Drafting, case_id: int) -> Response:
    """Brings a case back."""
    store, clock, user = act.services.store, act.services.clock, act.person.name
    return act.answer(case_id, lambda: review.reopen(store, case_id, user, clock))


@router.post("/cases/{case_id}/promises/{promise_id}")
def promise(act: Drafting, case_id: int, promise_id: int, kept: Text) -> Response:
    """A promise was kept, or it was not."""
    store, clock, user = act.services.store, act.services.clock, act.person.name
    return act.answer(case_id, lambda: review.settle_promise(store, promise_id, user, kept == "yes", clock))


# --- rest, and whoever decides ------------------------------------------------------------------------


@router.post("/cases/{case_id}/snooze")
def snooze(act: Drafting, case_id: int, until: _Optional = "", at: _Optional = "") -> Response:
    """Out of sight until a moment, `at` as people write it or `until` from the list, or until they write."""
    services = act.services

    def do() -> None:
        asked = at.strip() or until
        moment: datetime | None = None
        if asked != UNTIL_THEY_WRITE:
            moment = moment_meant(asked, services.clock.now(), services.timezone)
        review.snooze(services.store, case_id, act.person.name, moment, services.clock)

    return act.answer(case_id, do, typed={"at": at})


@router.post("/cases/{case_id}/wake")
def wake(act: Drafting, case_id: int) -> Response:
    """Back into its lane."""
    store, clock, user = act.services.store, act.services.clock, act.person.name
    return act.answer(case_id, lambda: review.wake(store, case_id, user, clock))


@router.post("/cases/{case_id}/escalate")
def escalate(
    act: Drafting, case_id: int, desk: Text, reason: _Optional = "", owner: _Optional = ""
) -> Response:
    """Hands the case up: a named owner, a clock."""
    services = act.services

    def do() -> None:
        if desk not in ESCALATION_CLOCK:
            raise WrongUse(f"{desk!r} is no desk to escalate to.", action="Choose one from the list.")
        review.escalate(
            services.store,
            case_id,
            act.person.name,
            Desk(desk),
            reason,
            services.clock,
            owner=owner or None,
            roster=services.roster,
        )

    return act.answer(case_id, do, typed={"reason": reason, "desk": desk})


@router.post("/cases/{case_id}/answer")
def answer(act: Drafting, case_id: int, answer: _Optional = "") -> Response:
    """What was decided; the case goes back to whoever asked."""
    store, clock, user = act.services.store, act.services.clock, act.person.name
    return act.answer(
        case_id,
        lambda: review.answer_escalation(store, case_id, user, answer, clock),
        typed={"answer": answer},
    )


# --- what belongs together ----------------------------------------------------------------------------


@router.post("/cases/{case_id}/tags")
def tags(act: Drafting, case_id: int, tag: Text, off: _Optional = "") -> Response:
    """Puts a tag on, or takes it off."""
    store, clock, user = act.services.store, act.services.clock, act.person.name
    return act.answer(case_id, lambda: review.tag(store, case_id, user, tag, clock, off=bool(off)))


@router.post("/cases/{case_id}/incident")
def incident(act: Drafting, case_id: int, name: _Optional = "") -> Response:
    """Says that the case is part of an incident, or of none."""
    store, clock, user = act.services.store, act.services.clock, act.person.name
    named = name.strip() or None
    return act.answer(case_id, lambda: review.join_incident(store, case_id, user, named, clock))


@router.post("/cases/{case_id}/merge")
def merge(act: Drafting, case_id: int, other: Text) -> Response:
    """Another case of the same customer becomes part of this one."""

    def do() -> None:
        number = other.strip().lstrip("#cC")
        if not (number.isascii() and number.isdecimal() and len(number) < 18):
            raise WrongUse(f"{other!r} is no number of a case.", action="Write it as the page shows it: 12.")
        review.merge(act.services.store, case_id, int(number), act.person.name, act.services.clock)

    return act.answer(case_id, do)


@router.post("/cases/{case_id}/split")
def split(act: Drafting, case_id: int, post: Annotated[list[int], Form(default_factory=list)]) -> Response:
    """The chosen posts become a case of their own, which is shown next."""
    store, clock, user = act.services.store, act.services.clock, act.person.name
    return act.answer(case_id, lambda: GoTo(review.split(store, case_id, post, user, clock)))


@router.post("/cases/{case_id}/moves/{move_id}/undo")
def undo_move(act: Drafting, case_id: int, move_id: int) -> Response:
    """Takes a merge or a split back."""

    def do() -> GoTo:
        with act.services.store.read() as session:
            found = session.casework.move(move_id)
        if case_id not in (found.from_case, found.to_case):
            raise NotFound(f"Case {case_id} took no part in that.")
        move = review.undo_move(act.services.store, move_id, act.person.name, act.services.clock)
        return GoTo(move.to_case if move.kind == "merge" else move.from_case)

    return act.answer(case_id, do)
