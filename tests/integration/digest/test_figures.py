import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.digest.figures import DigestFigures
from monitor.digest.numbers import Answers
from monitor.domain.case import Outcome
from monitor.domain.mention import MentionKey, Origin
from monitor.domain.verdict import MayReply
from monitor.stages.review import close
from tests.unit.digest.world import (
    COMPLAINT,
    DAY,
    MORNING_AFTER,
    NOISE,
    PRAISE,
    QUESTION,
    World,
    at,
    reading,
)


def by_kind(found: DigestFigures) -> dict[str, int]:
    return {k.kind: k.cases for k in found.numbers.kinds if k.cases}


def answers(found: DigestFigures, level: str) -> Answers:
    return next(a for a in found.numbers.answers if a.level == level)


def test_posts_count_on_the_local_day_they_were_written(world: World) -> None:
    world.post(at(-0.01))
    world.post(at(0))
    world.post(at(23.99))
    world.post(at(24))
    n = world.digest().numbers
    assert (n.volume.posts, n.cases, n.complaining) == (2, 2, 2)


def test_late_posts_are_told_and_early_ones_that_came_late_too(world: World) -> None:
    world.post(at(9))
    world.post(at(23), seen=at(25))
    world.post(at(-30), seen=at(12))
    volume = world.digest(now=at(40)).numbers.volume
    assert (volume.posts, volume.late) == (2, 1)
    assert (volume.arrivals, volume.arrivals_since) == (1, at(-30))


def test_volume_is_compared_with_the_days_before_that_we_know(world: World) -> None:
    for day in (-1, -2, -2, -3, -9):
        world.post(at(10, day))
    world.post(at(10), platform="reddit")
    volume = world.digest().numbers.volume
    assert volume.compared_days == 7
    assert volume.usual == 4 / 7
    assert {p.platform: (p.posts, p.usual) for p in volume.platforms} == {"reddit": (1, 0), "x": (0, 4 / 7)}


def test_without_earlier_posts_there_is_nothing_to_compare_with(world: World) -> None:
    world.post(at(10))
    volume = world.digest().numbers.volume
    assert (volume.compared_days, volume.usual, volume.platforms[0].usual) == (0, None, None)


def test_kinds_tell_complaints_from_questions_praise_and_noise(world: World) -> None:
    for read in (COMPLAINT, COMPLAINT, QUESTION, PRAISE, NOISE):
        world.post(at(10), read=read)
    found = world.digest()
    assert by_kind(found) == {"complaint": 2, "question": 1, "praise": 1, "aside": 1}
    assert found.numbers.noise.cases == 1
    assert sum(c.cases for c in found.numbers.intents) == 4


def test_a_person_who_complains_twice_is_one_person(world: World) -> None:
    world.post(at(9), who="ann")
    world.post(at(10), who="ann")
    assert world.digest().numbers.complaining == 1


def test_thanks_on_the_next_day_are_no_complaint_of_that_day(world: World) -> None:
    first = world.post(at(9), who="ann")
    world.reply(first, at(10))
    world.post(at(30), "thank you!", PRAISE, who="ann", to=first)
    assert world.digest().numbers.complaining == 1
    n = world.digest(DAY + timedelta(days=1), now=at(60)).numbers
    assert (n.cases, n.complaining, n.waits.lived_so_far.count) == (1, 0, 0)


def test_the_mean_counts_those_who_still_wait_and_the_report_does_not(world: World) -> None:
    now = at(24)
    first = world.post(at(9), who="ann")
    world.reply(first, at(10))
    world.post(at(12), who="ann", to=first)  # asks again, and waits
    world.post(at(4), who="bob")
    w = world.digest(now=now).numbers.waits
    assert (w.reported.count, w.reported.mean) == (1, 3600)
    assert (w.lived.count, w.lived.mean) == (1, 3600)
    assert (w.lived_so_far.count, w.lived_so_far.longest) == (3, 20 * 3600)
    assert w.lived_so_far.mean == (1 + 12 + 20) * 3600 / 3


