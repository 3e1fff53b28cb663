"""The editor of a reply: its text, its length by the platform's own count, and what lint finds in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.domain.conversation import Conversation
from monitor.domain.draft import AWAITING_PERSON, Draft, DraftState
from monitor.domain.posting import ReplyPrice
from monitor.stages.review import tidy
from monitor.web.services import Finding, WebServices

BLOCKING = frozenset({"block", "blocking", "error", "stop"})


@dataclass(frozen=True, slots=True)
class Editor:
    """What the editor shows. `limit` None: nothing is known of one."""

    text: str
    length: int
    limit: int | None
    findings: Sequence[Finding]
    own_words: bool  # True when these are the person's words, not yet saved
    price: ReplyPrice | None = None  # what posting it costs

    @property
    def over(self) -> int:
        """By how much the text is too long; 0 when it fits."""
        return max(0, self.length - self.limit) if self.limit is not None else 0

    @property
    def blocked(self) -> bool:
        """Whether a finding stops the approval unless a reason is given."""
        return any(is_blocking(f) for f in self.findings)


def is_blocking(finding: Finding) -> bool:
    """Whether a finding stops an approval."""
    return finding.level in BLOCKING


def source_of(services: WebServices, conversation: Conversation, draft: Draft | None) -> str:
    """The source whose account posts the reply."""
    if draft is not None:
        return draft.source
    chosen = services.reply_source(conversation.case) if services.reply_source else None
    return chosen or conversation.case.source


def _measured(
    services: WebServices, conversation: Conversation, draft: Draft | None, text: str
) -> tuple[int, int] | None:
    if services.measure is None:
        return None
    return services.measure(source_of(services, conversation, draft), conversation.case.platform, text)


def editor_of(
    services: WebServices, conversation: Conversation, draft: Draft | None, user: str, text: str | None
) -> Editor:
    """The editor for a case. `text`: what the person has typed, if it is more than what is stored."""
    stored = draft.text if draft else ""
    shown = tidy(text) if text is not None else stored
    measured = _measured(services, conversation, draft, shown)
    length, limit = measured or (len(shown), None)
    editable = draft is None or draft.state in AWAITING_PERSON or draft.state is DraftState.UNKNOWN
    findings = services.lint(shown, conversation, draft, user) if services.lint and shown and editable else ()
    price = services.price(conversation.case, shown) if services.price else None
    return Editor(shown, length, limit, findings, own_words=shown != stored, price=price)
