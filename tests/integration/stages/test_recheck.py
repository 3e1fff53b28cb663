"""Edits and deletions are noticed and followed, against the fake X and the fake Reddit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.base import Rechecker, SourceConfig
from connectors.reddit import RedditConfig
from connectors.x import XConfig, XConnector
from monitor.domain.mention import MentionKey
from monitor.stages.collect import collect
from monitor.stages.limits import RECHECK, Gate, alone
from monitor.stages.read import read
from monitor.stages.recheck import DAILY, Desk, RecheckReport, next_look, recheck
from monitor.stages.triage import triage
from monitor.store.mentions import DONE
from monitor.store.rechecks import Backlog
from tests.fakes import x as fake_x
from tests.fakes.faults import Fault
from tests.fakes.reddit import RedditFake
from tests.fakes.reddit_account import NOON, Reddit
from tests.fakes.server import FakeClock, FakeServer
from tests.integration.connectors.x_setting import NOW, running
from tests.integration.stages.house import OWN, House, PlainReader

SECRET = "zanzibarbaggage"  # a word that nothing else holds
EDITED = "zimbabwebaggage"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


class Watch(House):
    """A house whose mentions come from a fake platform, on that platform's clock."""

    def __init__(self, folder: Path, server: FakeServer, source: SourceConfig, connector: object) -> None:
        super().__init__(folder)
        self.server, self.source, self.connector = server, source, connector
        self.file = folder / "house.db"
        self.clock.at = server.platform.clock.now()

    def forward(self, **by: float) -> None:
        self.clock.forward(**by)
        self.server.platform.clock.set(self.clock.now())

    def poll(self) -> int:
        done = collect(self.store, self.connector, self.source, self.clock, is_own=lambda m: m.author in OWN)  # type: ignore[arg-type]
        assert done.error is None, done.error
        read(self.store, PlainReader(), lambda _: OWN, self.clock)
        triage(self.store, lambda _source, _mention: self.verdict, self.clock)
        return done.new

    def look_again(self) -> RecheckReport:
        assert isinstance(self.connector, Rechecker)
        gate = Gate(alone(self.source), RECHECK)
        return recheck(
            Desk(self.store, self.connector, self.source, self.clock, gate, lambda m: m.author in OWN)
        )

    def backlog(self) -> Backlog:
        with self.store.read() as session:
            return session.rechecks.backlog(self.source.name, self.clock.now())

    def happen(self, do: str, **args: object) -> None:
        self.server.platform.happen(Fault(do, args=dict(args)))

    def everything(self) -> str:
        """All that the database holds, the search index included."""
        with closing(sqlite3.connect(self.file)) as db:
            return "\n".join(db.iterdump())


@pytest.fixture
def x(server: FakeServer, tmp_path: Path) -> Iterator[Watch]:
    config = XConfig(name="src", kind="x", query="northwind", timeout=timedelta(seconds=2))
    connector = XConnector(config, fake_x.account(server.base_url), server.platform.clock)
    made = Watch(tmp_path, server, config, connector)
    yield made
    connector.close()
    made.store.close()


def load(watch: Watch, texts: list[str], minutes: float = 10) -> list[str]:
    """Posts one after the other, the newest `minutes` ago; returns their ids."""
    first = watch.clock.now() - timedelta(minutes=minutes + len(texts))
    watch.server.platform.load(
        {
            "author": f"ann{i}",
            "text": f"northwind {t}",
            "created_at": (first + timedelta(minutes=i)).isoformat(),
        }
        for i, t in enumerate(texts)
    )
    return [p["id"] for p in watch.server.platform.posts()][-len(texts) :]


def test_an_edit_becomes_a_revision_and_is_read_again(x: Watch) -> None:
    (native_id,) = load(x, ["lost my bag"])
    x.poll()
    x.happen("edit", id=native_id, text="northwind: I am stranded in Rome")
    assert x.look_again().asked == 0, "its turn has not come"
    x.forward(minutes=31)
    report = x.look_again()
    assert (report.asked, report.edited, report.removed) == (1, 1, 0)
    key = MentionKey("x", native_id)
    with x.store.read() as session:
        stored = session.mentions.by_key(key)
        assert stored is not None
        assert stored.mention.text == "northwind: I am stranded in Rome"
        assert [r[1] for r in session.mentions.revisions(stored.id)] == ["northwind lost my bag"]
    x.poll()
    assert x.case(native_id).urgency.value == "P1"


