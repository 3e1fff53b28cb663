"""An attempt without an answer: when it is looked for, what settles it, what a person may say of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from monitor.domain.case import CaseStatus, Lane
from monitor.domain.draft import DraftState
from monitor.domain.errors import ForbiddenTransition, RateLimited, Transient, WrongUse
from monitor.domain.posting import Absence, Attempt, AttemptState, OutgoingReply, OwnReply, Unknown
from monitor.stages import publish as publishing
from monitor.stages.publish import Outlet, Policy
from tests.integration.stages.house import OWN, House, Platform

LOOKS = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1))
SETTLES = timedelta(minutes=5)


@dataclass
class Watched(Platform):
    """Remembers when it was asked for our reply; may be down."""

    asked: list[datetime] = field(default_factory=list)
    down: list[Exception] = field(default_factory=list)

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        if self.down:
            raise self.down.pop(0)
        self.asked.append(self.clock.now())
        return super().find_own_reply(reply)


@pytest.fixture
def platform(house: House) -> Watched:
    platform = Watched(house.clock, absence=Absence.UNPROVEN, answers=[Unknown("the line was cut")])
    house.outlet = Outlet(platform, "brand", "care", OWN)
    house.policy = Policy(looks=LOOKS)
    return platform


@pytest.fixture
def post(house: House, platform: Watched) -> str:
    native_id = house.write("my bag is lost")
    house.work()
    house.send(house.the_draft(native_id).id)
    return native_id


def attempt_of(house: House, post: str) -> Attempt:
    draft = house.drafts(post)[-1]
    with house.store.read() as session:
        attempt = session.drafts.last_attempt(draft.id)
    assert attempt is not None
    return attempt


def pass_time(house: House, **more: float) -> None:
    """Publishing goes on every second, as it does in real life."""
    ends = house.clock.now() + timedelta(**more)
    while house.clock.now() < ends:
        house.clock.forward(seconds=5)
        house.publish()


def test_it_is_looked_for_by_the_schedule_and_then_it_is_a_persons_turn(
    house: House, post: str, platform: Watched
) -> None:
    began = attempt_of(house, post).started_at
    house.publish()
    assert attempt_of(house, post).next_look_at == began + timedelta(minutes=1)
    pass_time(house, hours=2)
    assert [at - began for at in platform.asked] == list(LOOKS)
    draft = house.the_draft(post)
    assert (draft.state, draft.reason_code) == (DraftState.UNKNOWN, "publish.unprovable")
    assert draft.reason == "It was looked for 4 times within 1 h: it is neither found nor provably absent."
    assert (attempt_of(house, post).next_look_at, house.case(post).lane) == (None, Lane.PROBLEMS)
    assert platform.sends == 1


def test_a_long_sleep_makes_up_for_missed_looks_with_one(house: House, post: str, platform: Watched) -> None:
    house.clock.forward(minutes=30)
    house.publish()
    assert len(platform.asked) == 1
    assert attempt_of(house, post).next_look_at == attempt_of(house, post).started_at + timedelta(hours=1)


def test_a_look_that_failed_is_no_look(house: House, post: str, platform: Watched) -> None:
    again = house.clock.now() + timedelta(minutes=7)
    platform.down = [Transient("no answer"), RateLimited("429", retry_at=again)]
    house.publish()
    assert attempt_of(house, post).next_look_at == house.clock.now() + timedelta(minutes=2)
    house.clock.forward(minutes=2)
    house.publish()
    assert (attempt_of(house, post).next_look_at, platform.asked) == (again, [])


def test_found_at_a_later_look(house: House, post: str, platform: Watched) -> None:
    house.publish()
    draft = house.the_draft(post)
    key = attempt_of(house, post).key
    platform.arrived.append(OutgoingReply(draft.id, "x", post, draft.text, key))
    pass_time(house, minutes=1)
    assert house.drafts(post)[-1].state is DraftState.POSTED
    assert house.case(post).status is CaseStatus.WAITING


def test_provably_absent_keeps_the_platforms_own_rule(house: House, platform: Watched) -> None:
    platform.answers = [Unknown("X answered 403: duplicate content", "x.duplicate")]
    platform.absence = Absence.PROVEN
    post = house.write("bag lost")
    house.work()
    house.send(house.the_draft(post).id)
    house.publish()
    draft = house.the_draft(post)
    assert (draft.state, draft.reason_code) == (DraftState.EDITED, "x.duplicate")
    assert draft.reason == "It was not posted. X answered 403: duplicate content"


def test_a_source_that_is_gone_leaves_it_to_a_person(house: House, post: str) -> None:
    house.route = lambda _source, _platform: None  # type: ignore[method-assign]
    house.publish()
    draft = house.the_draft(post)
    assert (draft.state, draft.reason_code) == (DraftState.UNKNOWN, "publish.unprovable")


# --- what a person says -----------------------------------------------------------------------------


def test_a_person_saw_it(house: House, post: str) -> None:
    draft = house.the_draft(post)
    url = "https://x.com/brand/status/777"
    publishing.found(house.store, draft.id, "mara", url, "777", "brand", house.clock)
    attempt = attempt_of(house, post)
    assert (attempt.state, attempt.native_id, attempt.url) == (AttemptState.POSTED, "777", url)
    assert (attempt.settled_by, house.drafts(post)[-1].state) == ("mara", DraftState.POSTED)
    assert house.case(post).status is CaseStatus.WAITING
    house.write("Thank you, ann. Reply 1.", author="brand", reply_to=post, native_id="777")
    house.work()
    assert len([t for t in house.conversation(post).turns if t.own]) == 1, "it comes back as the same post"


def test_a_person_looked_and_it_is_not_there(house: House, post: str, platform: Watched) -> None:
    draft = house.the_draft(post)
    with pytest.raises(ForbiddenTransition, match="still turn up"):
        publishing.absent(house.store, draft.id, "mara", SETTLES, house.clock)
    house.clock.forward(minutes=5)
    publishing.absent(house.store, draft.id, "mara", SETTLES, house.clock)
    back = house.the_draft(post)
    assert (back.state, back.reason) == (DraftState.EDITED, "mara looked, and it is not there.")
    assert attempt_of(house, post).settled_by == "mara"
    house.clock.forward(hours=1)
    house.publish()
    assert platform.sends == 1, "nothing is sent again without a new yes"
    assert house.send(back.id).posted == [back.id]


def test_a_person_has_it_looked_for_once_more(house: House, post: str, platform: Watched) -> None:
    pass_time(house, hours=2)
    platform.absence = Absence.PROVEN
    house.publish()
    assert house.the_draft(post).state is DraftState.UNKNOWN
    publishing.look(house.store, house.the_draft(post).id, "mara", house.clock)
    assert house.publish().returned == [house.the_draft(post).id]


@pytest.mark.parametrize("native_id", ["100", "555"])
def test_what_is_not_our_reply_to_them_is_not_believed(house: House, post: str, native_id: str) -> None:
    """The customer's own post, or another reply of ours that is recorded already."""
    other = house.write("lost too", author="eve")
    house.work()
    house.clock.forward(minutes=1)
    (sent,) = house.send(house.the_draft(other).id).posted
    with house.store.write() as session:
        attempt = session.drafts.last_attempt(sent)
        assert attempt is not None
    names = {"100": post, "555": str(attempt.native_id)}
    draft, url = house.the_draft(post), "https://x.com/a/status/1"
    with pytest.raises(WrongUse):
        publishing.found(house.store, draft.id, "mara", url, names[native_id], "brand", house.clock)
    assert house.the_draft(post).state is DraftState.UNKNOWN


