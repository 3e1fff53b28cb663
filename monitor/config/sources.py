"""``[[sources]]``: each is checked by the config schema of its own connector."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from connectors.base import Connector, SourceConfig
from connectors.registry import connector_class, kinds
from monitor.config.accounts import NamedAccount
from monitor.config.problems import Problems, nearest, shown
from monitor.config.secrets import DOTENV
from monitor.config.tables import as_duration
from monitor.domain.errors import NotFound

# What people call a kind, besides its name.
OTHER_NAMES = {
    "twitter": "x",
    "bsky": "bluesky",
    "fediverse": "mastodon",
    "hn": "hackernews",
    "atom": "rss",
    "feed": "rss",
    "app-store": "appstore",
    "file": "archive",
    "csv": "archive",
    "jsonl": "archive",
    "push": "webhook",
}


def read_sources(
    raw: object,
    accounts: Mapping[str, NamedAccount],
    env: Mapping[str, str],
    folder: Path,
    problems: Problems,
) -> tuple[SourceConfig, ...]:
    """Every source that could be read; what is wrong with the others is noted."""
    if not isinstance(raw, list) or not all(isinstance(s, dict) for s in raw):
        problems.add("sources", shown(raw), "write each source as its own [[sources]] table", at=("sources",))
        return ()
    found: list[SourceConfig] = []
    names: set[str] = set()
    needed: dict[str, set[str]] = {}
    for index, table in enumerate(raw):
        entry = _Entry(index, table, problems)
        entry.unique_among(names)
        source = entry.read(accounts, folder)
        if source is not None:
            found.append(source)
        # Missing secrets are said even when the source is wrong in other ways: everything at once.
        if table.get("enabled") is not False and (account := table.get("account")) in accounts:
            needed.setdefault(str(account), set()).update(entry.secrets)
    for name, wanted in needed.items():
        _missing_secrets(accounts[name], wanted, env, folder, problems)
    return tuple(found)


def known_brands(raw: object, brands: Sequence[str], problems: Problems) -> None:
    """Notes every source that watches for a brand that nobody has named."""
    for index, table in enumerate(raw if isinstance(raw, list) else ()):
        brand = table.get("brand") if isinstance(table, dict) else None
        if isinstance(brand, str) and brand not in brands:
            hint = f"{nearest(brand, brands)}; further ones stand in [brand] others"
            problems.add(f"sources[{index + 1}].brand", shown(brand), hint, at=("sources", index, "brand"))


class _Entry:
    """One ``[[sources]]`` table on its way to a SourceConfig."""

    def __init__(self, index: int, table: dict[str, Any], problems: Problems) -> None:
        self._table, self._problems = table, problems
        self._at: tuple[str | int, ...] = ("sources", index)
        name = table.get("name")
        self._say = f'sources "{name}"' if isinstance(name, str) and name else f"sources[{index + 1}]"
        self.secrets: tuple[str, ...] = ()

    def _wrong(self, key: str, found: str, expected: str) -> None:
        self._problems.add(f"{self._say}.{key}", found, expected, at=(*self._at, key))

    def unique_among(self, names: set[str]) -> None:
        name = self._table.get("name")
        if isinstance(name, str) and name in names:
            self._wrong("name", f'"{name}" a second time', "give every source a name of its own")
        elif isinstance(name, str):
            names.add(name)

    def read(self, accounts: Mapping[str, NamedAccount], folder: Path) -> SourceConfig | None:
        """The source, or None when it is wrong beyond use."""
        connector = self._connector()
        account = self._account(connector, accounts)
        model = connector.Config if connector else SourceConfig
        table, fine = self._prepared(model, folder)
        if account is not None and account.account.base_url and not table.get("base_url"):
            table["base_url"] = account.account.base_url
        try:
            source = model.model_validate(table, context={"folder": folder})
        except ValidationError as exc:
            # Of an unknown kind nobody can say which keys it takes; what every source has is checked.
            self._problems.add_invalid(
                exc, model, say=self._say, at=self._at, unknown_keys=connector is not None
            )
            return None
        return source if fine and connector is not None else None

    def _connector(self) -> type[Connector] | None:
        kind = self._table.get("kind")
        if not isinstance(kind, str) or not kind:
            self._wrong(
                "kind", shown(kind) if kind else "nothing", f"this key is needed: {', '.join(kinds())}"
            )
            return None
        try:
            connector = connector_class(kind)
        except NotFound:
            self._wrong("kind", shown(kind), nearest(OTHER_NAMES.get(kind.lower(), kind), kinds()))
            return None
        except ImportError as exc:
            hint = f"pip install 'presszero[{kind}]'"
            self._wrong("kind", f'"{kind}", whose package {exc.name or exc} is not installed', hint)
            return None
        self.secrets = connector.secrets
        return connector

    def _account(
        self, connector: type[Connector] | None, accounts: Mapping[str, NamedAccount]
    ) -> NamedAccount | None:
        name = self._table.get("account")
        if not isinstance(name, str):
            return None
        account = accounts.get(name)
        if account is None:
            known = nearest(name, accounts) if accounts else f"there is no [accounts.{name}] table: add one"
            self._wrong("account", shown(name), known)
        elif connector is not None and connector.secrets and account.account.platform != connector.kind:
            found = f'"{name}", an account on {account.account.platform}'
            self._wrong(
                "account", found, f'a source of kind "{connector.kind}" needs one on {connector.kind}'
            )
        return account

    def _prepared(self, model: type[SourceConfig], folder: Path) -> tuple[dict[str, Any], bool]:
        """The table with durations parsed and paths made absolute; False when a duration was wrong."""
        table, fine = dict(self._table), True
        for key, field in model.model_fields.items():
            value = table.get(key)
            if value is None:
                continue
            if _takes(field, timedelta):
                try:
                    table[key] = as_duration(value)
                except ValueError as exc:
                    fine = False
                    del table[key]
                    hint = f"{exc} ({field.description})" if field.description else str(exc)
                    self._wrong(key, shown(value), hint)
            elif isinstance(value, str) and (_takes(field, Path) or key == "path"):
                table[key] = _from_folder(value, folder)
        return table, fine


def _from_folder(path: str, folder: Path) -> str:
    """`path` as seen from the folder of config.toml; "-" and names such as "sample:week" are no paths."""
    return path if path in ("", "-") or path.startswith("sample:") else str(folder / path)


def _takes(field: FieldInfo, wanted: type) -> bool:
    annotation = field.annotation
    return annotation is wanted or wanted in typing.get_args(annotation)


def _missing_secrets(
    account: NamedAccount, wanted: set[str], env: Mapping[str, str], folder: Path, problems: Problems
) -> None:
    for name in sorted(wanted - account.account.secrets.keys()):
        variable = f"{account.prefix}_{name}"
        found = "an empty value" if variable in env else "nothing"
        hint = f"set it in the environment, or as a line {variable}=… in {folder / DOTENV}"
        problems.add(variable, found, hint, file=f"environment (accounts.{account.account.name})")
