"""Reads config.toml and the environment; everything that is wrong is said in one go."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_settings import EnvSettingsSource
from pydantic_settings.exceptions import SettingsError

from connectors.base import SourceConfig
from connectors.registry import connector_class
from monitor.config.accounts import read_accounts
from monitor.config.alerts import channels_of, check_alerts
from monitor.config.entrance import check_access
from monitor.config.hooks import read_hooks
from monitor.config.problems import Problems, nearest, shown
from monitor.config.secrets import environment
from monitor.config.settings import Sections, Settings
from monitor.config.sources import known_brands, read_sources
from monitor.config.tables import ENV_PREFIX
from monitor.domain.errors import ConfigInvalid, ConfigProblem
from monitor.domain.moments import say_duration

M = TypeVar("M", bound=BaseModel)
SAMPLE = "sample:"
_PASSWORD_IN_URL = re.compile(r"^[a-z+]+://[^/@\s]*:[^/@\s]+@")


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `path`, with the secrets of the environment (`environ`: another one, for tests).

    Raises ConfigInvalid, which lists every problem of the file and the environment at once.
    """
    file = path.absolute()
    text, data = _toml(file, str(path))
    problems = Problems(str(path), text)
    env = environment(file.parent, environ)
    raw_sources, raw_accounts = data.pop("sources", []), data.pop("accounts", {})
    raw_hooks = data.pop("webhooks", [])
    sections = _sections(data, env, file.parent, problems)
    accounts = read_accounts(raw_accounts, env, file.parent, problems)
    sources = read_sources(raw_sources, accounts, env, file.parent, problems)
    hooks = read_hooks(raw_hooks, env, file.parent, problems)
    if sections is not None:
        known_brands(raw_sources, sections.brand.every, problems)
        check_access(sections, env, problems)
        _lease_outlasts_calls(sections, sources, problems)
        check_alerts(sections.alerts, sections.brand.every, env, file.parent, problems)
    if problems.found or sections is None:
        raise ConfigInvalid(problems.found)
    kept = {name: a.account for name, a in accounts.items()}
    channels = channels_of(sections.alerts, env, sections.brand.zone)
    return _settings(sections, file, sources=sources, accounts=kept, webhooks=hooks, channels=channels)


def _lease_outlasts_calls(sections: Sections, sources: tuple[SourceConfig, ...], problems: Problems) -> None:
    """A lease that ends while a call is still under way would have its reply judged too early."""
    lease = sections.publish.lease
    for source in sources:
        connector = connector_class(source.kind)
        if connector.capabilities.can_post and connector.secrets and source.timeout >= lease:
            expected = (
                f'write more than the timeout of source "{source.name}", {say_duration(source.timeout)}'
            )
            problems.add("publish.lease", say_duration(lease), expected, at=("publish", "lease"))


def _settings(sections: Sections, file: Path, **lists: Any) -> Settings:
    tables = {name: getattr(sections, name) for name in Sections.model_fields}
    return Settings(file=file, **tables, **lists)


def _toml(file: Path, said: str) -> tuple[str, dict[str, Any]]:
    def wrong(where: str, found: str, expected: str) -> ConfigInvalid:
        return ConfigInvalid([ConfigProblem(where, "the file", found, expected)])

    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as exc:
        hint = "run `presszero init` to make one, or name one with --config"
        raise wrong(said, "no such file", hint) from exc
    except OSError as exc:
        raise wrong(said, exc.strerror or "an unreadable file", "must be a file that can be read") from exc
    except UnicodeDecodeError as exc:
        raise wrong(said, f"a byte that is not UTF-8 at offset {exc.start}", "save it as UTF-8") from exc
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        place = re.search(r"line (\d+)", str(exc))
        where = f"{said}:{place[1]}" if place else said
        raise wrong(where, f"text that is not TOML ({exc})", "mend that line; texts stand in quotes") from exc


def _sections(data: dict[str, Any], env: dict[str, str], folder: Path, problems: Problems) -> Sections | None:
    """The plain tables, with PRESSZERO_TABLE__KEY laid over them; None when something was wrong."""
    known = Sections.model_fields
    for name in [n for n in data if n not in known]:
        problems.add(
            f"[{name}]",
            "an unknown table",
            nearest(name, [*known, "sources", "accounts", "webhooks"]),
            at=(name,),
        )
        del data[name]
    for name in [n for n in data if not isinstance(data[n], dict)]:
        problems.add(name, shown(data.pop(name)), f"write a table: [{name}]", at=(name,))
    url = data.get("store", {}).get("url")
    if isinstance(url, str) and _PASSWORD_IN_URL.match(url):
        hint = "keep the password out of this file: set PRESSZERO_STORE__URL in the environment or in .env"
        problems.add("store.url", "an address with a password in it", hint, at=("store", "url"))
    overrides = _overlay(data, env, problems)
    try:
        sections = Sections(**data)
    except ValidationError as exc:
        problems.add_invalid(exc, Sections, say="", at=(), overrides=overrides)
        return None
    return _from_folder(sections, folder)


def _overlay(data: dict[str, Any], env: Mapping[str, str], problems: Problems) -> dict[tuple[str, ...], str]:
    """Lays the environment over the file's tables; returns which key came from which variable."""
    source = EnvSettingsSource(Sections)
    source.env_vars = {k.lower(): v for k, v in env.items()}
    try:
        found = source()
    except SettingsError as exc:
        problems.add(
            f"{ENV_PREFIX}…", str(exc), "lists and tables are written as JSON there", file="environment"
        )
        return {}
    came_from: dict[tuple[str, ...], str] = {}
    for table, values in found.items():
        if isinstance(values, dict):
            data.setdefault(table, {}).update(values)
            came_from |= {(table, key): f"{ENV_PREFIX}{table}__{key}".upper() for key in values}
    return came_from


def _from_folder(sections: Sections, folder: Path) -> Sections:
    """Relative paths start at the folder of config.toml, wherever the command was called."""
    url, voice = sections.store.url, sections.respond.voice
    if url.startswith("sqlite:///"):
        url = "sqlite:///" + str(folder / url.removeprefix("sqlite:///"))
    if voice is not None:
        voice = _sample(voice.name) if voice.name.startswith(SAMPLE) else folder / voice
    return _with(sections, store=_with(sections.store, url=url), respond=_with(sections.respond, voice=voice))


def _sample(name: str) -> Path:
    """A bundled file of the sample brand: "sample:voice" is its voice.toml."""
    return Path(str(files("monitor.sample").joinpath(f"{name.removeprefix(SAMPLE)}.toml")))


def _with(model: M, **changes: object) -> M:
    return model.model_copy(update=changes)