def test_claimed_waits_are_what_people_wrote(world: World) -> None:
    world.post(at(9), read=reading(claimed=50))
    world.post(at(9), read=reading(claimed=10))
    claimed = world.digest().numbers.waits.claimed
    assert (claimed.count, claimed.mean, claimed.longest) == (2, 1800, 3000)


def test_answers_are_judged_per_urgency(world: World) -> None:
    in_time, late = world.post(at(8)), world.post(at(8))
    world.post(at(8))
    world.post(at(23), read=reading(urgency="P3"))
    world.reply(in_time, at(10))
    world.reply(late, at(13))
    found = world.digest(now=at(30))
    p2, p3 = answers(found, "P2"), answers(found, "P3")
    assert (p2.in_time, p2.late, p2.overdue, p2.cases, p2.share) == (1, 1, 1, 3, 1 / 3)
    assert (p3.running, p3.share) == (1, None)


def test_a_backfill_sets_no_clock_and_nobody_waits_in_it(world: World) -> None:
    world.post(at(8), origin=Origin.BACKFILL)
    n = world.digest().numbers
    assert (n.volume.posts, n.complaining, n.complaints_waiting, n.waiting.cases) == (1, 1, 0, 0)
    assert n.waits.lived_so_far.count == 0


def test_history_that_is_imported_waits_since_it_came_to_light(world: World) -> None:
    world.post(at(9, -900), seen=at(9, -1))
    n = world.digest(DAY - timedelta(days=900), now=at(9)).numbers
    assert (n.volume.late, n.waits.history, n.complaints_waiting_since) == (1, 1, at(9, -1))
    assert n.waits.lived_so_far.mean == 24 * 3600
    assert (n.waiting.since, n.waiting.first[0].since) == (at(9, -1), at(9, -1))


def test_where_we_may_only_listen_nobody_is_counted_as_waiting_for_us(world: World) -> None:
    world.verdict = MayReply.LISTEN_ONLY
    world.post(at(8))
    n = world.digest().numbers
    assert (n.waiting.cases, n.waiting.listen_only, n.complaints_waiting) == (0, 1, 0)


def test_who_waits_is_listed_with_emergencies_first_and_then_by_due_time(world: World) -> None:
    world.post(at(1, -3))
    older = world.post(at(1, -4))
    danger = world.post(at(20), read=reading(urgency="P0"))
    w = world.digest().numbers.waiting
    assert [s.case_id for s in w.first][:2] == [world.case(danger).id, world.case(older).id]
    assert (w.cases, w.overdue, w.since) == (3, 3, at(1, -4))
    assert {c.label: c.cases for c in w.by_urgency} == {"P0": 1, "P1": 0, "P2": 2, "P3": 0}


def test_who_was_answered_and_asked_again_waits_since_they_asked_again(world: World) -> None:
    first = world.post(at(1), who="ann")
    world.reply(first, at(2))
    world.post(at(5), who="ann", to=first)
    assert world.digest().numbers.waiting.first[0].since == at(5)


def test_a_complaint_that_was_answered_waits_no_more(world: World) -> None:
    world.reply(world.post(at(9)), at(10))
    world.post(at(11))
    n = world.digest().numbers
    assert (n.complaining, n.complaints_waiting, n.complaints_waiting_since) == (2, 1, at(11))


def test_outcomes_of_the_day_and_of_its_cases(world: World) -> None:
    old, new = world.post(at(9, -5)), world.post(at(9))
    world.post(at(9))
    world.clock.moment = at(15)
    close(world.store, world.case(old).id, "mira", Outcome.RECOVERED, world.clock)
    close(world.store, world.case(new).id, "mira", Outcome.LOST, world.clock)
    n = world.digest(now=MORNING_AFTER).numbers
    assert {c.label: c.cases for c in n.outcomes} == {"lost": 1, "still_open": 1}
    assert {c.label: c.cases for c in n.settled} == {"lost": 1, "recovered": 1}
    assert (n.waits.solved.count, n.waits.solved.mean) == (1, 5 * 86400 + 6 * 3600)


