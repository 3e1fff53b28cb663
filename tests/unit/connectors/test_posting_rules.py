"""What every platform that takes replies says about them: limits with their source, advice for every no."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from connectors import bluesky, mastodon, reddit, x
from connectors.base import PostingRules
from connectors.bluesky.posts import key_in
from connectors.mastodon.posts import id_in as mastodon_id_in
from connectors.reddit.limits import DECLINED
from connectors.reddit.posts import name_in
from connectors.registry import connector_class, kinds
from connectors.x.refusals import refusal_rule
from connectors.x.replies import id_in

ROOT = Path(__file__).resolve().parents[3] / "connectors"
POSTING = [kind for kind in kinds() if connector_class(kind).capabilities.can_post]
# Rules of reading and of `presszero doctor`: no reply was on its way.
READING = {"not_found", "other_account", "bad_token"}


def rules_of(kind: str) -> PostingRules:
    return connector_class(kind).posting  # type: ignore[attr-defined, no-any-return]


def named_in_the_code(kind: str) -> set[str]:
    source = "".join(
        f.read_text(encoding="utf-8") for f in (ROOT / kind).glob("*.py") if f.name != "advice.py"
    )
    found = set(re.findall(rf'(?:rule=|Declined\(|return |, )"({kind}\.[a-z_]+)"', source))
    if kind == "reddit":
        found |= {f"reddit.{name.lower()}" for name in DECLINED}
    if kind == "x":
        found |= {refusal_rule(status, "") for status in (400, 403)}
    return {rule for rule in found if rule.partition(".")[2] not in READING}


# Verdicts stand beside refusals in the same code; a verdict is no refusal.
VERDICTS = re.compile(
    r"\.(own|own_post|summoned|repost|never|author_gone|locked|archived|allow_list|tagged|mentioned)$"
)


@pytest.mark.parametrize("kind", POSTING)
def test_every_refusal_has_its_advice(kind: str) -> None:
    needed = {rule for rule in named_in_the_code(kind) if not VERDICTS.search(rule)}
    assert needed
    assert needed - set(rules_of(kind).advice) == set()
    for rule, advice in rules_of(kind).advice.items():
        assert rule.startswith(f"{kind}.") and advice.endswith("."), rule
        assert len(advice) <= 120, f"{rule}: a tired agent reads this"


@pytest.mark.parametrize("kind", [k for k in POSTING if k != "archive"])
def test_every_platform_has_a_write_budget_and_a_time_to_settle(kind: str) -> None:
    rules = rules_of(kind)
    assert rules.writes and all(limit.count > 0 and limit.source for limit in rules.writes)
    assert timedelta(minutes=1) <= rules.settles <= timedelta(minutes=15)


def test_the_write_budgets_are_those_of_the_platforms() -> None:
    budgets = {k: [(w.count, w.per) for w in rules_of(k).writes] for k in POSTING}
    assert budgets["x"] == [(100, timedelta(minutes=15)), (300, timedelta(hours=3))]
    assert budgets["bluesky"] == [(1666, timedelta(hours=1)), (11_666, timedelta(days=1))]
    assert budgets["mastodon"] == [(300, timedelta(hours=3))]
    assert budgets["reddit"] == [(250, timedelta(minutes=10))]


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (id_in("https://x.com/northwindair/status/1790000000000000001"), "1790000000000000001"),
        (id_in(" https://twitter.com/a/status/17?s=20 "), "17"),
        (id_in("https://x.com/northwindair"), None),
        (id_in("https://evil.example/x.com/a/status/17"), None),
        (name_in("https://www.reddit.com/r/air/comments/abc/lost_bag/def/"), "t1_def"),
        (name_in("https://old.reddit.com/r/air/comments/abc/lost_bag/?sort=new"), "t3_abc"),
        (name_in("https://www.reddit.com/r/air/"), None),
        (key_in("https://bsky.app/profile/northwind.example/post/3kabc", "northwind.example"), "3kabc"),
        (key_in("https://bsky.app/profile/did:plc:abc/post/3kabc", "northwind.example"), "3kabc"),
        (key_in("https://bsky.app/profile/other.example/post/3kabc", "northwind.example"), None),
        (mastodon_id_in("https://m.example/@care/1160", "https://m.example"), "1160"),
        (mastodon_id_in("https://m.example/web/@care@m.example/1160", "https://m.example/"), "1160"),
        (mastodon_id_in("https://other.example/@care/1160", "https://m.example"), None),
        (mastodon_id_in("https://m.example/about", "https://m.example"), None),
    ],
)
def test_a_web_address_tells_which_post_it_is(found: str | None, wanted: str | None) -> None:
    assert found == wanted


def test_the_modules_are_those_of_the_kinds() -> None:
    assert {m.__name__.rpartition(".")[2] for m in (bluesky, mastodon, reddit, x)} <= set(POSTING)
