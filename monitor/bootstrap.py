"""The only place where parts are wired together: settings in, a working application out.

Heavy parts (the language model, the web framework, platform clients) are made when they are first
needed, so that `presszero queue list` starts as fast as it should.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.base import (
    Account,
    Connector,
    Handoff,
    ManyPlatforms,
    Publisher,
    Rechecker,
    SourceConfig,
    Threader,
)
from connectors.registry import connector_class
from monitor.config import Settings, load
from monitor.config.secrets import environment
from monitor.domain.case import Case
from monitor.domain.conversation import Conversation
from monitor.domain.coverage import Interval
from monitor.domain.draft import Draft, Proposal
from monitor.domain.errors import WrongUse
from monitor.domain.mention import Mention
from monitor.domain.moments import Clock
from monitor.domain.reading import Reader
from monitor.domain.verdict import MayReply, Verdict
from monitor.runtime.clock import SystemClock
from monitor.stages import collect as collecting
from monitor.stages import context as explaining
from monitor.stages import draft as drafting
from monitor.stages import follow as following
from monitor.stages import publish as publishing
from monitor.stages import read as reading
from monitor.stages import recheck as rechecking
from monitor.stages import triage as triaging
from monitor.stages.limits import BESIDE, CONTEXT, RECHECK, Allowance, Gate, allowances, alone
from monitor.stages.review import LATELY
from monitor.store.protocol import Store
from monitor.store.session import Session

if TYPE_CHECKING:
    from fastapi import FastAPI

    from monitor.digest.figures import DigestFigures
    from monitor.digest.send import DeliveryReport
    from monitor.digest.view import DigestBrand
    from monitor.incident.backfill import Listener, Part
    from monitor.incident.forecast import Forecast, Target
    from monitor.respond.compose import Responder
    from monitor.respond.lint import Finding
    from monitor.runtime.inline import Jobs
    from monitor.store.backfills import Run
    from monitor.web.hooks import Hook

CONFIG = Path("config.toml")

# How often the scheduler looks for stored posts whose turn it is, and for threads to fetch.
RECHECK_EVERY = timedelta(minutes=5)
CONTEXT_EVERY = timedelta(seconds=30)

# Where nothing can be posted nothing limits the length either; a person posts it by hand.
NO_LIMIT = 5000

# A case that came from a source nobody has configured any more can still be answered by hand.
GONE = Verdict(
    MayReply.HANDOFF, "source.gone", "The source this came from is no longer configured.", "config.toml"
)


def open_store(settings: Settings) -> Store:
    """The store that `[store] url` names, with its schema up to date. Raises StoreUnavailable."""
    url = settings.store.url
    if not url.startswith("sqlite:///"):
        raise WrongUse(
            f"This version keeps everything in SQLite; it can't use {url.split(':', 1)[0]}.",
            action='Set [store] url = "sqlite:///presszero.db".',
        )
    from monitor.store.sqlite import SqliteStore

    store = SqliteStore(f"sqlite:///{_beside(settings, url.removeprefix('sqlite:///'))}")
    store.migrate()
    return store


def open_app(config: Path | None = None, *, clock: Clock | None = None) -> App:
    """Reads the configuration and opens the store. Raises ConfigInvalid, StoreUnavailable."""
    settings = load(config or CONFIG)
    return App(settings, open_store(settings), clock or SystemClock())


def open_reader(settings: Settings | None = None) -> Reader:
    """The language pipeline, with what the brand's settings name, or without any. Raises ModelUnusable."""
    from nlp.pipeline import load_reader

    if settings is None:
        return load_reader()
    brand = settings.brand
    return load_reader(settings.every_handle, brand.products, brand.places)


def _beside(settings: Settings, path: str) -> Path:
    return settings.folder / path


