from __future__ import annotations

import hashlib
import hmac
import json
import os
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.base import Account, Ask, Page
from connectors.webhook import Receipt, WebhookConfig, WebhookConnector, sign
from connectors.webhook.deliveries import LARGEST_BODY, read_delivery
from connectors.webhook.segments import encode, whole_deliveries
from connectors.webhook.signature import verify
from connectors.webhook.spool import KEEP, SEGMENT_BYTES
from monitor.domain.errors import AuthExpired, DeliveryRefused, SignatureRefused, SpoolUnavailable
from monitor.domain.mention import Mention, MentionKey
from monitor.domain.verdict import MayReply
from tests.contract.connectors.case import SetClock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "a-secret"
ALL: frozenset[str] = frozenset()


def row(native_id: object, text: str = "Lost bag", **more: Any) -> dict[str, Any]:
    at = "2026-03-02T11:00:00Z"
    return {"platform": "forum", "id": native_id, "text": text, "created_at": at, **more}


def lines(rows: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(r).encode() + b"\n" for r in rows)


class Hook:
    """A source: what is sent to it, and what a collector that commits everything gets of it."""

    def __init__(self, folder: Path, **config: Any) -> None:
        self.clock = SetClock(NOON)
        self.folder = folder / "spool"
        self.given = {"name": "forum", "kind": "webhook", "spool": self.folder, **config}
        self.secrets = {"SECRET": SecretStr(SECRET)}
        self.connector = self.restarted()
        self.token: str | None = None

    def restarted(self) -> WebhookConnector:
        self.connector = WebhookConnector(
            WebhookConfig.model_validate(self.given),
            Account("forum", "webhook", None, secrets=self.secrets),
            self.clock,
        )
        return self.connector

    def send(self, *rows: Any, key: str | None = None, body: bytes | None = None) -> Receipt:
        body = lines(rows) if body is None else body
        return self.connector.receive(sign(SECRET, body, self.clock.now()), key, body)

    def collect(self, limit: int = 1000) -> list[str]:
        return [m.native_id for page in self.pages(limit) for m in page.mentions]

    def pages(self, limit: int = 1000) -> list[Page]:
        pages = []
        while not pages or pages[-1].resume is not None:
            pages.append(self.connector.fetch(Ask(None, cursor=self.token, limit=limit)))
            self.token = pages[-1].resume or pages[-1].cursor
        return pages

    def segments(self) -> list[Path]:
        return sorted(self.folder.glob("0*.jsonl"))


@pytest.fixture
def hook(tmp_path: Path) -> Hook:
    return Hook(tmp_path)


# --- signatures -----------------------------------------------------------------------------------


def test_a_signature_is_what_the_page_says_it_is() -> None:
    mac = hmac.new(b"a-secret", b"1772452800.{}", hashlib.sha256).hexdigest()
    assert sign(SECRET, b"{}", NOON) == f"t=1772452800,v1={mac}"
    verify([SECRET], f"t=1772452800, v1={mac}", b"{}", NOON)


@pytest.mark.parametrize("minutes", [-5, 5])
def test_within_five_minutes_either_way(minutes: int) -> None:
    verify([SECRET], sign(SECRET, b"{}", NOON), b"{}", NOON + timedelta(minutes=minutes))
    with pytest.raises(SignatureRefused):
        late = NOON + timedelta(minutes=minutes, seconds=minutes)
        verify([SECRET], sign(SECRET, b"{}", NOON), b"{}", late)


def test_secrets_can_be_changed_without_losing_a_delivery() -> None:
    both = sign("new", b"{}", NOON) + "," + sign(SECRET, b"{}", NOON).partition(",")[2]
    verify([SECRET], both, b"{}", NOON)
    verify(["new"], both, b"{}", NOON)
    verify(["new", SECRET], sign(SECRET, b"{}", NOON), b"{}", NOON)


