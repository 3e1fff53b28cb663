"""What people do with a reply. A function is one POST, one call into `monitor.stages.review`, one answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.draft import APPROVABLE, Draft
from monitor.domain.errors import (
    BadMoment,
    ClaimedByOther,
    DraftBlocked,
    ForbiddenTransition,
    NotFound,
    PressZeroError,
    StaleApproval,
    WrongUse,
)
from monitor.domain.moments import parse_moment
from monitor.stages import presence, review
from monitor.stages.people import SignedIn
from monitor.stages.review import Shown, tidy
from monitor.web.access import Approver, Drafter, Services
from monitor.web.case import Notice, show_case, within_of
from monitor.web.caseview import Filled
from monitor.web.editor import editor_of, source_of
from monitor.web.pages import render, wants_part
from monitor.web.services import WebServices

router = APIRouter()

Text = Annotated[str, Form()]
_Number = Annotated[int, Form()]
_Optional = Annotated[str, Form()]

STATUS: dict[type[PressZeroError], int] = {
    NotFound: 404,
    WrongUse: 400,
    StaleApproval: 409,
    ForbiddenTransition: 409,
    ClaimedByOther: 409,
    DraftBlocked: 422,
}


def status_of(error: PressZeroError) -> int:
    """The HTTP status of an error that a page answers."""
    return next(STATUS[t] for t in type(error).__mro__ if t in STATUS)


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """The editor as it was sent: the words, and what its page showed."""

    case_id: int
    text: str
    draft_id: int  # 0: the case had no draft
    version: int
    hash: str
    seen: str
    shown_at: str
    override: str
    leaves: str = ""  # when it should leave: nothing, "open", or a moment


def reply_form(
    case_id: int,
    text: Text,
    draft_id: _Number = 0,
    version: _Number = 0,
    hash: _Optional = "",
    seen: _Optional = "",
    shown_at: _Optional = "",
    override: _Optional = "",
    leaves: _Optional = "",
    leaves_at: _Optional = "",
) -> ReplyForm:
    """A dependency: the fields of the editor."""
    when = leaves_at.strip() or leaves.strip()
    return ReplyForm(case_id, tidy(text), draft_id, version, hash, seen, shown_at, override.strip(), when)


Reply = Annotated[ReplyForm, Depends(reply_form)]


@dataclass(frozen=True, slots=True)
class GoTo:
    """The case that an act leads to, where it is another one."""

    case_id: int


@dataclass(frozen=True, slots=True)
class Act:
    """One request: who does it, with what."""

    request: Request
    services: WebServices
    person: SignedIn

    def answer(
        self,
        case_id: int,
        do: Callable[[], object],
        form: ReplyForm | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        """Does it and goes back to the case; what does not go through is said there, and no word is lost.

        `do` may return a `GoTo`.
        """
        try:
            done = do()
        except tuple(STATUS) as error:
            if form is not None:
                kept(self, form)
            return show_case(
                self.request,
                self.services,
                self.person,
                case_id,
                status=status_of(error),
                notice=Notice.of(error),
                form=Filled(form.text, form.draft_id, form.version, form.seen) if form else None,
                typed=typed,
            )
        if isinstance(done, GoTo):
            return RedirectResponse(f"/cases/{done.case_id}", 303)
        within = within_of(self.request)
        rest = f"?within={quote(within, safe='')}" if within else ""
        return RedirectResponse(f"/cases/{case_id}{rest}", 303)


def act_of_drafter(request: Request, services: Services, person: Drafter) -> Act:
    """A dependency: somebody who may draft."""
    return Act(request, services, person)


def act_of_approver(request: Request, services: Services, person: Approver) -> Act:
    """A dependency: somebody who may approve."""
    return Act(request, services, person)


Drafting = Annotated[Act, Depends(act_of_drafter)]
Approving = Annotated[Act, Depends(act_of_approver)]


# --- the words ---


@router.post("/cases/{case_id}/save")
def save(act: Drafting, form: Reply) -> Response:
    """Keeps a person's words. Asked by htmx, it answers with the state of the editor instead of the page."""
    if not wants_part(act.request):
        return act.answer(form.case_id, lambda: saved(act, form), form)
    try:
        draft, notice = saved(act, form), None
    except tuple(STATUS) as error:
        draft, notice = None, Notice.of(error)
        kept(act, form)
    return _editor_part(act, form, draft, notice)


def _editor_part(act: Act, form: ReplyForm, draft: Draft | None, notice: Notice | None) -> Response:
    with act.services.store.read() as session:
        conversation = session.cases.conversation(form.case_id)
        stored = session.drafts.live_of(form.case_id)
    return render(
        act.request,
        act.services,
        "_checked.html",
        person=act.person,
        editor=editor_of(act.services, conversation, stored, act.person.name, form.text),
        saved=draft,
        notice=notice,
    )


def kept(act: Act, form: ReplyForm) -> None:
    """Keeps a person's words that could not go into the draft; words they were only shown are not theirs."""
    store, user = act.services.store, act.person.name
    with store.read() as session:
        texts = session.drafts.texts(form.draft_id) if form.draft_id else []
    if form.text and form.text not in {row["text"] for row in texts}:
        presence.keep_words(store, form.case_id, user, form.text, act.services.clock)


def saved(act: Act, form: ReplyForm) -> Draft:
    """The draft with the words of the form, which are then kept nowhere else."""
    draft = _saved(act, form)
    store, user = act.services.store, act.person.name
    with store.read() as session:
        is_kept = session.attention.kept_words(user, form.case_id) is not None
    if is_kept:
        presence.keep_words(store, form.case_id, user, "", act.services.clock)
    return draft


