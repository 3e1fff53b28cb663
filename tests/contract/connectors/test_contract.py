"""The contract of `connectors/base.py`, held by every connector against a real counterpart."""

import logging
import re
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.base import Ask, Connector, Page, Paging, Publisher
from monitor.domain.errors import AnsweredMeanwhile, PressZeroError, RateLimited, Refused
from monitor.domain.mention import Mention
from monitor.domain.posting import Absence, Posted
from monitor.domain.verdict import MayReply
from tests.contract.connectors.case import Case, World

ROOT = Path(__file__).resolve().parents[3]
MOST_PAGES = 1000

_sleeps: list[object] = []
_watching = False


def _watch(event: str, args: tuple[object, ...]) -> None:
    if _watching and event == "time.sleep":
        _sleeps.append(args)


sys.addaudithook(_watch)


def drain(ask: Ask, connector: Callable[[], Connector]) -> tuple[list[Mention], Page]:
    """Every mention of a window, one page after the other, each from the instance that `connector` gives."""
    mentions: list[Mention] = []
    for _ in range(MOST_PAGES):
        page = connector().fetch(ask)
        mentions += page.mentions
        if page.resume is None:
            return mentions, page
        ask = replace(ask, resume=page.resume)
    raise AssertionError(f"not drained after {MOST_PAGES} pages")


def ids(mentions: list[Mention] | tuple[Mention, ...]) -> list[str]:
    return [m.native_id for m in mentions]


# --- what stands on the class ---------------------------------------------------------------------


def test_the_kind_is_an_entry_point(case: Case) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    target = project["project"]["entry-points"]["presszero.connectors"][case.kind]
    module, _, name = target.partition(":")
    assert name == case.cls.__name__
    assert getattr(sys.modules[module], name) is case.cls
    assert case.cls.kind == case.kind


def test_capabilities_say_what_the_class_can(case: Case, world: World) -> None:
    can = case.cls.capabilities
    connector = world.connector()
    assert isinstance(connector, Connector)
    assert isinstance(can.paging, Paging)
    assert isinstance(connector, Publisher) == can.can_post
    assert not can.can_post or (can.text_limit or 0) > 0


def test_the_config_is_described_and_strict(case: Case) -> None:
    fields = case.cls.Config.model_fields
    assert [name for name, field in fields.items() if not field.description] == []
    with pytest.raises(ValidationError, match="pol_interval"):
        case.cls.Config.model_validate({"name": "a", "kind": case.kind, "pol_interval": "2m"})


# --- reading --------------------------------------------------------------------------------------


def test_a_window_is_drained_without_loss_or_doubles(world: World) -> None:
    connector = world.connector()
    mentions, _ = drain(world.ask(), lambda: connector)
    connector.close()
    assert sorted(ids(mentions)) == sorted(world.truth())


def test_a_new_instance_goes_on_where_the_old_one_died(world: World) -> None:
    made: list[Connector] = []

    def fresh() -> Connector:
        made.append(world.connector())
        return made[-1]

    mentions, _ = drain(world.ask(), fresh)
    for connector in made:
        connector.close()
    assert sorted(ids(mentions)) == sorted(world.truth())


def test_a_page_that_was_not_committed_can_be_asked_for_again(world: World) -> None:
    connector = world.connector()
    first = connector.fetch(world.ask())
    again = connector.fetch(world.ask())
    assert ids(again.mentions) == ids(first.mentions)
    if first.resume is not None:
        second = replace(world.ask(), resume=first.resume)
        assert ids(connector.fetch(second).mentions) == ids(connector.fetch(second).mentions)
    connector.close()


def test_a_later_poll_finds_what_is_new(case: Case, world: World) -> None:
    connector = world.connector()
    _, last = drain(world.ask(), lambda: connector)
    before = world.truth()
    world.grow(7)
    mentions, _ = drain(replace(world.ask(), cursor=last.cursor), lambda: connector)
    connector.close()
    assert world.truth() - before <= set(ids(mentions))
    if case.cls.capabilities.paging is Paging.SEQUENCE:
        assert sorted(ids(mentions)) == sorted(world.truth() - before)


def test_mentions_are_whole(world: World) -> None:
    connector = world.connector()
    mentions, last = drain(world.ask(), lambda: connector)
    connector.close()
    for mention in mentions:
        assert mention.created_at.tzinfo is UTC
        assert re.fullmatch(r"[a-z0-9_.-]+", mention.platform)
        assert mention.native_id
        assert "\0" not in mention.text
        assert mention.url is None or mention.url.startswith(("https://", "http://"))
    assert last.proves is None or last.proves.start <= last.proves.end


def test_nothing_sleeps(world: World) -> None:
    global _watching  # noqa: PLW0603
    connector = world.connector()
    _sleeps.clear()
    _watching = True
    try:
        drain(world.ask(), lambda: connector)
    finally:
        _watching = False
        connector.close()
    assert _sleeps == []


