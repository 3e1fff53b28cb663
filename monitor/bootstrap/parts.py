"""The parts themselves: made when they are first needed, kept for as long as the process lives."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.base import (
    Account,
    Connector,
    SourceConfig,
)
from connectors.registry import connector_class
from monitor.config import Settings
from monitor.domain.errors import WrongUse
from monitor.domain.moments import Clock
from monitor.domain.reading import Reader
from monitor.store.protocol import Store

if TYPE_CHECKING:
    from monitor.respond.compose import Responder
    from nlp.refit import Curves


def _beside(settings: Settings, path: str) -> Path:
    return settings.folder / path


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


def open_reader(settings: Settings | None = None, calibration: Curves | None = None) -> Reader:
    """The language pipeline, with what the brand's settings name, or without any. Raises ModelUnusable."""
    from nlp.pipeline import load_reader

    if settings is None:
        return load_reader(calibration=calibration)
    brand = settings.brand
    return load_reader(settings.every_handle, brand.products, brand.places, calibration=calibration)


class Parts:
    """The parts, wired. Thread-safe: stages run in the scheduler's threads, pages in the web's."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self._connectors: dict[str, Connector] = {}
        self._writers: dict[str, Connector] = {}
        self._one_at_a_time: dict[str, threading.Lock] = {s.name: threading.Lock() for s in settings.sources}
        self._own_readers: dict[str, Reader] = {}
        self._publishing = threading.Lock()
        self._making = threading.RLock()

    def assign_sources(self) -> None:
        """Keeps in the store which brand each source watches for: what people see goes by it."""
        from monitor.stages.brands import assign_sources

        settings = self.settings
        brands = {s.name: settings.brand_of(s) for s in settings.sources}
        assign_sources(self.store, brands, settings.brand.name, self.clock)

    def connector(self, name: str) -> Connector:
        """The connector of one source. Raises NotFound."""
        with self._making:
            if name not in self._connectors:
                config = self._beside_the_database(self.settings.source(name))
                made = connector_class(config.kind)(config, self._account(config), self.clock)
                self._connectors[name] = made
            return self._connectors[name]

    def writer(self, name: str) -> Connector:
        """The connector of one source once more, for posting: a client is not for two threads at once, and a
        reply must not wait for a long window. Raises NotFound.
        """
        with self._making:
            if name not in self._writers:
                config = self._beside_the_database(self.settings.source(name))
                self._writers[name] = connector_class(config.kind)(config, self._account(config), self.clock)
            return self._writers[name]

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
        return self.database.parent

    @property
    def database(self) -> Path:
        """The file of the SQLite store."""
        return _beside(self.settings, self.settings.store.url.removeprefix("sqlite:///"))

    @cached_property
    def reader(self) -> Reader:
        """The language pipeline; takes about two seconds the first time."""
        with self._making:
            return open_reader(self.settings)

    @property
    def brands_of_their_own(self) -> Mapping[str, Curves]:
        """The brands that have a calibration of their own in use."""
        from monitor.stages.recalibrating import in_use

        brands = {self.settings.brand_of(s) for s in self.settings.sources}
        return in_use(self.store, sorted(brands), self.reader.model)

    def readers_of_sources(self) -> dict[str, Reader]:
        """The reader of each source whose brand has a calibration of its own, as it is in use now."""
        own = self.brands_of_their_own
        brands = {s.name: self.settings.brand_of(s) for s in self.settings.sources}
        return {source: self._own_reader(own[brand]) for source, brand in brands.items() if brand in own}

    def _own_reader(self, curves: Curves) -> Reader:
        with self._making:
            key = repr(curves)
            if key not in self._own_readers:
                self._own_readers[key] = open_reader(self.settings, curves)
            return self._own_readers[key]

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
