"""A glance shows what its case shows, whatever changed it and in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from monitor.domain.case import CaseStatus, Lane
from monitor.domain.draft import DraftState
from monitor.domain.mention import Media, MentionKey
from monitor.domain.reading import Entity, Reason, Urgency, UrgencyReading
from monitor.store.inbox import Filter, QueueRow
from monitor.store.protocol import Store
from tests.contract.store.samples import NOON, add, case, case_with_draft, mention, proposal, reading

ALL = Filter()


def row(store: Store, case_id: int) -> QueueRow:
    with store.read() as session:
        found = session.inbox.one(case_id)
    assert found is not None
    return found


def test_a_draft_is_seen_in_the_row_at_once(store: Store) -> None:
    case_id, draft_id = case_with_draft(store)
    glance = row(store, case_id).glance
    assert glance.draft is not None
    assert (glance.draft.id, glance.draft.state, glance.draft.line) == (
        draft_id,
        DraftState.PROPOSED,
        "Thank you for telling us about the bag.",
    )
    before = row(store, case_id).version
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        session.drafts.move(draft, DraftState.EDITED, NOON, text="\n\nNew words.", written_by="bo")
    after = row(store, case_id)
    assert after.version != before
    assert after.glance.draft is not None
    assert (after.glance.draft.line, after.glance.draft.written_by) == ("New words.", "bo")
    with store.write() as session:
        session.drafts.move(session.drafts.get(draft_id), DraftState.REJECTED, NOON, reason="other")
    assert row(store, case_id).glance.draft is None


def test_posts_media_place_and_reason_follow_the_conversation(store: Store) -> None:
    case_id, _ = case_with_draft(store)
    why = reading(
        Urgency.P1,
        urgency=UrgencyReading(
            Urgency.P1, 0.9, (Reason("model", "", 0, 0), Reason("p1.stranded", "night", 0, 5))
        ),
        entities=(Entity("PLACE", "  Oslo\n Airport", 0, 4),),
        claimed_wait_minutes=50,
    )
    later = mention(
        "2", "night two", created_at=NOON + timedelta(hours=1), media=(Media("photo", "https://x/1"),)
    )
    with store.write() as session:
        (new,) = add(session, later)
        session.readings.add([(new, 1, why)], NOON)
        session.cases.take_in(case_id, new)
    seen = row(store, case_id)
    glance = seen.glance
    assert (glance.posts, glance.first, glance.last) == (2, "My bag is lost", "night two")
    assert (glance.why_rule, glance.why_text, glance.wait_minutes) == ("p1.stranded", "night", 50)
    assert (seen.case.has_media, seen.case.place) == (True, "Oslo Airport")
    with store.write() as session:
        session.mentions.remove(MentionKey("x", "2"), at=NOON, reason="deleted")
    seen = row(store, case_id)
    assert (seen.glance.posts, seen.glance.last, seen.case.has_media) == (1, "My bag is lost", False)
    assert seen.case.place is None, "what was removed is not told by its place either"


def test_an_edit_is_seen_at_once(store: Store) -> None:
    case_id, _ = case_with_draft(store)
    with store.write() as session:
        add(session, mention("1", "My bag is found"))
    assert row(store, case_id).glance.first == "My bag is found"


def test_what_is_rolled_back_leaves_no_glance(store: Store) -> None:
    case_id, draft_id = case_with_draft(store)
    before = row(store, case_id).version
    with pytest.raises(RuntimeError), store.write() as session:
        session.drafts.move(session.drafts.get(draft_id), DraftState.EDITED, NOON, text="x", written_by="bo")
        raise RuntimeError
    assert row(store, case_id).version == before
    with store.write() as session:
        session.audit.record(NOON, "bo", "nothing", "here")
    assert row(store, case_id).version == before, "and nothing of it is made up for later"


def test_lanes_are_counted_as_cases_come_go_and_move(store: Store) -> None:
    with store.write() as session:
        cases = [session.cases.open(case(conversation=str(n))) for n in range(3)]
        session.cases.update(replace(cases[0], lane=Lane.NOW))
        session.cases.update(replace(cases[1], status=CaseStatus.DONE, lane=Lane.DONE))
    with store.read() as session:
        lanes = session.cases.lanes()
    assert (lanes[Lane.BY_HAND], lanes[Lane.NOW], lanes[Lane.DONE], lanes[Lane.WAITING]) == (1, 1, 1, 0)


def test_neighbours_and_pages_agree_in_every_order(store: Store) -> None:
    with store.write() as session:
        for n in range(7):
            due = NOON + timedelta(minutes=n % 3)
            lane, urgency = (Lane.DONE, Urgency.P3) if n == 6 else (Lane.BY_HAND, Urgency.P2)
            session.cases.open(case(conversation=str(n), due_at=due, lane=lane, urgency=urgency))
    for lane, wanted in ((Lane.BY_HAND, ALL), (None, ALL), (Lane.DONE, ALL), (None, Filter(urgency="P2"))):
        with store.read() as session:
            page = [r.case for r in session.inbox.page(lane, wanted)]
            for above, here in pairwise(page):
                assert session.inbox.above(lane, wanted, here) == above.id
                assert session.inbox.below(lane, wanted, above) == here.id
            assert session.inbox.above(lane, wanted, page[0]) is None
            assert session.inbox.below(lane, wanted, page[-1]) is None


def test_alike_are_open_cases_with_the_same_words(store: Store) -> None:
    with store.write() as session:
        this = session.cases.open(case(conversation="1", title="belt stands still in Oslo"))
        twin = session.cases.open(case(conversation="2", title="the belt in Oslo again", lane=Lane.BY_HAND))
        session.cases.open(case(conversation="3", title="the belt in Oslo", status=CaseStatus.DONE))
        session.cases.open(case(conversation="4", title="a refund please"))
        found = session.inbox.alike(this, ["belt", "oslo", 'od"d'], among=100, limit=5)
        assert [c.id for c in found] == [twin.id]
        assert session.inbox.alike(this, [], among=100, limit=5) == []
        assert session.inbox.alike(this, ["belt"], among=2, limit=5) == [], "the twin is the third newest"


def test_a_case_that_is_older_than_its_glance_shows_its_title(store: Store) -> None:
    with store.write() as session:
        opened = session.cases.open(case(title="only a title"))
        draftless = row_in(session, opened.id)
        assert draftless.glance.first == "only a title"
        session.drafts.propose(
            opened, proposal(), source="s", in_reply_to="1", conversation_hash="h", at=NOON
        )
    assert row(store, opened.id).glance.draft is not None


def row_in(session, case_id: int) -> QueueRow:  # type: ignore[no-untyped-def]
    found = session.inbox.one(case_id)
    assert found is not None
    return found