def test_close_is_safe_at_any_time(world: World) -> None:
    connector = world.connector()
    connector.close()
    connector.fetch(world.ask())
    connector.close()
    connector.close()


def test_check_says_a_line(world: World) -> None:
    connector = world.connector()
    line = connector.check()
    connector.close()
    assert line and "\n" not in line


def test_can_reply_gives_the_rule(case: Case, world: World) -> None:
    connector = world.connector()
    mention = connector.fetch(world.ask()).mentions[0]
    verdict = connector.can_reply(mention, frozenset({"northwind"}))
    connector.close()
    assert verdict.rule.startswith(f"{case.kind}.")
    assert verdict.why.endswith(".")
    assert case.cls.capabilities.can_post or verdict.may_reply is not MayReply.POSTABLE


# --- trouble --------------------------------------------------------------------------------------


def test_every_fault_is_an_error_by_its_reaction(
    case: Case, world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="connectors")
    for name in world.faults():
        folder = tmp_path / re.sub(r"\W", "-", name)
        folder.mkdir()
        with case.world(folder) as sick:
            connector = sick.connector()
            fault = sick.faults()[name]
            fault.happen()
            with pytest.raises(fault.error) as caught:
                connector.fetch(sick.ask())
            connector.close()
            _is_well_told(caught.value, sick)
    assert not any(secret in caplog.text for secret in world.secrets)


def _is_well_told(error: PressZeroError, world: World) -> None:
    assert re.fullmatch(r"PZ-\d{3}", error.code)
    assert error.cause and error.what_to_do
    told = f"{error} {error!r} {error.__cause__!r}"
    assert not any(secret in told for secret in world.secrets)
    if isinstance(error, RateLimited):
        assert error.retry_at > world.clock.now()


def test_secrets_show_nowhere(world: World) -> None:
    connector = world.connector()
    shown = f"{connector!r} {connector} {connector.__class__.__name__}"
    assert not any(secret in shown for secret in world.secrets)
    connector.close()


# --- posting --------------------------------------------------------------------------------------


@pytest.fixture
def publisher(case: Case, world: World) -> Publisher:
    connector = world.connector()
    if not isinstance(connector, Publisher):
        pytest.skip(f"{case.kind} can't post")
    return connector


def test_a_reply_is_posted_once_however_often_it_is_sent(world: World, publisher: Publisher) -> None:
    reply = world.reply()
    prepared = publisher.prepare(reply)
    assert (prepared.length, prepared.limit) == publisher.measure(reply.text)
    first = publisher.send(prepared)
    assert isinstance(first, Posted)
    if world.idempotent:
        assert publisher.send(prepared) == first
    found = publisher.find_own_reply(reply).found
    assert found is not None and found.native_id == first.native_id
    assert world.posted() == [reply.text]


def test_a_reply_that_was_never_sent_is_not_found(world: World, publisher: Publisher) -> None:
    own = publisher.find_own_reply(world.reply())
    assert own.found is None
    assert own.absence in Absence
    assert world.posted() == []


def test_a_restart_finds_what_was_posted(case: Case, world: World, publisher: Publisher) -> None:
    reply = world.reply()
    posted = publisher.send(publisher.prepare(reply))
    later = world.connector()
    assert isinstance(later, Publisher) and isinstance(posted, Posted)
    found = later.find_own_reply(reply).found
    assert found is not None and found.native_id == posted.native_id


def test_too_long_is_refused_before_anything_is_sent(world: World, publisher: Publisher) -> None:
    reply = replace(world.reply(), text="word " * 20_000)
    with pytest.raises(Refused):
        publisher.prepare(reply)
    assert world.posted() == []


def test_an_answer_by_hand_is_seen_before_anything_is_sent(world: World, publisher: Publisher) -> None:
    if not world.by_hand("My colleague has found it already."):
        pytest.skip("nobody answers by hand there")
    with pytest.raises(AnsweredMeanwhile) as seen:
        publisher.prepare(world.reply())
    (answer,) = seen.value.posts
    assert answer.text == "My colleague has found it already." and seen.value.itself is None
    known = replace(world.reply(), known=frozenset({answer.native_id}))
    publisher.prepare(known)
    elsewhere = replace(known, theirs=frozenset({answer.native_id}))  # nobody answered that one
    publisher.prepare(elsewhere)


def test_an_earlier_try_that_arrived_late_is_recognised(world: World, publisher: Publisher) -> None:
    reply = world.reply()
    if not world.by_hand(reply.text):
        pytest.skip("nobody answers by hand there")
    with pytest.raises(AnsweredMeanwhile) as seen:
        publisher.prepare(reply)
    assert seen.value.itself is not None
    assert seen.value.itself.native_id == seen.value.posts[0].native_id
