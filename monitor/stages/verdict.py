"""verdict: may we reply here, now? The platform's rule, then what has happened between us since.

Asked before anything is drafted, when a page is shown, and again inside the transaction of an approval.
Makes no request.
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.domain.conversation import Conversation
from monitor.domain.mention import Mention
from monitor.domain.verdict import MayReply, Verdict
from monitor.store.session import Session

# May we reply to this post? (source name, mention) → the platform's verdict
Judge = Callable[[str, Mention], Verdict]

OPT_OUT = Verdict(
    MayReply.LISTEN_ONLY,
    "author.opted_out",
    "This person asked us to stop replying; that is for ever.",
    "X automation rules and Reddit bottiquette: honour opt-outs at once",
)
GONE = Verdict(
    MayReply.LISTEN_ONLY, "post.gone", "Every post of theirs is gone: there is nothing left to answer."
)
ANSWERED = Verdict(
    MayReply.HANDOFF,
    "interaction.answered",
    "We have answered, and they have not written since: a second reply is a person's to post.",
    "X automation rules: one automated reply per interaction",
)


def verdict_of(session: Session, conversation: Conversation, judge: Judge | None) -> Verdict:
    """The verdict on a case as it stands in this session. Without a judge: the stored one of the platform."""
    case, turn = conversation.case, conversation.to_answer
    if session.mentions.opted_out(case.platform, case.customer):
        return OPT_OUT
    if turn is None:
        return GONE
    if judge is None:
        platforms = Verdict(MayReply(case.verdict), case.verdict_rule, "")
    else:
        platforms = judge(case.source, turn.mention)
    if platforms.may_reply is MayReply.POSTABLE and conversation.is_answered:
        return ANSWERED
    return platforms