def _saved(act: Act, form: ReplyForm) -> Draft:
    store, clock, user = act.services.store, act.services.clock, act.person.name
    with store.read() as session:
        conversation = session.cases.conversation(form.case_id)
        draft = session.drafts.live_of(form.case_id)
    if (draft.id if draft else 0) != form.draft_id:
        what = "has a draft now" if draft else "no longer has the draft that was shown"
        raise StaleApproval(f"The case {what}.", action="Read it; your own words are still in the editor.")
    if draft is None:
        source = source_of(act.services, conversation, None)
        return review.write(store, form.case_id, user, form.text, source, clock, act.services.promised)
    if draft.text == form.text:
        return draft
    # One's own newer version is this same editor's autosave, overtaken by the button.
    version = draft.version if draft.written_by == user else form.version
    return review.edit(store, draft.id, user, form.text, version, clock, act.services.promised)


@router.post("/cases/{case_id}/approve")
def approve(act: Approving, form: Reply) -> Response:
    """The yes: to these words, and to the conversation as the page showed it."""
    return act.answer(form.case_id, lambda: _approve(act, form), form)


def _approve(act: Act, form: ReplyForm) -> None:
    draft = saved(act, form)
    # Untouched words must be those of the version that was shown; the person's own were saved just now.
    untouched = form.draft_id and draft.version == form.version
    own = draft.written_by == act.person.name
    version = draft.version if untouched or own else form.version
    review.approve(
        act.services.store,
        draft.id,
        act.person.name,
        Shown(form.text, form.hash, version, _seconds(act.services, form.shown_at)),
        act.services.clock,
        undo=act.services.undo,
        second=act.services.second,
        send_at=_send_at(act, draft, form.leaves),
        judge=act.services.judge,
        check=act.services.check,
        override_reason=form.override or None,
    )


def _send_at(act: Act, draft: Draft, asked: str) -> datetime | None:
    """When it should leave; without a wish the house decides (`[publish] business_hours_only`)."""
    if act.services.posting is None:
        return None
    with act.services.store.read() as session:
        case = session.cases.get(draft.case_id)
    return act.services.posting.send_at(case, asked)


def _seconds(services: WebServices, shown_at: str) -> float | None:
    try:
        return max(0.0, (services.clock.now() - parse_moment(shown_at)).total_seconds())
    except BadMoment:
        return None


@router.post("/cases/{case_id}/keep")
def keep(act: Drafting, form: Reply) -> Response:
    """The words still fit: a stale, refused or handed-off draft becomes one that can be approved."""

    def do() -> None:
        draft = saved(act, form)
        if draft.state not in APPROVABLE:
            review.keep(act.services.store, draft.id, act.person.name, form.version, act.services.clock)

    return act.answer(form.case_id, do, form)


@router.post("/cases/{case_id}/hand-off")
def hand_off(act: Drafting, form: Reply) -> Response:
    """The person takes the words and posts them by hand."""

    def do() -> None:
        review.hand_off(act.services.store, saved(act, form).id, act.person.name, act.services.clock)

    return act.answer(form.case_id, do, form)


@router.post("/cases/{case_id}/words/drop")
def drop_words(act: Drafting, case_id: int) -> Response:
    """One's own words that are in no draft are no longer wanted."""
    services, user = act.services, act.person.name
    return act.answer(case_id, lambda: presence.keep_words(services.store, case_id, user, "", services.clock))


# --- the draft ---


def _live(act: Act, case_id: int) -> Draft:
    with act.services.store.read() as session:
        draft = session.drafts.live_of(case_id)
    if draft is None:
        raise ForbiddenTransition(f"Case {case_id} has no draft any more.")
    return draft


@router.post("/cases/{case_id}/claim")
def claim(act: Drafting, case_id: int) -> Response:
    """Tells the others that somebody is at it."""
    services, user = act.services, act.person.name
    return act.answer(
        case_id, lambda: review.claim(services.store, _live(act, case_id).id, user, services.clock)
    )


@router.post("/cases/{case_id}/release")
def release(act: Drafting, case_id: int) -> Response:
    """Gives the draft back."""
    services, user = act.services, act.person.name
    return act.answer(
        case_id, lambda: review.release(services.store, _live(act, case_id).id, user, services.clock)
    )


@router.post("/cases/{case_id}/reject")
def reject(act: Drafting, case_id: int, reason: Text, draft_id: _Number) -> Response:
    """The no, with its reason."""

    def do() -> None:
        draft = _live(act, case_id)
        if draft.id != draft_id:
            raise StaleApproval("There is another draft now than the one that was shown.")
        review.reject(act.services.store, draft.id, act.person.name, reason, act.services.clock)

    return act.answer(case_id, do)


@router.post("/cases/{case_id}/undo")
def undo(act: Approving, case_id: int) -> Response:
    """Takes a yes back while its window lasts."""
    services, user = act.services, act.person.name
    return act.answer(
        case_id, lambda: review.undo(services.store, _live(act, case_id).id, user, services.clock)
    )


@router.post("/cases/{case_id}/confirm")
def confirm(act: Drafting, case_id: int) -> Response:
    """The person posted it by hand."""
    services, user = act.services, act.person.name
    return act.answer(
        case_id, lambda: review.confirm(services.store, _live(act, case_id).id, user, services.clock)
    )