GOOD = sign(SECRET, b"{}", NOON)
MAC = GOOD.partition("v1=")[2]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "v1=" + MAC,
        "t=1772452800",
        f"t=now,v1={MAC}",
        f"t=1772452800,t=1772452800,v1={MAC}",
        f"t=1772452801,v1={MAC}",
        f"t=٣,v1={MAC}",
        "t=1772452800,v1=" + MAC[:-1],
        "t=1772452800,v1=é",
        "t=1772452800,v1=" + MAC.upper(),
        "t=1772452800" + f",v1={'0' * 64}" * 9,
        sign("another", b"{}", NOON),
        sign(SECRET, b"{} ", NOON),
        sign("", b"{}", NOON),
    ],
)
def test_anything_else_is_refused(header: str | None) -> None:
    with pytest.raises(SignatureRefused) as caught:
        verify([SECRET], header, b"{}", NOON)
    assert SECRET not in str(caught.value) and MAC not in str(caught.value)


def test_without_a_secret_nobody_can_sign(hook: Hook) -> None:
    hook.secrets = {"SECRET": SecretStr("")}
    hook.restarted()
    with pytest.raises(AuthExpired):
        hook.connector.receive(sign("", b"{}", NOON), None, b"{}")
    with pytest.raises(AuthExpired):
        hook.connector.check()


# --- what a delivery holds ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        lines([row("1"), row("2")]),
        json.dumps([row("1"), row("2")], indent=2).encode(),
        b"\xef\xbb\xbf" + lines([row("1")]) + b"\r\n\n" + lines([row(2)]).rstrip(),
    ],
)
def test_lines_or_an_array(hook: Hook, body: bytes) -> None:
    assert hook.send(body=body).mentions == 2
    assert hook.collect() == ["1", "2"]


def test_one_object_over_several_lines(hook: Hook) -> None:
    hook.send(body=json.dumps(row("1", "two\nlines"), indent=2).encode())
    assert [m.text for page in hook.pages() for m in page.mentions] == ["two\nlines"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "no_mentions"),
        (b"[]", "no_mentions"),
        (b"<html>", "no_mentions"),
        (b'{"event": "ping"}', "no_mentions"),
        (b"[1, 2", "unreadable"),
        (b"\xff\xfe[", "no_mentions"),
        (b"[" * 100_000, "unreadable"),
        (b'{"a":' * 100_000, "no_mentions"),
        (b"x" * (LARGEST_BODY + 1), "too_large"),
    ],
)
def test_what_holds_no_mention_is_refused(body: bytes, rule: str) -> None:
    with pytest.raises(DeliveryRefused) as caught:
        read_delivery(body, ALL)
    assert caught.value.rule == rule
    assert len(str(caught.value)) < 500


def test_bad_rows_are_told_kept_and_cost_no_good_one(hook: Hook, tmp_path: Path) -> None:
    receipt = hook.send(body=lines([row("1"), {"id": 2}]) + b"\xff\n" + lines([row("3")]))
    assert (receipt.mentions, receipt.rejects) == (2, 2)
    assert receipt.rejected == ((2, "no `platform`"), (3, "not UTF-8"))
    (page,) = hook.pages()
    assert [m.native_id for m in page.mentions] == ["1", "3"]
    assert [(r.line, r.reason) for r in page.rejects] == [(2, "no `platform`"), (3, "not UTF-8")]
    kept = [json.loads(line) for line in (hook.folder / "rejects.jsonl").read_text().splitlines()]
    assert [(k["line"], k["raw"]) for k in kept] == [(2, '{"id": 2}'), (3, "\\xff")]
    hook.connector.fetch(Ask(None))
    hook.connector.fetch(Ask(None))
    assert len((hook.folder / "rejects.jsonl").read_text().splitlines()) == 2, "kept once, however often read"


def test_a_sender_may_say_that_a_post_is_gone(hook: Hook) -> None:
    receipt = hook.send(row("1"), {"platform": "twitter", "id": 7, "removed": True})
    assert (receipt.mentions, receipt.removed) == (1, 1)
    (page,) = hook.pages()
    assert page.removed == (MentionKey("x", "7"),)


def test_a_sender_speaks_for_its_platforms_only(tmp_path: Path) -> None:
    hook = Hook(tmp_path, platforms=["Forum"])
    receipt = hook.send(row("1"), row("2", platform="x"), {"platform": "x", "id": 3, "removed": True})
    assert receipt.rejected == ((2, "posts of x are not taken here"), (3, "posts of x are not taken here"))
    (page,) = hook.pages()
    assert [m.native_id for m in page.mentions] == ["1"] and page.removed == ()


