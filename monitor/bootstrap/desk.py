"""What the stages and the pages ask: whose post is this, may we reply, how long, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import structlog
from pydantic import SecretStr

from connectors.base import (
    Handoff,
    ManyPlatforms,
    PricedReply,
    Publisher,
)
from monitor.bootstrap.parts import Parts
from monitor.config.secrets import environment
from monitor.domain.case import Case
from monitor.domain.conversation import Conversation
from monitor.domain.draft import Draft, Move, PromisePlan, Proposal
from monitor.domain.mention import Mention
from monitor.domain.naming import Naming
from monitor.domain.posting import ReplyPrice
from monitor.domain.verdict import MayReply, Verdict
from monitor.respond.similar import Said
from monitor.stages import draft as drafting
from monitor.stages.review import LATELY
from monitor.stages.verdict import verdict_of

if TYPE_CHECKING:
    from monitor.respond.explain import Explanation
    from monitor.respond.lint import Finding
    from monitor.respond.rewording import LanguageModel, Rewriter
    from monitor.respond.snippets import Snippet


log = structlog.get_logger("presszero.respond")

LLM_KEY = "PRESSZERO_LLM_KEY"

# Where nothing can be posted nothing limits the length either; a person posts it by hand.
NO_LIMIT = 5000

# A case that came from a source nobody has configured any more can still be answered by hand.
GONE = Verdict(
    MayReply.HANDOFF, "source.gone", "The source this came from is no longer configured.", "config.toml"
)


class Desk(Parts):
    """Answers from the settings, the connectors and the responder."""

    def is_own(self, mention: Mention) -> bool:
        """Whether one of the brand's accounts wrote this."""
        handles = self.settings.own_handles(mention.platform)
        return any(
            name and name.lstrip("@").lower() in handles for name in (mention.author, mention.author_id)
        )

    @cached_property
    def naming(self) -> Naming:
        """Tells posts about somebody with a name like ours (`[brand] exclude`) from those about us."""
        brand = self.settings.brand
        return Naming((brand.name, *brand.aliases, *self.settings.every_handle), brand.exclude)

    def judge(self, source: str, mention: Mention) -> Verdict:
        """May we reply to this post?"""
        if source not in self._one_at_a_time:
            return GONE
        return self.connector(source).can_reply(mention, self.settings.own_handles(mention.platform))

    def verdict(self, conversation: Conversation) -> Verdict:
        """May we reply to this case, as it stands now? With the rule in a sentence and its source."""
        with self.store.read() as session:
            return verdict_of(session, conversation, self.judge)

    def price(self, case: Case, text: str) -> ReplyPrice | None:
        """What posting `text` in this case costs; None where it is free, or a person posts it by hand."""
        if case.source not in self._one_at_a_time or case.verdict != MayReply.POSTABLE.value:
            return None
        connector: object = self.connector(case.source)
        return connector.reply_price(text) if isinstance(connector, PricedReply) and text else None

    def measure(self, source: str, platform: str, text: str) -> tuple[int, int]:
        """(length, limit) of a reply by the count of the platform it goes to."""
        connector: object = self.connector(source) if source in self._one_at_a_time else None
        if isinstance(connector, ManyPlatforms):
            return connector.measure_on(platform, text)
        return connector.measure(text) if isinstance(connector, Publisher) else (len(text), NO_LIMIT)

    def handoff_url(self, conversation: Conversation, text: str) -> str | None:
        """The platform's own reply window with the text in it, where it has one."""
        source, turn = conversation.case.source, conversation.to_answer
        if source not in self._one_at_a_time or turn is None:
            return None
        connector = self.connector(source)
        if isinstance(connector, Handoff):
            return connector.handoff_url(turn.mention.native_id, text)
        return turn.mention.url

    def explain_rule(self, rule: str) -> str | None:
        """What a rule of the reading is there for, in its author's words; None for other rules."""
        return self._reasons.get(rule)

    @cached_property
    def _reasons(self) -> dict[str, str]:
        from nlp.rulefile import read_rules

        return {rule.id: rule.why for rule in read_rules()}

    def compose(
        self, conversation: Conversation, now: datetime, recent: Said
    ) -> Proposal | drafting.Withheld:
        """One draft, or why there must be none. A language model may reword it, where one is configured."""
        found = self._propose(conversation, now, recent, 1)
        if not isinstance(found, list):
            return found
        return self.rewriter.reword(found[0], conversation) if self.rewriter else found[0]

    @cached_property
    def rewriter(self) -> Rewriter | None:
        """Rewords drafts; None where no model is configured, or it can't be used."""
        from monitor.respond.rewording import ModelFailed, Rewriter

        try:
            model = self.language_model()
        except ModelFailed as error:
            log.warning("language_model", error=str(error))
            return None
        if model is None:
            return None
        return Rewriter(model, self.responder.voice, self._faults, self.clock, self._rewordings_left)

    def language_model(self) -> LanguageModel | None:
        """The model of `[respond.llm]`, or None without one. Raises ModelFailed."""
        from monitor.respond.rewording import LanguageModel

        told = self.settings.respond.llm
        if told.model is None:
            return None
        given = environment(self.settings.folder).get(LLM_KEY)
        key = SecretStr(given) if given else None
        return LanguageModel(told.model, base_url=told.base_url, key=key, timeout=told.timeout)

    def _rewordings_left(self) -> int:
        midnight = self.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        with self.store.read() as session:
            return self.settings.respond.llm.per_day - session.drafts.reworded_since(midnight)

    def _faults(self, proposal: Proposal, conversation: Conversation, now: datetime) -> list[Finding]:
        case = conversation.case
        return self.responder.faults(
            proposal, conversation, lambda text: self.measure(case.source, case.platform, text), now
        )

    def proposals(
        self, conversation: Conversation, count: int, beside: Sequence[str] = ()
    ) -> list[Proposal] | drafting.Withheld:
        """Up to `count` drafts, unlike each other and the texts `beside` them, or why there must be none."""
        with self.store.read() as session:
            recent = Said(session.drafts.recent_texts(self.clock.now() - LATELY))
        return self._propose(conversation, self.clock.now(), recent, count, beside)

    def explain(self, conversation: Conversation, said: Sequence[Move]) -> Explanation | None:
        """Why a draft of these moves says what it says; None where there must be none."""
        from monitor.respond.explain import explanation_of
        from monitor.respond.plan import Plan

        plan = self.responder.plan(conversation, self.clock.now())
        return explanation_of(plan, said) if isinstance(plan, Plan) else None

    def candidates(self, conversation: Conversation, count: int = 3) -> list[Proposal]:
        """Up to `count` drafts beside the one there is, for a person to choose from; or none."""
        with self.store.read() as session:
            live = session.drafts.live_of(conversation.case.id)
        found = self.proposals(conversation, count, [live.text] if live else [])
        return found if isinstance(found, list) else []

    def snippets(self, conversation: Conversation) -> list[Snippet]:
        """Facts and macros that a person may put into a reply to this conversation."""
        from monitor.respond.snippets import snippets

        with self.store.read() as session:
            suspended = frozenset(session.macros.suspended())
        return snippets(self.responder, conversation, self.clock.now(), suspended)

    def _propose(
        self,
        conversation: Conversation,
        now: datetime,
        recent: Said,
        count: int,
        beside: Sequence[str] = (),
    ) -> list[Proposal] | drafting.Withheld:
        case = conversation.case
        with self.store.read() as session:
            suspended = session.macros.suspended()
        return self.responder.propose(
            conversation,
            limit_of=lambda text: self.measure(case.source, case.platform, text),
            now=now,
            recent=recent,
            candidates=count,
            suspended=suspended,
            beside=beside,
        )

    def promised(self, text: str, user: str) -> PromisePlan | None:
        """What a person's own words promise, if they name a time (`monitor.stages.review.Promised`)."""
        from monitor.respond.lint.promised import promised_in

        return promised_in(text, self.clock.now(), self.settings.brand.hours, user)

    def lint(self, text: str, conversation: Conversation, draft: Draft | None, user: str) -> list[Finding]:
        """What is wrong with a text as a reply to this conversation, if `user` approved it."""
        with self.store.read() as session:
            recent = session.drafts.sent_texts(self.clock.now() - LATELY)
        return self._findings(text, conversation, draft, user, recent)

    def check(
        self, text: str, conversation: Conversation, draft: Draft, user: str, recent: Sequence[str]
    ) -> list[Finding]:
        """The findings that stop an approval (`monitor.stages.review.Check`)."""
        found = self._findings(text, conversation, draft, user, recent)
        return [f for f in found if f.level == "block"]

    def _findings(
        self, text: str, conversation: Conversation, draft: Draft | None, user: str, recent: Sequence[str]
    ) -> list[Finding]:
        from monitor.respond.lint import lint

        case = conversation.case
        planned = None
        if draft is not None and draft.macro:
            planned = Proposal(draft.text, draft.macro, draft.moves, draft.promise)
        itself = {text, draft.text} if draft else {text}
        return lint(
            text,
            conversation=conversation,
            voice=self.responder.voice,
            measure=lambda words: self.measure(case.source, case.platform, words),
            approver=user,
            recent_texts=[t for t in recent if t not in itself],
            planned=planned,
            now=self.clock.now(),
            hours=self.settings.brand.hours,
        )
