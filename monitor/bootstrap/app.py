"""The application: what the scheduler calls, the inbox, and how it all ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.bootstrap.alerting import Alerting
from monitor.config.provider import SECRET as OIDC_SECRET
from monitor.config.secrets import environment
from monitor.domain.errors import SecretKeyUnusable
from monitor.stages import context as explaining
from monitor.stages import recheck as rechecking

if TYPE_CHECKING:
    from fastapi import FastAPI

    from monitor.runtime.inline import Jobs
    from monitor.web.hooks import Hook
    from monitor.web.provider import Provider

# How often the scheduler looks for stored posts whose turn it is, and for threads to fetch.
RECHECK_EVERY = timedelta(minutes=5)
CONTEXT_EVERY = timedelta(seconds=30)
# A storm is seen this soon after it is one.
STORMS_EVERY = timedelta(minutes=1)
# A P0 reaches somebody this soon after it is read.
ALERTS_EVERY = timedelta(seconds=3)
# Webhooks hear of what happens this soon.
WEBHOOKS_EVERY = timedelta(seconds=2)
# A picture goes at most this long after its post; it is no longer shown from the first moment on.
PICTURES_EVERY = timedelta(minutes=1)
# A snoozed case comes back this soon after its time.
WAKE_EVERY = timedelta(seconds=5)


class App(Alerting):
    """The parts, wired. Thread-safe: stages run in the scheduler's threads, pages in the web's."""

    def jobs(self) -> Jobs:
        """What the scheduler calls, and how often."""
        from monitor.runtime.inline import Jobs

        settings = self.settings
        return Jobs(
            sources={s.name: s.every for s in settings.sources_on},
            collect=self.scheduled,
            pipeline=self.run_pipeline,
            publish=lambda: _counts(self.run_publish()),
            follow=lambda: _counts(self.run_follow()),
            digest=self._daily,
            more={
                "recheck": (lambda: _rechecked(self.run_recheck()), RECHECK_EVERY),
                "context": (lambda: _explained(self.run_context()), CONTEXT_EVERY),
                "storms": (lambda: _counts(self.run_storms()), STORMS_EVERY),
                "alerts": (self.run_alerts, ALERTS_EVERY),
                "webhooks": (self.run_webhooks, WEBHOOKS_EVERY),
                "pictures": (self.sweep_pictures, PICTURES_EVERY),
                "wake": (lambda: _counts(self.run_wake()), WAKE_EVERY),
            },
            publish_every=settings.publish.every,
            digest_at=settings.digest.at,
            zone=settings.brand.zone,
            clock=self.clock,
        )

    def web_app(self) -> FastAPI:
        """The inbox."""
        from monitor import __version__
        from monitor.digest.letter import mail_server
        from monitor.stages.people import AccessPolicy
        from monitor.stages.people.seal import seal_of
        from monitor.web.app import create_app
        from monitor.web.pictures import Pictures
        from monitor.web.services import WebServices

        settings = self.settings
        env = environment(settings.folder)
        shows_pictures = settings.web.images == "proxy"
        return create_app(
            WebServices(
                store=self.store,
                clock=self.clock,
                brand_name=settings.brand.name,
                timezone=settings.brand.zone,
                undo=settings.review.undo,
                second=settings.review.second_approver,
                version=__version__,
                own_handles=settings.every_handle,
                sources=settings.sources,
                judge=self.judge,
                verdict=self.verdict,
                price=self.price,
                promised=self.promised,
                macros=self.macro_rows,
                check=self.check,
                lint=self.lint,
                measure=self.measure,
                candidates=self.candidates,
                snippets=self.snippets,
                reply_source=lambda case: case.source,
                handoff_url=self.handoff_url,
                digest=self.digest_page,
                digest_json=self.digest_json,
                hooks=self._hooks(),
                explain_rule=self.explain_rule,
                cookie_secure=settings.web.cookie_secure,
                policy=AccessPolicy(
                    settings.access.idle,
                    settings.access.absolute,
                    frozenset(settings.access.second_factor),
                ),
                seal=seal_of(env),
                mail=mail_server(env),
                public_url=settings.web.public_url,
                roster=settings.review.roster,
                api_per_minute=settings.api.requests_per_minute,
                subscriptions=self.subscriptions,
                courier=self.courier,
                posting=self,
                watch=self.watch,
                carrier=self.carrier,
                brands=settings.brand.every,
                provider=self._provider(env),
                pictures=Pictures(self.pictures_folder, self.clock) if shows_pictures else None,
            )
        )

    def _provider(self, env: Mapping[str, str]) -> Provider | None:
        """The organisation's own sign-in, where `[oidc]` names one."""
        from monitor.web.provider import Provider, client_of

        oidc = self.settings.oidc
        if not oidc.issuer:
            return None
        secret = env.get(OIDC_SECRET) or None
        return Provider(
            issuer=oidc.issuer,
            client_id=oidc.client_id,
            label=oidc.label,
            name_claim=oidc.name_claim,
            groups_claim=oidc.groups_claim,
            roles=oidc.roles,
            brands=oidc.brands,
            client=client_of(oidc.issuer, oidc.client_id, secret, oidc.scopes),
        )

    def check_provider(self) -> str:
        """One line for `presszero doctor`. Raises ProviderFailed."""
        import asyncio

        from monitor.web.provider import known_as

        found = self._provider(environment(self.settings.folder))
        assert found is not None, "asked only where there is one"  # noqa: S101
        return f"sign-in through {asyncio.run(known_as(found))}"

    def _hooks(self) -> dict[str, Hook]:
        """The sources that other servers push mentions to."""
        from monitor.web.hooks import Hook

        pushed = {s.name: self.connector(s.name) for s in self.settings.sources_on if s.kind == "webhook"}
        return {name: c for name, c in pushed.items() if isinstance(c, Hook)}

    @property
    def pictures_folder(self) -> Path:
        """Where pictures of posts are kept for a while."""
        return Path(f"{self.database}.pictures")

    def sweep_pictures(self) -> dict[str, int]:
        """Removes the pictures of posts that are gone, and what is too old or too much."""
        if not self.pictures_folder.is_dir():
            return {}
        from monitor.web.pictures import sweep

        with self.store.read() as session:
            return {"removed": sweep(self.pictures_folder, self.clock.now(), session.mentions.there)}

    @property
    def lock_path(self) -> Path:
        """Where the lock of the one scheduler of this database lies."""
        return Path(f"{self.database}.run")

    @property
    def secrets(self) -> list[str]:
        """Every secret value, so that no log line ever holds one."""
        found = [v.get_secret_value() for a in self.settings.accounts.values() for v in a.secrets.values()]
        for hook in self.settings.webhooks:
            found += [hook.address, *(secret.get_secret_value() for secret in hook.secrets)]
        found += [channel.address for channel in self.settings.channels]
        env = environment(self.settings.folder)
        return [*found, *env.get(SecretKeyUnusable.variable, "").split(), env.get(OIDC_SECRET, "")]

    def close(self) -> None:
        """Lets go of every connection that the calling thread opened."""
        for connector in (*self._connectors.values(), *self._writers.values()):
            connector.close()
        self.store.close()


def _rechecked(reports: Iterable[rechecking.RecheckReport]) -> dict[str, int]:
    found = list(reports)
    return {
        "asked": sum(r.asked for r in found),
        "edited": sum(r.edited for r in found),
        "removed": sum(r.removed for r in found),
    }


def _explained(reports: Iterable[explaining.ContextReport]) -> dict[str, int]:
    found = list(reports)
    return {"threads": sum(r.threads for r in found), "posts": sum(r.posts for r in found)}


def _counts(report: object) -> Mapping[str, int]:
    """A stage's report as numbers, for the log."""
    found = {}
    for name in getattr(report, "__slots__", ()):
        value = getattr(report, name)
        found[name] = len(value) if isinstance(value, list) else int(value)
    return found