def test_posts_that_nobody_has_read_are_a_backlog_and_in_no_case(world: World) -> None:
    world.post(at(9), read=None)
    n = world.digest().numbers
    assert (n.volume.posts, n.volume.unplaced, n.cases) == (1, 1, 0)
    assert (n.unseen.backlog, n.unseen.backlog_since) == (1, at(9))


def test_languages_and_complaints_about_our_automation(world: World) -> None:
    world.post(at(9), read=reading(lang="de", signals=("unsupported_language",)))
    robot = world.post(at(9), "your bot is useless", reading(signals=("about_our_automation",)))
    n = world.digest().numbers
    assert [(c.label, c.cases) for c in n.languages] == [("de", 1)]
    assert (n.automation.cases, n.automation.case_ids) == (1, (world.case(robot).id,))


def test_drawing_is_the_same_for_everybody_and_another_one_with_another_seed(world: World) -> None:
    for hour in range(20):
        world.post(at(hour))
    once, twice = world.digest(seed="a").numbers.in_full, world.digest(seed="a", now=at(50)).numbers.in_full
    assert once == twice
    assert len(set(once.case_ids)) == 3
    assert {world.digest(seed=s).numbers.in_full.case_ids for s in range(5)} != {once.case_ids}


step = st.tuples(
    st.sampled_from(["complaint", "question", "praise", "noise", "unread", "reply", "remove", "close"]),
    st.floats(-30, 40),
    st.sampled_from(["ann", "bob", "cy", "di"]),
    st.sampled_from(["P0", "P1", "P2", "P3"]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(step, max_size=14))
def test_whatever_happened_the_parts_add_up_to_the_whole(steps: list[tuple[str, float, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        try:
            happen(world, steps)
            assert_adds_up(world.digest(now=at(48)))
        finally:
            world.store.close()


def happen(world: World, steps: list[tuple[str, float, str, str]]) -> None:
    reads = {"question": QUESTION, "praise": PRAISE, "noise": NOISE}
    posts: list[str] = []
    for what, hour, who, urgency in sorted(steps, key=lambda s: s[1]):
        if what in ("reply", "remove", "close"):
            with world.store.read() as session:
                cases = [p for p in posts if session.cases.of_post(MentionKey("x", p))]
            if not cases:
                continue
            if what == "reply" and world.case(cases[-1]).status.value != "done":
                world.reply(cases[-1], at(hour))
            elif what == "remove":
                world.remove(cases[-1], at(hour))
                posts.remove(cases[-1])
            elif what == "close":
                world.clock.moment = at(hour)
                close(world.store, world.case(cases[0]).id, "mira", Outcome.REFERRED, world.clock)
            continue
        read = None if what == "unread" else reads.get(what, reading(urgency=urgency))
        posts.append(world.post(at(hour), read=read, who=who))


def assert_adds_up(found: DigestFigures) -> None:
    n = found.numbers
    v, placed = n.volume, [k for k in n.kinds if k.kind != "aside"]
    cases = sum(k.cases for k in placed)
    assert sum(p.posts for p in v.platforms) == v.posts
    assert sum(k.posts for k in n.kinds) + v.unplaced == v.posts
    assert sum(k.cases for k in n.kinds) == n.cases
    for parts in (n.intents, n.outcomes):
        assert sum(c.cases for c in parts) == cases
    assert sum(a.cases for a in n.answers) == cases
    for a in n.answers:
        assert a.in_time + a.late + a.overdue + a.running + a.missed + a.excused == a.cases
        assert a.share is None or 0 <= a.share <= 1
    assert n.complaints_waiting <= n.complaining <= sum(k.cases for k in n.kinds if k.kind == "complaint")
    assert (n.complaints_waiting_since is None) == (n.complaints_waiting == 0)
    assert sum(c.cases for c in n.waiting.by_urgency) == n.waiting.cases >= n.waiting.overdue
    assert n.waits.lived.count <= n.waits.lived_so_far.count
    assert n.waits.reported.count <= n.waits.lived.count
    assert len(n.in_full.case_ids) == min(3, n.in_full.cases)
    assert v.late <= v.posts and v.removed <= v.posts
