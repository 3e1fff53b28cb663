"""How replies go out: through which account, from which purse, when; and what to do when one doesn't."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.base import Addressed, PostingRules, Publisher, SourceConfig
from connectors.registry import connector_class, kinds
from monitor.bootstrap.macros import MacroDesk
from monitor.domain.case import Case
from monitor.domain.casework import moment_meant
from monitor.domain.errors import WrongUse
from monitor.domain.preflight import advice_for
from monitor.domain.reading import Urgency
from monitor.stages.publish import Outlet, Policy, Purse

# What may be said instead of a moment to send at.
OPEN, NOW = "open", "now"

# What replies cost is counted under the source's name with this, where they have a budget of their own.
REPLIES = "+replies"

UNKNOWN_RULE = "Read the platform's words; edit the reply and approve it again, or hand it off."


class Outbound(MacroDesk):
    """Answers from the settings and the connectors' rules."""

    def route(self, source: str, platform: str) -> Outlet | None:
        """Where a reply to a post of that source goes out, or None where nothing can be posted."""
        if source not in self._one_at_a_time:
            return None
        writer: object = self.writer(source)
        if not isinstance(writer, Publisher):
            return None
        config = self.settings.source(source)
        account = self.settings.account_of(config)
        handles = self.settings.brand.handles.get(platform, ())
        return Outlet(
            publisher=writer,
            handle=(account.handle if account else None) or (handles[0] if handles else None),
            account=config.account or source,
            ours=self.settings.own_handles(platform),
            purse=self._purse(config),
            judge=self.judge,
        )

    def outlets(self) -> list[Outlet]:
        """Every way out, one for each source that can post."""
        found = []
        for source in self.settings.sources:
            platform = self._platform_of(source)
            outlet = self.route(source.name, platform)
            if outlet is not None:
                found.append(outlet)
        return found

    def _platform_of(self, source: SourceConfig) -> str:
        account = self.settings.account_of(source)
        return account.platform if account else source.kind

    def settles(self, source: str, platform: str) -> timedelta:
        """How long a reply that landed may take to show on its platform."""
        outlet = self.route(source, platform)
        return outlet.rules.settles if outlet else timedelta(0)

    def native_id_in(self, source: str, url: str) -> str:
        """Which post is at a web address. Raises WrongUse when that is no post of the source's platform."""
        writer: object = self.writer(source) if source in self._one_at_a_time else None
        found = writer.native_id_in(url) if isinstance(writer, Addressed) else None
        if found is None:
            raise WrongUse(
                f"{url!r} is no address of a post that {source} could have made.",
                action="Open our reply on the platform and copy its address from there.",
            )
        return found

    def send_at(self, case: Case, asked: str | None) -> datetime | None:
        """When an approved reply should leave (aware UTC), None for at once. Raises WrongUse.

        `asked`: a moment as people write it, ``open`` (when business hours begin), ``now`` (even outside
        them), or nothing: then `[publish] business_hours_only` decides.
        """
        now, hours = self.clock.now(), self.settings.brand.hours
        asked = (asked or "").strip()
        if asked == NOW:
            return None
        if asked and asked != OPEN:
            return moment_meant(asked, now, self.settings.brand.zone)
        can_wait = self.settings.publish.business_hours_only and case.urgency.rank > Urgency.P1.rank
        if not asked and not can_wait:
            return None
        opening = hours.opening(now)
        return opening if opening > now else None

    def say_moment(self, moment: datetime) -> str:
        """A moment as people say it, in the brand's time zone: ``09:00 tomorrow (Berlin time)``."""
        from monitor.respond.hours import say_due

        return say_due(moment, self.clock.now(), self.settings.brand.zone)

    def _purse(self, source: SourceConfig) -> Purse:
        """Replies have a purse of their own where one is set; else they are paid as reading is."""
        budget = self.settings.publish.budget_per_day
        if budget is not None:
            return Purse(f"{source.name}{REPLIES}", budget, REPLIES)
        return Purse(source.name, source.budget_per_day)

    def advise(self, code: str | None) -> str | None:
        """What a person should do about a reason why a reply was not sent, or None for a code without any."""
        if code is None:
            return None
        found = advice_for(code)
        kind = code.partition(".")[0]
        if found is None and kind in kinds():
            rules = getattr(connector_class(kind), "posting", PostingRules())
            return str(rules.advice.get(code, UNKNOWN_RULE))
        return found

    @property
    def policy(self) -> Policy:
        """How replies leave, as configured."""
        how = self.settings.publish
        return Policy(
            lease=how.lease,
            pacing=how.pacing,
            pacing_on=how.pacing_on,
            looks=how.looks,
            approval_lasts=how.approval_lasts,
        )
