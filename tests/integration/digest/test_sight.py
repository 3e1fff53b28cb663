from dataclasses import replace

from monitor.digest import render
from monitor.digest.days import Stretch
from monitor.digest.numbers import Sight
from monitor.digest.sight import unseen
from monitor.domain.coverage import Gap, Interval
from monitor.stages.review import pause
from monitor.stages.troubles import Trouble
from tests.unit.digest.world import BRAND, MORNING_AFTER, World, at


def covered(world: World, *hours: tuple[float, float], source: str = "x-mentions") -> None:
    with world.store.write() as session:
        session.ledger.touch(source, "x")
        for start, end in hours:
            session.ledger.cover(source, Interval(at(start), at(end)))
        session.ledger.tried(source, MORNING_AFTER, "ok")
        session.ledger.completed(source, MORNING_AFTER, None)


def first_sentence(world: World) -> str:
    return render.subject(world.digest(), BRAND).partition(": ")[2]


def test_an_empty_day_that_was_watched_was_quiet(world: World) -> None:
    covered(world, (-5, 30))
    assert world.digest().numbers.unseen.sight is Sight.WHOLE
    assert "it was a quiet day" in first_sentence(world)


def test_an_empty_day_that_nobody_watched_was_not(world: World) -> None:
    assert world.digest().numbers.unseen.sight is Sight.BLIND
    assert "It is not a quiet day" in first_sentence(world)
    covered(world, (-50, -1))  # it was watched, but not on that day
    assert world.digest().numbers.unseen.sight is Sight.BLIND


def test_a_gap_makes_a_quiet_day_doubtful(world: World) -> None:
    covered(world, (-5, 9), (11, 30))
    with world.store.write() as session:
        gap = Gap("x-mentions", Interval(at(9), at(11)), "rate_limited", "429", True)
        session.ledger.add_gaps([gap], MORNING_AFTER)
    u = world.digest().numbers.unseen
    assert u.sight is Sight.PARTLY
    assert u.sources[0].covered == 22 / 24
    assert [(g.start, g.end) for g in u.gaps] == [(at(9), at(11))]
    said = render.text(world.digest(), BRAND)
    assert "parts of the day were not watched" in said
    assert "nothing from 09:00 to 11:00 (2 h): the platform asked us to slow" in " ".join(said.split())


def test_a_gap_is_cut_to_the_day(world: World) -> None:
    with world.store.write() as session:
        session.ledger.add_gaps([Gap("a", Interval(at(-9), at(2)), "auth", "", False)], MORNING_AFTER)
        session.ledger.add_gaps([Gap("b", Interval(at(24), at(25)), "auth", "", False)], MORNING_AFTER)
    assert [(g.source, g.start, g.end) for g in world.digest().numbers.unseen.gaps] == [("a", at(0), at(2))]


def test_a_source_that_can_not_prove_anything_says_so(world: World) -> None:
    covered(world, source="export")
    assert world.digest().numbers.unseen.sight is Sight.UNPROVEN
    assert "can't prove" in first_sentence(world)


def test_a_source_in_trouble_is_named_with_its_code(world: World) -> None:
    covered(world, (-5, 30))
    with world.store.write() as session:
        session.ledger.tried("x-mentions", MORNING_AFTER, "auth", error=("PZ-303", "401"))
    assert world.digest().numbers.unseen.sight is Sight.PARTLY
    assert "its credentials are refused" in render.text(world.digest(), BRAND)
    assert "PZ-303" in render.html(world.digest(), BRAND)


def test_a_day_that_is_not_over_is_judged_up_to_now(world: World) -> None:
    covered(world, (-5, 12))
    u = world.digest(now=at(12)).numbers.unseen
    assert (u.sight, u.day_is_over) == (Sight.WHOLE, False)
    assert "The day is not over" in render.text(world.digest(now=at(12)), BRAND)


def test_a_day_that_has_not_begun(world: World) -> None:
    covered(world, (-50, -20))
    assert "This day has not begun" in render.text(world.digest(now=at(-20)), BRAND)


def test_what_nobody_has_read_and_a_switch_that_is_off_are_in_the_headline(world: World) -> None:
    covered(world, (-5, 30))
    world.post(at(9), read=None)
    pause(world.store, "mira", True, "the platform\x1b[31m is down", world.clock)
    said = render.text(world.digest(), BRAND)
    assert "1 post is not read yet" in said
    assert "Posting is switched off: the platform␛[31m is down." in said


def test_a_source_that_is_gone_counts_for_the_days_it_watched(world: World) -> None:
    covered(world, (-5, 30))
    covered(world, (-50, -26), source="old-feed")
    with world.store.read() as session:
        now, watched = MORNING_AFTER, frozenset({"x-mentions"})
        today = unseen(session, Stretch(at(0), at(24)), now, watched)
        earlier = unseen(session, Stretch(at(-48), at(-24)), now, watched)
    assert [s.source for s in today.sources] == ["x-mentions"]
    assert {s.source for s in earlier.sources} == {"old-feed", "x-mentions"}
    assert today.sight is Sight.WHOLE


def test_what_is_in_trouble_now_is_in_every_digest(world: World) -> None:
    covered(world, (-5, 30))
    trouble = Trouble("x-mentions", "polling", "PZ-303", "X answered 401: Unauthorized")
    figures = replace(world.digest(), troubles=(trouble,))
    said = " ".join(render.text(figures, BRAND).split())
    assert "Right now x-mentions can't be read: X answered 401: Unauthorized (PZ-303). Renew" in said
    assert "PZ-303" in render.json_text(figures, BRAND)
    assert "Right now" not in render.text(world.digest(), BRAND)
