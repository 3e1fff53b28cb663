"""What a person says of a reply whose outcome is unknown: it is there, it isn't, or look once more."""

from __future__ import annotations

from datetime import timedelta

from monitor.domain.draft import Draft, DraftState
from monitor.domain.errors import ForbiddenTransition, WrongUse
from monitor.domain.mention import MentionKey
from monitor.domain.moments import Clock, say_duration
from monitor.domain.posting import Attempt, AttemptState, Posted
from monitor.domain.preflight import ABSENT, LOOKING
from monitor.stages.publish.reconciling import reply_of
from monitor.stages.publish.recording import not_posted, posted
from monitor.store.protocol import Store
from monitor.store.session import Session


def found(
    store: Store, draft_id: int, user: str, url: str, native_id: str, handle: str | None, clock: Clock
) -> Draft:
    """A person saw it at `url`: it was posted, as `native_id`. Raises ForbiddenTransition, WrongUse.

    `handle` is our name there, for the post that now belongs to the case.
    """
    now = clock.now()
    with store.write() as session:
        draft, attempt = _unknown(session, draft_id)
        theirs = session.mentions.by_key(MentionKey(draft.platform, native_id))
        if theirs is not None and not theirs.own:
            raise WrongUse(
                "That is the customer's own post.",
                action="Give the address of our reply, not of what it answers.",
            )
        if session.drafts.posted_as(native_id) is not None:
            raise WrongUse(
                f"That post is another reply of ours, which is recorded already: {url}",
                action="Look for the one under this customer's post.",
            )
        result = Posted(native_id, max(attempt.started_at, draft.created_at), url)
        posted(session, attempt, reply_of(session, attempt), result, handle, now, by=user)
        return session.drafts.get(draft_id)


def absent(store: Store, draft_id: int, user: str, settles: timedelta, clock: Clock) -> Draft:
    """A person looked and it is not there: it goes back to be approved again.

    `settles` is how long the platform may take to show a post; before that nobody can know. Raises
    ForbiddenTransition.
    """
    now = clock.now()
    with store.write() as session:
        draft, attempt = _unknown(session, draft_id)
        known_at = attempt.started_at + settles
        if now < known_at:
            raise ForbiddenTransition(
                f"It may still turn up: {draft.platform} may take {say_duration(settles)} to show a post.",
                action=f"Look again in {say_duration(known_at - now)}.",
            )
        why = f"{user} looked, and it is not there."
        not_posted(session, attempt, AttemptState.ABSENT, DraftState.EDITED, why, now, ABSENT, by=user)
        return session.drafts.get(draft_id)


def look(store: Store, draft_id: int, user: str, clock: Clock) -> Draft:
    """The publisher looks once more at once, whatever its schedule. Raises ForbiddenTransition."""
    now = clock.now()
    with store.write() as session:
        draft, attempt = _unknown(session, draft_id)
        session.outgoing.looked(attempt.id, attempt.looks, now)
        session.audit.record(now, user, "attempt.look", f"draft:{draft_id}", attempt=attempt.id)
        return session.drafts.move(draft, DraftState.UNKNOWN, now, reason=attempt.detail, reason_code=LOOKING)


def _unknown(session: Session, draft_id: int) -> tuple[Draft, Attempt]:
    draft = session.drafts.get(draft_id)
    attempt = session.drafts.last_attempt(draft_id)
    if draft.state is not DraftState.UNKNOWN or attempt is None:
        raise ForbiddenTransition(f"Draft {draft_id} is {draft.state}: its outcome is no open question.")
    return draft, attempt
