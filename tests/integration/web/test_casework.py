"""What people do with a case besides answering it, from the page of the case."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from monitor.domain.case import CaseStatus, Lane
from monitor.domain.roster import Desk
from monitor.web.lifeline import lifeline_of
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.past import before, edit, remove, worked_on
from tests.integration.web.seed import House, lane


def open_case(client: httpx.Client, case_id: int, **query: str) -> str:
    answer = client.get(f"/cases/{case_id}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.text


def plain(page: str) -> str:
    """The page as one reads it."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_snooze_as_people_say_it_and_wake(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["howto"]
    client = browser("agent")
    assert client.post(f"/cases/{case_id}/snooze", data={"until": "1h"}).status_code == 303
    with house.store.read() as session:
        rest = session.cases.get(case_id).snooze
    assert rest is not None and rest.until == house.clock.now() + timedelta(hours=1)
    assert lane(house, case_id) is Lane.WAITING
    assert "asleep until" in open_case(client, case_id)
    assert client.post(f"/cases/{case_id}/wake").status_code == 303
    assert lane(house, case_id) is Lane.NEEDS_APPROVAL
    wrong = client.post(f"/cases/{case_id}/snooze", data={"at": "whenever"})
    assert wrong.status_code == 400
    assert 'value="whenever"' in wrong.text, "what was typed is still there"
    assert client.post(f"/cases/{case_id}/snooze", data={"until": "reply"}).status_code == 303
    assert "asleep until they write" in plain(open_case(client, case_id))


