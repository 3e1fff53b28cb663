"""Runs a command and turns what goes wrong into words and an exit code."""

from __future__ import annotations

import sys
from typing import NoReturn

from monitor.cli.say import err
from monitor.domain.errors import ConfigInvalid, NotFound, PressZeroError, WrongUse

DONE, PARTLY_FAILED, WRONG_USE = 0, 1, 2


def run() -> NoReturn:
    """The whole command. Exit codes: 0 done, 1 partly failed, 2 wrong use."""
    from monitor.cli.root import app

    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show a character gets an escape, not a traceback.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app(prog_name="presszero")
    except PressZeroError as error:
        if "--debug" in sys.argv:
            raise
        err(said(error))
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        err("Stopped.")
        sys.exit(130)
    sys.exit(DONE)


def exit_code(error: PressZeroError) -> int:
    """2 when the caller asked for something that can't be, 1 when something failed on the way."""
    return WRONG_USE if isinstance(error, WrongUse | NotFound | ConfigInvalid) else PARTLY_FAILED


def said(error: PressZeroError) -> str:
    """Code, cause and action, as people read them."""
    return f"{error.code}: {error.cause.rstrip()}\n{error.what_to_do}"
