"""Runs a command and turns what goes wrong into words and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from monitor.cli.say import err
from monitor.domain.errors import ConfigInvalid, NotFound, PressZeroError, WrongUse

NAME = "presszero"
HELP = frozenset({"-h", "--help"})
DONE, PARTLY_FAILED, WRONG_USE = 0, 1, 2


def run() -> NoReturn:
    """The whole command. Exit codes: 0 done, 1 partly failed, 2 wrong use."""
    from monitor.cli.root import app

    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show a character gets an escape, not a traceback; and what is said
        # arrives when it is said, also in a pipe.
        stream.reconfigure(errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    if (text := help_of(app, sys.argv[1:])) is not None:
        sys.stdout.write(text + "\n")
        sys.exit(DONE)
    try:
        app(prog_name=NAME)
    except PressZeroError as error:
        if "--debug" in sys.argv:
            raise
        err(said(error))
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        err("Stopped.")
        sys.exit(130)
    sys.exit(DONE)


def help_of(app: Any, words: Sequence[str]) -> str | None:
    """The help that `words` ask for when they are nothing but command names and a help option.

    Typer would first coerce the options before the command, and imports pydantic for that: half a
    second that nobody who asks for help should wait.
    """
    import typer

    if not HELP & set(words):
        return None
    command: Any = typer.main.get_command(app)
    context = typer.Context(command, info_name=NAME)
    for word in words:
        if word in HELP:
            break
        command = getattr(command, "commands", {}).get(word)
        if command is None:
            return None
        context = typer.Context(command, info_name=word, parent=context)
    help_text: str = command.get_help(context)
    return help_text


def exit_code(error: PressZeroError) -> int:
    """2 when the caller asked for something that can't be, 1 when something failed on the way."""
    return WRONG_USE if isinstance(error, WrongUse | NotFound | ConfigInvalid) else PARTLY_FAILED


def said(error: PressZeroError) -> str:
    """Code, cause and action, as people read them."""
    return f"{error.code}: {error.cause.rstrip()}\n{error.what_to_do}"
