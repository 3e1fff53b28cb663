# ruff: noqa: E501
"""Every rule of the lint, on both sides: what it must find, and what it must let pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.draft import Move, PromisePlan, Proposal
from monitor.respond.hours import BusinessHours
from monitor.respond.lint import Finding, codes, lint
from monitor.respond.lint.finding import phrase_rules
from monitor.respond.voice import Voice, load_voice
from monitor.sample import voice_path
from tests.unit.respond.posts import NOW, conversation, measure_on, reading

VOICE = load_voice(voice_path())
HOURS = BusinessHours.parse("Mon-Sun 06:00-22:00", "Europe/Berlin")
POST = "My parcel never arrived and nobody answers. Booked 2 bags on Northwind Flex, I'm Lee"
FACT = next(f for f in VOICE.facts if f.id == "cabin-bag").text


def check(
    text: str, *, voice: Voice = VOICE, platform: str = "x", approver: str | None = None, **more
) -> list[Finding]:
    case = more.pop("case", None) or conversation(POST, read=reading("delivery_order"), platform=platform)
    return lint(
        text, conversation=case, voice=voice, measure=measure_on(platform), approver=approver,
        recent_texts=more.pop("recent", ()), planned=more.pop("planned", None), **more,
    )  # fmt: skip


def found(text: str, **more) -> set[str]:
    return {f.code for f in check(text, **more)}


# code → (must find it, must not)
PHRASES: dict[str, tuple[list[str], list[str]]] = {
    "curt": (
        ["This is the best you're going to get.", "Please calm down.", "There's nothing more we can do.", "You'll have to wait.", "That’s not our problem."],
        ["This is the best seat for long legs.", "The Relax fare is gone.", "The sea was calm down there."],
    ),
    "policy_wall": (
        ["Unfortunately our policy doesn't allow it.", "As per our policy, no.", "It's company policy.", "Leider sehen das unsere Richtlinien nicht vor."],
        ["Your insurance policy number is safe.", "Unfortunately the flight is full."],
    ),
    "already_said": (
        ["As previously stated, the bag is lost.", "As I already mentioned, no.", "I have already told you.", "Like I said, wait."],
        ["You have already waited.", "I'm glad you mentioned it."],
    ),
    "blames_customer": (
        ["You should have checked in.", "You failed to provide it.", "That's your own fault.", "If you had read the mail", "User error."],
        ["You should have been told.", "You should have received it.", "It isn't your job to chase it."],
    ),
    "dm_reflex": (
        ["Please DM us.", "Send us a DM with your details!", "Could you drop us a private message?", "Check your DMs.", "Please share the order number via DM."],
        ["With the order number in a private message it goes faster; please don't post it here.", "Admin us nothing."],
    ),
    "public_compensation": (
        ["I'd like to offer you a 20 euro voucher.", "We'll give you a free upgrade.", "Here's 10% off.", "As a gesture of goodwill we compensate you.", "Have a free coffee as a goodwill gesture"],
        ["Your refund still hasn't come.", "The discount code isn't going through.", "Your voucher isn't working."],
    ),
    "liability": (
        ["This was entirely our fault.", "We are liable for it.", "We damaged your suitcase.", "We take full responsibility.", "Our product is defective."],
        ["That's ours to sort out.", "It isn't your fault.", "Your suitcase arrived damaged."],
    ),
    "empathy_theatre": (
        ["I completely understand your frustration.", "Sorry for any inconvenience.", "Your call is important to us.", "We value your feedback.", "Great question!", "Rest assured."],
        ["Thank you for telling me that your parcel is late.", "I'm sorry you stood in the rain."],
    ),
    "sarcasm": (["Oh great, another one.", "Thanks for the novel.", "Good luck with that.", "Nice try 🙄"], ["Great to hear.", "Good luck for the interview."]),
    "impersonation": (
        ["I'm the CEO of this airline.", "This is your manager.", "Speaking as the head of service, sorry.", "CEO here."],
        ["This is the executive desk of Northwind Air.", "I'm asking the manager on duty.", "It goes to the head of that team."],
    ),
    "rude_word": (["What a stupid mistake.", "Stop being an idiot.", "That's bullshit."], ["The assistant passed it on.", "I assess it.", "Class action"]),
    "overpromise": (["I guarantee it.", "It won't happen again.", "As soon as possible.", "100% sure."], ["It's a guard on duty.", "I'll write by 18:00."]),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(PHRASES))
def test_phrase_rules_find_and_let_pass(code: str) -> None:
    bad, good = PHRASES[code]
    for text in bad:
        assert code in found(text), text
    for text in good:
        assert code not in found(text), text


def test_every_phrase_rule_is_tried_here() -> None:
    assert {r.code for r in phrase_rules()} == set(PHRASES)


def promised(text: str, due_in_hours: float = 3.8) -> Proposal:
    due = NOW + timedelta(hours=due_in_hours)
    plan = PromisePlan(text, "care desk", due)
    return Proposal(f"Thank you. {text}", "delivery_order", (Move("promise", text, ""),), plan)


PROMISE = "I'll write to you here by 18:00 today (Berlin time)."


def test_length_by_the_platforms_own_count() -> None:
    assert "too_long" in found("a" * 281)
    assert "too_long" not in found("a" * 280)
    assert "too_long" not in found("a" * 281, platform="bluesky")
    assert "empty" in found("  \n ")


def test_placeholders_hidden_characters_capitals_and_loose_ends() -> None:
    assert {"placeholder"} <= found("Hello {name}.") & found("Your order [ORDER].") & found(
        "By <date>."
    ) & found("XXX")
    assert "placeholder" not in found("A [sic] and 3 < 4 > 2.")
    assert "hidden_characters" in found("Thank you\u202e.")
    assert "hidden_characters" not in found(
        "Thank you \u2764\ufe0f", voice=VOICE.model_copy(update={"emoji": VOICE.emoji})
    )
    assert "shouting" in found("WE ARE LOOKING INTO IT.")
    assert "shouting" not in found("The USB socket of the A321 works.")
    assert "cut_off" in found("I'm asking the delivery team and")
    assert "cut_off" not in found("I'm asking the delivery team.")


def test_private_data() -> None:
    for text in (
        "Write to lee@mail.example.",
        "Call +49 151 2345678.",
        "Order 402-0401947-0191527.",
        "Card 4111 1111 1111 1111.",
    ):
        assert "private_data" in found(text), text
    for text in ("Thank you @leemarsh.", "By 18:00 today.", "The A320 has none.", FACT):
        assert "private_data" not in found(text), text


def test_links() -> None:
    listed = next(link.url for link in VOICE.links)
    assert "link_not_listed" in found("See https://evil.example/x")
    assert "link_not_needed" in found(f"See {listed}")
    linked = VOICE.facts[0].model_copy(update={"link": "bags", "text": "Bags are measured at the gate."})
    voice = VOICE.model_copy(update={"facts": (linked,)})
    assert not found(f"Bags are measured at the gate. {listed}", voice=voice) & {
        "link_not_listed",
        "link_not_needed",
    }


def test_facts_only_from_the_list_or_the_conversation() -> None:
    assert "fact_not_listed" in found("A bag costs 45 euros.")
    assert "fact_not_listed" not in found(FACT)
    assert "fact_not_listed" not in found("You booked 2 bags.")
    assert "claim_not_listed" in found("Changes are always free.")
    assert "claim_not_listed" not in found("Thank you for writing.")


def test_promise_needs_an_owner() -> None:
    for text in (
        "I'll get back to you.",
        "We will refund it.",
        "You'll have an answer by tomorrow.",
        "Your money will be refunded.",
        "A colleague will call.",
        "Expect a call.",
    ):
        assert "promise_without_owner" in found(text), text
    for text in (
        "I'm asking the delivery team.",
        "You've waited since yesterday at 14:00.",
        "Thank you, that'll be passed on? No: it is.",
    ):
        assert "promise_without_owner" not in found(text), text
    assert "promise_without_owner" not in found(f"Thank you. {PROMISE}", planned=promised(PROMISE))
    assert "promise_without_owner" in found(f"{PROMISE} We will also refund you.", planned=promised(PROMISE))


def test_promise_as_recorded() -> None:
    assert "promise_differs" in found("I'll write to you here by 16:00 today.", planned=promised(PROMISE))
    assert "promise_differs" not in found(
        "I'll be back by 18:00 today (Berlin time).", planned=promised(PROMISE)
    )
    assert "promise_dropped" in found("Thank you for writing.", planned=promised(PROMISE))


def test_promise_overdue_or_said_of_another_day() -> None:
    on_time = {"planned": promised(PROMISE), "hours": HOURS}
    assert "promise_overdue" not in found(f"Thank you. {PROMISE}", now=NOW, **on_time)
    assert "promise_overdue" in found(f"Thank you. {PROMISE}", now=NOW + timedelta(hours=6), **on_time)
    tomorrow = "I'll write to you here by 18:00 tomorrow (Berlin time)."
    late = {"planned": promised(tomorrow, 27.8), "hours": HOURS}
    assert "promise_overdue" not in found(f"Thank you. {tomorrow}", now=NOW, **late)
    assert "promise_overdue" in found(f"Thank you. {tomorrow}", now=NOW + timedelta(hours=12), **late)


def test_way_to_a_person_where_one_was_asked_for() -> None:
    asks = conversation("Give me a human!", read=reading("staff_or_process", signals=["asks_for_human"]))
    top = conversation("Get me your CEO", read=reading("staff_or_process", signals=["asks_for_executive"]))
    assert "missing_way_to_person" in found("Thank you for writing.", case=asks)
    assert "missing_way_to_person" not in found("Reply here and a person reads it.", case=asks)
    assert "missing_way_to_person" not in found("Thank you for writing.")
    assert "executive_without_owner" in found("A person reads every reply.", case=top)
    assert "executive_without_owner" not in found(
        "Mara Lindqvist owns this; a person reads every reply.", case=top
    )


def test_names() -> None:
    assert "wrong_name" in found("Hi Karen-Ann, thank you.")
    assert "wrong_name" in found("Hello Steve, thank you.")
    for text in ("Hi Lee, thank you.", "Hello from Northwind.", "Hi there.", "Thank you for writing."):
        assert "wrong_name" not in found(text), text


def test_only_the_approver_signs() -> None:
    for text in ("Thank you. ^AB", "My name is Anna.", "Thank you. – Anna", "This is Anna."):
        assert "signature_of_another" in found(text), text
        assert "signature_of_another" not in found(text, approver="anna.berg"), text
        assert "signature_of_another" in found(text, approver="bob.cole"), text
    assert "signature_of_another" not in found("This is the executive desk of Northwind Air.")


def test_wrong_product() -> None:
    assert "wrong_product" in found("Northwind Light has no bag.")
    assert "wrong_product" not in found("Northwind Flex has one bag.")


def test_wrong_language() -> None:
    german = conversation("Mein Koffer ist weg", read=reading("delivery_order", lang="de"))
    english = "Thank you for telling me that your bag is not there, I am asking the desk."
    dutch = "Dank u wel dat u ons dit laat weten, ik zoek het voor u uit."
    assert "wrong_language" in found(english, case=german)
    assert "wrong_language" in found(dutch)
    assert "wrong_language" not in found(english)
    assert "wrong_language" not in found("Danke, dass Sie uns das schreiben. Ich gehe dem nach.", case=german)


def test_near_duplicates() -> None:
    text = "Thank you for telling me that your parcel is late. I'm asking the delivery team about it now."
    nearly = text.replace("parcel", "letter")
    assert "duplicate" in found(text, recent=[text])
    assert "near_duplicate" in found(text, recent=[nearly])
    assert not found(
        text, recent=["Thanks for the thought about the seat map. It goes to the people who draw it."]
    ) & {"duplicate", "near_duplicate"}


def test_a_second_failure_never_gets_the_first_reply_again() -> None:
    first = "Thank you for telling me that it isn't working. I'm asking the technical team about it."
    again = conversation("It crashes", f"us: {first}", "Still crashes", read=reading("outage_bug"))
    assert "same_reply_again" in found(first, case=again)
    assert "same_reply_again" not in found(
        "You've told us before, and it isn't right yet. You've done your part.", case=again
    )


def test_the_brands_own_voice() -> None:
    assert "forbidden_phrase" in found("Dear valued customer.")
    assert "forbidden_phrase" not in found("We valued customers.")
    assert "emoji_policy" in found("Thank you 💙")
    warm = conversation("Love it", read=reading("praise", complaint=0.0, urgency="P4"))
    happy = VOICE.model_copy(
        update={"emoji": VOICE.emoji.model_copy(update={"policy": "warm_only", "allowed": ("💙",)})}
    )
    assert "emoji_policy" not in found("Thank you 💙", voice=happy, case=warm)
    assert "emoji_policy" in found("Thank you 🎉", voice=happy, case=warm)
    assert "emoji_policy" in found("Thank you 💙", voice=happy)


def test_reading_level() -> None:
    hard = "Notwithstanding the aforementioned circumstances, the organisation endeavours to facilitate comprehensive rectification of administrative irregularities."
    assert "hard_to_read" in found(hard)
    assert "hard_to_read" not in found(
        "Thank you for telling me. I'm asking the people who look after this, and it's not lost."
    )


def test_handles_of_strangers() -> None:
    assert "foreign_handle" in found("Ask @somebody_else.")
    assert "foreign_handle" not in found("@leemarsh thank you.")


def test_praise_is_thanked_for() -> None:
    warm = conversation("Marek was great", read=reading("praise", complaint=0.0, urgency="P4"))
    assert "praise_without_thanks" in found("Noted.", case=warm)
    assert "praise_without_thanks" not in found("Thank you, Marek gets to read this.", case=warm)
    doubtful = reading("praise", complaint=0.0, urgency="P4", signals=["sarcasm_possible"])
    assert "praise_without_thanks" not in found("Noted.", case=conversation("Not the worst", read=doubtful))


def test_spans_are_characters_of_the_text_and_findings_explain_themselves() -> None:
    text = "Well, as previously stated, it’s our fault. Please DM us."
    for finding in check(text):
        assert text[finding.start : finding.end] == finding.text
        assert finding.why and finding.source and finding.suggestion
        assert finding.level in ("block", "warn")
    assert [f.start for f in check(text)] == sorted(f.start for f in check(text))


TRIED_ABOVE = set(PHRASES) | {
    "too_long", "empty", "placeholder", "hidden_characters", "private_data", "promise_without_owner", "promise_differs",
    "promise_overdue", "promise_dropped", "link_not_listed", "link_not_needed", "fact_not_listed", "claim_not_listed",
    "missing_way_to_person", "executive_without_owner", "wrong_name", "signature_of_another", "wrong_product",
    "wrong_language", "near_duplicate", "duplicate", "same_reply_again", "forbidden_phrase", "emoji_policy",
    "hard_to_read", "foreign_handle", "praise_without_thanks", "shouting", "cut_off",
}  # fmt: skip


def test_no_code_goes_untried() -> None:
    assert codes() == TRIED_ABOVE


def test_removed_replies_of_ours_do_not_count() -> None:
    first = "Thank you for telling me that it isn't working. I'm asking the technical team about it."
    again = conversation("It crashes", f"us: {first}", "Still crashes", read=reading("outage_bug"))
    gone = replace(again, turns=tuple(replace(t, removed_at=NOW) if t.own else t for t in again.turns))
    assert "same_reply_again" not in found(first, case=gone)
