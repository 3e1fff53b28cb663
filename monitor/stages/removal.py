"""Removal: what is deleted at the source is deleted here, wherever its words have gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.domain.case import CaseStatus, Outcome
from monitor.domain.draft import TRANSITIONS, DraftState
from monitor.domain.mention import MentionKey
from monitor.store.session import Session

TOMBSTONE = "(removed by its author)"


def remove_post(
    session: Session, key: MentionKey, now: datetime, reason: str, *, noticed_at: datetime | None = None
) -> bool:
    """Empties a stored post and everything that repeats its words; False when there was nothing left.

    The case keeps its times and its outcome. A draft that was not sent is withdrawn and emptied;
    a reply that was posted is ours and stays. The deletion ledger keeps when and why.
    """
    stored = session.mentions.by_key(key)
    mention_id = session.mentions.remove(key, at=now, reason=reason)
    if stored is None or not mention_id:
        return False
    session.rechecks.drop(mention_id)
    session.rechecks.unquote(key)
    session.rechecks.deleted(stored, noticed_at or now, now, reason)
    case = session.cases.of_mention(mention_id)
    session.audit.record(now, "machine:collect", "mention.removed", f"mention:{mention_id}", reason=reason)
    if case is None:
        return True
    draft = session.drafts.live_of(case.id)
    if draft is not None and DraftState.WITHDRAWN in TRANSITIONS[draft.state]:
        session.drafts.move(draft, DraftState.WITHDRAWN, now, reason="the post was removed")
    session.drafts.purge_withdrawn(case.id)
    session.cases.clear_withheld(case.id)
    session.attention.forget_words(case.id)
    conversation = session.cases.conversation(case.id)
    if conversation.to_answer is None:
        case = session.cases.update(replace(case, title=TOMBSTONE, customer_handle=None))
        if case.status is not CaseStatus.DONE:
            case = session.cases.settle(case, Outcome.SOURCE_DELETED, now, "every post was removed")
        session.cases.relane(case, None)
        session.cases.forget_customer(case.id)
    else:
        session.cases.update(replace(case, title=title_of(conversation.to_answer.mention.text)))
    return True


def title_of(text: str, length: int = 140) -> str:
    """The customer's own words, in one line, without the handles they start with."""
    words = text.split()
    while len(words) > 1 and words[0].startswith(("@", "u/")):
        words.pop(0)
    line = " ".join(words)
    return line if len(line) <= length else line[: length - 1].rsplit(" ", 1)[0] + "…"
