from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from monitor.digest import say
from monitor.digest.tally import KINDS, STANDS
from monitor.domain.case import Outcome
from monitor.domain.reading import INTENTS

BERLIN = ZoneInfo("Europe/Berlin")


def test_every_code_of_the_domain_has_words() -> None:
    assert say.INTENTS.keys() == set(INTENTS)
    assert say.OUTCOMES.keys() == set(Outcome) | set(STANDS.values())
    assert say.KINDS.keys() == set(KINDS)


def test_counts() -> None:
    assert say.count(1, "case") == "1 case"
    assert say.count(1204, "case") == "1,204 cases"
    assert say.count(2, "person", "people") == "2 people"


def test_shares_are_whole_only_when_they_are() -> None:
    assert say.percent(0) == "0 %"
    assert say.percent(0.001) == "under 1 %"
    assert say.percent(0.999) == "over 99 %"
    assert say.percent(1) == "100 %"
    assert say.percent(None) == "–"


def test_comparing_with_the_days_before() -> None:
    assert say.compared(61, 42) == "usually 42, +45 %"
    assert say.compared(30, 60) == "usually 60, −50 %"
    assert say.compared(41, 42) == "usually 42, as usual"
    assert say.compared(5, 0) == "usually none"
    assert say.compared(5, None) == ""


def test_times_are_the_brands() -> None:
    night = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
    assert say.moment(night, BERLIN, date(2026, 3, 5)) == "00:30"
    assert say.moment(night, BERLIN, date(2026, 3, 6)) == "Thu 5 Mar 00:30"
    assert say.moment(night, BERLIN, date(2027, 3, 6)) == "Thu 5 Mar 2026 00:30"
    assert say.lasted(None) == "–"
    assert say.lasted(9 * 3600 + 20 * 60) == "9 h 20 min"
