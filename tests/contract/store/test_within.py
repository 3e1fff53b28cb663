"""What a person sees and changes who is a member of one brand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.domain.case import Case
from monitor.domain.draft import DraftState, Proposal
from monitor.domain.errors import NotFound
from monitor.domain.mention import Origin
from monitor.stages import people
from monitor.store.protocol import Store
from monitor.store.session import Session
from tests.clock import TestClock
from tests.contract.store.samples import NOON, case, mention

AIR, CARGO = "Air", "Cargo"


def opened(session: Session, source: str, native_id: str, text: str) -> Case:
    session.mentions.add(
        [mention(native_id, text)], source=source, origin=Origin.LIVE, seen_at=NOON, is_own=lambda _: False
    )
    stored = session.mentions.by_key(mention(native_id, text).key)
    assert stored is not None
    made = session.cases.open(case(source=source, title=text, conversation=native_id))
    session.cases.take_in(made.id, stored.id)
    return made


@pytest.fixture
def two(store: Store) -> tuple[Case, Case]:
    """A case of each brand, each with a draft; `ada` sees Air, `bea` Cargo, `eve` both, `zoe` everything."""
    clock = TestClock(NOON)
    for name, brands in (("ada", [AIR]), ("bea", [CARGO]), ("eve", [AIR, CARGO]), ("zoe", ["*"])):
        people.add_user(store, name, "manager", "tide pool lantern", clock, brands=brands)
    with store.write() as session:
        session.brands.assign({"air": AIR, "cargo": CARGO})
        found = []
        for source, native_id in (("air", "1"), ("cargo", "2")):
            made = opened(session, source, native_id, f"my {source} parcel is lost")
            session.drafts.propose(
                made,
                Proposal(f"We look for your {source} parcel.", "", ()),
                source=source,
                in_reply_to=native_id,
                conversation_hash="h",
                at=NOON,
            )
            session.cases.note(made.id, "zoe", f"note {source}", NOON)
            session.ledger.touch(source, "x")
            session.audit.record(NOON, "zoe", "case.noted", f"case:{made.id}")
            found.append(made)
    return found[0], found[1]


def seen(session: Session) -> tuple[list[str], int, list[str], list[str]]:
    return (
        [s.source for s in session.ledger.states()],
        sum(session.cases.lanes().values()),
        sorted(u.name for u in session.people.all()),
        sorted(c.title for c in session.cases.of_customer("x", "a1")),
    )


def test_everybody_sees_their_own_brands(store: Store, two: tuple[Case, Case]) -> None:
    air, cargo = "my air parcel is lost", "my cargo parcel is lost"
    with store.within("ada").read() as session:
        assert seen(session) == (["air"], 1, ["ada", "eve", "zoe"], [air])
    with store.within("bea").read() as session:
        assert seen(session) == (["cargo"], 1, ["bea", "eve", "zoe"], [cargo])
    for name in ("eve", "zoe"):
        with store.within(name).read() as session:
            sources, cases, _, titles = seen(session)
            assert (sources, cases, titles) == (["air", "cargo"], 2, [air, cargo])
    with store.within("nobody").read() as session:
        assert seen(session)[:2] == ([], 0)
    with store.read() as session:
        assert seen(session)[1] == 2


def test_what_hangs_on_a_case_is_as_far_away_as_the_case(store: Store, two: tuple[Case, Case]) -> None:
    air, cargo = two
    with store.within("ada").read() as session:
        for there, own in ((air, True), (cargo, False)):
            assert bool(session.drafts.of_case(there.id)) is own
            assert bool(session.cases.notes(there.id)) is own
            assert bool(session.audit.about(f"case:{there.id}")) is own
            assert (session.mentions.by_key(mention(there.conversation).key) is not None) is own
        with pytest.raises(NotFound):
            session.cases.conversation(cargo.id)
        with pytest.raises(NotFound):
            session.drafts.get(2)


def test_nothing_outside_is_changed_whatever_is_tried(store: Store, two: tuple[Case, Case]) -> None:
    air, cargo = two
    bounded = store.within("ada")
    with store.read() as session:
        draft = session.drafts.live_of(cargo.id)
    assert draft is not None
    tries = [
        lambda s: s.cases.update(replace(cargo, assignee="ada")),
        lambda s: s.cases.note(cargo.id, "ada", "hello", NOON),
        lambda s: s.drafts.move(draft, DraftState.REJECTED, NOON),
        lambda s: s.cases.open(case(source="cargo")),
        lambda s: s.cases.take_in(cargo.id, 1),
        lambda s: s.casework.tag(cargo.id, "mine", "ada", NOON),
        lambda s: s.ledger.tried("cargo", NOON, "auth"),
        lambda s: s.cases.update(replace(air, merged_into=cargo.id)) and s.casework.rehome([1], 1, cargo.id),
    ]
    for number, act in enumerate(tries):
        with pytest.raises(NotFound), bounded.write() as session:
            act(session)
        with store.read() as session:
            assert session.cases.get(cargo.id) == cargo, number
            assert session.cases.get(air.id) == air, number
            assert session.casework.mention_ids(cargo.id) == [2], number
    with bounded.write() as session:
        session.cases.update(replace(air, assignee="ada"))
    with store.read() as session:
        assert session.cases.get(air.id).assignee == "ada"


def test_a_membership_counts_from_the_next_transaction_on(store: Store, two: tuple[Case, Case]) -> None:
    clock, known = TestClock(NOON), (AIR, CARGO)
    bounded = store.within("ada")
    people.set_brands(store, "ada", [CARGO], clock, by="zoe", known=known)
    with bounded.read() as session:
        assert [s.source for s in session.ledger.states()] == ["cargo"]
    with store.write() as session:
        session.brands.assign({"cargo": AIR, "air": CARGO})
    with bounded.read() as session:
        assert [s.source for s in session.ledger.states()] == ["air"]


def test_search_finds_what_is_within(store: Store, two: tuple[Case, Case]) -> None:
    with store.within("bea").read() as session:
        found, _ = session.inbox.search("parcel")
        assert [f.row.case.title for f in found] == ["my cargo parcel is lost"]
        assert session.inbox.search("air")[0] == []


def test_an_incident_is_seen_by_whoever_sees_one_of_its_cases(store: Store, two: tuple[Case, Case]) -> None:
    _, cargo = two
    with store.write() as session:
        incident = session.casework.incident("snow", NOON)
        session.cases.update(replace(cargo, incident=incident))
    with store.within("ada").write() as session:
        assert session.casework.incidents_known() == []
        assert session.casework.incident("snow", NOON) == incident, "names are there once"
    with store.within("bea").read() as session:
        assert [i["name"] for i in session.casework.incidents_known()] == ["snow"]
