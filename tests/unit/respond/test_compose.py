# ruff: noqa: E501
"""The composer: what it must never do, on any post, and what it does in each kind of moment."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.conversation import Conversation, Earlier, KnownIncident
from monitor.domain.draft import PromiseKind, Proposal
from monitor.domain.mention import Media
from monitor.respond.compose import Responder
from monitor.respond.hours import BusinessHours
from monitor.respond.lint import lint
from monitor.respond.plan import as_we
from monitor.respond.similar import NEAR, likeness
from monitor.respond.voice import Branch, Fact, Favourite, load_voice
from monitor.respond.withhold import Withheld
from monitor.sample import voice_path
from tests.unit.respond.posts import NOW, conversation, measure_on, reading

EXAMPLE = load_voice(voice_path())
HOURS = BusinessHours.parse("Mon-Sun 06:00-22:00", "Europe/Berlin")
RESPONDER = Responder(EXAMPLE, hours=HOURS)


def propose(case: Conversation, responder: Responder = RESPONDER, **more) -> list[Proposal] | Withheld:
    return responder.propose(case, limit_of=measure_on(case.case.platform), now=more.pop("now", NOW), **more)


def draft(case: Conversation, responder: Responder = RESPONDER, **more) -> Proposal:
    out = propose(case, responder, **more)
    assert isinstance(out, list), out
    return out[0]


def moves(proposal: Proposal) -> list[str]:
    return [m.move for m in proposal.moves]


# -- each kind of moment ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("intent", "post", "said"),
    [
        (
            "delivery_order",
            "Ordered on Monday, my parcel still hasn't arrived",
            "your parcel still hasn't arrived",
        ),
        ("billing_refund", "I was charged twice this month", "you were charged twice"),
        ("outage_bug", "The app crashes whenever I open it", "the app keeps crashing"),
        ("account_access", "I'm locked out of my account", "you're locked out of your account"),
        ("product_defect", "My kettle is broken after a week", "your kettle is broken"),
        ("staff_or_process", "Your agent hung up on me", "somebody hung up on you"),
        (
            "security_privacy_scam",
            "Got a fake email from you, is it real",
            "a suspicious email is using our name",
        ),
    ],
)
def test_the_problem_is_named_in_their_own_terms(intent: str, post: str, said: str) -> None:
    proposal = draft(conversation(post, read=reading(intent)))
    assert said in proposal.text.lower()
    assert proposal.promise is not None
    assert proposal.promise.text in proposal.text


def test_drafts_for_different_intents_say_different_things() -> None:
    intents = ["delivery_order", "billing_refund", "outage_bug", "account_access", "product_defect", "staff_or_process",
               "safety_hazard", "security_privacy_scam", "ethics_policy", "feature_feedback", "question_howto"]  # fmt: skip
    texts = [draft(conversation("Something happened here today", read=reading(i))).text for i in intents]
    for n, one in enumerate(texts):
        assert all(likeness(one, other) < NEAR for other in texts[n + 1 :]), one


def test_a_promise_is_concrete_owned_and_in_the_brands_time_zone() -> None:
    proposal = draft(conversation("The app crashes", read=reading("outage_bug", urgency="P2")))
    assert proposal.promise is not None
    assert proposal.promise.owner == "care desk"
    assert proposal.promise.due_at == datetime(2026, 3, 3, 17, 30, tzinfo=UTC)
    assert "by 18:30 today (Berlin time)" in proposal.promise.text


def test_urgent_promises_do_not_wait_for_business_hours() -> None:
    night = datetime(2026, 3, 3, 23, 40, tzinfo=UTC)
    urgent = draft(
        conversation("I'm locked out of my account", read=reading("account_access", urgency="P1")), now=night
    )
    calm = draft(
        conversation("I'm locked out of my account", read=reading("account_access", urgency="P2")), now=night
    )
    assert urgent.promise is not None and calm.promise is not None
    assert urgent.promise.due_at == datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
    assert "by 03:00 today" in urgent.text  # it is past midnight in Berlin
    assert calm.promise.due_at == datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def test_praise_is_thanked_for_and_passed_on_to_whom_it_names() -> None:
    case = conversation(
        "A lad called Iker at Madrid saved our day", read=reading("praise", complaint=0.0, urgency="P4")
    )
    proposal = draft(case)
    assert proposal.promise is not None and proposal.promise.kind is PromiseKind.RELAY
    assert "Iker" in proposal.promise.text and proposal.promise.due_at > NOW
    assert "thank" in proposal.text.lower()
    assert "Iker" in proposal.text


def test_staff_are_not_named_in_public_when_they_are_complained_about() -> None:
    case = conversation("Your agent called Iker hung up on me", read=reading("staff_or_process"))
    assert "Iker" not in draft(case).text


def test_what_may_be_sarcasm_is_not_celebrated() -> None:
    read = reading("praise", complaint=0.2, urgency="P3", signals=["sarcasm_possible"])
    proposal = draft(conversation("Brilliant, four hours on the floor. Ten out of ten", read=read))
    assert proposal.macro == "unclear"


def test_a_question_gets_its_answer_from_the_facts() -> None:
    calm = {"complaint": 0.1, "severity": 0, "urgency": "P3"}
    answered = draft(conversation("How big can my cabin bag be?", read=reading("question_howto", **calm)))
    assert answered.macro == "question_answer"
    assert "55 x 40 x 23 cm" in answered.text
    assert answered.promise is None
    open_ = draft(conversation("How do I change my seat?", read=reading("question_howto", **calm)))
    assert open_.macro == "question_howto"
    assert "how to change your seat" in open_.text
    assert open_.promise is not None


def test_a_second_failure_never_gets_the_first_reply_again() -> None:
    first = draft(conversation("The app crashes", read=reading("outage_bug")))
    case = conversation(
        ("The app crashes", reading("outage_bug")),
        f"us: {first.text}",
        "It still crashes",
        read=reading("outage_bug"),
    )
    second = draft(case)
    assert second.macro == "second_failure"
    assert likeness(first.text, second.text) < NEAR
    third_case = conversation(
        ("The app crashes", reading("outage_bug")), f"us: {first.text}", ("It still crashes", reading("outage_bug")),
        f"us: {second.text}", "And again it crashes", read=reading("outage_bug"),
    )  # fmt: skip
    third = draft(third_case)
    assert likeness(second.text, third.text) < NEAR


def test_the_executive_desk_answers_in_its_own_name() -> None:
    read = reading("staff_or_process", signals=["asks_for_executive"], urgency="P1")
    proposal = draft(conversation("I want your CEO to read this", read=read))
    assert "executive desk of Northwind Air" in proposal.text
    assert "Mara Lindqvist" in proposal.text
    assert proposal.promise is not None and proposal.promise.owner == "Mara Lindqvist"
    assert not re.search(r"(?i)\b(i'm|i am|this is) (mara|the ceo)", proposal.text)


def test_press_goes_to_the_press_desk() -> None:
    proposal = draft(
        conversation(
            "I'm a reporter, whom may I call?", read=reading("press_partner", urgency="P1", complaint=0.0)
        )
    )
    assert proposal.promise is not None and proposal.promise.owner == "Jonas Feld"
    assert "press desk" in proposal.text


def test_a_known_incident_is_said() -> None:
    case = conversation("check-in is down", read=reading("outage_bug"))
    proposal = draft(replace(case, incident=KnownIncident("check-in outage", "open", NOW)))
    assert "the check-in outage" in proposal.text and proposal.macro == "incident"


def test_danger_comes_first() -> None:
    read = reading("safety_hazard", urgency="P0", severity=3)
    proposal = draft(conversation("My charger caught fire next to the bed", read=read))
    assert moves(proposal)[0] == "safety"
    assert "your charger caught fire" in proposal.text.lower()
    assert proposal.promise is not None and proposal.promise.due_at - NOW <= timedelta(hours=1)


def test_private_data_in_the_post_is_not_repeated_and_they_are_told() -> None:
    case = conversation(
        "My parcel never arrived, mail me at lee@post.example",
        read=reading("delivery_order"),
        platform="mastodon",
    )
    proposal = draft(case)
    assert "lee@post.example" not in proposal.text
    assert "privacy" in moves(proposal)


def test_the_same_case_gives_the_same_draft_and_another_case_another() -> None:
    posts = [conversation("The app crashes", read=reading("outage_bug"), case_id=n) for n in range(12)]
    assert draft(posts[0]) == draft(posts[0])
    assert len({draft(p).text for p in posts}) >= 6


def test_recent_replies_are_not_said_again() -> None:
    said: list[str] = []
    for n in range(12):
        case = conversation("The app crashes", read=reading("outage_bug"), case_id=n, platform="mastodon")
        text = draft(case, recent=said).text
        assert all(likeness(text, other) < NEAR for other in said), text
        said.append(text)


def test_three_candidates_differ() -> None:
    for intent in ("outage_bug", "delivery_order", "billing_refund", "staff_or_process"):
        out = propose(conversation("Something went wrong here", read=reading(intent)), candidates=3)
        assert isinstance(out, list) and len(out) == 3
        assert max(likeness(a.text, b.text) for a in out for b in out if a is not b) < 0.5


def test_every_sentence_says_why_it_is_there() -> None:
    proposal = draft(conversation("The app crashes", read=reading("outage_bug")))
    assert " ".join(m.text for m in proposal.moves) == proposal.text
    assert all(m.why for m in proposal.moves)
    assert "outage_bug" in proposal.moves[0].why


def test_moves_are_dropped_whole_when_the_platform_is_short() -> None:
    post = "I was charged twice!! And again!! I'm leaving"
    read = reading("billing_refund", signals=["high_arousal", "churn_threat"], wait=3000, severity=3)
    long = draft(conversation(post, read=read, platform="reddit"))
    short = draft(conversation(post, read=read, platform="x"))
    assert len(moves(short)) < len(moves(long))
    assert "promise" in moves(short)
    assert short.text.endswith(".")
    tiny = RESPONDER.propose(conversation(post, read=read), limit_of=lambda t: (len(t), 60), now=NOW)
    assert isinstance(tiny, Withheld) and tiny.code == "no_room"


@pytest.mark.parametrize("lang", ["de", "fr", "es", "it", "pt", "nl"])
@pytest.mark.parametrize(
    "read",
    [
        {"primary": "delivery_order"},
        {"primary": "question_howto", "complaint": 0.1, "urgency": "P3"},
        {"primary": "praise", "complaint": 0.0, "urgency": "P4"},
        {"primary": "safety_hazard", "urgency": "P0"},
        {"primary": "staff_or_process", "signals": ["asks_for_executive"]},
    ],
)
def test_other_languages_get_a_short_acknowledgement_in_theirs(lang: str, read: dict[str, object]) -> None:
    case = conversation("…", read=reading(lang=lang, **read))
    for day in range(9):
        proposal = draft(case, now=NOW + timedelta(days=day))
        assert proposal.macro.startswith(f"{lang}_")
        assert not re.search(r"\b(the|today|tomorrow|person)\b", proposal.text)
        if proposal.promise is not None:
            assert proposal.promise.text in proposal.text


def test_we_for_brands_that_say_we() -> None:
    assert (
        as_we("I'm on it. I'll tell you what my team told me.")
        == "We're on it. We'll tell you what our team told us."
    )
    responder = Responder(EXAMPLE.model_copy(update={"person": "we"}), hours=HOURS)
    for n in range(20):
        case = conversation("The app crashes", read=reading("outage_bug"), case_id=n)
        assert not re.search(r"\b(I|me|my)\b", draft(case, responder).text)


def test_forbidden_phrases_of_the_brand_are_not_used() -> None:
    voice = EXAMPLE.model_copy(update={"forbidden_phrases": ("technical team",)})
    responder = Responder(voice, hours=HOURS)
    out = propose(conversation("The app crashes", read=reading("outage_bug")), responder)
    assert isinstance(out, Withheld) or all("technical team" not in p.text for p in out)


def test_the_neutral_voice_states_no_facts_and_fits_any_brand() -> None:
    neutral = Responder(load_voice(brand="Kestrel Bank"), hours=HOURS)
    case = conversation(
        "How big can my cabin bag be?", read=reading("question_howto", complaint=0.1, urgency="P3")
    )
    assert draft(case, neutral).macro == "question_howto"


def test_what_it_writes_passes_the_lint_unaided() -> None:
    for intent in (
        "outage_bug",
        "feature_feedback",
        "praise",
        "press_partner",
        "question_howto",
        "ethics_policy",
    ):
        case = conversation(
            "Something happened here today", read=reading(intent, complaint=0.0, urgency="P3")
        )
        proposal = draft(case)
        assert not lint(
            proposal.text, conversation=case, voice=EXAMPLE, measure=measure_on("x"), approver=None, recent_texts=(),
            planned=proposal, now=NOW, hours=HOURS,
        )  # fmt: skip


# -- who is told of it -----------------------------------------------------------------------------


@pytest.mark.parametrize(("platform", "named"), [("mastodon", True), ("x", False), ("reddit", False)])
def test_where_only_a_name_notifies_the_reply_names_them(platform: str, named: bool) -> None:
    said = draft(conversation("The app crashes", read=reading("outage_bug"), platform=platform))
    assert said.text.startswith("@leemarsh ") is named
    assert (moves(said)[0] == "address") is named


# -- what has happened before ------------------------------------------------------------------------


def before(days: float = 2, *, intent: str = "billing_refund", replies: tuple[str, ...] = ()) -> Earlier:
    opened = NOW - timedelta(days=days)
    return Earlier(7, opened, intent, 0.9, bool(replies), None, replies)


def test_what_only_they_say_of_the_past_is_told_as_theirs() -> None:
    read = reading("billing_refund", signals=["repeat_contact", "prior_unanswered"])
    said = draft(conversation("Fifth message about my refund, still nothing", read=read))
    assert said.macro == "said_before"
    assert not re.search(r"(?i)you've told us|you wrote to us|you came to us", said.text), said.text


def test_our_own_records_of_the_past_are_said_as_known() -> None:
    case = replace(conversation("Still no refund", read=reading("billing_refund")), earlier=(before(days=2),))
    said = draft(case)
    assert said.macro == "second_failure"
    assert "on Sunday" in said.text, said.text


@pytest.mark.parametrize("earlier", [before(days=40), before(intent="delivery_order")])
def test_another_matter_or_one_of_long_ago_is_no_second_failure(earlier: Earlier) -> None:
    case = replace(conversation("Still no refund", read=reading("billing_refund")), earlier=(earlier,))
    assert draft(case).macro == "billing_refund"


def test_nobody_gets_the_words_of_an_earlier_matter_again() -> None:
    case = conversation("I was charged twice", read=reading("billing_refund"))
    first = draft(case)
    past = replace(case, earlier=(before(days=40, replies=(first.text,)),))
    assert likeness(draft(past).text, first.text) < NEAR


def test_after_two_public_answers_the_private_way_is_offered() -> None:
    first, second = "us: Thank you. I'm asking them.", "us: They are still looking."
    turns = ["The app crashes", first, "Still crashes", second, "And again"]
    case = conversation(*turns, read=reading("outage_bug"), platform="bluesky")
    roomy = RESPONDER.propose(case, limit_of=lambda t: (len(t), 2000), now=NOW)
    assert isinstance(roomy, list) and "private" in moves(roomy[0])
    assert "private" not in moves(draft(conversation(*turns[:3], read=reading("outage_bug"))))


def test_an_incident_that_is_over_is_not_said_to_be_worked_on() -> None:
    case = conversation("check-in is still down", read=reading("outage_bug"))
    said = draft(replace(case, incident=KnownIncident("check-in outage", "closed", NOW)))
    assert said.macro == "incident_over" and "is over" in said.text


# -- what the post shows and names -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["photo", "video"])
def test_what_they_attached_is_seen(kind: str) -> None:
    case = conversation("My lamp is broken", read=reading("product_defect"), platform="mastodon")
    turn = case.turns[-1]
    shown = replace(turn, mention=replace(turn.mention, media=(Media(kind, "https://x.example/1"),)))
    assert kind in draft(replace(case, turns=(shown,))).text
    assert kind not in draft(case).text


def test_the_branch_that_was_named_and_whoever_runs_it() -> None:
    branch = Branch(place="Oslo", say="our Oslo shop", manager="Ola Berg", aliases=("Oslo S",))
    case = conversation("Your agent in Oslo hung up on me", read=reading("staff_or_process"))
    responder = Responder(EXAMPLE.model_copy(update={"branches": (branch,)}), hours=HOURS)
    assert "Ola Berg, who runs our Oslo shop" in draft(case, responder).text
    nameless = branch.model_copy(update={"manager": ""})
    text = draft(case, Responder(EXAMPLE.model_copy(update={"branches": (nameless,)}), hours=HOURS)).text
    assert "our oslo shop" in text.lower() and "Ola Berg" not in text


def test_the_desk_that_the_trouble_belongs_to() -> None:
    read = reading("billing_refund", urgency="P3")
    case = conversation("I pay for premium and still get ads between songs", read=read)
    text = draft(case).text
    assert "product team" in text and "billing" not in text
    renamed = Responder(EXAMPLE.model_copy(update={"teams": {"product team": "app crew"}}), hours=HOURS)
    assert "app crew" in draft(case, renamed).text


def test_it_has_a_name_when_the_sentence_before_gave_it_one() -> None:
    text = draft(conversation("I love the shuffle. It stopped working.", read=reading("outage_bug"))).text
    assert "the shuffle isn't working" in text.lower()
    vague = draft(conversation("It isn't working", read=reading("outage_bug"))).text
    assert "it isn't working" not in vague, "that tells nobody anything"


def test_a_matter_that_is_over_gets_thanks_and_no_promise_of_an_answer() -> None:
    read = reading("delivery_order", urgency="P3", complaint=0.7)
    said = draft(conversation("My parcel was crushed. I was refunded, for the record", read=read))
    assert said.macro == "over"
    assert said.promise is not None and said.promise.kind is PromiseKind.RELAY
    assert "I'll" not in said.text


# -- facts -------------------------------------------------------------------------------------------


def test_a_known_answer_beats_a_fine_promise() -> None:
    fact = Fact(
        id="downloads", text="Downloads come back when you sign out and in again.",
        keywords=("downloads",), intents=("outage_bug",),
    )  # fmt: skip
    responder = Responder(EXAMPLE.model_copy(update={"facts": (fact,)}), hours=HOURS)
    case = conversation("My downloads disappeared", read=reading("outage_bug"))
    said = draft(case, responder)
    assert said.macro == "known_answer" and fact.text in said.text and said.promise is None
    urgent = conversation("My downloads disappeared", read=reading("outage_bug", urgency="P1"))
    assert draft(urgent, responder).macro == "outage_bug", "an emergency needs more than a hint"
    again = replace(case, earlier=(before(intent="outage_bug"),))
    assert draft(again, responder).macro == "second_failure"


def test_a_question_in_another_language_is_answered_from_what_was_written_in_it() -> None:
    fact = EXAMPLE.facts[0].model_copy(
        update={"say": {"de": "Jeder Tarif enthält ein Handgepäckstück."}, "keywords": ("handgepäck",)}
    )
    responder = Responder(EXAMPLE.model_copy(update={"facts": (fact,)}), hours=HOURS)
    read = reading("question_howto", lang="de", complaint=0.1, urgency="P3")
    said = draft(conversation("Wie schwer darf Handgepäck sein?", read=read), responder)
    assert "Jeder Tarif enthält ein Handgepäckstück." in said.text and said.promise is None
    french = replace(read, lang="fr")
    assert draft(conversation("Et les bagages à main ?", read=french), responder).promise is not None


# -- the brand's voice -------------------------------------------------------------------------------


def test_where_readers_cant_see_it_we_say_whom_we_speak_for() -> None:
    crash = reading("outage_bug")
    assert "I'm with Northwind Air." in draft(conversation("It crashes", read=crash, platform="reddit")).text
    assert "I'm with" not in draft(conversation("It crashes", read=crash)).text
    told = conversation("It crashes", "us: I'm with Northwind Air.", "Again", read=crash, platform="reddit")
    assert "affiliation" not in moves(draft(told))


def test_the_brands_favourite_wording_comes_first() -> None:
    voice = EXAMPLE.model_copy(update={"favourites": (Favourite(move="thank", say="Bless you for that."),)})
    responder = Responder(voice, hours=HOURS)
    for n in range(6):
        case = conversation("Love it", read=reading("praise", complaint=0.0, urgency="P4"), case_id=n)
        assert "Bless you for that." in draft(case, responder).text


def test_room_is_left_for_the_signature() -> None:
    signed = Responder(EXAMPLE.model_copy(update={"signature": "first_name"}), hours=HOURS)
    post = "I was charged twice and nobody answers"
    for n in range(20):
        text = draft(conversation(post, read=reading("billing_refund"), case_id=n), signed).text
        assert len(text) <= 280 - 14


def test_a_suspended_macro_writes_nothing() -> None:
    case = conversation("The app crashes", read=reading("outage_bug"))
    out = propose(case, suspended=frozenset({"outage_bug"}))
    assert isinstance(out, Withheld) and out.code == "macro_suspended" and "outage_bug" in out.why
    assert isinstance(propose(case, suspended=frozenset({"praise"})), list)
