from dataclasses import replace

import pytest

from monitor.digest.headline import headline
from monitor.digest.numbers import Counted, Numbers, Promises, Sight, Spread, Unseen, Volume, Waiting, Waits
from tests.unit.digest.world import DAY, MORNING_AFTER, at

QUIET = Numbers(
    day=DAY,
    zone="Europe/Berlin",
    start=at(0),
    end=at(24),
    made_at=MORNING_AFTER,
    unseen=Unseen(Sight.WHOLE, True),
    volume=Volume(0, (), None, 0, False, 0, 0, 0, 0, None),
    cases=0,
    kinds=(),
    complaining=0,
    complaints_waiting=0,
    complaints_waiting_since=None,
    intents=(),
    answers=(),
    outcomes=(),
    settled=(),
)
BUSY = replace(QUIET, volume=replace(QUIET.volume, posts=50))


def said(numbers: Numbers) -> list[str]:
    return [line.text for line in headline(numbers)]


@pytest.mark.parametrize(
    ("people", "waiting", "sentence"),
    [
        (41, 12, "41 people complained; 12 still wait, the longest 9 h 20 min."),
        (41, 1, "41 people complained; 1 still waits, for 9 h 20 min."),
        (41, 0, "41 people complained; none of them waits for us any more."),
        (1, 1, "1 person complained and still waits, for 9 h 20 min."),
        (1, 0, "1 person complained and no longer waits for us."),
        (0, 0, "Nobody complained in 50 posts."),
    ],
)
def test_the_first_sentence(people: int, waiting: int, sentence: str) -> None:
    since = at(22 - 1 / 6 * 5) if waiting else None
    n = replace(BUSY, complaining=people, complaints_waiting=waiting, complaints_waiting_since=since)
    if since is not None:
        n = replace(n, made_at=since + (at(9) - at(0)) + (at(1 / 3) - at(0)))
    assert said(n)[0] == sentence


@pytest.mark.parametrize("sight", list(Sight))
def test_there_is_always_something_to_say(sight: Sight) -> None:
    n = replace(QUIET, unseen=Unseen(sight, True))
    assert len(said(n)) == 1
    assert ("quiet" in said(n)[0]) == (sight is not Sight.UNPROVEN)


def test_outcomes_waits_and_promises() -> None:
    n = replace(
        BUSY,
        settled=(
            Counted("recovered", 2),
            Counted("resolved_confirmed", 1),
            Counted("worse", 1),
            Counted("lost", 2),
        ),
        waits=Waits(Spread(3, 60.0), Spread(3, 60.0, 90.0), Spread(5, 60.0, 7200.0)),
        waiting=Waiting(3, overdue=2, since=MORNING_AFTER.replace(hour=3)),
        promises=Promises(broken=1, overdue=2),
    )
    assert said(n)[1:] == [
        "Of all days, 3 cases wait for us, 2 of them past their time; the longest for 3 h.",
        "Of what ended that day, 3 were settled well, 1 came back angrier and 2 left us.",
        "A reply took 2 h on average, counting those who still wait; "
        "a report of first responses would say 1 min (median).",
        "1 promise due that day was broken and 2 promises are overdue now.",
    ]


def test_an_average_is_not_made_of_people_without_a_reply() -> None:
    n = replace(BUSY, waits=Waits(lived_so_far=Spread(5, 60.0, 7200.0)))
    assert "Nobody who asked that day has had a reply yet; they have waited 2 h on average." in said(n)
