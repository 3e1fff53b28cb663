"""Errors of the API, of outgoing webhooks and of alerts; made like those of `monitor.domain.errors`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from monitor.domain.errors import PressZeroError, StaleApproval

# --- tokens -----------------------------------------------------------------------------------


class TokenRefused(PressZeroError):
    """There is no token, or it is unknown, revoked, expired, or its person has no access any more."""

    code = "PZ-620"
    action = "Send `Authorization: Bearer TOKEN`; your account page makes tokens."


class ScopeMissing(PressZeroError):
    """The token, or the role of its person, doesn't allow that."""

    code = "PZ-621"
    action = "Use a token with the scope, of a person whose role allows it."


# --- requests ---------------------------------------------------------------------------------


class RequestMalformed(PressZeroError):
    """A request of the API that can't be understood; each wrong field is named."""

    code = "PZ-901"
    action = "Mend the fields named in `errors`; /api/v1/openapi.json says what each may hold."

    def __init__(self, cause: str, *, fields: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(cause)
        self.fields = tuple(fields)


class BodyTooLarge(PressZeroError):
    """The body is larger than any request of the API."""

    code = "PZ-902"
    action = "Send less; the longest text of a reply is far shorter."


class NotJson(PressZeroError):
    """The body is of another kind than JSON."""

    code = "PZ-903"
    action = "Send `Content-Type: application/json`."


class KeyReused(PressZeroError):
    """The Idempotency-Key was used before, for another request."""

    code = "PZ-904"
    action = "Use a new key for a new request; repeat an old one exactly as it was."


class KeyBusy(PressZeroError):
    """The first request with this Idempotency-Key is not answered yet, or its answer was lost."""

    code = "PZ-905"
    action = "Ask again in a moment; if it stays so, read what became of it: it was not done twice."


class Changed(PressZeroError):
    """What was to be edited is no longer what the If-Match header says."""

    code = "PZ-906"
    action = "Read it anew, then edit what it is now."


class ConditionMissing(PressZeroError):
    """An edit needs the ETag of what it edits."""

    code = "PZ-907"
    action = "Send `If-Match` with the ETag that came with the draft."


class TooManyRequests(PressZeroError):
    """A token asked more often than `[api] requests_per_minute` allows."""

    code = "PZ-908"
    action = "Wait for as many seconds as Retry-After says."

    def __init__(self, cause: str, *, wait: timedelta) -> None:
        super().__init__(cause)
        self.wait = wait


class BadCursor(PressZeroError):
    """A cursor that this listing did not give."""

    code = "PZ-909"
    action = "Take `next` of the page before as it is, or begin without a cursor."


class NoSuchMethod(PressZeroError):
    """The address is there, but not for this method."""

    code = "PZ-910"
    action = "Use a method that the Allow header names."


class ShownIsPast(StaleApproval):
    """An approval of what is no longer there; `changes` says what became of it."""

    def __init__(self, cause: str, *, changes: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(cause)
        self.changes = tuple(changes)


# --- webhooks ---------------------------------------------------------------------------------


class PrivateAddress(PressZeroError):
    """The address of a webhook lies inside a private network."""

    code = "PZ-921"
    action = "Write another address, or `allow_private = true` if it is your own network."
