from monitor.domain.approval import Approval
from monitor.domain.case import CaseStatus, Outcome
from monitor.domain.draft import Proposal
from monitor.domain.mention import MentionKey
from tests.unit.digest.world import PRAISE, World, at, reading


def settle(world: World, post: str, outcome: Outcome, hour: float) -> None:
    with world.store.write() as session:
        case = session.cases.of_post(MentionKey("x", post))
        assert case is not None
        session.cases.settle(case, outcome, at(hour), "by hand", status=CaseStatus.OPEN)


def test_promises_due_that_day_are_kept_late_broken_or_open(world: World) -> None:
    post = world.post(at(1))
    kept, late, broken = (world.promise(post, at(12), at(2)) for _ in range(3))
    world.promise(post, at(13), at(2))
    world.promise(post, at(90), at(2))  # due later
    with world.store.write() as session:
        session.promises.settle(kept, True, at(11), "mira")
        session.promises.settle(late, True, at(14), "mira")
        session.promises.settle(broken, False, at(14), "mira")
    p = world.digest().numbers.promises
    assert (p.due, p.kept, p.kept_late, p.broken, p.still_open) == (4, 1, 1, 1, 1)
    assert (p.made, p.overdue, [d.due_at for d in p.first_overdue]) == (5, 1, [at(13)])


def test_a_macro_after_which_people_come_back_angrier_is_named(world: World) -> None:
    for hour in range(6):
        bad, good = world.post(at(hour)), world.post(at(hour))
        world.reply(bad, at(hour + 0.5), macro="dm_us")
        world.reply(good, at(hour + 0.5), macro="lost_bag")
        if hour % 2:
            settle(world, bad, Outcome.WORSE, hour + 1)
        settle(world, good, Outcome.RECOVERED, hour + 1)
    m = world.digest().numbers.macros
    assert (m.replies, m.worse) == (12, 3)
    assert [(r.macro, r.replies, r.worse, r.better, r.flagged) for r in m.results] == [
        ("dm_us", 6, 3, 0, True),
        ("lost_bag", 6, 0, 6, False),
    ]


def test_an_outcome_counts_for_the_reply_before_it_once(world: World) -> None:
    post = world.post(at(1), who="ann")
    world.reply(post, at(2), macro="dm_us")
    settle(world, post, Outcome.WORSE, 3)
    settle(world, post, Outcome.WORSE, 3.5)
    world.reply(post, at(4), macro="")
    settle(world, post, Outcome.RECOVERED, 5)
    found = {r.macro: (r.worse, r.better) for r in world.digest().numbers.macros.results}
    assert found == {"dm_us": (1, 0), "": (0, 1)}


def test_replies_of_long_ago_are_not_held_against_a_macro(world: World) -> None:
    world.reply(world.post(at(0, -40)), at(1, -40))
    assert world.digest().numbers.macros.replies == 0


def test_the_meter_of_approvals(world: World) -> None:
    post = world.post(at(1))
    with world.store.write() as session:
        case = session.cases.of_post(MentionKey("x", post))
        assert case is not None
        proposal = Proposal("hello", "lost_bag", ())
        draft = session.drafts.propose(
            case, proposal, source="x-mentions", in_reply_to=post, conversation_hash="", at=at(1)
        )
        for user, seconds, unchanged, hour in (
            ("mira", 4.0, True, 2),
            ("tom", 6.0, True, 3),
            ("tom", 50.0, False, 4),
            ("tom", None, True, 5),
            ("tom", 1.0, True, 30),  # the next day
        ):
            session.drafts.approve(Approval(0, draft.id, user, "", "", "", at(hour), seconds, unchanged))
    m = world.digest(now=at(50)).numbers.meter
    assert (m.approvals, m.people, m.timed, m.median, m.mean, m.unchanged) == (4, 2, 3, 6.0, 20.0, 3)
    assert m.unchanged_share == 0.75


def test_praise_that_names_somebody_comes_first(world: World) -> None:
    for _ in range(6):
        world.post(at(9), "lovely crew", PRAISE)
    named = world.post(at(10), "Mira saved our day", reading(0.02, "P4", "praise", staff="Mira"))
    found = world.digest()
    p = found.numbers.praise
    assert (p.posts, p.named, len(p.first)) == (7, 1, 5)
    assert p.first[0].case_id == world.case(named).id
    assert found.words.posts[p.first[0].mention_id].staff == ("Mira",)


def test_a_day_without_anything_has_no_figures_of_ours(world: World) -> None:
    n = world.digest().numbers
    assert (n.promises.due, n.macros.replies, n.meter.approvals, n.praise.posts) == (0, 0, 0, 0)
    assert n.meter.unchanged_share is None
