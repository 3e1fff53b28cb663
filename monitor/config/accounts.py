"""``[accounts.NAME]``: a platform account, whose secrets come from the environment."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.base import Account
from monitor.config.problems import SECRET_WORD, Problems, shown
from monitor.config.secrets import secrets_of
from monitor.config.tables import ENV_PREFIX

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class AccountTable(BaseModel):
    """What an ``[accounts.NAME]`` table holds; other keys are handed to the connector."""

    model_config = ConfigDict(extra="allow", frozen=True)

    platform: str = Field(min_length=1, description="The platform it is an account of: x, reddit, mastodon …")
    handle: str | None = Field(default=None, description="Its handle: posts by it are our own.")
    env: str | None = Field(
        default=None,
        pattern=r"^[A-Z][A-Z0-9_]*[A-Z0-9]$",
        description="Prefix of its secrets in the environment; PRESSZERO_NAME by default.",
    )
    base_url: str | None = Field(
        default=None, pattern=r"^https?://\S+$", description="Another host; its sources follow."
    )
    outbox: Path | None = Field(
        default=None,
        description="archive: the file that posted replies go to (outbox.jsonl beside the database).",
    )


@dataclass(frozen=True, slots=True)
class NamedAccount:
    """An account and the prefix of its variables, to say which one is missing."""

    account: Account
    prefix: str


def read_accounts(
    raw: object, env: Mapping[str, str], folder: Path, problems: Problems
) -> dict[str, NamedAccount]:
    """Every account that could be read; what is wrong with the others is noted."""
    if not isinstance(raw, dict):
        problems.add("accounts", shown(raw), "write one table per account: [accounts.NAME]", at=("accounts",))
        return {}
    found: dict[str, NamedAccount] = {}
    for name, table in raw.items():
        at = ("accounts", name)
        if not _NAME.fullmatch(name):
            problems.add(f"accounts.{name}", shown(name), "name it with a-z, 0-9 and -", at=at)
        if not isinstance(table, dict):
            problems.add(f"accounts.{name}", shown(table), f"write a table: [accounts.{name}]", at=at)
            continue
        try:
            parsed = AccountTable.model_validate(table)
        except ValidationError as exc:
            problems.add_invalid(exc, AccountTable, say=f"accounts.{name}", at=at)
            continue
        found[name] = _account(name, parsed, env, folder, problems)
    return found


def _account(
    name: str, table: AccountTable, env: Mapping[str, str], folder: Path, problems: Problems
) -> NamedAccount:
    prefix = table.env or ENV_PREFIX + re.sub(r"[^A-Z0-9]", "_", name.upper())
    options: dict[str, Any] = {}
    for key, value in (table.model_extra or {}).items():
        wrong = _wrong_key(key, prefix)
        if wrong is None:
            options[key] = value
        else:
            problems.add(f"accounts.{name}.{key}", *wrong, at=("accounts", name, key))
    if table.outbox is not None:
        options["outbox"] = str(folder / table.outbox)
    account = Account(
        name=name,
        platform=table.platform,
        handle=table.handle.lstrip("@") if table.handle else None,
        base_url=table.base_url,
        secrets=secrets_of(prefix, env),
        options=options,
    )
    return NamedAccount(account, prefix)


def _wrong_key(key: str, prefix: str) -> tuple[str, str] | None:
    """(found, expected) for a key that is a secret or a misspelling, or None."""
    if SECRET_WORD.search(key):
        variable = f"{prefix}_{key.upper()}"
        return "what looks like a secret", f"move it to the environment or .env, as {variable}"
    near = difflib.get_close_matches(key, AccountTable.model_fields, 1, cutoff=0.75)
    return ("an unknown key", f"did you mean `{near[0]}`?") if near else None