def test_what_is_deleted_there_is_deleted_here_wherever_its_words_have_gone(x: Watch) -> None:
    native_id, other = load(x, [f"lost my {SECRET}", "how do I check in"])
    x.server.platform.load(
        [
            {
                "author": "bob",
                "text": "northwind look at that",
                "quoted": native_id,
                "created_at": (x.clock.now() - timedelta(minutes=5)).isoformat(),
            }
        ]
    )
    x.poll()
    x.work()
    draft = x.the_draft(native_id)
    x.happen("edit", id=native_id, text=f"northwind lost my {EDITED} {SECRET}")
    x.forward(minutes=31)
    x.look_again()
    x.work()
    assert [d.state.value for d in x.drafts(native_id)] == ["superseded", "proposed"]
    assert draft.text.startswith("Thank you, ann0"), "drafts repeat what is purged"
    assert SECRET in x.everything()
    x.happen("delete", ids=[native_id])
    x.forward(minutes=31)
    report = x.look_again()
    assert report.removed == 1
    dump = x.everything().replace(native_id, "")
    for word in (SECRET, EDITED, "ann0"):
        assert word not in dump, f"{word} is still somewhere"
    with x.store.read() as session:
        assert session.mentions.search(SECRET) == []
        (line,) = session.rechecks.deletions()
        stored = session.mentions.by_key(MentionKey("x", native_id))
        assert session.mentions.by_key(MentionKey("x", other)) is not None
    assert stored is not None, "a tombstone stays"
    assert (stored.mention.text, stored.mention.author, stored.removed_at) == ("", None, x.clock.now())
    assert (line.key.native_id, line.noticed_at, line.purged_at) == (native_id, x.clock.now(), x.clock.now())
    assert x.case(native_id).outcome == "source_deleted"
    assert x.draft(native_id) is None
    x.audit()
    x.forward(minutes=5)
    assert x.poll() == 0, "it doesn't come back"


def test_a_protected_account_is_no_longer_public(x: Watch) -> None:
    ids = load(x, ["lost my bag", "how"])
    x.poll()
    x.happen("protect", handle="ann0")
    x.forward(minutes=31)
    assert x.look_again().removed == 1
    with x.store.read() as session:
        assert [d.key.native_id for d in session.rechecks.deletions()] == [ids[0]]


def test_every_post_is_looked_at_at_least_daily(x: Watch) -> None:
    load(x, ["lost my bag"] * 3)
    x.poll()
    looks = []
    for _ in range(24 * 4 * 4):  # four days, a quarter of an hour at a time
        x.forward(minutes=15)
        if x.look_again().asked:
            looks.append(x.clock.now())
    between = [b - a for a, b in pairwise(looks)]
    assert max(between) <= timedelta(hours=24)
    assert min(between) == timedelta(minutes=30), "young posts are looked at more often"
    lookups = [line for line in x.server.log if line.endpoint == "lookup"]
    assert len(lookups) == len(looks)


def test_the_schedule_by_age() -> None:
    for age, free, wait in (
        (timedelta(minutes=5), False, timedelta(minutes=30)),
        (timedelta(hours=5), False, timedelta(hours=4)),
        (timedelta(days=3), False, timedelta(hours=12)),
        (timedelta(days=30), False, DAILY),
        (timedelta(days=30), True, timedelta(hours=12)),  # NOW is noon: the next UTC day begins then
    ):
        assert next_look(NOW - age, NOW, free_again=free) == NOW + wait


def test_many_posts_go_in_batches_and_a_limit_in_between_loses_nothing(x: Watch) -> None:
    load(x, ["how"] * 250, minutes=300)
    x.poll()
    x.forward(hours=13)
    x.server.faults.add(on="lookup", after=1, do="429", seconds=120)
    first = x.look_again()
    assert (first.asked, first.error is not None) == (100, True)
    assert x.backlog().overdue == 150
    asked = len(x.server.log)
    assert x.look_again().asked == 0
    assert len(x.server.log) == asked, "the credential waits"
    x.forward(minutes=3)
    assert x.look_again().asked == 150
    assert x.backlog() == Backlog(250, 0, None)


def test_re_reads_of_one_day_cost_nothing_those_of_another_do(x: Watch) -> None:
    load(x, ["how"] * 4)
    x.poll()

    def spent() -> float:
        with x.store.read() as session:
            return session.ledger.spend_since("src", x.clock.now().isoformat()[:10])[0]

    before = spent()
    x.forward(minutes=31)
    assert x.look_again().asked == 4
    assert spent() == before
    x.forward(hours=13)  # past midnight UTC
    assert x.look_again().asked == 4
    assert spent() == pytest.approx(4 * 0.005)


def test_an_edited_context_post_stays_context(x: Watch) -> None:
    from monitor.domain.mention import Origin

    (native_id,) = load(x, ["how"])
    found = x.connector.recheck([MentionKey("x", native_id)]).alive  # type: ignore[attr-defined]
    x.collect(found, Origin.CONTEXT)
    x.happen("edit", id=native_id, text="northwind I am stranded")
    x.forward(minutes=45)
    x.look_again()
    x.forward(hours=5)
    x.look_again()
    with x.store.read() as session:
        stored = session.mentions.by_key(MentionKey("x", native_id))
        assert stored is not None
        assert (stored.mention.text, stored.revision) == ("northwind I am stranded", 2)
        assert session.mentions.waiting("collected", 10) == []
        assert DONE == "done"


def test_reddit_too(tmp_path: Path) -> None:
    clock = FakeClock(NOON)
    fake = RedditFake(clock=clock)
    with FakeServer(fake) as server:
        reddit = Reddit(server, fake, clock)
        gone, _ = reddit.load(2, kind="t3")
        fake.things.all[gone]["text"] = f"lost {SECRET}"
        config = RedditConfig(name="src", kind="reddit", subreddits=("northwind",))
        connector = reddit.connector(name="src")
        watch = Watch(tmp_path, server, config, connector)
        assert watch.poll() == 2
        assert SECRET in watch.everything()
        watch.happen("delete", ids=[gone])
        watch.forward(minutes=31)
        report = watch.look_again()
        connector.close()
        watch.store.close()
    assert (report.asked, report.removed, report.error) == (2, 1, None)
    assert SECRET not in watch.everything()