def test_only_an_open_question_can_be_settled(house: House, post: str, platform: Watched) -> None:
    platform.absence = Absence.PROVEN
    house.publish()
    draft = house.the_draft(post)
    with pytest.raises(ForbiddenTransition, match="no open question"):
        publishing.found(house.store, draft.id, "mara", "https://x.com/a/status/1", "1", None, house.clock)
    with pytest.raises(ForbiddenTransition, match="no open question"):
        publishing.look(house.store, draft.id, "mara", house.clock)


def test_an_answer_that_comes_after_the_lease_is_still_the_truth(house: House, platform: Watched) -> None:
    """The process was slow, not dead: somebody judged its attempt meanwhile, and then it got its answer."""
    platform.answers = []
    post = house.write("bag lost")
    house.work()

    class Slow(Watched):
        def send(self, prepared):  # type: ignore[no-untyped-def]
            house.clock.forward(minutes=3)
            publishing.publish(house.store, house.route, house.clock, policy=house.policy)
            return super().send(prepared)

    slow = Slow(house.clock, absence=Absence.UNPROVEN)
    house.outlet = Outlet(slow, "brand", "care", OWN)
    draft_id = house.the_draft(post).id
    assert house.send(draft_id).posted == [draft_id]
    assert (house.drafts(post)[-1].state, len(slow.arrived)) == (DraftState.POSTED, 1)
