"""What a person does in the browser, and what of it reaches the store."""

from __future__ import annotations

import httpx
import pytest

from monitor.domain.approval import text_hash
from monitor.domain.case import CaseStatus, Lane, Outcome
from monitor.domain.draft import Draft, DraftState
from monitor.domain.mention import MentionKey
from monitor.domain.seconding import SecondReason
from monitor.stages import review
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.forms import form, reply
from tests.integration.web.seed import House, lane


def draft_of(house: House, draft_id: int) -> Draft:
    with house.store.read() as session:
        return session.drafts.get(draft_id)


def open_case(client: httpx.Client, case_id: int) -> str:
    answer = client.get(f"/cases/{case_id}")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_yes_binds_to_the_text_and_the_conversation(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    client = browser("approver")
    shown = reply(open_case(client, case_id), case_id)
    house.clock.forward(seconds=42)
    assert client.post(f"/cases/{case_id}/approve", data=shown).headers["location"] == f"/cases/{case_id}"
    with house.store.read() as session:
        approval = session.drafts.approval_of(draft_id)
        talk = session.cases.conversation(case_id)
    assert approval is not None
    assert (approval.user, approval.text, approval.unchanged) == ("approver", shown["text"], True)
    assert (approval.text_hash, approval.conversation_hash) == (text_hash(shown["text"]), talk.hash)
    assert approval.seconds_to_decide == 42
    assert draft_of(house, draft_id).state is DraftState.APPROVED
    assert lane(house, case_id) is Lane.WAITING
    page = open_case(client, case_id)
    assert "in 30 s" in page
    assert f'action="/cases/{case_id}/undo"' in page


def test_ones_own_words_are_approved_in_one_go(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    client = browser("approver")
    form_ = reply(open_case(client, case_id), case_id, text="Both charges are on their way back.\r\nSorry. ")
    assert client.post(f"/cases/{case_id}/approve", data=form_).status_code == 303
    with house.store.read() as session:
        approval = session.drafts.approval_of(draft_id)
    assert approval is not None
    assert (approval.text, approval.unchanged) == ("Both charges are on their way back.\nSorry.", False)


def test_a_yes_to_an_older_conversation_is_asked_again(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    client = browser("approver")
    shown = reply(open_case(client, case_id), case_id, text="My very own words.")
    house.clock.forward(seconds=5)
    house.say(case_id, "never mind, my bank has sorted it")
    answer = client.post(f"/cases/{case_id}/approve", data=shown)
    assert answer.status_code == 409
    assert "PZ-402" in answer.text
    assert "new since you looked" in answer.text
    assert "never mind, my bank has sorted it" in answer.text
    again = reply(answer.text, case_id)
    assert again["text"] == "My very own words.", "no word is lost"
    assert draft_of(house, draft_id).state is not DraftState.APPROVED
    assert client.post(f"/cases/{case_id}/approve", data=again).status_code == 303
    assert draft_of(house, draft_id).state is DraftState.APPROVED


def test_an_edit_and_a_removal_are_named_too(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["bag"]
    client = browser("approver")
    shown = reply(open_case(client, case_id), case_id)
    with house.store.write() as session:
        second = session.cases.conversation(case_id).turns[1].mention
        session.mentions.remove(MentionKey(*second.key), at=house.clock.now(), reason="deleted")
    answer = client.post(f"/cases/{case_id}/approve", data=shown)
    assert answer.status_code == 409
    assert "removed since you looked" in answer.text
    assert "brilliant" not in answer.text


def test_a_colleagues_newer_words_are_not_overwritten(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    mine, theirs = browser("approver"), browser("manager")
    shown = reply(open_case(mine, case_id), case_id, text="Mine.")
    theirs.post(f"/cases/{case_id}/save", data=reply(open_case(theirs, case_id), case_id, text="Theirs."))
    house.clock.forward(minutes=16)  # their claim is over; their words are not
    answer = mine.post(f"/cases/{case_id}/save", data=shown)
    assert answer.status_code == 409
    assert draft_of(house, draft_id).text == "Theirs."
    assert "Theirs." in answer.text
    assert reply(answer.text, case_id)["text"] == "Mine."


def test_a_claim_keeps_others_out_for_a_while(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    mine, theirs = browser("approver"), browser("manager")
    theirs.post(f"/cases/{case_id}/claim")
    page = open_case(mine, case_id)
    assert "manager</bdi> is working on this" in page
    answer = mine.post(f"/cases/{case_id}/approve", data=reply(page, case_id))
    assert (answer.status_code, "PZ-404" in answer.text) == (409, True)
    theirs.post(f"/cases/{case_id}/release")
    page = open_case(mine, case_id)
    assert mine.post(f"/cases/{case_id}/approve", data=reply(page, case_id)).status_code == 303


def test_of_two_yeses_one_counts(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    mine, theirs = browser("approver"), browser("manager")
    first, second = open_case(mine, case_id), open_case(theirs, case_id)
    answers = [
        mine.post(f"/cases/{case_id}/approve", data=reply(first, case_id)).status_code,
        theirs.post(f"/cases/{case_id}/approve", data=reply(second, case_id)).status_code,
    ]
    assert answers == [303, 409]
    with house.store.read() as session:
        approved = [r for r in session.audit.about(f"draft:{draft_id}") if r["action"] == "draft.approved"]
    assert len(approved) == 1


def test_a_blocking_finding_wants_a_reason(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    client = browser("approver")
    shown = reply(open_case(client, case_id), case_id, text="Please calm down, or DM us.")
    answer = client.post(f"/cases/{case_id}/approve", data=shown)
    assert answer.status_code == 422
    assert "calm_down" in answer.text
    assert "dm_reflex" in answer.text
    assert 'name="override"' in answer.text
    again = reply(answer.text, case_id) | {"override": "They quoted themselves."}
    assert client.post(f"/cases/{case_id}/approve", data=again).status_code == 303
    assert draft_of(house, draft_id).state is DraftState.APPROVED


def test_undo_while_the_window_lasts_and_not_after_it(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    client = browser("approver")
    client.post(f"/cases/{case_id}/approve", data=reply(open_case(client, case_id), case_id))
    assert client.post(f"/cases/{case_id}/undo").status_code == 303
    assert draft_of(house, draft_id).state is DraftState.EDITED
    assert lane(house, case_id) is Lane.NEEDS_APPROVAL
    client.post(f"/cases/{case_id}/approve", data=reply(open_case(client, case_id), case_id))
    with house.store.write() as session:
        draft = session.drafts.get(draft_id)
        session.drafts.move(draft, DraftState.SENDING, house.clock.now())
    answer = client.post(f"/cases/{case_id}/undo")
    assert (answer.status_code, "PZ-401" in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("reason", "status"), [("wrong_tone", CaseStatus.OPEN), ("no_reply_needed", CaseStatus.DONE)]
)
def test_a_no_with_its_reason(
    house: House, day: Made, browser: Browser, reason: str, status: CaseStatus
) -> None:
    case_id, draft_id = day["fee"]
    client = browser("agent")
    fields = form(open_case(client, case_id), f"/cases/{case_id}/reject") | {"reason": reason}
    assert client.post(f"/cases/{case_id}/reject", data=fields).status_code == 303
    assert draft_of(house, draft_id).state is DraftState.REJECTED
    with house.store.read() as session:
        assert session.cases.get(case_id).status is status
    assert client.post(f"/cases/{case_id}/reject", data=fields).status_code == 409


def test_a_case_without_a_draft_is_answered_by_hand(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["human"]
    client = browser("approver")
    page = open_case(client, case_id)
    assert "They asked for a person, so a person answers." in page
    answer = client.post(
        f"/cases/{case_id}/approve", data=reply(page, case_id, text="I am Ada, and I read it.")
    )
    assert answer.status_code == 303
    with house.store.read() as session:
        draft = session.drafts.live_of(case_id)
    assert draft is not None
    assert (draft.state, draft.written_by, draft.text) == (
        DraftState.APPROVED,
        "approver",
        "I am Ada, and I read it.",
    )
    empty = client.post(
        f"/cases/{day['child'][0]}/save", data=reply(page, case_id, text="  ") | {"draft_id": "0"}
    )
    assert (empty.status_code, "can&#39;t be empty" in empty.text) == (400, True)


def test_a_draft_that_came_meanwhile_is_shown_first(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["human"]
    client = browser("approver")
    shown = reply(open_case(client, case_id), case_id, text="Mine.")
    review.write(house.store, case_id, "manager", "Theirs.", "x-mentions", house.clock)
    answer = client.post(f"/cases/{case_id}/approve", data=shown)
    assert answer.status_code == 409
    assert "Theirs." in answer.text


def test_by_hand_where_the_platform_wants_it(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["reddit"]
    client = browser("agent")
    page = open_case(client, case_id)
    assert "/approve" not in page
    assert client.post(f"/cases/{case_id}/hand-off", data=reply(page, case_id)).status_code == 303
    page = open_case(client, case_id)
    assert "https://x.example/intent/tweet" in page
    assert client.post(f"/cases/{case_id}/keep", data=form(page, f"/cases/{case_id}/keep")).status_code == 303
    assert draft_of(house, draft_id).state is DraftState.EDITED
    client.post(f"/cases/{case_id}/hand-off", data=reply(open_case(client, case_id), case_id))
    assert client.post(f"/cases/{case_id}/confirm").status_code == 303
    assert draft_of(house, draft_id).state is DraftState.CONFIRMED
    assert lane(house, case_id) is Lane.WAITING


def test_what_may_not_be_posted_is_not_approved(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["reddit"]
    client = browser("approver")
    answer = client.post(f"/cases/{case_id}/approve", data=reply(open_case(client, case_id), case_id))
    assert (answer.status_code, "PZ-403" in answer.text) == (422, True)
    assert draft_of(house, draft_id).state is DraftState.PROPOSED


def test_a_stale_draft_is_kept_when_its_words_still_fit(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    with house.store.write() as session:
        session.drafts.move(
            session.drafts.get(draft_id), DraftState.STALE, house.clock.now(), reason="They wrote again."
        )
    client = browser("approver")
    page = open_case(client, case_id)
    assert "They wrote again." in page
    assert client.post(f"/cases/{case_id}/keep", data=reply(page, case_id)).status_code == 303
    assert (
        client.post(f"/cases/{case_id}/approve", data=reply(open_case(client, case_id), case_id)).status_code
        == 303
    )


def test_the_case_itself(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    client = browser("agent")

    def do(what: str, **fields: str) -> int:
        return client.post(f"/cases/{case_id}/{what}", data=fields).status_code

    assert do("assign", assignee="agent") == 303
    assert do("assign", assignee="a stranger") == 400
    assert do("note", text="Ask finance.\nTwice.") == 303
    assert do("note", text="   ") == 400
    assert do("correct", field="urgency", value="P1") == 303
    assert do("correct", field="urgency", value="P9") == 400
    assert do("correct", field="intent", value="account_access") == 303
    with house.store.read() as session:
        case, notes = session.cases.get(case_id), session.cases.notes(case_id)
        corrections = session.readings.corrections()
    assert (case.assignee, case.urgency.value, case.primary_intent, case.lane) == (
        "agent",
        "P1",
        "account_access",
        Lane.NOW,
    )
    assert [n["text"] for n in notes] == ["Ask finance.\nTwice."]
    assert [(c["field"], c["was"], c["became"]) for c in corrections] == [
        ("urgency", "P2", "P1"),
        ("intent", "billing_refund", "account_access"),
    ]
    assert do("close", outcome="resolved_confirmed") == 303
    assert do("close", outcome="abducted") == 400
    page = open_case(client, case_id)
    assert "resolved, they said so" in page
    assert do("reopen") == 303
    with house.store.read() as session:
        assert session.cases.get(case_id).status is CaseStatus.OPEN
    page = open_case(client, case_id)
    for action in ("corrected the urgency", "closed the case", "reopened the case", "left a note"):
        assert action in page


def test_a_promise_is_kept_once(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["locked"]
    with house.store.write() as session:
        draft = session.drafts.get(draft_id)
        assert draft.promise is not None
        session.promises.add(case_id, draft_id, draft.promise, "bo", house.clock.now())
        number = session.promises.of_case(case_id)[0]["id"]
    client = browser("agent")
    assert f"/cases/{case_id}/promises/{number}" in open_case(client, case_id)
    assert client.post(f"/cases/{case_id}/promises/{number}", data={"kept": "yes"}).status_code == 303
    assert client.post(f"/cases/{case_id}/promises/{number}", data={"kept": "no"}).status_code == 303
    with house.store.read() as session:
        assert session.promises.of_case(case_id)[0]["state"] == "kept"


def test_another_wording_is_one_click_away(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    client = browser("agent")
    assert f'href="/cases/{case_id}/wordings"' in open_case(client, case_id)
    fields = form(client.get(f"/cases/{case_id}/wordings").text, f"/cases/{case_id}/save")
    part = client.get(f"/cases/{case_id}/wordings", headers={"hx-request": "true"}).text
    assert form(part, f"/cases/{case_id}/save") == fields
    assert client.post(f"/cases/{case_id}/save", data=fields).status_code == 303
    assert draft_of(house, draft_id).text == "Another wording of the same."


def test_the_editor_saves_itself_and_says_what_it_found(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    client = browser("approver")
    shown = reply(open_case(client, case_id), case_id, text="DM us. " + "x" * 300)
    part = client.post(f"/cases/{case_id}/save", data=shown, headers={"hx-request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "307 of 280: 27 too many" in part.text
    assert "Say what happens next." in part.text
    assert "· saved" in part.text
    saved = draft_of(house, draft_id)
    assert f'name="version" value="{saved.version}"' in part.text
    assert saved.text == shown["text"]
    # The button overtakes the answer of the autosave: the older version number is still one's own text.
    longer = shown | {"text": "Two charges, both go back."}
    assert client.post(f"/cases/{case_id}/approve", data=longer).status_code == 303


def test_an_autosave_that_fails_says_so(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    mine, theirs = browser("approver"), browser("manager")
    shown = reply(open_case(mine, case_id), case_id, text="Mine.")
    theirs.post(f"/cases/{case_id}/claim")
    part = mine.post(f"/cases/{case_id}/save", data=shown, headers={"hx-request": "true"})
    assert "PZ-402" in part.text
    assert "saved" not in part.text


def test_every_outcome_a_person_may_choose_exists() -> None:
    from monitor.web import words

    assert set(words.CLOSING) <= {o.value for o in Outcome}
    assert set(words.OUTCOMES) == {o.value for o in Outcome}
    assert set(words.STATES) == set(DraftState)
    assert set(words.REJECTS) == set(review.REJECT_REASONS)


def test_a_second_person_says_the_second_yes(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    house.add_people("approver", "manager")
    first = browser("approver", second=(SecondReason.NEW_AGENT,))
    other = browser("manager", second=(SecondReason.NEW_AGENT,))
    first.post(f"/cases/{case_id}/approve", data=reply(open_case(first, case_id), case_id))
    assert draft_of(house, draft_id).state is DraftState.SECONDING
    page = open_case(other, case_id)
    assert "approver</bdi> said the first yes" in page and "new agent" in page
    again = first.post(f"/cases/{case_id}/approve", data=reply(open_case(first, case_id), case_id))
    assert again.status_code == 409 and "PZ-405" in again.text
    assert other.post(f"/cases/{case_id}/approve", data=reply(page, case_id)).status_code == 303
    assert draft_of(house, draft_id).state is DraftState.APPROVED
    assert "in 30 s" in open_case(first, case_id)


def test_who_may_harm_themselves_is_shown_with_where_help_is(house: House, browser: Browser) -> None:
    case_id, _ = house.add_case("I can't go on", who="sam", intent="safety_hazard")
    with house.store.write() as session:
        conversation = session.cases.conversation(case_id)
        why = "Somebody may be in danger."
        session.cases.withhold(case_id, "self_harm", why, conversation.hash, house.clock.now())
    shown = browser("agent").get(f"/cases/{case_id}").text
    assert why in shown and "https://help.x.com/" in shown and "findahelpline.com" in shown
