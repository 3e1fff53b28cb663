"""The arithmetic, texts and rules of the x connector, without a network."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from connectors.base import Account, Connector, Estimator, Handoff, Publisher, Rechecker, Threader
from connectors.weighted import is_valid, links_in, weighted_length
from connectors.x import XConfig, XConnector, intent_url
from connectors.x.drain import Drain, begin, ceil_second, latest_end
from connectors.x.posts import Includes, mention_of, mentions_in, text_of
from connectors.x.refusals import refusal_rule
from connectors.x.replies import addresses, price_of
from connectors.x.rules import LISTINGS, Mode, id_at, moment_of
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse, NotAMention
from monitor.domain.mention import Mention, Quoted
from monitor.domain.verdict import MayReply

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
VECTORS = Path(__file__).resolve().parents[3] / "../shared/recordings/twitter-text/validate.yml"


class Still:
    def now(self) -> datetime:
        return NOW


def connector(**config: Any) -> XConnector:
    account = Account("care-x", "x", "@NorthwindAir", secrets={"BEARER_TOKEN": SecretStr("b-token")})
    return XConnector(
        XConfig(**({"name": "x", "kind": "x", "query": "northwind"} | config)), account, Still()
    )


def mention(text: str, **more: Any) -> Mention:
    return Mention("x", "1", text, NOW, **({"author": "ann"} | more))


def post(**more: Any) -> dict[str, Any]:
    return {"id": "20", "text": "hi", "created_at": "2026-03-08T11:00:00.000Z", **more}


NOTHING = Includes({}, {}, {}, {})

# --- config -------------------------------------------------------------------------------------


def test_it_has_every_capability() -> None:
    made = connector()
    for protocol in (Connector, Publisher, Rechecker, Threader, Estimator, Handoff):
        assert isinstance(made, protocol)


def test_the_full_archive_reaches_back_without_limit() -> None:
    assert connector().capabilities.reach_back == timedelta(days=7)
    assert connector(mode="all").capabilities.reach_back is None
    assert XConnector.capabilities.reach_back == timedelta(days=7)


@pytest.mark.parametrize(
    "wrong",
    [{"query": None}, {"query": " "}, {"query": "x" * 513}, {"mode": "stream"}, {"user_id": "northwindair"}],
)
def test_wrong_sources_are_refused_when_they_are_read(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        XConfig(**({"name": "x", "kind": "x", "query": "northwind"} | wrong))


def test_mentions_need_no_query_and_the_archive_takes_a_longer_one() -> None:
    XConfig(name="x", kind="x", mode=Mode.MENTIONS)
    XConfig(name="x", kind="x", mode=Mode.ALL, query="x" * 1024)


# --- windows ------------------------------------------------------------------------------------


def test_a_window_is_asked_in_whole_seconds_and_proves_itself() -> None:
    window = Interval(NOW - timedelta(hours=1, microseconds=500), NOW - timedelta(minutes=1, microseconds=1))
    drain, missing = begin(Mode.RECENT, window, NOW)
    assert drain is not None
    assert missing == ()
    assert drain.start <= window.start
    assert drain.end >= window.end
    assert (drain.bottom, drain.top) == (window.start, window.end)


def test_a_page_proves_down_to_the_second_after_its_oldest_post() -> None:
    drain, _ = begin(Mode.RECENT, Interval(NOW - timedelta(hours=2), NOW - timedelta(hours=1)), NOW)
    assert drain is not None
    oldest = NOW - timedelta(minutes=90)
    then = drain.after([NOW - timedelta(minutes=70), oldest], 2, "t1")
    assert then is not None
    assert then.proven == Interval(oldest + timedelta(seconds=1), NOW - timedelta(hours=1))
    assert then.by_time().end == oldest + timedelta(seconds=1)
    with pytest.raises(BadResponse):
        then.after([], 0, "t1")


def test_resume_tokens_survive_and_foreign_ones_are_refused() -> None:
    drain, _ = begin(Mode.ALL, Interval(NOW - timedelta(days=400), NOW - timedelta(days=300)), NOW)
    assert drain is not None
    assert Drain.from_text(drain.to_text()) == drain
    for foreign in (
        "",
        "b26v89c19zqg8o3",
        "[]",
        '{"listing": "recent"}',
        drain.to_text().replace("all", "none"),
    ):
        with pytest.raises(BadResponse):
            Drain.from_text(foreign)


@settings(max_examples=200)
@given(
    minutes=st.lists(st.integers(0, 600), max_size=40),
    size=st.integers(1, 7),
    late=st.integers(0, 12 * 24 * 60),
    length=st.integers(0, 10 * 24 * 60),
)
def test_proofs_hold_whatever_the_pages(minutes: list[int], size: int, late: int, length: int) -> None:
    """At every page, all posts within what is proven have been returned; at the end, that is the window."""
    end = NOW - timedelta(minutes=late)
    window = Interval(end - timedelta(minutes=length), end)
    drain, missing = begin(Mode.RECENT, window, NOW)
    lost = missing[0][0] if missing else Interval(window.start, window.start)
    assert lost.start == window.start
    if drain is None:
        assert lost.end == window.end or ceil_second(lost.end) >= min(latest_end(NOW), window.end)
        return
    shown = sorted((end - timedelta(minutes=m) for m in minutes), reverse=True)
    shown = [t for t in shown if drain.start <= t < drain.end]
    returned: list[datetime] = []
    at: Drain | None = drain
    while at is not None:
        page, rest = shown[len(returned) :][:size], shown[len(returned) + size :]
        returned += page
        at = at.after(page, len(page), f"t{len(returned)}" if rest else None)
        if at is not None and at.proven is not None:
            inside = [t for t in shown if at.proven.start <= t < at.proven.end]
            assert inside == [t for t in returned if t >= at.proven.start and t < at.proven.end]
    assert returned == shown
    assert (lost.end, drain.top) == (drain.bottom, min(window.end, drain.end))


# --- posts --------------------------------------------------------------------------------------


def test_ids_know_their_time() -> None:
    assert moment_of("1578516068309794817") == datetime(2022, 10, 7, 22, 42, 12, 752000, UTC)
    assert moment_of(str(id_at(NOW))) == NOW
    assert moment_of("20") is None
    assert moment_of("t3_abc") is None


def test_an_edited_post_keeps_its_first_id_and_both_times() -> None:
    first, second = str(id_at(NOW - timedelta(minutes=30))), str(id_at(NOW))
    newest = post(id=second, edit_history_tweet_ids=[first, second], created_at="2026-03-08T12:00:00.000Z")
    made = mention_of(newest, NOTHING)
    assert (made.native_id, made.created_at, made.edited_at) == (first, NOW - timedelta(minutes=30), NOW)
    older = post(id=first, edit_history_tweet_ids=[first], text="old", created_at="2026-03-08T11:30:00.000Z")
    mentions, rejects = mentions_in({"data": [newest, older]})
    assert ([m.text for m in mentions], rejects) == (["hi"], ())


def test_what_is_no_post_is_rejected_with_its_place() -> None:
    rows = [
        post(),
        {"id": "21"},
        "nonsense",
        post(id="22", created_at="yesterday"),
        {"id": "23", "text": "hi"},
    ]
    mentions, rejects = mentions_in({"data": rows})
    assert [m.native_id for m in mentions] == ["20"]
    assert [r.line for r in rejects] == [2, 3, 4, 5]
    with pytest.raises(NotAMention):
        mention_of({"id": "1"}, NOTHING)


def test_links_are_spelt_out_and_entities_are_not_read_twice() -> None:
    urls = [{"url": "https://t.co/a", "expanded_url": "https://e.example/?a=1&copy=2"}]
    row = post(text="5 &lt; 6 &amp;lt; https://t.co/a", entities={"urls": urls})
    assert text_of(row) == "5 < 6 &lt; https://e.example/?a=1&copy=2"


def test_deleted_quotes_and_missing_authors_are_borne() -> None:
    row = post(
        referenced_tweets=[{"type": "quoted", "id": "7"}, {"type": "replied_to", "id": "8"}], lang="zxx"
    )
    made = mention_of(row, NOTHING)
    assert (made.quoted, made.in_reply_to) == (Quoted("7", None, ""), "8")
    assert (made.author, made.lang, made.url) == (None, None, "https://x.com/i/web/status/20")


# --- may we reply ---------------------------------------------------------------------------------

OWN = frozenset({"northwindair", "@Northwind_Help"})


@pytest.mark.parametrize(
    ("said", "rule", "may"),
    [
        (mention("@northwindair where is my bag"), "x.summoned", MayReply.POSTABLE),
        (mention("why, @NORTHWINDAIR?"), "x.summoned", MayReply.POSTABLE),
        (mention("ask (@northwind_help)."), "x.summoned", MayReply.POSTABLE),
        (mention("so true", quoted=Quoted("5", "NorthwindAir", "…")), "x.summoned", MayReply.POSTABLE),
        (mention("northwindair lost my bag"), "x.not_summoned", MayReply.HANDOFF),
        (mention("@northwindairlines @northwindair_x"), "x.not_summoned", MayReply.HANDOFF),
        (mention("mail me@northwindair"), "x.not_summoned", MayReply.HANDOFF),
        (mention("https://medium.example/@northwindair"), "x.not_summoned", MayReply.HANDOFF),
        (mention("see", quoted=Quoted("5", "eve", "@northwindair")), "x.not_summoned", MayReply.HANDOFF),
        (mention("@northwindair", repost_of="4"), "x.repost", MayReply.LISTEN_ONLY),
        (mention("@northwindair", author="Northwind_Help"), "x.own_post", MayReply.LISTEN_ONLY),
    ],
)
def test_summoned_or_not(said: Mention, rule: str, may: MayReply) -> None:
    verdict = connector().can_reply(said, OWN)
    assert (verdict.rule, verdict.may_reply) == (rule, may)


def test_the_hand_off_opens_the_reply_box() -> None:
    url = "https://x.com/intent/tweet?in_reply_to=17&text=Sorry%20%26%20thanks%3F%0A%F0%9F%99%8F"
    assert (
        connector().handoff_url("17", "Sorry & thanks?\n🙏") == url == intent_url("17", "Sorry & thanks?\n🙏")
    )


def test_names_are_taken_literally() -> None:
    assert addresses("@a.b", "a.b")
    assert not addresses("@axb", "a.b")


# --- lengths and prices -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [("a", 1), ("あ", 2), ("👩‍👩‍👧‍👦", 2), ("see https://example.com/" + "x" * 200, 27), ("é", 1), ("", 0)],
)
def test_weighted_length(text: str, length: int) -> None:
    assert connector().measure(text) == (length, 280)


@pytest.mark.skipif(not VECTORS.is_file(), reason="no conformance vectors beside the repository")
def test_the_count_conforms_to_twitter_text() -> None:
    tests = yaml.safe_load(VECTORS.read_text(encoding="utf-8"))["tests"]
    # The third group, without discounted emoji, belongs to configuration 2.
    groups = ("WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest")
    vectors = [v for group in groups for v in tests[group]]
    assert len(vectors) > 20
    for vector in vectors:
        expected = vector["expected"]
        found = (weighted_length(vector["text"]), is_valid(vector["text"]))
        assert found == (expected["weightedLength"], expected["valid"]), vector["description"]


@pytest.mark.skipif(not VECTORS.is_file(), reason="no conformance vectors beside the repository")
def test_what_counts_as_a_link_conforms_to_twitter_text() -> None:
    tests = yaml.safe_load(VECTORS.with_name("extract.yml").read_text(encoding="utf-8"))["tests"]
    wrong = [v["description"] for v in tests["urls"] if links_in(v["text"]) != v["expected"]]
    assert (len(tests["urls"]) > 40, wrong) == (True, [])


def test_counting_needs_no_setuptools() -> None:
    program = (
        "import sys; sys.modules['pkg_resources'] = None\n"
        "from connectors.weighted import weighted_length\n"
        "print(weighted_length(chr(0x1f468) + chr(0x200d) + chr(0x1f3a4)))"
    )
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("2", "")


def test_a_link_makes_a_reply_dear() -> None:
    assert price_of("Sorry to hear that.") == 0.010
    assert price_of("Sorry, see example.com/help") == 0.20


def test_every_mode_has_its_numbers() -> None:
    assert set(LISTINGS) == set(Mode)


# --- refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words", "rule"),
    [
        (403, "You are not allowed to create a Tweet with duplicate content.", "x.duplicate"),
        (
            403,
            "Reply to this conversation is not allowed because you have not been mentioned",
            "x.not_summoned",
        ),
        (403, "The original Tweet author restricted who can reply to this Tweet.", "x.replies_limited"),
        (403, "You attempted to reply to a Tweet that is deleted or not visible to you.", "x.target_gone"),
        (403, "To protect our users from spam … this account is temporarily locked.", "x.account_locked"),
        (403, "Something new", "x.forbidden"),
        (400, "Invalid 'next_token': [abc]", "x.bad_token"),
        (400, "Invalid 'end_time':'2026'. 'end_time' must be a minimum of 10 seconds prior", "x.bad_time"),
        (400, "There were errors processing your request", "x.bad_request"),
    ],
)
def test_words_become_rules(status: int, words: str, rule: str) -> None:
    assert refusal_rule(status, words) == rule