def test_a_row_cannot_pass_for_the_end_of_a_delivery(hook: Hook) -> None:
    seal = encode((), "0" * 64, "stolen", NOON).decode().strip()
    hook.send(body=lines([row("1"), json.loads(seal) | row("2")]) + seal.encode() + b"\n" + lines([row("3")]))
    assert hook.collect() == ["1", "2", "3"]
    assert not hook.send(row("4"), key="stolen").duplicate


# --- once and not twice ---------------------------------------------------------------------------


def test_a_delivery_sent_again_is_taken_once_also_after_a_restart(hook: Hook) -> None:
    assert not hook.send(row("1"), key="a").duplicate
    assert hook.send(row("1"), key="a").duplicate
    assert hook.send(row("1")).duplicate, "known by its content"
    hook.restarted()
    assert hook.send(row("1"), key="a").duplicate
    assert hook.send(row("1"), key="b").duplicate
    assert hook.collect() == ["1"]


def test_two_processes_know_of_each_other(hook: Hook) -> None:
    other = hook.restarted()
    hook.restarted()
    hook.send(row("1"), key="a")
    body = lines([row("1")])
    assert other.receive(sign(SECRET, body, NOON), "a", body).duplicate


def test_a_key_belongs_to_one_body(hook: Hook) -> None:
    hook.send(row("1"), key="a")
    with pytest.raises(DeliveryRefused) as caught:
        hook.send(row("2"), key="a")
    assert caught.value.rule == "key_reused"
    for bad in ("", "two words", "k" * 201):
        with pytest.raises(DeliveryRefused):
            hook.send(row("3"), key=bad)
    assert hook.collect() == ["1"]


def test_what_is_known_is_forgotten_after_a_day(hook: Hook) -> None:
    hook.send(row("1"), key="a")
    hook.clock.advance(KEEP + timedelta(minutes=1))
    assert not hook.send(row("2"), key="a").duplicate
    assert not hook.send(row("1")).duplicate


# --- the spool ------------------------------------------------------------------------------------


def test_pages_end_within_deliveries_and_go_on_there(hook: Hook) -> None:
    for begin in range(0, 50, 5):
        hook.send(*(row(i) for i in range(begin, begin + 5)))
    assert [len(p.mentions) for p in hook.pages(limit=7)] == [7] * 7 + [1]
    assert hook.collect() == []
    hook.send(row("new"))
    assert hook.collect() == ["new"]


@pytest.mark.parametrize("lost", range(1, 200, 13))
def test_what_a_killed_writer_left_counts_for_nothing(hook: Hook, lost: int) -> None:
    hook.send(row("1"))
    hook.send(row("2"))
    (segment,) = hook.segments()
    whole = segment.read_bytes()
    os.truncate(segment, len(whole) - lost)
    hook.restarted()
    assert hook.collect() == ["1"]
    assert not hook.send(row("2")).duplicate, "it was never answered"
    assert segment.read_bytes() == whole
    assert hook.collect() == ["2"]


def test_an_end_without_its_middle_counts_for_nothing(hook: Hook) -> None:
    """A disk that lost power may have kept a later block and not an earlier one."""
    hook.send(row("1"))
    (segment,) = hook.segments()
    size = segment.stat().st_size
    hook.send(row("2", "x" * 5000))
    with segment.open("r+b") as file:
        file.seek(size + 1000)
        file.write(b"\0" * 2000)
    hook.restarted()
    assert hook.collect() == ["1"]
    assert not hook.send(row("2", "x" * 5000)).duplicate
    assert hook.collect() == ["2"]


def test_damage_in_the_middle_costs_only_the_rows_it_hit(hook: Hook) -> None:
    hook.send(row("1", "spoilt"), row("2"))
    hook.send(row("3"))
    (segment,) = hook.segments()
    spoilt = segment.read_bytes().replace(b'"text": "spoilt"', b'"text"; "spoilt"')
    segment.write_bytes(spoilt)
    hook.restarted()
    (page,) = hook.pages()
    assert [m.native_id for m in page.mentions] == ["2", "3"] and len(page.rejects) == 1
    hook.send(row("4"))
    assert hook.collect() == ["4"]


