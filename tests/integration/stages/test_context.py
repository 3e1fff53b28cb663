"""Threads around open cases, against the fake X."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.base import Threader
from connectors.x import XConfig, XConnector
from monitor.domain.mention import MentionKey, Origin
from monitor.stages.context import ContextReport, Library, context
from monitor.stages.limits import CONTEXT, Gate, alone
from tests.fakes import x as fake_x
from tests.fakes.server import FakeServer
from tests.integration.connectors.x_setting import running
from tests.integration.stages.house import OWN
from tests.integration.stages.test_recheck import Watch


class Reading(Watch):
    """A watch that also fetches threads; its query finds only posts with "northwind"."""

    def explain(self, **config: float) -> ContextReport:
        assert isinstance(self.connector, Threader)
        gate = Gate(alone(self.source), CONTEXT)
        return context(
            Library(self.store, self.connector, self.source, self.clock, gate, lambda m: m.author in OWN)
        )

    def post(self, text: str, author: str = "ann", reply_to: str | None = None, minutes: float = 30) -> str:
        at = self.clock.now() - timedelta(minutes=minutes)
        raw = {"author": author, "text": text, "created_at": at.isoformat(), "in_reply_to": reply_to}
        self.server.platform.load([{k: v for k, v in raw.items() if v is not None}])
        return str(self.server.platform.posts()[-1]["id"])

    def lookups(self) -> int:
        return sum(1 for line in self.server.log if line.endpoint == "lookup")

    def cases(self) -> int:
        with self.store.read() as session:
            return sum(session.cases.lanes().values())


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


def watching(server: FakeServer, folder: Path, **config: float) -> Reading:
    source = XConfig(name="src", kind="x", query="northwind", timeout=timedelta(seconds=2), **config)
    connector = XConnector(source, fake_x.account(server.base_url), server.platform.clock)
    return Reading(folder, server, source, connector)


@pytest.fixture
def x(server: FakeServer, tmp_path: Path) -> Iterator[Reading]:
    made = watching(server, tmp_path)
    yield made
    made.connector.close()  # type: ignore[attr-defined]
    made.store.close()


def a_thread(x: Reading) -> tuple[str, str, str]:
    """Root by a stranger, the customer's complaint below, another stranger's reply."""
    root = x.post("airports are terrible", "zed", minutes=60)
    theirs = x.post("northwind lost my bag", "ann", root, minutes=40)
    answer = x.post("same here, every time", "yan", theirs, minutes=35)
    return root, theirs, answer


def test_the_thread_is_shown_with_the_case_and_is_no_part_of_it(x: Reading) -> None:
    root, theirs, answer = a_thread(x)
    x.poll()
    x.work()
    before = x.conversation(theirs)
    assert [t.mention.native_id for t in before.turns] == [theirs]
    assert (x.explain().threads, x.cases()) == (1, 1)
    shown = x.conversation(theirs)
    assert [(t.mention.native_id, t.context) for t in shown.turns] == [
        (root, True),
        (theirs, False),
        (answer, True),
    ]
    assert shown.hash == before.hash, "what others say does not unmake an approval"
    assert shown.to_answer is not None
    assert shown.to_answer.mention.native_id == theirs
    with x.store.read() as session:
        stored = session.mentions.by_key(MentionKey("x", root))
    assert stored is not None
    assert stored.origin is Origin.CONTEXT
    x.work()
    assert x.cases() == 1, "context opens no case"


def test_a_thread_is_fetched_once_for_each_post_of_the_customer(x: Reading) -> None:
    _, theirs, _ = a_thread(x)
    x.poll()
    x.explain()
    asked = len(x.server.log)
    assert x.explain().threads == 0
    assert len(x.server.log) == asked
    x.post("northwind answer me, I am stranded", "ann", theirs, minutes=1)
    x.forward(minutes=2)
    x.poll()
    assert x.explain().threads == 1


def test_a_post_that_stands_alone_costs_nothing(x: Reading) -> None:
    x.post("northwind lost my bag")
    x.poll()
    asked = len(x.server.log)
    assert x.explain().threads == 0
    assert len(x.server.log) == asked


def test_what_the_customer_wrote_beside_joins_the_case_and_moves_the_approval(x: Reading) -> None:
    _, theirs, _ = a_thread(x)
    x.poll()
    x.work()
    x.approve(x.the_draft(theirs).id)
    before = x.conversation(theirs).hash
    more = x.post("I am stranded by now", "ann", theirs, minutes=20)  # not found by the query
    x.explain()
    turns = {t.mention.native_id: t for t in x.conversation(theirs).turns}
    assert turns[more].context is False
    assert x.conversation(theirs).hash != before
    assert x.publish().posted == []
    x.work()
    assert x.case(more).id == x.case(theirs).id
    assert x.case(theirs).urgency.value == "P1", "what they wrote was read"
    assert x.cases() == 1


def test_our_own_reply_in_the_thread_closes_the_loop(x: Reading) -> None:
    _, theirs, _ = a_thread(x)
    x.poll()
    x.work()
    x.approve(x.the_draft(theirs).id)
    ours = x.post("We have found it.", "brand", theirs, minutes=5)
    x.explain()
    assert {t.mention.native_id: t.own for t in x.conversation(theirs).turns}[ours]
    x.work()
    assert x.case(theirs).status == "waiting"
    assert x.case(theirs).first_response_at is not None
    x.forward(minutes=1)
    assert x.publish().posted == [], "nobody is answered twice"
    assert x.cases() == 1


def test_context_that_is_deleted_shows_as_removed(x: Reading) -> None:
    root, theirs, _ = a_thread(x)
    x.poll()
    x.explain()
    x.happen("delete", ids=[root])
    x.forward(minutes=31)
    assert x.look_again().removed == 1
    gone = next(t for t in x.conversation(theirs).turns if t.mention.native_id == root)
    assert (gone.mention.text, gone.removed_at) == ("", x.clock.now())


def test_context_that_turns_out_to_be_a_mention_becomes_one(x: Reading) -> None:
    _, theirs, answer = a_thread(x)
    x.poll()
    x.explain()
    x.happen("edit", id=answer, text="northwind: same here, every time")
    x.forward(minutes=2)
    x.poll()
    assert x.cases() == 2
    turn = next(t for t in x.conversation(theirs).turns if t.mention.native_id == answer)
    assert turn.context, "for the first customer it is still what somebody else said"
    assert x.case(answer).customer != x.case(theirs).customer
    assert [t.mention.native_id for t in x.conversation(answer).turns] == [answer]


def test_no_budget_no_context(server: FakeServer, tmp_path: Path) -> None:
    x = watching(server, tmp_path, budget_per_day=0.2)
    _, theirs, _ = a_thread(x)
    x.poll()
    with x.store.write() as session:
        session.ledger.spent("src", x.clock.now(), 0.08)
    report = x.explain()
    assert report.error is not None
    assert report.error.code == "PZ-302"
    assert len(x.conversation(theirs).turns) == 1
    x.forward(hours=12, minutes=1)  # past midnight UTC there is money again
    assert x.explain().threads == 1


def test_a_limit_holds_up_the_credential(x: Reading) -> None:
    a_thread(x)
    x.poll()
    x.server.faults.add(on="lookup", do="429", seconds=600)
    report = x.explain()
    assert report.error is not None
    assert report.error.code == "PZ-301"
    with x.store.read() as session:
        budget = session.ledger.rate_budget("src")
    assert budget is not None
    assert budget.not_before == x.clock.now() + timedelta(minutes=10)
    x.forward(minutes=10)
    assert x.explain().threads == 1


def test_a_thread_that_cannot_be_had_is_not_asked_for_again(x: Reading) -> None:
    _, theirs, _ = a_thread(x)
    x.poll()
    x.server.faults.add(on="lookup", do="403")
    assert x.explain().threads == 1
    asked = len(x.server.log)
    assert x.explain().threads == 0
    assert len(x.server.log) == asked
    case_id = x.case(theirs).id
    with x.store.read() as session:
        fetch = session.context.fetch_of(case_id)
    assert fetch is not None
    assert fetch["why"] == "PZ-304"
