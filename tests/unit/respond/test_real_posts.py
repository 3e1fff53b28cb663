"""Over the bundled sample and real posts: no draft breaks a rule, on any platform, whatever the post says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from monitor.domain.conversation import Conversation
from monitor.domain.draft import Proposal
from monitor.respond.compose import Responder
from monitor.respond.hours import BusinessHours
from monitor.respond.lint import lint
from monitor.respond.privacy import private_spans
from monitor.respond.voice import load_voice
from monitor.sample import voice_path
from tests.unit.respond.posts import NOW, REPLAY, SAMPLE, as_conversation, measure_on, posts

VOICE = load_voice(voice_path())
HOURS = BusinessHours.parse("Mon-Fri 09:00-18:00", "Europe/Berlin")
PLATFORMS = ("x", "bluesky", "mastodon", "reddit")
INSULT = re.compile(
    r"(?i)\b(\w*fuck\w*|shit\w*|stupid|idiot\w*|suck\w*|crap|pathetic|useless|thieves|scum|damn)\b"
)


def rows() -> Iterator[tuple[int, dict[str, str]]]:
    number = 0
    sources = [(SAMPLE, 1), (REPLAY / "threads-retail-2017.jsonl", 1), (REPLAY / "music-2017.jsonl", 6)]
    for path, every in sources:
        if not path.exists():
            continue
        for n, row in enumerate(posts(path)):
            number += 1
            if n % every == 0:
                yield number, row


@pytest.fixture(scope="module")
def drafts() -> list[tuple[Conversation, Proposal]]:
    responder = Responder(VOICE, hours=HOURS)
    made = []
    for number, row in rows():
        case = as_conversation(row, number, PLATFORMS[number % len(PLATFORMS)])
        out = responder.propose(case, limit_of=measure_on(case.case.platform), now=NOW)
        if isinstance(out, list):
            made.append((case, out[0]))
    assert len(made) > (150 if SAMPLE.exists() else 0)
    if not made:
        pytest.skip("neither the bundled sample nor a folder `shared` beside the project is here")
    return made


def post_of(case: Conversation) -> str:
    turn = case.to_answer
    assert turn is not None
    return turn.mention.text


def sentences(proposal: Proposal) -> str:
    """The text without the handle that Mastodon wants in front."""
    first = proposal.moves[0]
    return proposal.text.removeprefix(f"{first.text} ") if first.move == "address" else proposal.text


def test_no_finding_of_the_lint(drafts: list[tuple[Conversation, Proposal]]) -> None:
    for case, proposal in drafts:
        found = lint(
            proposal.text, conversation=case, voice=VOICE, measure=measure_on(case.case.platform),
            approver=None, recent_texts=(), planned=proposal, now=NOW, hours=HOURS,
        )  # fmt: skip
        assert not found, (proposal.text, found)


def test_never_over_the_limit(drafts: list[tuple[Conversation, Proposal]]) -> None:
    for case, proposal in drafts:
        length, limit = measure_on(case.case.platform)(proposal.text)
        assert 0 < length <= limit


def test_no_blank_is_left_and_every_sentence_ends(drafts: list[tuple[Conversation, Proposal]]) -> None:
    for _, proposal in drafts:
        assert not re.search(r"[{}<>\[\]]|  |\.\.", proposal.text), proposal.text
        assert proposal.text[-1] in ".!?", proposal.text
        assert sentences(proposal)[0].isupper(), proposal.text


def test_no_insult_and_no_private_data_comes_back(drafts: list[tuple[Conversation, Proposal]]) -> None:
    for case, proposal in drafts:
        post = post_of(case)
        assert not INSULT.search(proposal.text), proposal.text
        for span in private_spans(post):
            assert post[span.start : span.end] not in proposal.text


def test_no_handle_and_no_link_comes_back(drafts: list[tuple[Conversation, Proposal]]) -> None:
    for _, proposal in drafts:
        assert "@" not in sentences(proposal)
        assert "t.co" not in proposal.text


def test_a_promise_is_in_the_text_owned_and_ahead(drafts: list[tuple[Conversation, Proposal]]) -> None:
    for _, proposal in drafts:
        if proposal.promise is not None:
            assert proposal.promise.text in proposal.text
            assert proposal.promise.owner
            assert proposal.promise.due_at > NOW
        else:
            assert not re.search(r"\b(I'll|we'll|will)\b", proposal.text), proposal.text
