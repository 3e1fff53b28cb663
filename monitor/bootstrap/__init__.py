"""The only place where parts are wired together: settings in, a working application out.

Heavy parts (the language model, the web framework, platform clients) are made when they are first
needed, so that `presszero queue list` starts as fast as it should.
"""

from __future__ import annotations

from pathlib import Path

from monitor.bootstrap.app import App
from monitor.bootstrap.parts import open_reader, open_store
from monitor.config import load
from monitor.domain.moments import Clock
from monitor.runtime.clock import SystemClock

__all__ = ["App", "open_app", "open_reader", "open_store"]

CONFIG = Path("config.toml")


def open_app(config: Path | None = None, *, clock: Clock | None = None) -> App:
    """Reads the configuration and opens the store. Raises ConfigInvalid, StoreUnavailable."""
    settings = load(config or CONFIG)
    app = App(settings, open_store(settings), clock or SystemClock())
    app.assign_sources()
    return app
