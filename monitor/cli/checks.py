"""What `presszero doctor` looks at, one check after the other."""

from __future__ import annotations

import platform
import stat
from collections.abc import Callable, Iterator, Sized
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from monitor.domain.draft import DraftState
from monitor.domain.errors import PressZeroError

if TYPE_CHECKING:
    from connectors.base import SourceConfig
    from monitor.bootstrap import App
    from monitor.domain.alert import Channel
    from monitor.stages.telling import Subscription

FINE, WARNED, FAILED = "ok", "warn", "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it."""

    state: str
    what: str
    found: str
    action: str = ""

    def to_dict(self) -> dict[str, Any]:
        """For `doctor --json`."""
        return asdict(self)


def examine(app: App, *, offline: bool) -> Iterator[Finding]:
    """Every check. None of them raises; a connector is asked at most one cheap request."""
    settings = app.settings
    yield Finding(FINE, "python", platform.python_version())
    holds = f"{_count(settings.sources, 'source')}, {_count(settings.accounts, 'account')}"
    yield Finding(FINE, "config", f"{settings.file}, {holds}")
    yield from _dotenv(app)
    yield _guarded("store", app.store.check)
    yield _guarded("audit", lambda: f"{_verified(app)} records, intact")
    yield _guarded("model", lambda: _model(app))
    yield _guarded("voice", lambda: f"speaks as {app.responder.voice.brand or settings.brand.name}")
    if app.settings.respond.llm.model is not None:
        yield _language_model(app, offline)
    yield from _people(app)
    if not offline:
        yield from _provider(app)
    if not settings.sources_on:
        yield Finding(WARNED, "sources", "none is switched on", "Add a [[sources]] table to config.toml.")
    for source in settings.sources:
        yield _source(app, source, offline)
    for hook in app.subscriptions:
        yield _webhook(app, hook, offline)
    for channel in app.watch.channels:
        yield _channel(app, channel)


def _language_model(app: App, offline: bool) -> Finding:
    """Whether the model of [respond.llm] is there, and answers. Drafts do without it where it doesn't."""
    from monitor.respond.rewording import ModelFailed, Prompt

    try:
        model = app.language_model()
        assert model is not None, "the caller has seen its name"  # noqa: S101
        if not offline:
            model.write(Prompt("Answer with one word.", "Are you there?"))
    except ModelFailed as error:
        return Finding(
            WARNED,
            "language model",
            str(error),
            "Drafts stay as composed. See [respond.llm] in docs/responder.md.",
        )
    return Finding(FINE, "language model", f"{model.name} {'is configured' if offline else 'answers'}")


def _model(app: App) -> str:
    own = sorted(app.brands_of_their_own)
    return app.reader.model + (f", with a calibration of its own for {', '.join(own)}" if own else "")


def _count(things: Sized, one: str) -> str:
    return f"{len(things)} {one}" if len(things) == 1 else f"{len(things)} {one}s"


