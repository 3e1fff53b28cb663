"""A person's words: never lost, never overwritten, and never taken for those of somebody else."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

from monitor.domain.draft import DraftState
from monitor.stages import review
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.forms import form, reply
from tests.integration.web.seed import House, soon
from tests.integration.web.test_review import draft_of, open_case

AUTOSAVE = {"hx-request": "true"}


def kept(house: House, user: str, case_id: int) -> str | None:
    with house.store.read() as session:
        row = session.attention.kept_words(user, case_id)
    return str(row["text"]) if row else None


def save(client: httpx.Client, case_id: int, shown: dict[str, str]) -> httpx.Response:
    return client.post(f"/cases/{case_id}/save", data=shown, headers=AUTOSAVE)


def test_words_that_could_not_be_saved_are_kept_for_whoever_typed_them(
    house: House, day: Made, browser: Browser
) -> None:
    case_id, draft_id = day["fee"]
    mine, theirs = browser("approver"), browser("manager")
    shown = reply(open_case(mine, case_id), case_id, text="Mine, typed for ten minutes.")
    save(theirs, case_id, reply(open_case(theirs, case_id), case_id, text="Theirs."))
    assert "PZ-402" in save(mine, case_id, shown).text
    assert draft_of(house, draft_id).text == "Theirs."
    page = open_case(mine, case_id)  # another browser, another day
    assert reply(page, case_id)["text"] == "Mine, typed for ten minutes."
    assert "manager</bdi> changed it" in page and "Theirs." in page
    assert "<del>Theirs</del><ins>Mine, typed for ten minutes</ins>." in page
    assert "Mine, typed" not in open_case(theirs, case_id), "nobody else is shown them"
    house.clock.forward(minutes=16)  # their claim is over
    assert (
        mine.post(f"/cases/{case_id}/save", data=reply(open_case(mine, case_id), case_id)).status_code == 303
    )
    assert draft_of(house, draft_id).text == "Mine, typed for ten minutes."
    assert kept(house, "approver", case_id) is None


def test_the_stored_draft_may_be_taken_instead(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    mine, theirs = browser("approver"), browser("manager")
    shown = reply(open_case(mine, case_id), case_id, text="Mine.")
    save(theirs, case_id, reply(open_case(theirs, case_id), case_id, text="Theirs."))
    save(mine, case_id, shown)
    mine.post(f"/cases/{case_id}/words/drop")
    assert reply(open_case(mine, case_id), case_id)["text"] == "Theirs."


def test_the_machine_overwrites_nobody(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]
    client = browser("agent")
    save(client, case_id, reply(open_case(client, case_id), case_id, text="My own words."))
    with house.store.write() as session:
        review.conversation_moved(session, case_id, house.clock.now())
    kept_draft = draft_of(house, draft_id)
    assert (kept_draft.state, kept_draft.text) == (DraftState.STALE, "My own words.")
    assert reply(open_case(client, case_id), case_id)["text"] == "My own words."


def test_words_survive_that_their_draft_is_replaced(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    client = browser("agent")
    shown = reply(open_case(client, case_id), case_id, text="Half a thou")
    with house.store.write() as session:  # the customer wrote again; the machine's draft makes way
        review.conversation_moved(session, case_id, house.clock.now())
        house.draft_for(session, session.cases.get(case_id), "A new draft of the machine.")
    assert "PZ-402" in save(client, case_id, shown).text
    page = open_case(client, case_id)
    assert reply(page, case_id)["text"] == "Half a thou"
    assert "A new draft of the machine." in page


def test_words_are_shown_though_a_colleague_approved_meanwhile(
    house: House, day: Made, browser: Browser
) -> None:
    case_id, _ = day["fee"]
    mine, theirs = browser("agent"), browser("approver")
    shown = reply(open_case(mine, case_id), case_id, text="Mine.")
    theirs.post(f"/cases/{case_id}/approve", data=reply(open_case(theirs, case_id), case_id))
    save(mine, case_id, shown)
    page = open_case(mine, case_id)
    assert "Your own words, which are in no draft" in page and "Mine." in page


def test_a_text_that_changed_under_an_approver_is_shown_as_a_difference(
    house: House, day: Made, browser: Browser
) -> None:
    case_id, draft_id = day["howto"]
    approves, writes = browser("approver"), browser("agent")
    shown = reply(open_case(approves, case_id), case_id)
    longer = shown["text"].replace("140 cm", "150 cm")
    save(writes, case_id, reply(open_case(writes, case_id), case_id, text=longer))
    writes.post(f"/cases/{case_id}/release")
    answer = approves.post(f"/cases/{case_id}/approve", data=shown)
    assert answer.status_code == 409
    assert "agent</bdi> changed the text since you looked" in answer.text
    assert "<del>140</del><ins>150</ins> cm" in answer.text
    assert reply(answer.text, case_id)["text"] == longer, "what they were only shown is not their own"
    assert kept(house, "approver", case_id) is None
    again = approves.post(f"/cases/{case_id}/approve", data=reply(answer.text, case_id))
    assert again.status_code == 303
    assert draft_of(house, draft_id).state is DraftState.APPROVED


def test_a_post_that_was_edited_is_shown_as_a_difference(house: House, day: Made, browser: Browser) -> None:
    from tests.integration.web.past import edit

    case_id, _ = day["fee"]
    client = browser("approver")
    shown = reply(open_case(client, case_id), case_id)
    edit(house, case_id, 0, "Charged twice for one seat, third time this happens. Refund the 48 euros.")
    answer = client.post(f"/cases/{case_id}/approve", data=shown)
    assert answer.status_code == 409
    assert "Since you looked at it" in answer.text
    assert "<del>second</del><ins>third</ins>" in answer.text


# --- what can be put in ---


@dataclass(frozen=True)
class Piece:
    kind: str
    title: str
    text: str


def test_facts_macros_and_earlier_words_can_be_put_in(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["howto"]
    dogs = Piece("fact", "pets", "Small dogs travel in the cabin.")
    pieces = [dogs, Piece("macro", "thanks", "Thank you.")]
    client = browser("agent", snippets=lambda conversation: pieces)
    first = draft_of(house, draft_id).text
    save(client, case_id, reply(open_case(client, case_id), case_id, text="Something else."))
    page = client.get(f"/cases/{case_id}/wordings").text
    assert "Facts" in page and "Macros" in page and "Sentences" not in page
    assert 'data-key="1"' in page
    inserted = re.search(r'name="text" value="(Something else\. Small dogs[^"]*)"', page)
    assert inserted is not None, "without a script it is added to the end"
    assert first[:20] in page.partition("What this draft said before")[2]
    client.post(f"/cases/{case_id}/save", data=form(page, f"/cases/{case_id}/save") | {"text": inserted[1]})
    assert draft_of(house, draft_id).text == "Something else. Small dogs travel in the cabin."


def test_a_person_who_is_asked_for_gets_facts_but_no_draft(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["human"]
    client = browser(
        "agent",
        candidates=lambda conversation: [],
        snippets=lambda conversation: [Piece("fact", "pets", "Small dogs travel in the cabin.")],
    )
    page = client.get(f"/cases/{case_id}/wordings").text
    assert "Other wordings" not in page and "Small dogs" in page


# --- who is here ---


def test_colleagues_see_who_is_here_and_who_types(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    mine, theirs = browser("approver"), browser("manager")
    assert mine.post(f"/cases/{case_id}/here").text.strip() == ""
    assert "approver</bdi> is looking at this" in theirs.post(f"/cases/{case_id}/here").text
    mine.post(f"/cases/{case_id}/here", data={"doing": "typing"})
    assert "approver</bdi> is typing" in theirs.post(f"/cases/{case_id}/here").text
    assert mine.post(f"/cases/{case_id}/here", data={"doing": "gone"}).status_code == 204
    assert "approver" not in theirs.post(f"/cases/{case_id}/here").text
    mine.post(f"/cases/{case_id}/here")
    house.clock.forward(seconds=26)
    assert "approver" not in theirs.post(f"/cases/{case_id}/here").text, "a closed laptop is nobody"
    assert mine.post(f"/cases/{case_id}/here", data={"doing": "dancing"}).status_code == 400


def test_an_open_case_hears_that_somebody_came(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    mine, theirs = browser("approver"), browser("manager")
    with mine.stream("GET", "/events", params={"about": case_id, "since": "x"}, timeout=10) as answer:
        lines = answer.iter_lines()
        while not next(lines).startswith("event: pulse"):
            pass
        theirs.post(f"/cases/{case_id}/here", data={"doing": "typing"})
        heard = next(line for line in lines if line.startswith("event:"))
    assert heard == "event: presence"


def test_a_claim_ends_by_itself(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    mine, theirs = browser("approver"), browser("manager")
    theirs.post(f"/cases/{case_id}/claim")
    assert "manager</bdi> is working on this" in open_case(mine, case_id)
    house.clock.forward(minutes=15)
    page = open_case(mine, case_id)
    assert "is working on this" not in page
    assert mine.post(f"/cases/{case_id}/approve", data=reply(page, case_id)).status_code == 303


def test_opening_a_case_counts_as_having_seen_its_draft(house: House, day: Made, browser: Browser) -> None:
    case_id, draft_id = day["fee"]

    def opening() -> object:
        with house.store.read() as session:
            return session.attention.opening("approver", draft_id)

    assert opening() is None
    client = browser("approver")
    open_case(client, case_id)
    soon(lambda: opening() is not None)
    house.clock.forward(seconds=12)
    client.post(f"/cases/{case_id}/here")
    with house.store.read() as session:
        found = session.attention.opening("approver", draft_id)
    assert found is not None and found.seconds == 12
