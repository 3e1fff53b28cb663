"""Reading Reddit, through real praw, from the fake Reddit on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Ask, Page
from monitor.domain.coverage import Interval
from monitor.domain.errors import (
    AuthExpired,
    BadResponse,
    ConnectorError,
    RateLimited,
    Refused,
    Transient,
)
from monitor.domain.mention import MentionKey
from tests.fakes.faults import Fault
from tests.fakes.reddit import RedditFake
from tests.fakes.reddit_account import DAY, NOON, SECRETS, Reddit, drain, ids
from tests.fakes.server import FakeClock, FakeServer


@pytest.fixture
def reddit() -> Iterator[Reddit]:
    clock = FakeClock(NOON)
    fake = RedditFake(clock=clock)
    with FakeServer(fake) as server:
        yield Reddit(server, fake, clock)


# --- draining a window -------------------------------------------------------------------------


class Poller:
    """Reads a window to its end as an engine would, keeping only what survives a crash."""

    def __init__(self, reddit: Reddit, **config: Any) -> None:
        self.reddit, self.config = reddit, config
        self.connector = reddit.connector(**config)
        self.token: str | None = None
        self.stored: list[str] = []
        self.refused = self.pages = 0

    def run(self, window: Interval, crash_after: int) -> Page:
        while True:
            try:
                page = self.connector.fetch(Ask(window, resume=self.token))
            except RateLimited as limit:
                self.refused += 1
                assert limit.retry_at == self.reddit.clock.now() + timedelta(seconds=30)
                self.reddit.clock.set(limit.retry_at)
                continue
            self.pages += 1
            self.stored += [m.native_id for m in page.mentions]
            self.token = page.resume
            if self.token is None:
                return page
            assert page.proves is None, "nothing is proven before the end"
            if self.pages == crash_after:  # of all it knew, the token and the mentions remain
                self.connector.close()
                self.connector = self.reddit.connector(**self.config)


def asked(reddit: Reddit) -> list[tuple[str, str | None]]:
    """Path and `after` of every listing that was asked for."""
    lines = [line for line in reddit.server.requests() if line.endpoint != "token"]
    return [(line.path, line.query.get("after")) for line in lines]


def test_900_comments_with_a_429_and_a_crash_are_read_once(reddit: Reddit) -> None:
    wanted = reddit.load(900)
    reddit.load_older("northwind", "t1", 50)
    reddit.load_older("northwind", "t3", 50)
    reddit.server.faults.add(do="429", on="comments", after=3, seconds=30)
    poller = Poller(reddit)
    last = poller.run(DAY, crash_after=6)
    assert poller.refused == 1
    assert sorted(poller.stored) == sorted(wanted), "each once"
    # One page of older submissions, nine of comments and the one that leads out of the window; once
    # more only the request that was refused.
    assert len(asked(reddit)) == 1 + 10 + 1
    assert len(set(asked(reddit))) == 11
    assert last.proves == DAY and last.missing == ()


def test_2500_posts_over_three_subreddits_with_a_429_and_a_crash(reddit: Reddit) -> None:
    names = ("northwind", "travel", "flights")
    wanted = []
    for name in names:
        wanted += reddit.load(450, subreddit=name)
        wanted += reddit.load(384, kind="t3", subreddit=name) if name != "travel" else []
        reddit.load_older(name, "t1", 10)
        reddit.load_older(name, "t3", 10)
    wanted += reddit.load(382, kind="t3", subreddit="travel")
    assert len(wanted) == 2500
    reddit.server.faults.add(do="429", after=4, seconds=30)  # the token, then three pages
    poller = Poller(reddit, subreddits=names)
    last = poller.run(DAY, crash_after=9)
    assert poller.refused == 1
    assert sorted(poller.stored) == sorted(wanted), "each once"
    assert len(asked(reddit)) == len(set(asked(reddit))) + 1 == poller.pages + 1
    assert poller.pages == 3 * (4 + 5)
    assert last.proves == DAY and last.missing == ()


def test_beyond_1000_the_rest_is_named_as_missing(reddit: Reddit) -> None:
    reddit.load(1500, every=30)
    pages = drain(reddit.connector())
    assert len(ids(pages)) == len(set(ids(pages))) == 1000
    oldest = min(m.created_at for p in pages for m in p.mentions)
    edge = oldest + timedelta(seconds=1)
    assert pages[-1].missing == ((Interval(DAY.start, edge), "listing_limit"),)
    assert pages[-1].proves == Interval(edge, DAY.end)
    assert all(p.proves is None and p.missing == () for p in pages[:-1])


def test_a_window_within_reach_has_nothing_missing(reddit: Reddit) -> None:
    reddit.load(1500, every=30)
    window = Interval(NOON - timedelta(hours=2), NOON - timedelta(hours=1))
    pages = drain(reddit.connector(), window)
    # One every 30 s, the newest a second before noon: 1 h holds 120, and no other is handed out.
    assert len(ids(pages)) == 120
    assert pages[-1].proves == window and pages[-1].missing == ()
    assert len(reddit.server.requests("comments")) == 3, "it stops where the window starts"


def test_only_the_last_feed_proves(reddit: Reddit) -> None:
    reddit.load(3)
    reddit.load(3, kind="t3")
    reddit.load(2, subreddit="travel", author="kim", kind="t3")
    connector = reddit.connector(query="northwind", subreddits=("northwind", "travel"), inbox=True)
    pages = drain(connector)
    assert [p.proves for p in pages[:-1]] == [None] * (len(pages) - 1)
    assert pages[-1].proves == DAY
    read = [line.path.strip("/") for line in reddit.server.requests() if line.endpoint != "token"]
    assert list(dict.fromkeys(read)) == [
        "r/all/search",
        "r/northwind/new",
        "r/northwind/comments",
        "r/travel/new",
        "r/travel/comments",
        "message/mentions",
    ]


def test_only_posts_with_the_brands_terms(reddit: Reddit) -> None:
    base = {"subreddit": "travel", "author": "kim", "created_at": (NOON - timedelta(hours=1)).isoformat()}
    texts = ["Northwind Air again", "northwinds blow", "nothing", "I fly NORTHWIND AIR!"]
    reddit.fake.load([{**base, "id": f"t1_{i}", "text": t} for i, t in enumerate(texts)])
    pages = drain(reddit.connector(subreddits=("travel",), terms=("northwind air", "northwind")))
    assert sorted(ids(pages)) == ["t1_0", "t1_3"]


def test_the_inbox_needs_a_user(reddit: Reddit) -> None:
    reddit.fake.load([{"id": "t1_a", "subreddit": "air", "author": "jo", "text": "hey u/NorthwindAir",
                       "parent": "t3_x", "created_at": (NOON - timedelta(hours=1)).isoformat()}])  # fmt: skip
    (mention,) = drain(reddit.connector(inbox=True))[0].mentions
    assert mention.conversation == "t3_x"
    assert mention.url == "https://www.reddit.com/r/air/comments/x/_/a/"
    read_only = reddit.connector(inbox=True, secrets={"CLIENT_ID": "a", "CLIENT_SECRET": "b"})
    with pytest.raises(AuthExpired):
        read_only.fetch(Ask(DAY))


# --- listings that misbehave -------------------------------------------------------------------


@pytest.mark.parametrize("quirk", ["duplicate", "empty", "shuffle"])
def test_pages_that_lie(reddit: Reddit, quirk: str) -> None:
    wanted = reddit.load(450)
    reddit.server.faults.add(do=quirk, on="comments", after=2, times=1)
    connector, token, stored, unmoved = reddit.connector(), None, set[str](), 0
    for _ in range(30):
        try:
            page = connector.fetch(Ask(DAY, resume=token))
        except Transient:
            unmoved += 1
            continue
        stored |= {m.native_id for m in page.mentions}
        token = page.resume
        if token is None:
            break
    assert stored == set(wanted)
    assert page.proves == DAY
    assert unmoved == (quirk == "duplicate")


@pytest.mark.parametrize("gone", [["t1_00199"], ["t1_00199", "t1_00198", "t1_00195"]])
def test_the_item_that_leads_to_the_next_page_is_deleted(reddit: Reddit, gone: list[str]) -> None:
    wanted = set(reddit.load(450))
    reddit.server.faults.add(do="delete", on="comments", after=2, ids=gone)
    found = ids(drain(reddit.connector()))
    # A naive reader would have stopped at the empty page, with 250 posts unread.
    assert set(found) == wanted
    assert len(found) - len(wanted) < 60, "it goes back a little, not to the top"
    assert 6 <= len(reddit.server.requests("comments")) <= 8


def test_every_item_of_a_page_is_deleted(reddit: Reddit) -> None:
    wanted = reddit.load(450)
    page_two = [f"t1_{i:05d}" for i in range(100, 200)]
    reddit.server.faults.add(do="delete", on="comments", after=2, ids=page_two)
    pages = drain(reddit.connector())
    assert set(ids(pages)) == set(wanted)
    assert pages[-1].proves == DAY


def test_new_posts_while_paging_do_not_shift_pages(reddit: Reddit) -> None:
    wanted = reddit.load(250)
    new = {"id": "t1_new", "subreddit": "northwind", "author": "al", "text": "northwind", "parent": "t3_x"}
    new["created_at"] = (NOON - timedelta(milliseconds=1)).isoformat()
    reddit.server.faults.add(do="add", on="comments", after=1, posts=[new])
    found = ids(drain(reddit.connector()))
    assert sorted(found) == sorted(wanted), "the new one is the next window's overlap"


def test_late_indexed_posts_are_in_the_overlap(reddit: Reddit) -> None:
    late: dict[str, Any] = {"indexed_at": (NOON + timedelta(minutes=5)).isoformat()}
    reddit.load(1, **late)
    connector = reddit.connector()
    assert ids(drain(connector)) == []
    reddit.clock.advance(600)
    overlap = connector.capabilities.overlap
    assert ids(drain(connector, Interval(NOON - overlap, reddit.clock.now()))) == ["t1_00000"]


def test_deleted_and_removed_posts_are_no_mentions(reddit: Reddit) -> None:
    reddit.load(3)
    thing = {"id": "t1_00001", "raw": {"body": "[removed]", "author": "[deleted]"}}
    reddit.fake.things.all["t1_00001"] |= thing
    pages = drain(reddit.connector())
    assert sorted(ids(pages)) == ["t1_00000", "t1_00002"]
    assert [k for p in pages for k in p.removed] == [MentionKey("reddit", "t1_00001")]


def test_what_cannot_be_understood_is_a_reject(reddit: Reddit) -> None:
    reddit.load(2)
    reddit.fake.things.all["t1_00001"]["raw"] = {"created_utc": "yesterday"}
    pages = drain(reddit.connector())
    assert ids(pages) == ["t1_00000"]
    (reject,) = [r for p in pages for r in p.rejects]
    assert reject.reason == "It has no time." and "t1_00001" in reject.raw


def test_one_private_subreddit_does_not_silence_the_others(reddit: Reddit) -> None:
    reddit.load(2)
    reddit.load(2, kind="t3", subreddit="secret")
    reddit.fake.happen(Fault("private", args={"subreddit": "secret"}))
    pages = drain(reddit.connector(subreddits=("secret", "northwind")))
    assert sorted(ids(pages)) == ["t1_00000", "t1_00001"]
    assert pages[-1].proves is None
    assert pages[-1].missing == ((DAY, "refused"),)


@pytest.mark.parametrize(("how", "rule"), [("private", "reddit.private"), ("ban", "reddit.banned")])
def test_a_closed_subreddit_alone_is_refused(reddit: Reddit, how: str, rule: str) -> None:
    reddit.fake.happen(Fault(how, args={"subreddit": "northwind"}))
    connector, token = reddit.connector(), None
    with pytest.raises(Refused) as caught:
        for _ in range(2):
            token = connector.fetch(Ask(DAY, resume=token)).resume
    assert caught.value.rule == rule


# --- errors by reaction ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"do": "500"}, Transient),
        ({"do": "503"}, Transient),
        ({"do": "drop"}, Transient),
        ({"do": "hang", "seconds": 5}, Transient),
        ({"do": "html"}, BadResponse),
        ({"do": "truncate"}, BadResponse),
        ({"do": "403"}, Refused),
        ({"do": "400"}, Refused),
        ({"do": "429"}, RateLimited),
        ({"do": "429-bare"}, RateLimited),
    ],
)
def test_each_failure_costs_one_request_and_no_waiting(
    reddit: Reddit, fault: dict[str, Any], error: type[ConnectorError]
) -> None:
    reddit.load(1)
    connector = reddit.connector(timeout=timedelta(seconds=0.3))
    reddit.server.faults.add({**fault, "on": "new", "times": None})
    began = time.monotonic()
    with pytest.raises(error) as caught:
        connector.fetch(Ask(DAY))
    assert time.monotonic() - began < 1.5, "prawcore would have slept and tried again"
    assert len(reddit.server.requests("new")) == 1
    assert "pa55word" not in str(caught.value) and "s3cret" not in repr(caught.value.__dict__)
    below: BaseException | None = caught.value
    while below := below.__context__ if below else None:
        assert isinstance(below, ConnectorError), "the library's exceptions hold the password"


def test_a_429_without_a_word_says_a_minute(reddit: Reddit) -> None:
    reddit.server.faults.add(do="429-bare", on="new")
    with pytest.raises(RateLimited) as caught:
        reddit.connector().fetch(Ask(DAY))
    assert caught.value.retry_at == NOON + timedelta(seconds=60)


def test_near_the_limit_nothing_sleeps_and_at_it_nothing_is_asked(reddit: Reddit) -> None:
    reddit.load(1200)
    reddit.fake.rate_limit = 3
    connector, began = reddit.connector(), time.monotonic()
    page = connector.fetch(Ask(DAY))
    assert page.rate is not None and (page.rate.remaining, page.rate.limit) == (2, 3)
    page = connector.fetch(Ask(DAY, resume=page.resume))
    page = connector.fetch(Ask(DAY, resume=page.resume))
    assert page.rate is not None and page.rate.remaining == 0
    with pytest.raises(RateLimited) as caught:
        connector.fetch(Ask(DAY, resume=page.resume))
    assert caught.value.retry_at == page.rate.reset_at == NOON + timedelta(minutes=10)
    assert len(reddit.server.requests()) == 4, "a token and three pages; the fourth was never asked for"
    assert time.monotonic() - began < 1
    reddit.clock.advance(601)
    assert connector.fetch(Ask(DAY, resume=page.resume)).mentions


def test_an_expired_token_is_renewed_without_alarm(reddit: Reddit) -> None:
    wanted = reddit.load(250)
    reddit.server.faults.add(do="expire", on="comments", after=1)
    assert sorted(ids(drain(reddit.connector()))) == wanted
    assert len(reddit.server.requests("token")) == 2


def test_a_token_that_is_never_accepted(reddit: Reddit) -> None:
    reddit.server.faults.add(do="401", on="new", times=None)
    with pytest.raises(AuthExpired):
        reddit.connector().fetch(Ask(DAY))
    assert len(reddit.server.requests("new")) == 2


@pytest.mark.parametrize("wrong", [{"PASSWORD": "old"}, {"CLIENT_SECRET": ""}])
def test_wrong_credentials(reddit: Reddit, wrong: dict[str, str]) -> None:
    reddit.fake.passwords = {"NorthwindAir": "pa55word"}
    with pytest.raises(AuthExpired):
        reddit.connector(secrets={**SECRETS, **wrong}).fetch(Ask(DAY))


def test_a_netrc_file_does_not_replace_the_token(
    reddit: Reddit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login ann password not-for-reddit\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert reddit.connector().fetch(Ask(DAY)).rejects == ()


def test_a_praw_ini_changes_nothing(reddit: Reddit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("praw_username", "mallory")
    monkeypatch.setenv("praw_refresh_token", "hers")
    monkeypatch.setenv("praw_site", "hers")
    reader = reddit.connector(secrets={"CLIENT_ID": "a", "CLIENT_SECRET": "b"})
    reader.fetch(Ask(DAY))
    assert list(reddit.fake.tokens.values()) == [None], "read-only, as the account says"


def test_the_user_agent_is_as_the_rules_ask(reddit: Reddit) -> None:
    connector = reddit.connector()
    assert connector._user_agent().startswith("python:presszero:")
    assert connector._user_agent().endswith(" (by /u/NorthwindAir)")


def test_check_names_subreddits_that_cannot_be_seen(reddit: Reddit) -> None:
    reddit.load(1)
    said = reddit.connector(subreddits=("northwind", "nowhere")).check()
    assert "signed in as u/NorthwindAir" in said and "can't see r/nowhere" in said
    assert "999 of 1000 requests left" in said


# --- looking again, threads --------------------------------------------------------------------


def test_recheck_asks_for_100_at_a_time(reddit: Reddit) -> None:
    names = reddit.load(250)
    reddit.fake.happen(Fault("delete", args={"ids": ["t1_00007"]}))
    reddit.fake.happen(Fault("remove", args={"ids": ["t1_00130"]}))
    reddit.fake.happen(Fault("edit", args={"ids": ["t1_00200"], "text": "edited"}))
    keys = [MentionKey("reddit", n) for n in names] + [MentionKey("reddit", "t1_never")]
    alive, removed, cost = reddit.connector().recheck(keys)
    assert {k.native_id for k in removed} == {"t1_00007", "t1_00130", "t1_never"}
    assert len(alive) == 248 and cost == 0
    edited = next(m for m in alive if m.native_id == "t1_00200")
    assert edited.text == "edited" and edited.edited_at == NOON
    assert len(reddit.server.requests("info")) == 3


def test_a_recheck_that_breaks_off_keeps_what_was_answered(reddit: Reddit) -> None:
    keys = [MentionKey("reddit", n) for n in reddit.load(150)]
    reddit.server.faults.add(do="503", on="info", after=1)
    alive, removed, _ = reddit.connector().recheck(keys)
    assert (len(alive), removed) == (100, ())
    reddit.server.faults.add(do="503", on="info")
    with pytest.raises(Transient):
        reddit.connector().recheck(keys)


def test_one_empty_answer_purges_nothing(reddit: Reddit) -> None:
    keys = [MentionKey("reddit", n) for n in reddit.load(2)]
    reddit.server.faults.add(do="empty", on="info")
    assert reddit.connector().recheck(keys).removed == ()


def test_a_thread_has_the_parents_and_the_replies(reddit: Reddit) -> None:
    at = [(NOON - timedelta(minutes=m)).isoformat() for m in range(60)]
    base = {"subreddit": "northwind", "author": "jo", "text": "x"}
    reddit.fake.load(
        [
            {**base, "id": "t3_root", "title": "Lost bag", "created_at": at[50]},
            {**base, "id": "t1_a", "parent": "t3_root", "created_at": at[40]},
            {**base, "id": "t1_b", "parent": "t1_a", "created_at": at[30]},
            {**base, "id": "t1_c", "parent": "t1_b", "created_at": at[20]},
        ]
    )
    connector = reddit.connector()
    by_id = {m.native_id: m for p in drain(connector) for m in p.mentions}
    assert [m.native_id for m in connector.thread(by_id["t1_b"])] == ["t3_root", "t1_a", "t1_c"]
    assert [m.native_id for m in connector.thread(by_id["t3_root"])] == ["t1_a", "t1_b", "t1_c"]
