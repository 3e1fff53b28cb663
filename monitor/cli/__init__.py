"""The command line: one module per command group, nothing heavy imported before a command needs it."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """The `presszero` command."""
    from monitor.cli.entry import run

    run()
