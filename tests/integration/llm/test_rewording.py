"""A language model rewords drafts, through the real llm library, from a real server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from monitor.domain.conversation import Conversation
from monitor.domain.draft import Proposal
from monitor.respond.compose import Responder
from monitor.respond.hours import BusinessHours
from monitor.respond.rewording import LanguageModel, ModelFailed, Rewriter, objections
from monitor.respond.rewording.rewriter import FAILURES, FREE, REST
from monitor.respond.voice import load_voice
from monitor.sample import voice_path
from tests.clock import TestClock
from tests.fakes.openai import FakeOpenAI
from tests.fakes.server import FakeServer
from tests.integration.llm.injections import HARMLESS, HOSTILE
from tests.unit.respond.posts import NOW, conversation, measure_on, reading

VOICE = load_voice(voice_path())
RESPONDER = Responder(VOICE, hours=BusinessHours.parse("Mon-Sun 06:00-22:00", "Europe/Berlin"))


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(FakeOpenAI()) as running:
        yield running


def model(server: FakeServer, seconds: float = 5) -> LanguageModel:
    return LanguageModel(
        "fake-1",
        base_url=f"{server.base_url}/v1",
        key=SecretStr("s3cret-key"),
        timeout=timedelta(seconds=seconds),
    )


def rewriter(server: FakeServer, clock: TestClock | None = None, seconds: float = 5, **more: Any) -> Rewriter:
    def faults(proposal: Proposal, case: Conversation, _now: object) -> list[Any]:
        return RESPONDER.faults(proposal, case, measure_on(case.case.platform), NOW)

    return Rewriter(model(server, seconds), VOICE, faults, clock or TestClock(NOW), **more)


def case_of(post: str, primary: str = "delivery_order") -> Conversation:
    return conversation(post, read=reading(primary))


def composed(case: Conversation) -> Proposal:
    found = RESPONDER.propose(case, limit_of=measure_on(case.case.platform), now=NOW)
    assert isinstance(found, list), found
    return found[0]


def fake(server: FakeServer) -> FakeOpenAI:
    assert isinstance(server.platform, FakeOpenAI)
    return server.platform


def obeying(words: str) -> Any:
    """A model that writes these words wherever it may write anything, and more where it may not."""

    def speak(data: Any) -> str:
        said = dict.fromkeys(data["reword"], words) | {"promise_3": words, "person_9": words, "link_0": words}
        return json.dumps({"reword": said, "to": "@somebody", "promise": words, "text": words})

    return speak


def test_a_draft_is_said_differently_and_says_who_wrote_it(server: FakeServer) -> None:
    case = case_of("@northwindair my bag never came, third day now")
    plain = composed(case)
    worded = rewriter(server).reword(plain, case)
    assert worded.text != plain.text and "Right: " in worded.text
    assert worded.ai is not None and worded.ai.startswith("fake-1, prompt ")
    assert worded.promise == plain.promise and plain.promise is not None
    assert plain.promise.text in worded.text
    kept = [m for m in plain.moves if m.move not in FREE]
    assert [m for m in worded.moves if m.move not in FREE] == kept
    assert all(m.text in worded.text for m in kept)


def test_the_model_sees_no_private_data_and_the_post_only_as_data(server: FakeServer) -> None:
    case = case_of('bag lost, I\'m on 030 1234567 or jo@example.com, order #A-10332, "quoted" {json}')
    rewriter(server).reword(composed(case), case)
    ((system, user),) = fake(server).prompts
    for private in ("1234567", "jo@example.com", "A-10332"):
        assert private not in user + system
    assert "bag lost" in json.loads(user)["post"] and "bag lost" not in system
    assert [line.status for line in server.requests("chat")] == [200]


@pytest.mark.parametrize(("post", "words"), HOSTILE)
def test_a_model_that_obeys_the_post_changes_nothing(server: FakeServer, post: str, words: str) -> None:
    case = case_of(post)
    plain = composed(case)
    fake(server).speak = obeying(words)
    worded = rewriter(server).reword(plain, case)
    assert worded == plain
    assert len(server.requests("chat")) == 1, "it was asked, and what it said was not used"


def test_there_are_enough_of_them() -> None:
    assert len({post for post, _ in HOSTILE}) >= 60


@pytest.mark.parametrize(("before", "after"), HARMLESS)
def test_what_a_good_model_writes_is_used(before: str, after: str) -> None:
    assert list(objections(after, before)) == []


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"do": "503"}, "InternalServerError"),
        ({"do": "401"}, "AuthenticationError"),
        ({"do": "429"}, "RateLimitError"),
        ({"do": "drop"}, "APIConnectionError"),
        ({"do": "hang", "seconds": 3}, "no answer within"),
        ({"do": "truncate"}, ""),
        ({"do": "html"}, ""),
        ({"do": "nonsense"}, "not the JSON"),
        ({"do": "empty"}, "not the JSON"),
    ],
)
def test_whatever_goes_wrong_the_composed_draft_stands(
    server: FakeServer, fault: dict[str, Any], why: str
) -> None:
    case = case_of("my bag is lost")
    plain = composed(case)
    server.faults.add({"on": "chat", **fault})
    asked = rewriter(server, seconds=0.5)
    assert asked.reword(plain, case) == plain
    assert why in asked.why_not and "s3cret" not in asked.why_not
    assert len(server.requests("chat")) == 1, "nothing is tried twice"


def test_a_model_that_is_down_is_left_alone_for_a_while(server: FakeServer) -> None:
    clock, case = TestClock(NOW), case_of("my bag is lost")
    plain = composed(case)
    server.faults.add({"on": "chat", "do": "503", "times": None})
    asked = rewriter(server, clock)
    for _ in range(FAILURES + 4):
        assert asked.reword(plain, case) == plain
    assert len(server.requests("chat")) == FAILURES
    assert "left alone" in asked.why_not
    server.faults.clear()
    clock.forward(seconds=REST.total_seconds() + 1)
    assert asked.reword(plain, case) != plain


def test_a_day_holds_so_many_and_no_more(server: FakeServer) -> None:
    case = case_of("my bag is lost")
    assert rewriter(server, allowance=lambda: 0).reword(composed(case), case).ai is None
    assert server.requests("chat") == []


def test_a_rewording_that_the_lint_objects_to_is_not_used(server: FakeServer) -> None:
    case = case_of("my bag is lost")
    plain = composed(case)
    fake(server).speak = lambda data: json.dumps(
        {"reword": dict.fromkeys(data["reword"], "I'm sorry you feel that way.")}
    )
    asked = rewriter(server)
    assert asked.reword(plain, case) == plain
    assert "lint objects" in asked.why_not


def test_a_model_nobody_knows_is_said_to_be_unknown() -> None:
    with pytest.raises(ModelFailed, match="no model 'nobody-knows-it'"):
        LanguageModel("nobody-knows-it", base_url=None, key=None, timeout=timedelta(seconds=1))
