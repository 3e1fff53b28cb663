"""The words of a digest: looked up when it is read, never kept with it.

What an author removes is gone from the store, and so from yesterday's digest too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.digest.numbers import Numbers
from monitor.domain.case import Case
from monitor.domain.conversation import Conversation
from monitor.domain.errors import NotFound
from monitor.store.session import Session


@dataclass(frozen=True, slots=True)
class PostWords:
    """One post, with the staff it names."""

    text: str
    author: str | None
    platform: str
    staff: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What the ids of `Numbers` stand for now. Whoever is missing was removed."""

    cases: Mapping[int, Case] = field(default_factory=dict)
    posts: Mapping[int, PostWords] = field(default_factory=dict)
    promises: Mapping[int, str] = field(default_factory=dict)
    in_full: tuple[Conversation, ...] = ()  # only those with a post of the customer that still stands


def words_for(session: Session, numbers: Numbers) -> Words:
    """The words behind every id of a digest."""
    pointed = [
        *(w.case_id for w in numbers.waiting.first),
        *(p.case_id for p in numbers.promises.first_overdue),
        *numbers.automation.case_ids,
        *numbers.noise.case_ids,
    ]
    conversations = (_conversation(session, case_id) for case_id in numbers.in_full.case_ids)
    return Words(
        cases=dict(_cases(session, pointed)),
        posts=dict(_posts(session, [p.mention_id for p in numbers.praise.first])),
        promises=dict(_promises(session, [p.promise_id for p in numbers.promises.first_overdue])),
        in_full=tuple(c for c in conversations if c is not None),
    )


def _cases(session: Session, ids: Iterable[int]) -> Iterable[tuple[int, Case]]:
    for case_id in sorted(set(ids)):
        conversation = _conversation(session, case_id)
        if conversation is not None:
            yield case_id, conversation.case


def _conversation(session: Session, case_id: int) -> Conversation | None:
    try:
        conversation = session.cases.conversation(case_id)
    except NotFound:
        return None  # erased
    return conversation if conversation.to_answer is not None else None


def _posts(session: Session, ids: Iterable[int]) -> Iterable[tuple[int, PostWords]]:
    for mention_id in ids:
        stored = session.mentions.get(mention_id)
        if stored is None or stored.removed_at is not None:
            continue
        reading = session.readings.latest(mention_id)
        named = dict.fromkeys(e.text for e in reading.entities if e.label == "STAFF") if reading else {}
        post = stored.mention
        yield mention_id, PostWords(post.text, post.author, post.platform, tuple(named))


def _promises(session: Session, ids: Iterable[int]) -> Iterable[tuple[int, str]]:
    for promise_id in ids:
        row = session.figures.row("figure_promise_text", {"id": promise_id})
        if row:
            yield promise_id, str(row["text"])
