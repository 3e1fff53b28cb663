"""One session per account, shared by all its sources in this process.

Signing in anew is limited to 30 times in five minutes and 300 a day. A session lives in memory only and
ends with the last source that uses it.
"""

from __future__ import annotations

import threading
from weakref import WeakValueDictionary


class Session:
    """What the client exports of its session (`export_session_string`), or None: sign in first.

    It holds tokens: it is never logged, and its repr shows nothing.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.text: str | None = None


_SHARED: WeakValueDictionary[tuple[str, str], Session] = WeakValueDictionary()
_FINDING = threading.Lock()


def session_of(base_url: str, handle: str) -> Session:
    """The session of an account on a host, made when there is none."""
    with _FINDING:
        found = _SHARED.get((base_url, handle.lower()))
        if found is None:
            found = _SHARED[base_url, handle.lower()] = Session()
        return found
