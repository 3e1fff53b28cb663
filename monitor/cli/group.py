"""A command group as all of ours are: plain help, plain tracebacks, nothing in the shell."""

from __future__ import annotations

import typer


def new_group(about: str) -> typer.Typer:
    """An empty group."""
    return typer.Typer(
        help=about,
        no_args_is_help=True,
        # rich would take half a second to lay the help out.
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
