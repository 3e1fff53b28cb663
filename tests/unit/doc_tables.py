"""The parts of docs/ that repeat what the code says, made from the code.

`python -m tests.unit.doc_tables` writes them; `test_docs.py` fails when they are out of date. Each
stands between ``<!-- name -->`` and ``<!-- /name -->``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connectors.base import PostingRules, SourceConfig
from connectors.registry import connector_class, kinds
from monitor.cli.root import app
from monitor.config.accounts import AccountTable
from monitor.config.alerts import ChannelTable, RotaTable, RouteTable
from monitor.config.hooks import Webhook
from monitor.config.settings import Sections
from monitor.domain import errors, refusals
from monitor.domain.preflight import CHECKS, SAID, Then

DOCS = Path(__file__).parents[2] / "docs"


# --- settings ------------------------------------------------------------------------------------


def settings_tables() -> str:
    """Every table of config.toml with its keys."""
    parts = []
    for name, field in Sections.model_fields.items():
        model = field.annotation
        assert isinstance(model, type) and issubclass(model, BaseModel)
        parts.append(_model(f"[{name}]", field.description or "", model.model_fields))
    parts.append(_model("[accounts.NAME]", "A platform account.", AccountTable.model_fields))
    parts.append(
        _model("[[sources]]", "What every source has, whatever its kind.", SourceConfig.model_fields)
    )
    parts.append(_model("[[webhooks]]", "Who hears of events: docs/webhooks.md.", Webhook.model_fields))
    parts.append(_model("[alerts.channels.NAME]", "A way to people.", ChannelTable.model_fields))
    parts.append(_model("[[alerts.routes]]", "Which alerts go where.", RouteTable.model_fields))
    parts.append(_model("[alerts.rota]", "Who is on call.", RotaTable.model_fields))
    return "\n\n".join(parts)


def kinds_tables() -> str:
    """Every connector kind with the keys of its own and its secrets."""
    parts = []
    for kind in kinds():
        made = connector_class(kind)
        own = {k: f for k, f in made.Config.model_fields.items() if k not in SourceConfig.model_fields}
        needs = ", ".join(f"`_{s}`" for s in made.secrets)
        can = [n.removeprefix("can_") for n in made.capabilities.__slots__ if n.startswith("can_")]
        able = [n for n in can if getattr(made.capabilities, f"can_{n}")]
        about = f"Can: {', '.join(['collect', *able])}." + (f" Secrets: {needs}." if needs else "")
        parts.append(_model(f'kind = "{kind}"', about, own))
    return "\n\n".join(parts)


def _model(title: str, about: str, fields: dict[str, FieldInfo]) -> str:
    rows = ["| key | default | what it is |", "|---|---|---|"]
    rows += [f"| `{k}` | {_default(f)} | {_cell(f.description or '')} |" for k, f in fields.items()]
    return "\n".join([f"### `{title}`", "", about, "", *rows])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value: Any = field.get_default(call_default_factory=True)
    if value is None or value in ((), [], {}, "") or isinstance(value, BaseModel):
        return "–"
    return f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f'"{_duration(value)}"'
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _duration(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


# --- commands ---------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, Any]]:
    """(name, click command) of every command, groups opened up."""
    root: Any = typer.main.get_command(app)
    yield from _commands(root, "")


def _commands(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


def commands_tables() -> str:
    """Every command with its arguments and options."""
    return "\n\n".join(_command(name, command) for name, command in commands())


def _command(name: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and "--help" not in p.opts]
    shown = " ".join([name, *(_argument(p) for p in arguments)])
    lines = [f"### `presszero {shown}`", "", inspect.cleandoc(command.help or "")]
    if options:
        lines += ["", "| option | what it does |", "|---|---|"]
        lines += [f"| {_option(p)} | {_cell(p.help or '')} |" for p in options]
    return "\n".join(lines)


def _argument(parameter: Any) -> str:
    shown = str(parameter.metavar or parameter.name.upper())
    return shown if parameter.required or shown.startswith("[") else f"[{shown}]"


def _option(parameter: Any) -> str:
    names = ", ".join(f"`{o}`" for o in [*parameter.opts, *parameter.secondary_opts])
    flag = parameter.is_flag or not parameter.metavar
    return names if flag else f"{names} `{parameter.metavar}`"


# --- errors -----------------------------------------------------------------------------------------


def error_classes() -> list[type[errors.PressZeroError]]:
    """Every error, by code."""
    named = [*vars(errors).values(), *vars(refusals).values()]
    found = {e for e in named if isinstance(e, type) and issubclass(e, errors.PressZeroError)}
    return sorted((e for e in found if "code" in vars(e) or e.__subclasses__()), key=lambda e: e.code)


def errors_table() -> str:
    """Every error with its code, what it means, and what to do."""
    rows = ["| code | name | what it means | what to do |", "|---|---|---|---|"]
    for error in error_classes():
        meaning = " ".join(inspect.cleandoc(error.__doc__ or "").split("\n\n")[0].split())
        anchor = f'<a id="{error.code.lower()}"></a>`{error.code}`'
        rows.append(f"| {anchor} | {error.__name__} | {_cell(meaning)} | {_cell(error.action)} |")
    return "\n".join(rows)


# --- publishing -------------------------------------------------------------------------------------

_THEN = {
    Then.WAITS: "waits, and is tried again by itself",
    Then.STOPS: "waits in *Problems*, and is tried again by itself",
    Then.BACK: "back to a person (`edited`)",
    Then.STALE: "back to a person (`stale`)",
    Then.FROZEN: "`frozen`",
    Then.WITHDRAWN: "`withdrawn`",
}


def checks_table() -> str:
    """Every check of the preflight, in its order."""
    rows = ["| code | what has to hold | when it doesn't | what to do |", "|---|---|---|---|"]
    rows += [f"| `{c.code}` | {c.holds} | {_THEN[c.then]} | {_cell(c.advice)} |" for c in CHECKS.values()]
    return "\n".join(rows)


def said_table() -> str:
    """The codes of replies that are looked for, or came back."""
    rows = ["| code | what to do |", "|---|---|"]
    return "\n".join([*rows, *(f"| `{code}` | {_cell(advice)} |" for code, advice in SAID.items())])


def _posting() -> Iterator[tuple[str, PostingRules]]:
    for kind in kinds():
        rules = getattr(connector_class(kind), "posting", None)
        if isinstance(rules, PostingRules):
            yield kind, rules


def limits_table() -> str:
    """Write budgets of every platform, and how long a reply may take to show."""
    rows = ["| kind | replies of one account | source | a reply shows within |", "|---|---|---|---|"]
    for kind, rules in _posting():
        shows = _duration(rules.settles) if rules.settles else "at once"
        for limit in rules.writes or (None,):
            many = f"{limit.count:,} in {_duration(limit.per)}" if limit else "no limit"
            rows.append(f"| `{kind}` | {many} | {limit.source if limit else '–'} | {shows} |")
    return "\n".join(rows)


def refusals_tables() -> str:
    """What to do about every refusal of every platform."""
    parts = []
    for kind, rules in _posting():
        rows = ["| rule | what to do |", "|---|---|"]
        rows += [f"| `{rule}` | {_cell(advice)} |" for rule, advice in rules.advice.items()]
        parts.append("\n".join([f"### `{kind}`", "", *rows]))
    return "\n\n".join(parts)


# --- in the pages -------------------------------------------------------------------------------------

BLOCKS: dict[str, tuple[str, Callable[[], str]]] = {
    "settings": ("configuration.md", settings_tables),
    "kinds": ("configuration.md", kinds_tables),
    "commands": ("cli.md", commands_tables),
    "errors": ("errors.md", errors_table),
    "checks": ("publishing.md", checks_table),
    "said": ("publishing.md", said_table),
    "write-limits": ("publishing.md", limits_table),
    "refusals": ("publishing.md", refusals_tables),
}


def block(name: str) -> re.Pattern[str]:
    """Matches a block with its markers."""
    return re.compile(rf"(?s)(<!-- {name} -->\n).*?(<!-- /{name} -->)")


def main() -> None:
    """Writes every block into its page."""
    for name, (page, make) in BLOCKS.items():
        file, made = DOCS / page, make()
        text = file.read_text(encoding="utf-8")
        assert block(name).search(text), f"{page} has no place for {name}"
        new = block(name).sub(lambda m, made=made: f"{m[1]}{made}\n{m[2]}", text)
        file.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
