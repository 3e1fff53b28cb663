"""Merge and split: which posts are one customer's one matter. Both can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.domain.case import Case, CaseStatus
from monitor.domain.conversation import Conversation, Turn
from monitor.domain.draft import Draft, DraftState
from monitor.domain.errors import ForbiddenTransition, WrongUse
from monitor.domain.moments import Clock
from monitor.stages.removal import title_of
from monitor.stages.review.standing import facts, new_case, restored, restored_home, together
from monitor.stages.review.words import conversation_moved
from monitor.store.casework import CaseMove
from monitor.store.protocol import Store
from monitor.store.session import Session

MERGE, SPLIT = "merge", "split"
_ON_ITS_WAY = frozenset({DraftState.APPROVED, DraftState.SENDING, DraftState.UNKNOWN, DraftState.HANDED_OFF})


def merge(store: Store, into_id: int, from_id: int, user: str, clock: Clock) -> int:
    """Makes two cases of one customer one: the posts, promises and tags of `from_id` go to `into_id`.

    Returns the number of the move, for `undo_move`. Raises WrongUse, ForbiddenTransition.
    """
    now = clock.now()
    with store.write() as session:
        into, gone = session.cases.get(into_id), session.cases.get(from_id)
        _may_merge(session, into, gone)
        posts = session.casework.mention_ids(from_id)
        promises = [int(p["id"]) for p in session.promises.of_case(from_id) if p["state"] == "open"]
        _bring_words(session, into_id, from_id, user, now)
        session.casework.rehome(posts, from_id, into_id)
        session.casework.take_along(from_id, into_id, now)
        session.cases.update(
            replace(
                gone,
                status=CaseStatus.MERGED,
                merged_into=into_id,
                snooze=None,
                escalated=None,
                closed_at=now,
            )
        )
        session.cases.relane(session.cases.get(from_id), None)
        merged = session.cases.update(together(into, gone))
        before = {"from": facts(gone), "to": facts(into), "merged": facts(merged), "promises": promises}
        move_id = session.casework.record_move(MERGE, from_id, into_id, posts, before, user, now)
        session.audit.record(now, user, "case.merged", f"case:{into_id}", other=from_id, move=move_id)
        session.audit.record(now, user, "case.merged_away", f"case:{from_id}", into=into_id, move=move_id)
        _settle_down(session, into_id, now)
        return move_id


def split(store: Store, case_id: int, mention_ids: Sequence[int], user: str, clock: Clock) -> int:
    """Takes some of the customer's posts out into a case of their own; returns the number of that case.

    Replies of ours to those posts go along. Raises WrongUse, ForbiddenTransition.
    """
    now = clock.now()
    with store.write() as session:
        conversation = session.cases.conversation(case_id)
        case = conversation.case
        _nothing_on_its_way(session, case_id)
        theirs, ours = _chosen(conversation, mention_ids)
        made = session.cases.open(new_case(case, theirs, now))
        posts = [t.mention_id for t in (*theirs, *ours)]
        session.casework.rehome(posts, case_id, made.id)
        before = {"from": facts(case)}
        move_id = session.casework.record_move(SPLIT, case_id, made.id, posts, before, user, now)
        session.audit.record(
            now, user, "case.split", f"case:{case_id}", other=made.id, posts=posts, move=move_id
        )
        session.audit.record(now, user, "case.split_off", f"case:{made.id}", other=case_id, move=move_id)
        _settle_down(session, case_id, now)
        session.cases.relane(session.cases.get(made.id), None)
        return made.id


def undo_move(store: Store, move_id: int, user: str, clock: Clock) -> CaseMove:
    """Takes a merge or a split back: the posts that moved, and are still there, go home.

    What people did since then stays. Raises ForbiddenTransition when that is no longer possible.
    """
    now = clock.now()
    with store.write() as session:
        move = session.casework.move(move_id)
        if move.undone_at is not None:
            raise ForbiddenTransition(f"That {move.kind} was taken back already, by {move.undone_by}.")
        home, away = session.cases.get(move.from_case), session.cases.get(move.to_case)
        _nothing_on_its_way(session, away.id)
        if away.status is CaseStatus.MERGED or (move.kind == SPLIT and home.status is CaseStatus.MERGED):
            raise ForbiddenTransition(
                "One of the two cases was merged since.", action="Take that back first."
            )
        if move.kind == MERGE:
            session.cases.update(restored_home(home, move.before["from"]))
            session.cases.update(restored(away, move.before["merged"], move.before["to"]))
            for promise in move.before["promises"]:
                session.casework.give_promise(promise, away.id, home.id)
        session.casework.rehome(move.mentions, away.id, home.id)
        if move.kind == SPLIT:
            _close_empty(session, away, home.id, now)
        session.casework.move_undone(move_id, user, now)
        for case_id in (home.id, away.id):
            session.audit.record(now, user, f"case.{move.kind}_undone", f"case:{case_id}", move=move_id)
            if session.cases.get(case_id).status is not CaseStatus.MERGED:
                _settle_down(session, case_id, now)
        return move


# --- may they? ----------------------------------------------------------------------------------


def _may_merge(session: Session, into: Case, gone: Case) -> None:
    if into.id == gone.id:
        raise WrongUse("A case can't be merged with itself.", action="Name two cases.")
    for case in (into, gone):
        if case.status is CaseStatus.MERGED:
            raise ForbiddenTransition(f"Case {case.id} was merged into case {case.merged_into} already.")
        _nothing_on_its_way(session, case.id)
    if session.brands.of_source(into.source) != session.brands.of_source(gone.source):
        raise WrongUse("These two cases are about different brands.", action="Each brand keeps its own.")
    if into.platform != gone.platform or into.customer is None or into.customer != gone.customer:
        raise WrongUse(
            "These are not two cases of one customer on one platform.",
            action="A case is one customer's matter; give many customers' one problem a tag, or an incident.",
        )


def _nothing_on_its_way(session: Session, case_id: int) -> None:
    draft = session.drafts.live_of(case_id)
    if draft is not None and draft.state in _ON_ITS_WAY:
        why = f"A reply of case {case_id} is {draft.state.value.replace('_', ' ')}."
        raise ForbiddenTransition(why, action="Wait until it is out, or take it back.")


def _chosen(conversation: Conversation, mention_ids: Sequence[int]) -> tuple[list[Turn], list[Turn]]:
    """(posts of the customer that leave, replies of ours to them)."""
    wanted = set(mention_ids)
    theirs = [t for t in conversation.customer_turns if t.mention_id in wanted]
    if wanted - {t.mention_id for t in theirs} or not theirs:
        raise WrongUse("Choose posts that the customer wrote in this case.")
    if len(theirs) == len(list(conversation.customer_turns)):
        raise WrongUse("At least one post stays.", action="Leave one out; else there is nothing to split.")
    answered = {t.mention.native_id for t in theirs}
    ours = [t for t in conversation.turns if t.own and not t.context and t.mention.in_reply_to in answered]
    return theirs, ours


# --- the words of people ------------------------------------------------------------------------


def _bring_words(session: Session, into_id: int, from_id: int, user: str, now: datetime) -> None:
    """The draft of the case that goes: a person's words go along, or into a note; a machine's make way."""
    theirs = session.drafts.live_of(from_id)
    if theirs is None:
        return
    if not _of_a_person(theirs):
        session.drafts.move(theirs, DraftState.SUPERSEDED, now, reason=f"merged into case {into_id}")
        return
    here = session.drafts.live_of(into_id)
    if here is not None and _of_a_person(here):
        whose = f"Draft by {theirs.written_by} of case {from_id}, which was merged into this one:"
        session.cases.note(into_id, user, f"{whose}\n\n{theirs.text}", now)
        session.drafts.move(theirs, DraftState.SUPERSEDED, now, reason=f"merged into case {into_id}")
        return
    if here is not None:
        session.drafts.move(
            here, DraftState.SUPERSEDED, now, reason=f"case {from_id} came with a person's words"
        )
    session.casework.give_draft(theirs.id, into_id)


def _of_a_person(draft: Draft) -> bool:
    return draft.written_by != "machine"


# --- afterwards ---------------------------------------------------------------------------------


def _settle_down(session: Session, case_id: int, now: datetime) -> None:
    """The posts of a case changed: its title, its draft and its lane follow."""
    conversation = session.cases.conversation(case_id)
    theirs = list(conversation.customer_turns)
    case = conversation.case
    if theirs:
        case = session.cases.update(
            replace(
                case,
                title=title_of(theirs[-1].mention.text) or case.title,
                last_customer_at=max(t.mention.created_at for t in theirs),
            )
        )
    draft = conversation_moved(session, case_id, now, "the posts of this case changed after it was written")
    session.cases.clear_withheld(case_id)
    session.cases.relane(case, draft.state if draft else None)


def _close_empty(session: Session, away: Case, home: int, now: datetime) -> None:
    """A split was taken back: its case is part of the other one again."""
    if session.casework.mention_ids(away.id):
        return  # the customer has written there since: it stays a case
    draft = session.drafts.live_of(away.id)
    if draft is not None:
        _bring_words(session, home, away.id, draft.written_by, now)
    session.casework.take_along(away.id, home, now)
    gone = replace(
        session.cases.get(away.id), status=CaseStatus.MERGED, merged_into=home, snooze=None, escalated=None
    )
    session.cases.relane(session.cases.update(gone), None)