class App:
    """The parts, wired. Thread-safe: stages run in the scheduler's threads, pages in the web's."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self._connectors: dict[str, Connector] = {}
        self._one_at_a_time: dict[str, threading.Lock] = {s.name: threading.Lock() for s in settings.sources}
        self._making = threading.RLock()

    # --- parts ------------------------------------------------------------------------------

    def connector(self, name: str) -> Connector:
        """The connector of one source. Raises NotFound."""
        with self._making:
            if name not in self._connectors:
                config = self._beside_the_database(self.settings.source(name))
                made = connector_class(config.kind)(config, self._account(config), self.clock)
                self._connectors[name] = made
            return self._connectors[name]

    def _beside_the_database(self, config: SourceConfig) -> SourceConfig:
        """Malformed rows of an export are kept beside the database, wherever the command was called."""
        if config.kind != "archive" or getattr(config, "rejects", None) is not None:
            return config
        return config.model_copy(update={"rejects": self._data_folder / f"{config.name}.rejects.jsonl"})

    def _account(self, config: SourceConfig) -> Account | None:
        """The account of a source. What a connector writes lies beside the database unless told otherwise."""
        account = self.settings.account_of(config)
        if config.kind == "archive":
            account = account or Account(name="outbox", platform="archive", handle=None)
            return self._writing_to(account, "outbox", "outbox.jsonl")
        if config.kind == "webhook" and account is not None:
            return self._writing_to(account, "spool", "spool")
        return account

    def _writing_to(self, account: Account, option: str, default: str) -> Account:
        chosen = str(account.options.get(option) or self._data_folder / default)
        return replace(account, options={**account.options, option: str(_beside(self.settings, chosen))})

    @property
    def _data_folder(self) -> Path:
        return _beside(self.settings, self.settings.store.url.removeprefix("sqlite:///")).parent

    @cached_property
    def reader(self) -> Reader:
        """The language pipeline; takes about two seconds the first time."""
        with self._making:
            return open_reader(self.settings)

    @cached_property
    def responder(self) -> Responder:
        """Writes drafts in the brand's voice."""
        from monitor.respond.compose import Responder
        from monitor.respond.voice import load_voice

        settings = self.settings
        voice = load_voice(settings.respond.voice, brand=settings.brand.name)
        ours = tuple(lang for lang in voice.languages if lang in settings.brand.languages)
        products = voice.products or settings.brand.products
        voice = voice.model_copy(update={"languages": ours, "products": products})
        return Responder(voice, hours=settings.brand.hours)

    # --- what the stages ask ------------------------------------------------------------------

    def is_own(self, mention: Mention) -> bool:
        """Whether one of the brand's accounts wrote this."""
        handles = self.settings.own_handles(mention.platform)
        return any(
            name and name.lstrip("@").lower() in handles for name in (mention.author, mention.author_id)
        )

    def judge(self, source: str, mention: Mention) -> Verdict:
        """May we reply to this post?"""
        if source not in self._one_at_a_time:
            return GONE
        return self.connector(source).can_reply(mention, self.settings.own_handles(mention.platform))

    def measure(self, source: str, platform: str, text: str) -> tuple[int, int]:
        """(length, limit) of a reply by the count of the platform it goes to."""
        connector: object = self.connector(source) if source in self._one_at_a_time else None
        if isinstance(connector, ManyPlatforms):
            return connector.measure_on(platform, text)
        return connector.measure(text) if isinstance(connector, Publisher) else (len(text), NO_LIMIT)

    def publisher(self, source: str) -> Publisher | None:
        """What posts for a source, or None where nothing can."""
        if source not in self._one_at_a_time:
            return None
        connector = self.connector(source)
        return connector if isinstance(connector, Publisher) else None

    def route(self, source: str, platform: str) -> tuple[Publisher, str | None] | None:
        """The publisher and our handle for a reply."""
        publisher = self.publisher(source)
        if publisher is None:
            return None
        account = self.settings.account_of(self.settings.source(source))
        handles = self.settings.brand.handles.get(platform, ())
        return publisher, (account.handle if account else None) or (handles[0] if handles else None)

    def handoff_url(self, conversation: Conversation, text: str) -> str | None:
        """The platform's own reply window with the text in it, where it has one."""
        source, turn = conversation.case.source, conversation.to_answer
        if source not in self._one_at_a_time or turn is None:
            return None
        connector = self.connector(source)
        if isinstance(connector, Handoff):
            return connector.handoff_url(turn.mention.native_id, text)
        return turn.mention.url

    def compose(
        self, conversation: Conversation, now: datetime, recent: Sequence[str]
    ) -> Proposal | drafting.Withheld:
        """One draft, or why there must be none."""
        found = self._propose(conversation, now, recent, 1)
        return found[0] if isinstance(found, list) else found

    def candidates(self, conversation: Conversation, count: int = 3) -> list[Proposal]:
        """Up to `count` distinct drafts for a person to choose from; none where none may be written."""
        with self.store.read() as session:
            recent = session.drafts.recent_texts(self.clock.now() - LATELY)
        found = self._propose(conversation, self.clock.now(), recent, count)
        return found if isinstance(found, list) else []

    def _propose(
        self, conversation: Conversation, now: datetime, recent: Sequence[str], count: int
    ) -> list[Proposal] | drafting.Withheld:
        case = conversation.case
        return self.responder.propose(
            conversation,
            limit_of=lambda text: self.measure(case.source, case.platform, text),
            now=now,
            recent_texts=recent,
            candidates=count,
        )

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

    # --- the stages -----------------------------------------------------------------------------

    def run_collect(self, names: Iterable[str] | None = None) -> list[collecting.CollectReport]:
        """Polls the named sources, or every one that is switched on. Raises NotFound."""
        chosen = [self.settings.source(n) for n in names] if names else self.settings.sources_on
        return [self._collect(source) for source in chosen]

    def _collect(self, source: SourceConfig) -> collecting.CollectReport:
        with self._one_at_a_time[source.name]:
            return collecting.collect(
                self.store,
                self.connector(source.name),
                source,
                self.clock,
                is_own=self.is_own,
                allowance=self._allowances[source.name],
            )

    @cached_property
    def _allowances(self) -> dict[str, Allowance]:
        return allowances(self.settings.sources)

    def run_recheck(self, names: Iterable[str] | None = None) -> list[rechecking.RecheckReport]:
        """Looks again at the stored posts whose turn it is, those of switched-off sources too."""
        chosen = [self.settings.source(n) for n in names] if names else self.settings.sources
        return [report for source in chosen if (report := self._recheck(source)) is not None]

    def _recheck(self, source: SourceConfig) -> rechecking.RecheckReport | None:
        connector = self.connector(source.name)
        if not (connector.capabilities.can_recheck and isinstance(connector, Rechecker)):
            return None
        gate = Gate(self._allowances[source.name], RECHECK)
        desk = rechecking.Desk(self.store, connector, source, self.clock, gate, self.is_own)
        with self._one_at_a_time[source.name]:
            return rechecking.recheck(desk)

    def run_context(self) -> list[explaining.ContextReport]:
        """Fetches the threads around open cases, where the platform allows it and the budget permits."""
        found = [self._context(source) for source in self.settings.sources_on]
        return [report for report in found if report is not None]

    def _context(self, source: SourceConfig) -> explaining.ContextReport | None:
        connector = self.connector(source.name)
        if not (connector.capabilities.can_thread and isinstance(connector, Threader)):
            return None
        gate = Gate(self._allowances[source.name], CONTEXT)
        library = explaining.Library(self.store, connector, source, self.clock, gate, self.is_own)
        with self._one_at_a_time[source.name]:
            return explaining.context(library)

    def run_read(self, each: Callable[[int], None] | None = None) -> int:
        """Reads everything that waits; returns how many. `each` is told how many were read so far."""
        return _until_none(
            lambda: reading.read(self.store, self.reader, self.settings.own_handles, self.clock), each
        )

    def run_triage(self, each: Callable[[int], None] | None = None) -> int:
        """Triages everything that waits; returns how many. `each` is told how many so far."""
        return _until_none(lambda: triaging.triage(self.store, self.judge, self.clock).mentions, each)

    def run_draft(self) -> int:
        """Drafts for everything that waits; returns how many drafts were proposed."""
        if not self.settings.respond.enabled:
            return 0
        proposed = 0
        while (
            report := drafting.draft(self.store, self.compose, lambda case: case.source, self.clock)
        ).looked_at:
            proposed += report.proposed
        return proposed

    def run_pipeline(self) -> dict[str, int]:
        """read → triage → draft, until nothing waits."""
        return {"read": self.run_read(), "triaged": self.run_triage(), "drafted": self.run_draft()}

    def run_publish(self) -> publishing.PublishReport:
        """Reconciles and sends."""
        policy = publishing.Policy(lease=self.settings.publish.lease, pacing=self.settings.publish.pacing)
        return publishing.publish(self.store, self.route, self.clock, policy=policy)

    def run_follow(self) -> following.FollowReport:
        """Watches what became of the customers."""
        return following.follow(self.store, self.clock)

    # --- the past -----------------------------------------------------------------------------------

    def backfill_targets(self, words: Sequence[str]) -> list[Target]:
        """The sources that the words name: sources of the configuration, or ``archive:FILE``.

        Each with a connector of its own. Raises NotFound, WrongUse.
        """
        from monitor.incident.forecast import Target

        found = []
        for word in dict.fromkeys(words):
            adhoc = word.startswith("archive:")
            source = self._adhoc(word.partition(":")[2]) if adhoc else self.settings.source(word)
            source = self._beside_the_database(source)
            connector = connector_class(source.kind)(
                self._beside_the_database(source), self._account(source), self.clock
            )
            allowance = alone(source) if adhoc else self._allowances[source.name]
            # A run is taken up from whatever folder: the word holds the whole path.
            name = f"archive:{getattr(source, 'path', '')}" if adhoc else word
            found.append(Target(name, source, connector, allowance, adhoc))
        return found

    def _adhoc(self, path: str) -> SourceConfig:
        """An export that is no source of the configuration. The same file has the same name every time."""
        from connectors.archive import ArchiveConfig

        if path in ("", "-"):
            raise WrongUse("A backfill reads a file: archive:FILE.")
        full = path if path.startswith("sample:") else str(Path(path).expanduser().resolve())
        stem = re.sub(r"[^a-z0-9]+", "-", Path(full).name.partition(".")[0].lower()).strip("-")[:32] or "file"
        name = f"archive-{stem}-{hashlib.sha256(full.encode()).hexdigest()[:6]}"
        rejects = self._data_folder / f"{name}.rejects.jsonl"
        return ArchiveConfig(name=name, kind="archive", path=full, rejects=rejects)

    def forecast(self, target: Target, window: Interval, query: str | None) -> Forecast:
        """What a backfill of one source will take; what asking for it cost is counted."""
        from monitor.incident.forecast import forecast

        found, now = forecast(target, window, query, self.clock.now()), self.clock.now()
        if found.estimate.spent_usd:
            with self.store.write() as session:
                session.ledger.spent(target.source.name + BESIDE, now, found.estimate.spent_usd)
        return found

    def run_backfill(self, run: Run, targets: Sequence[Target], listener: Listener) -> list[Part]:
        """Works on a run until it is complete or stops; KeyboardInterrupt comes through."""
        from monitor.incident.backfill import Backfill

        return Backfill(self.store, run, targets, self.clock, self.is_own, listener).work()

    def draft_backfilled(self, run: Run, sources: Iterable[str]) -> int:
        """Drafts for the cases of a run's window; returns how many drafts were proposed."""
        proposed = 0
        for source in sources:
            pick = partial(_backfilled, source=source, window=run.window)
            while (
                report := drafting.draft(self.store, self.compose, source_of, self.clock, pick=pick)
            ).looked_at:
                proposed += report.proposed
        return proposed

    # --- digest, web, runtime ---------------------------------------------------------------------

    def today(self) -> date:
        """The current day where the brand is."""
        return self.clock.now().astimezone(self.settings.brand.zone).date()

    def yesterday(self) -> date:
        """The last whole day where the brand is."""
        return self.today() - timedelta(days=1)

    def figures(self, day: date) -> DigestFigures:
        """The figures of a day: as they were kept when it was over, or as they are now."""
        from monitor.digest.figures import gather, kept

        settings = self.settings
        with self.store.read() as session:
            return kept(session, day) or gather(
                session, day, settings.brand.zone, self.clock.now(), settings.brand.name
            )

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

    def digest_page(self, day: date) -> str:
        """A day's digest for the inbox."""
        return self.run_digest(day, "html")

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

    def jobs(self) -> Jobs:
        """What the scheduler calls, and how often."""
        from monitor.runtime.inline import Jobs

        settings = self.settings
        return Jobs(
            sources={s.name: s.every for s in settings.sources_on},
            collect=lambda name: self._collect(settings.source(name)),
            pipeline=self.run_pipeline,
            publish=lambda: _counts(self.run_publish()),
            follow=lambda: _counts(self.run_follow()),
            digest=self._daily,
            more={
                "recheck": (lambda: _rechecked(self.run_recheck()), RECHECK_EVERY),
                "context": (lambda: _explained(self.run_context()), CONTEXT_EVERY),
            },
            publish_every=settings.publish.every,
            digest_at=settings.digest.at,
            zone=settings.brand.zone,
            clock=self.clock,
        )

    def web_app(self) -> FastAPI:
        """The inbox."""
        from monitor import __version__
        from monitor.web.app import create_app
        from monitor.web.services import WebServices

        settings = self.settings
        return create_app(
            WebServices(
                store=self.store,
                clock=self.clock,
                brand_name=settings.brand.name,
                timezone=settings.brand.zone,
                undo=settings.review.undo,
                version=__version__,
                own_handles=settings.every_handle,
                sources=settings.sources,
                check=self.check,
                lint=self.lint,
                measure=self.measure,
                candidates=self.candidates,
                reply_source=lambda case: case.source,
                handoff_url=self.handoff_url,
                digest=self.digest_page,
                hooks=self._hooks(),
                cookie_secure=settings.web.cookie_secure,
            )
        )

    def _hooks(self) -> dict[str, Hook]:
        """The sources that other servers push mentions to."""
        from monitor.web.hooks import Hook

        pushed = {s.name: self.connector(s.name) for s in self.settings.sources_on if s.kind == "webhook"}
        return {name: c for name, c in pushed.items() if isinstance(c, Hook)}

    @property
    def lock_path(self) -> Path:
        """Where the lock of the one scheduler of this database lies."""
        return Path(f"{_beside(self.settings, self.settings.store.url.removeprefix('sqlite:///'))}.run")

    @property
    def secrets(self) -> list[str]:
        """Every secret value, so that no log line ever holds one."""
        return [v.get_secret_value() for a in self.settings.accounts.values() for v in a.secrets.values()]

    def close(self) -> None:
        """Lets go of every connection that the calling thread opened."""
        for connector in self._connectors.values():
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


def _backfilled(session: Session, limit: int, *, source: str, window: Interval) -> list[Case]:
    return session.backfills.to_draft(source, window, limit)


def source_of(case: Case) -> str:
    """The source whose account answers a case: the one it came from."""
    return case.source


def _until_none(step: Callable[[], int], each: Callable[[int], None] | None = None) -> int:
    total = 0
    while done := step():
        total += done
        if each is not None:
            each(total)
    return total


def _counts(report: object) -> Mapping[str, int]:
    """A stage's report as numbers, for the log."""
    found = {}
    for name in getattr(report, "__slots__", ()):
        value = getattr(report, name)
        found[name] = len(value) if isinstance(value, list) else int(value)
    return found
