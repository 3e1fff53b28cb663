"""What the tests of sending share: a reply that is due, one with a price, one that left just now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from connectors.base import PostingRules, WriteLimit
from monitor.domain.draft import Draft, DraftState
from monitor.domain.mention import Mention
from monitor.domain.posting import OutgoingReply, Prepared, Unknown
from tests.integration.stages.house import House, Platform


def due(house: House, post: str) -> Draft:
    """Approved, and its undo window is over."""
    draft = house.the_draft(post)
    house.approve(draft.id)
    house.clock.forward(seconds=16)
    return draft


def last(house: House, post: str) -> Draft:
    return house.drafts(post)[-1]


def mention(
    house: House, native_id: str, text: str, *, author: str = "brand", to: str | None = None
) -> Mention:
    now = house.clock.now()
    url = f"https://x.com/{author}/status/{native_id}"
    return Mention("x", native_id, text, now, author, f"id-{author}", url=url, in_reply_to=to)


@dataclass
class Priced(Platform):
    """Every reply has a link, and costs accordingly."""

    def prepare(self, reply: OutgoingReply) -> Prepared:
        return replace(super().prepare(reply), cost_usd=0.20)


def limited(house: House, count: int, per: timedelta) -> None:
    house.platform.posting = PostingRules((WriteLimit(count, per, "a test"),))  # type: ignore[attr-defined]


def earlier(house: House, *, answer: Unknown | None = None) -> str:
    """Another reply of the same account left just now."""
    other = house.write("lost as well", author="eve")
    house.work()
    if answer is not None:
        house.platform.answers = [answer]
    with house.store.write() as session:  # ours waits, so that only the other one leaves
        for draft in session.drafts.in_state(DraftState.APPROVED):
            session.drafts.move(
                draft,
                DraftState.APPROVED,
                house.clock.now(),
                send_after=house.clock.now() + timedelta(minutes=1),
            )
    house.send(house.the_draft(other).id)
    house.clock.forward(minutes=1)
    return other
