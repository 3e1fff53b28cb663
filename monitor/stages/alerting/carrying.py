"""Carries messages over whatever service an address names, through apprise."""

from __future__ import annotations

import re
from typing import Any

_STATUS = re.compile(r"error=(\d{3})")


class AppriseCarrier:
    """The carrier of the house."""

    def carry(self, address: str, title: str, body: str) -> str | None:
        import apprise  # noqa: PLC0415 (half a second)

        listening: Any = apprise.LogCapture  # it says nothing of its types
        with listening(level=apprise.logging.WARNING, fmt="%(message)s") as said:
            to = apprise.Apprise.instantiate(address, suppress_exceptions=True)
            if to is None:
                return "apprise knows no such address"
            try:
                taken = to.notify(body=body, title=title, notify_type=apprise.NotifyType.WARNING)
            except Exception as error:
                return type(error).__name__
            return None if taken else _why(said.getvalue())


def _why(said: str) -> str:
    """What went wrong, in words of ours: those of a service may hold its address, which is a secret."""
    if status := _STATUS.search(said):
        return f"answered {status[1]}"
    return "no connection" if "onnection error" in said else "not taken"
