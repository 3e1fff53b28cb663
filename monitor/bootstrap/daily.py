"""The digest, wired: figures, forms, delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from monitor.bootstrap.past import Past
from monitor.config.secrets import environment
from monitor.domain.errors import WrongUse
from monitor.stages.troubles import standing, troubles

if TYPE_CHECKING:
    from monitor.digest.figures import DigestFigures
    from monitor.digest.send import DeliveryReport
    from monitor.digest.view import DigestBrand
    from monitor.store.protocol import Store


class Daily(Past):
    """The managers' daily page."""

    def today(self) -> date:
        """The current day where the brand is."""
        return self.clock.now().astimezone(self.settings.brand.zone).date()

    def yesterday(self) -> date:
        """The last whole day where the brand is."""
        return self.today() - timedelta(days=1)

    def figures(self, day: date, store: Store | None = None) -> DigestFigures:
        """The figures of a day: as they were kept when it was over, or as they are now.

        `store`: as somebody sees it who sees some brands only; what was kept is about all of them.
        """
        from monitor.digest.figures import gather, kept

        settings, now = self.settings, self.clock.now()
        with (store or self.store).read() as session:
            watched = frozenset(s.name for s in settings.sources_on)
            figures = kept(session, day) or gather(
                session, day, settings.brand.zone, now, settings.brand.name, watched
            )
            found = standing(troubles(session), settings.sources, now)
        return replace(figures, troubles=found)

    def run_digest(self, day: date, form: str = "text", *, send: bool = False) -> str:
        """A day's digest as html, text, md or json; mailed as well when `send` says so.

        Raises WrongUse when there is nobody or no server to send it to, MailUndelivered.
        """
        from monitor.digest import render

        figures = self.figures(day)
        if send:
            self._send_digest(figures)
        forms = {"html": render.html, "text": render.text, "md": render.markdown, "json": render.json_text}
        return forms[form](figures, self._digest_brand)

    def digest_page(self, store: Store, day: date) -> str:
        """A day's digest for the inbox, about the brands that are in `store`."""
        from monitor.digest import render

        return render.html(self.figures(day, store), self._digest_brand)

    def digest_json(self, store: Store, day: date) -> str:
        """The same as JSON text."""
        from monitor.digest import render

        return render.json_text(self.figures(day, store), self._digest_brand)

    @property
    def _digest_brand(self) -> DigestBrand:
        from monitor.digest.view import DigestBrand

        return DigestBrand(self.settings.brand.name, self.settings.brand.zone, self.settings.web.public_url)

    def _send_digest(self, figures: DigestFigures) -> DeliveryReport:
        from monitor.digest.letter import VARIABLE, mail_server
        from monitor.digest.send import send

        settings = self.settings
        server = mail_server(environment(settings.folder))
        if server is None:
            raise WrongUse(
                "No mail server is set.", action=f"Set {VARIABLE}=smtps://user:password@host in .env."
            )
        if not settings.digest.recipients:
            raise WrongUse("[digest] names no recipients.", action='Set recipients = ["name@example.org"].')
        formats = tuple(f for f in settings.digest.formats if f != "json")
        return send(
            self.store,
            figures,
            self._digest_brand,
            settings.digest.recipients,
            server,
            self.clock,
            formats=formats,
        )

    def _daily(self) -> Mapping[str, int]:
        """Yesterday's digest: kept, and mailed to whoever should have it."""
        from monitor.digest.figures import keep

        figures = self.figures(self.yesterday())
        with self.store.write() as session:
            keep(session, figures)
        if not self.settings.digest.recipients:
            return {"kept": 1}
        report = self._send_digest(figures)
        return {"kept": 1, "sent": len(report.sent), "failed": len(report.failed) + len(report.refused)}
