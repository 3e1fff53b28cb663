"""`presszero digest`: the managers' daily page."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer

from monitor.cli.call import AS_JSON, opened
from monitor.cli.say import plain
from monitor.domain.errors import WrongUse

FORMATS = ("text", "html", "md", "json")


def digest(
    ctx: typer.Context,
    day: Annotated[
        str | None, typer.Option("--date", metavar="D", help="A day, 2026-03-05; yesterday by default.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="text, html, md or json.")] = "text",
    send: Annotated[
        bool, typer.Option("--send", help="Mail it to [digest] recipients, once per day.")
    ] = False,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """The daily page for managers.

    Volume, outcomes, who still waits, response times, gaps, and three cases to read in full.
    """
    form = "json" if json else form
    if form not in FORMATS:
        raise WrongUse(f"{form!r} is no format.", action=f"Use one of {', '.join(FORMATS)}.")
    with opened(ctx) as app:
        chosen = _day(day) if day else app.yesterday()
        text = app.run_digest(chosen, form, send=send)
    sys.stdout.write(plain(text) if form == "text" else text)
    sys.stdout.write("" if text.endswith("\n") else "\n")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise WrongUse(f"{text!r} is no day.", action="Write it as 2026-03-05.") from exc
