from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.digest.days import day_of
from monitor.digest.waits import Post, judged, waits_of, within
from tests.unit.digest.world import DAY, MORNING_AFTER, ZONE, at

THEIRS = Post(1, at(9), at(9.1), own=False, removed=False, complaint=0.9, urgency="P2", claimed=None)
OURS = replace(THEIRS, own=True, complaint=None, urgency=None)
THANKS = replace(THEIRS, complaint=0.1, urgency="P4")
CASE = {"origin": "live", "verdict": "postable", "status": "open", "urgency": "P2", "outcome": None}


def theirs(hour: float) -> Post:
    return replace(THEIRS, at=at(hour), seen=at(hour))


def ours(hour: float) -> Post:
    return replace(OURS, at=at(hour), seen=at(hour))


def test_a_wait_lasts_from_the_first_post_that_nobody_answered() -> None:
    (wait,) = waits_of([theirs(9), theirs(11), ours(12)])
    assert wait.lived == wait.reported == 3 * 3600


def test_who_asks_again_waits_again_and_only_the_first_is_a_first_response() -> None:
    first, second = waits_of([theirs(9), ours(10), theirs(11), ours(16)])
    assert (first.lived, first.is_first) == (3600, True)
    assert (second.lived, second.is_first) == (5 * 3600, False)


def test_thanks_wait_for_nothing_but_an_unread_post_might() -> None:
    assert len(waits_of([theirs(9), ours(10), replace(THANKS, at=at(11))])) == 1
    assert len(waits_of([replace(THEIRS, complaint=None, urgency=None)])) == 1


def test_nobody_waits_for_an_answer_to_a_post_they_removed() -> None:
    assert waits_of([replace(THEIRS, removed=True)]) == []


def test_a_reply_confirmed_by_hand_ends_a_wait() -> None:
    (wait,) = waits_of([theirs(9)], confirmed=[at(10)])
    assert wait.lived == 3600


def test_a_reply_in_the_same_second_is_a_reply() -> None:
    (wait,) = waits_of([ours(9), theirs(9)])
    assert wait.lived == 0


def test_the_customer_waits_from_when_they_wrote_the_report_from_when_we_saw_it() -> None:
    late = replace(THEIRS, at=at(9, day=-3), seen=at(9))
    (wait,) = waits_of([late, ours(10)])
    assert wait.lived == timedelta(days=3, hours=1).total_seconds()
    assert wait.reported == 3600


def test_a_reply_older_than_our_clock_counts_from_the_post() -> None:
    imported = replace(THEIRS, at=at(9, day=-31), seen=at(9))
    (wait,) = waits_of([imported, ours(-31 * 24 + 11)])
    assert wait.reported == wait.lived == 2 * 3600


def test_nobody_has_waited_for_us_since_a_post_that_was_imported_years_later() -> None:
    imported = replace(THEIRS, at=at(9, day=-900), seen=at(9))
    (open_wait,) = waits_of([imported])
    assert open_wait.is_history and open_wait.until(at(10)) == 3600
    (answered,) = waits_of([imported, ours(12)])
    assert answered.lived == 3 * 3600


@pytest.mark.parametrize(
    ("posts", "changes", "expected"),
    [
        ([theirs(9), ours(12)], {}, "in_time"),
        ([theirs(9), ours(14)], {}, "late"),
        ([theirs(9)], {}, "overdue"),
        ([theirs(9)], {"urgency": "P3"}, "running"),
        ([theirs(9)], {"status": "done", "outcome": "missed"}, "missed"),
        ([theirs(9)], {"status": "done", "outcome": None}, "missed"),
        ([theirs(9)], {"status": "done", "outcome": "moved_private"}, "excused"),
        ([theirs(9)], {"urgency": "P4"}, "excused"),
        ([theirs(9)], {"origin": "backfill"}, "excused"),
        ([theirs(9)], {"verdict": "listen_only"}, "excused"),
        ([replace(THANKS, at=at(9))], {}, "excused"),
    ],
)
def test_how_an_answer_is_judged(posts: list[Post], changes: dict[str, str | None], expected: str) -> None:
    todays = within(waits_of(posts), day_of(DAY, ZONE))
    assert judged({**CASE, **changes}, todays, MORNING_AFTER) == expected
