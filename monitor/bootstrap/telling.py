"""Webhooks, wired: who hears of events, and what carries them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from monitor.bootstrap.daily import Daily
from monitor.domain.errors import NotFound
from monitor.stages import telling
from monitor.stages.telling import Subscription

if TYPE_CHECKING:
    from monitor.incident.storms import StormReport
    from monitor.stages.telling import Answer, Courier
    from monitor.store.outbox import Delivery


class Telling(Daily):
    """What leaves the house besides replies."""

    @cached_property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """The webhooks that are switched on."""
        return tuple(
            Subscription(
                name=hook.name,
                address=hook.address,
                secrets=tuple(secret.get_secret_value() for secret in hook.secrets),
                events=hook.events,
                allow_private=hook.allow_private,
                timeout=hook.timeout,
                retry_for=hook.retry_for,
            )
            for hook in self.settings.webhooks
            if hook.enabled
        )

    @cached_property
    def courier(self) -> Courier:
        """What carries events to webhooks."""
        from monitor.stages.telling.courier import HttpCourier

        return HttpCourier()

    def subscription(self, name: str) -> Subscription:
        """One webhook that is switched on. Raises NotFound."""
        found = next((s for s in self.subscriptions if s.name == name), None)
        if found is None:
            names = ", ".join(s.name for s in self.subscriptions) or "none"
            raise NotFound(
                f"There is no webhook {name!r} that is switched on.", action=f"There are: {names}."
            )
        return found

    def run_storms(self) -> StormReport:
        """Looks whether customers begin far more cases than usual."""
        from monitor.incident.storms import watch

        return watch(self.store, self.clock)

    def run_webhooks(self) -> Mapping[str, int]:
        """Hands events on until none waits, then sends what is due."""
        brand, public_url = self.settings.brand.name, self.settings.web.public_url
        handed = 0
        while done := telling.hand_on(
            self.store, self.subscriptions, self.clock, brand=brand, public_url=public_url
        ):
            handed += done
        report = telling.deliver(self.store, self.subscriptions, self.courier, self.clock)
        return {
            "events": handed if self.subscriptions else 0,
            "delivered": report.delivered,
            "failed": report.failed,
        }

    def ping(self, name: str, by: str) -> Answer:
        """Sends a test event to a webhook now. Raises NotFound."""
        to = self.subscription(name)
        return telling.ping(self.store, to, self.courier, self.clock, brand=self.settings.brand.name, by=by)

    def resend(self, delivery_id: int, by: str) -> Delivery:
        """Sends a delivery that has ended once more. Raises NotFound, ForbiddenTransition."""
        return telling.resend(self.store, delivery_id, self.subscriptions, self.clock, by=by)
