"""``[[webhooks]]``: where events are sent; the secrets they are signed with come from the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator

from monitor.config.problems import Problems, shown
from monitor.config.secrets import DOTENV, secrets_of
from monitor.config.tables import ENV_PREFIX, Positive, Table, Words
from monitor.domain.events import covers_something

SHORTEST_SECRET = 16  # characters


class Webhook(Table):
    """One ``[[webhooks]]`` table: who hears of what, and how long we try."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="Its name here: a-z, 0-9 and -.")
    url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Where events are sent. An address that is a secret comes from the environment, as _URL.",
    )
    env: str | None = Field(
        default=None,
        pattern=r"^[A-Z][A-Z0-9_]*[A-Z0-9]$",
        description="Prefix of its variables: _SECRET, _OLD_SECRET while it changes, _URL. "
        "PRESSZERO_HOOK_NAME by default.",
    )
    events: Words = Field(default=("*",), description='What it hears of: "case.urgent", "draft.*", "*".')
    enabled: bool = Field(default=True, description="false: nothing is sent, and nothing is kept for later.")
    allow_private: bool = Field(
        default=False, description="true: it may be inside our own network, and without TLS."
    )
    timeout: Positive = Field(default=timedelta(seconds=10), description="How long one try may take.")
    retry_for: Positive = Field(
        default=timedelta(hours=24), description="How long an event is tried before it counts as dead."
    )

    @field_validator("events")
    @classmethod
    def _known(cls, events: Words) -> Words:
        for pattern in events:
            if not covers_something(pattern):
                raise ValueError(f"{pattern!r} is no event (docs/webhooks.md lists them)")
        return events


class Hook(Webhook):
    """A webhook with its secrets."""

    address: str = Field(description="Where events are sent.")
    secrets: tuple[SecretStr, ...] = Field(description="What they are signed with; the new one first.")


def read_hooks(raw: object, env: Mapping[str, str], folder: Path, problems: Problems) -> tuple[Hook, ...]:
    """Every webhook that could be read; what is wrong with the others is noted."""
    if not isinstance(raw, list) or not all(isinstance(table, dict) for table in raw):
        problems.add("webhooks", shown(raw), "write each one as its own [[webhooks]] table", at=("webhooks",))
        return ()
    found: list[Hook] = []
    for index, table in enumerate(raw):
        at: tuple[str | int, ...] = ("webhooks", index)
        name = table.get("name")
        say = f'webhooks "{name}"' if isinstance(name, str) and name else f"webhooks[{index + 1}]"
        if any(name == other.name for other in found):
            problems.add(f"{say}.name", shown(name), "give every webhook a name of its own", at=(*at, "name"))
        try:
            parsed = Webhook.model_validate(table)
        except ValidationError as exc:
            problems.add_invalid(exc, Webhook, say=say, at=at)
            continue
        hook = _hook(parsed, say, at, env, folder, problems)
        if hook is not None:
            found.append(hook)
    return tuple(found)


def _hook(
    table: Webhook,
    say: str,
    at: tuple[str | int, ...],
    env: Mapping[str, str],
    folder: Path,
    problems: Problems,
) -> Hook | None:
    prefix = table.env or f"{ENV_PREFIX}HOOK_" + re.sub(r"[^A-Z0-9]", "_", table.name.upper())
    kept = secrets_of(prefix, env)
    address = kept["URL"].get_secret_value() if "URL" in kept else table.url
    wrong = len(problems.found)
    if address is None:
        hint = f"this key is needed, or the variable {prefix}_URL: where events are sent"
        problems.add(f"{say}.url", "nothing", hint, at=at)
    elif not _is_fit(address, allow_plain=table.allow_private):
        hint = "write an https:// address; http:// only with allow_private = true, inside your own network"
        problems.add(f"{say}.url", "an address without TLS, or none at all", hint, at=(*at, "url"))
    secret = kept.get("SECRET")
    if table.enabled and (secret is None or len(secret.get_secret_value()) < SHORTEST_SECRET):
        what = "nothing" if secret is None else f"fewer than {SHORTEST_SECRET} characters"
        hint = f"set it in the environment, or as a line {prefix}_SECRET=… in {folder / DOTENV}; "
        hint += "`presszero webhooks secret` makes one"
        problems.add(f"{prefix}_SECRET", what, hint, file=f"environment ({say})")
    if len(problems.found) > wrong or address is None:
        return None
    secrets = tuple(kept[n] for n in ("SECRET", "OLD_SECRET") if n in kept)
    return Hook(**table.model_dump(), address=address, secrets=secrets)


def _is_fit(address: str, *, allow_plain: bool) -> bool:
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and allow_plain))