def test_segments_go_once_they_are_drained_and_a_day_old(hook: Hook) -> None:
    text = "x" * (LARGEST_BODY // 2)
    for i in range(2 * SEGMENT_BYTES // len(text) + 3):
        hook.send(row(i, text))
    assert len(hook.segments()) == 3
    first = hook.connector.fetch(Ask(None, limit=1))
    hook.clock.advance(KEEP + timedelta(days=400))
    hook.connector.fetch(Ask(None, resume=first.resume, limit=1))
    assert len(hook.segments()) == 3, "the first one is not drained"
    assert len(hook.collect()) == 2 * SEGMENT_BYTES // len(text) + 3
    assert len(hook.segments()) == 3, "what was read last may not be committed yet"
    assert hook.collect() == []
    assert hook.segments() == []
    hook.send(row("new"))
    assert hook.collect() == ["new"]


def test_young_segments_stay_though_they_are_drained(hook: Hook) -> None:
    hook.clock.advance(datetime.now(UTC) - NOON)
    hook.send(row("1"))
    hook.collect()
    hook.collect()
    assert len(hook.segments()) == 1


def test_a_clock_that_goes_back_and_an_emptied_folder_lose_nothing(hook: Hook) -> None:
    hook.send(row("1"))
    assert hook.collect() == ["1"]
    for segment in hook.segments():
        segment.unlink()
    hook.clock.advance(-timedelta(days=9))
    hook.restarted()
    hook.send(row("2"))
    assert hook.collect() == ["2"]
    for file in hook.folder.iterdir():
        file.unlink()
    hook.folder.rmdir()
    hook.clock.advance(timedelta(days=10))
    hook.restarted()
    hook.send(row("3"))
    assert hook.collect() == ["3"]


def test_a_full_spool_refuses_and_makes_room_when_it_is_collected(tmp_path: Path) -> None:
    hook = Hook(tmp_path, spool_limit_mb=6)
    hook.clock.advance(datetime.now(UTC) - NOON)
    text = "x" * (LARGEST_BODY // 2)
    taken = 0
    with pytest.raises(SpoolUnavailable):
        while True:
            hook.send(row(taken, text))
            taken += 1
    assert taken == 11
    assert len(hook.collect()) == taken
    hook.collect()
    assert not hook.send(row("more", text)).duplicate
    assert hook.collect() == ["more"]


def test_a_disk_that_is_full_keeps_nothing(hook: Hook) -> None:
    hook.folder.parent.joinpath("spool").write_text("a file")
    with pytest.raises(SpoolUnavailable):
        hook.send(row("1"))


def test_many_threads_at_once(hook: Hook) -> None:
    def send(name: int) -> None:
        for i in range(10):
            hook.send(row(f"{name}-{i}"))

    threads = [threading.Thread(target=send, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(hook.collect(limit=7)) == sorted(f"{name}-{i}" for name in range(4) for i in range(10))


def test_what_is_written_is_lines_of_json() -> None:
    found = read_delivery(lines([row("1"), {"id": 2}, row("3")]), ALL)
    data = encode(found.rows, "ab" * 32, "key", NOON)
    shapes = [next(iter(json.loads(line))) for line in data.splitlines()]
    assert shapes == ["row", "bad", "row", "delivery"]
    (delivery,) = whole_deliveries(data + b'{"row":{"half')
    assert [r.number for r in delivery.rows(0)] == [1, 2, 3] and delivery.end == len(data)


# --- the rest -------------------------------------------------------------------------------------


def test_replies_are_for_people(hook: Hook) -> None:
    post = Mention("forum", "1", "Lost bag", NOON, author="ann")
    assert hook.connector.can_reply(post, frozenset()).may_reply is MayReply.HANDOFF
    assert hook.connector.can_reply(post, frozenset({"Ann"})).rule == "webhook.own_post"


def test_check_says_what_waits(hook: Hook) -> None:
    assert hook.connector.check() == "ready to be sent deliveries; the spool holds 0.0 MB"