def test_harm_is_not_snoozed(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["child"]
    client = browser("agent")
    assert 'popovertarget="snooze"' not in open_case(client, case_id)
    answer = client.post(f"/cases/{case_id}/snooze", data={"until": "1h"})
    assert (answer.status_code, "somebody may come to harm" in answer.text) == (400, True)


@pytest.mark.parametrize("desk", ["executive", "legal", "safety", "press", "branch"])
def test_handed_up_and_answered(house: House, day: Made, browser: Browser, desk: str) -> None:
    case_id, _ = day["bag"]
    asks, decides = browser("agent"), browser("manager")
    fields = {"desk": desk, "reason": "May I offer a loan pram?", "owner": "manager"}
    assert asks.post(f"/cases/{case_id}/escalate", data=fields).status_code == 303
    page = open_case(decides, case_id)
    assert "May I offer a loan pram?" in page and "manager</bdi> decides" in page
    with house.store.read() as session:
        case = session.cases.get(case_id)
    assert (case.escalated, case.assignee) == (Desk(desk), "manager")
    assert decides.post(f"/cases/{case_id}/answer", data={"answer": "Yes, and a taxi."}).status_code == 303
    assert "Yes, and a taxi." in open_case(asks, case_id)
    with house.store.read() as session:
        case, told = session.cases.get(case_id), session.casework.notices("agent")
    assert (case.escalated, case.assignee) == (None, "agent")
    assert [n["kind"] for n in told] == ["answered"]


def test_a_reason_that_nobody_could_take_is_not_lost(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["bag"]
    answer = browser("agent").post(
        f"/cases/{case_id}/escalate", data={"desk": "branch", "reason": "Their lawyer wrote."}
    )
    assert answer.status_code == 400
    assert "Their lawyer wrote.</textarea>" in answer.text


def test_tags_and_incidents(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["bag"]
    client = browser("agent")
    client.post(f"/cases/{case_id}/tags", data={"tag": "Lost pram"})
    client.post(f"/cases/{case_id}/incident", data={"name": "belt 4 stands still"})
    page = open_case(client, case_id)
    assert "#lost-pram" in page and "belt 4 stands still" in page
    assert "pram that" in client.get("/?lane=open&tag=lost-pram").text
    client.post(f"/cases/{case_id}/tags", data={"tag": "lost-pram", "off": "yes"})
    client.post(f"/cases/{case_id}/incident", data={"name": " "})
    with house.store.read() as session:
        assert session.casework.tags(case_id) == []
        assert session.cases.get(case_id).incident is None
    assert client.post(f"/cases/{case_id}/tags", data={"tag": "!!"}).status_code == 400


def test_two_cases_of_one_customer_become_one_and_two_again(
    house: House, day: Made, browser: Browser
) -> None:
    past = before(house, day)
    case_id, other = day["bag"][0], past["voucher"][0]
    client = browser("agent")
    assert f'name="other" value="{other}"' in open_case(client, case_id), "it is offered"
    assert client.post(f"/cases/{case_id}/merge", data={"other": f"c{other}"}).status_code == 303
    page = open_case(client, case_id)
    assert "the voucher code does not work either" in page
    assert f'part of <a href="/cases/{case_id}">' in open_case(client, other)
    move = re.search(r"/moves/(\d+)/undo", page)
    assert move is not None
    answer = client.post(f"/cases/{case_id}{move[0]}")
    assert answer.headers["location"] == f"/cases/{case_id}"
    with house.store.read() as session:
        assert session.cases.get(other).status is CaseStatus.OPEN
    strangers = client.post(f"/cases/{case_id}/merge", data={"other": str(day["fee"][0])})
    assert (strangers.status_code, "not two cases of one customer" in strangers.text) == (400, True)
    assert client.post(f"/cases/{case_id}/merge", data={"other": "the other"}).status_code == 400


def test_another_matter_is_split_off(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["bag"]
    client = browser("agent")
    posts = re.findall(r'name="post" value="(\d+)"', open_case(client, case_id))
    answer = client.post(f"/cases/{case_id}/split", data={"post": posts[1]})
    made = answer.headers["location"]
    assert made != f"/cases/{case_id}"
    assert "and now the lights went out" in client.get(made).text
    assert len(re.findall(r'id="post-\d+"', open_case(client, case_id))) == 1
    nothing = client.post(f"/cases/{case_id}/split")
    assert (nothing.status_code, "Choose posts" in nothing.text) == (400, True)


def test_a_note_calls_a_colleague(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    client, called = browser("agent"), browser("manager")
    client.post(f"/cases/{case_id}/note", data={"text": "@manager is that the fee from May?"})
    assert '<mark class="is-found" title="was told">@manager</mark> is that' in open_case(client, case_id)
    assert "agent calls you in a note" in called.get("/me").text


def test_the_line_of_a_customer(house: House, day: Made, browser: Browser) -> None:
    before(house, day)
    page = plain(open_case(browser("viewer"), day["bag"][0]))
    assert "5 times since 18 Jan 2025 ; 2 ended badly ; 1 without an answer" in page
    for told in (
        "four hours on the tarmac and not one word",
        "answered after 40 min",
        "recovered: upset before, content now",
        "no answer from us",
    ):
        assert told in page
    assert "Their first case with us." in open_case(browser("agent"), day["howto"][0])


def test_the_line_keeps_its_order_and_its_measure(house: House, day: Made) -> None:
    before(house, day)
    with house.store.read() as session:
        case = session.cases.get(day["bag"][0])
        cases = session.cases.of_customer("x", "hollowaytess")
    line = lifeline_of(cases, case, house.clock.now())
    starts = [s.start for s in line.stretches]
    assert starts == sorted(starts) and starts[0] == 0
    assert all(s.start >= 0 and s.start + s.width <= 100.01 for s in line.stretches)
    assert [s.tone for s in line.stretches] == ["good", "bad", "bad", "open", "open"]
    assert [s.here for s in line.stretches] == [False, False, False, True, False]


def test_open_cases_about_the_same_are_shown(house: House, day: Made, browser: Browser) -> None:
    past = before(house, day)
    client = browser("viewer")
    near = open_case(client, day["bag"][0]).partition("Open, and about the same")[2].partition("History")[0]
    assert re.findall(r'href="/cases/(\d+)"', near) == [str(past["neighbour"][0])]
    assert "about the same" not in open_case(client, day["howto"][0])


def test_what_a_post_said_before_and_what_was_removed(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["bag"]
    edit(house, case_id, 1, "and now the lights are back. brilliant")
    client = browser("viewer")
    page = open_case(client, case_id)
    assert "edited once" in page
    assert "<del>went out</del><ins>are back</ins>" in page
    remove(house, case_id, 1)
    page = open_case(client, case_id)
    assert "Nothing of it is kept" in page
    assert "brilliant" not in page


def test_a_case_remembers_where_it_was_opened_from(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    client = browser("agent")
    rows = client.get("/?lane=open&intent=billing_refund").text
    path = re.search(rf'href="(/cases/{case_id}\?within=[^"]+)"', rows)
    assert path is not None
    page = client.get(path[1]).text
    assert 'href="/?lane=open&amp;intent=billing_refund"' in page
    assert "All open, filtered" in page
    assert 'rel="next"' not in page, "it is the only one that passes the filter"
    answer = client.post(
        f"/cases/{case_id}/note", data={"text": "x"}, headers={"referer": f"{client.base_url}{path[1]}"}
    )
    assert answer.headers["location"] == path[1]


def test_a_viewer_sees_everything_and_can_do_nothing(house: House, day: Made, browser: Browser) -> None:
    before(house, day)
    house.add_people("manager")
    worked_on(house, day)
    page = open_case(browser("viewer"), day["bag"][0])
    assert "#lost-pram" in page and "May I offer a loan pram?" in page
    assert "popover id" not in page
    assert 'method="post" action="/cases/' not in page


def test_a_long_case_shows_how_it_began_and_the_newest(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    for number in range(80):
        house.clock.forward(seconds=60)
        house.say(case_id, f"waiting, day {number}.")
    client = browser("viewer")
    page = open_case(client, case_id)
    assert "Charged twice for one seat" in page and "day 79." in page
    assert "day 20." not in page and "Show the 38 posts between" in page
    assert "day 20." in open_case(client, case_id, whole="yes")
