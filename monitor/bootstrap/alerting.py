"""Alerts, wired: what is watched, who hears of it, and what is said when the database takes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import structlog

from monitor.bootstrap.telling import Telling
from monitor.domain.alert import AlertKind
from monitor.stages import alerting
from monitor.stages.alerting import Watch

if TYPE_CHECKING:
    from monitor.stages.alerting import Carrier

log = structlog.get_logger("presszero.alerts")

# While the database takes nothing, people are told of it so often: nothing can be kept about who knows.
WITHOUT_STORE_EVERY = timedelta(hours=1)


class Alerting(Telling):
    """What reaches people wherever they are."""

    @cached_property
    def watch(self) -> Watch:
        """The settings of alerts. Looking begins with the first use."""
        settings = self.settings
        return Watch(
            rota=settings.alerts.rota_in(settings.brand.zone),
            channels=settings.channels,
            routes=settings.alerts.ways,
            patience=settings.alerts.patience,
            sources=settings.sources,
            zone=settings.brand.zone,
            public_url=settings.web.public_url,
            many_brands=len(settings.brand.every) > 1,
            folder=self.database.parent,
            started=self.clock.now(),
        )

    @cached_property
    def carrier(self) -> Carrier:
        """What carries messages."""
        from monitor.stages.alerting.carrying import AppriseCarrier

        return AppriseCarrier()

    @cached_property
    def _told_without_store(self) -> list[datetime]:
        return []

    def run_alerts(self) -> Mapping[str, int]:
        """Looks, and sends what is due. When the database does not let us, people hear of that."""
        try:
            found = alerting.notice(self.store, self.watch, self.clock)
            sent = alerting.send(self.store, self.watch, self.carrier, self.clock)
        except Exception as error:
            self._without_store(error)
            raise
        self._told_without_store.clear()
        return {"raised": found.raised, "sent": sent.sent, "failed": sent.failed}

    def _without_store(self, error: Exception) -> None:
        now, told = self.clock.now(), self._told_without_store
        if told and now - told[-1] < WITHOUT_STORE_EVERY:
            return
        told.append(now)
        body = f"Alerts can't be kept ({type(error).__name__}). Nothing is collected or sent: see the log."
        for channel in self.watch.whom(AlertKind.STORE, None, now, ()):
            why = self.carrier.carry(channel.address, "Press Zero: the database is in trouble", body)
            if why is not None:
                log.error("alert not taken", channel=channel.name, why=why)