def _guarded(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(FINE, what, check())
    except PressZeroError as error:
        return Finding(FAILED, what, f"{error.code}: {error.cause}", error.what_to_do)
    except Exception as error:
        # A check exists to find what nobody thought of; the name of the error is all we can say.
        return Finding(
            FAILED, what, f"{type(error).__name__}: {error}", "Run it again with --debug and report it."
        )


def _verified(app: App) -> int:
    with app.store.read() as session:
        return session.audit.verify()


def _dotenv(app: App) -> Iterator[Finding]:
    file = app.settings.folder / ".env"
    if not file.is_file():
        return
    if file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield Finding(WARNED, ".env", "others on this machine can read it", f"chmod 600 {file}")
    else:
        yield Finding(FINE, ".env", "only you can read it")


def _people(app: App) -> Iterator[Finding]:
    with app.store.read() as session:
        people = [u for u in session.people.all() if u.disabled_at is None]
        pauses, freezes = session.people.pauses(), session.outgoing.freezes()
        unknown_replies = session.outgoing.counts().get(DraftState.UNKNOWN, 0)
    unknown = sorted(app.settings.review.roster.everybody - {u.name for u in people})
    if unknown:
        found = f"on [review] desks, but can't sign in: {', '.join(unknown)}"
        yield Finding(WARNED, "desks", found, "presszero users add NAME, or take the name off the desk.")
    yield from _brands(app)
    if any(u.role in ("approver", "manager", "admin") for u in people):
        yield Finding(FINE, "people", f"{len(people)} may sign in")
    else:
        yield Finding(WARNED, "people", "nobody may approve", "presszero users add NAME --role approver")
    for source, row in pauses:
        found = f"{source or 'everything'} is paused by {row['user_name']}: {row['reason']}"
        option = f" --source {source}" if source else ""
        yield Finding(WARNED, "posting", found, f"presszero publish --resume{option}")
    for freeze in freezes:
        yield Finding(WARNED, "posting", freeze.why, f"presszero thaw {freeze.scope}")
    if unknown_replies:
        found = f"replies without an answer: {unknown_replies}"
        yield Finding(WARNED, "posting", found, "presszero publish --status")


def _provider(app: App) -> Iterator[Finding]:
    if app.settings.oidc.issuer:
        yield _guarded("oidc", app.check_provider)


def _brands(app: App) -> Iterator[Finding]:
    known = {"*", *app.settings.brand.every}
    with app.store.read() as session:
        memberships = session.brands.memberships()
    lost = sorted(name for name, brands in memberships.items() if not known & set(brands))
    if lost:
        found = f"members of no brand that is watched: {', '.join(lost)}"
        yield Finding(WARNED, "brands", found, "presszero users brands NAME BRAND, or --all.")
    idle = [b for b in app.settings.brand.others if b not in map(app.settings.brand_of, app.settings.sources)]
    if idle:
        yield Finding(WARNED, "brands", f"without a source: {', '.join(idle)}", "Give a source this `brand`.")


def _source(app: App, source: SourceConfig, offline: bool) -> Finding:
    what = f"source {source.name}"
    if not source.enabled:
        return Finding(FINE, what, "switched off")
    if offline:
        return Finding(FINE, what, f"{source.kind}, not asked")
    return _guarded(what, lambda: app.connector(source.name).check())


def _webhook(app: App, hook: Subscription, offline: bool) -> Finding:
    """How it stands. Nothing is sent: that is what `webhooks test` is for."""
    what = f"webhook {hook.name}"
    with app.store.read() as session:
        state = session.outbox.states().get(hook.name)
        dead = session.outbox.counts().get(hook.name, {}).get("dead", 0)
    if state is not None and state.failing_since is not None:
        return Finding(WARNED, what, f"failing: {state.error}", f"presszero webhooks test {hook.name}")
    if dead:
        again = f"presszero webhooks resend --dead {hook.name}"
        return Finding(WARNED, what, f"{dead} events were never taken", again)
    if offline:
        return Finding(FINE, what, f"hears of {', '.join(hook.events)}")
    return _guarded(what, lambda: _reachable(hook))


def _channel(app: App, channel: Channel) -> Finding:
    """How it took the last alert, and whether its person could say that they see to one."""
    what = f"alerts {channel.name}"
    with app.store.read() as session:
        last = session.alerts.last_try(channel.name)
        person = session.people.get(channel.person) if channel.person else None
    if last is not None and last.error is not None:
        return Finding(
            WARNED, what, f"did not take an alert: {last.error}", f"presszero alerts test {channel.name}"
        )
    if channel.person and (person is None or person.disabled_at is not None):
        found = f"reaches {channel.person}, who can't sign in to acknowledge"
        return Finding(WARNED, what, found, "presszero users add NAME, or mend the name in config.toml.")
    return Finding(
        FINE, what, f"reaches {channel.person} while on call" if channel.person else "is everybody's"
    )


def _reachable(hook: Subscription) -> str:
    from monitor.stages.telling.courier import looked_up

    looked_up(hook.address, private=hook.allow_private)
    return f"hears of {', '.join(hook.events)}"
