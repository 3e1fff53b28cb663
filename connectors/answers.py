"""The look at the thread before a reply is sent: has somebody of ours answered meanwhile?

A colleague may have answered by hand, in the platform's own app; or an earlier try of this very reply
may have arrived late. Either way the customer must not get a second one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from monitor.domain.errors import AnsweredMeanwhile
from monitor.domain.mention import Mention
from monitor.domain.posting import OutgoingReply, Posted


def check_unanswered(
    reply: OutgoingReply, thread: Iterable[Mention], same_words: Callable[[str, str], bool], *us: str | None
) -> None:
    """Raises AnsweredMeanwhile when a post of ours that the approver had not seen answers the customer.

    `us` are names of the posting account besides `reply.ours`; `same_words` compares two texts as the
    platform may have changed them.
    """
    names = reply.ours | {name.lstrip("@").lower() for name in us if name}
    theirs = reply.theirs | {reply.in_reply_to}
    answers = [m for m in thread if _is_ours(m, names) and m.in_reply_to in theirs]
    new = sorted((m for m in answers if m.native_id not in reply.known), key=lambda m: m.created_at)
    if not new:
        return
    last = new[-1]
    itself = next((m for m in new if _is(m, reply, same_words)), None)
    where = f": {last.url}" if last.url else ""
    raise AnsweredMeanwhile(
        f"{last.author or 'We'} answered them on {reply.platform} at {last.created_at:%H:%M} UTC{where}",
        posts=new,
        itself=Posted(itself.native_id, itself.created_at, itself.url) if itself else None,
    )


def _is_ours(mention: Mention, names: frozenset[str]) -> bool:
    return any(name and name.lstrip("@").lower() in names for name in (mention.author, mention.author_id))


def _is(mention: Mention, reply: OutgoingReply, same_words: Callable[[str, str], bool]) -> bool:
    return mention.in_reply_to == reply.in_reply_to and same_words(mention.text, reply.text)
