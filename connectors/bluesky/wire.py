"""The one way to Bluesky: the atproto client with its sessions, time-outs and errors under control.

Left alone, the client follows redirects, waits as httpx does, and answers with models that reject a whole
page over one odd post. Here each request goes out once, within the configured time, and answers are JSON.
"""

from __future__ import annotations

import ssl
import weakref
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx

from connectors.base import Account, RateState
from connectors.bluesky.rules import HOST, RATE_WINDOW, STALE_SESSION
from connectors.bluesky.session import session_of
from connectors.web import USER_AGENT
from monitor.domain.errors import (
    AuthExpired,
    BadResponse,
    ConnectorError,
    RateLimited,
    Refused,
    TargetGone,
    Transient,
)
from monitor.domain.moments import Clock

Json = Mapping[str, Any]


class SignedOut(AuthExpired):
    """The session is over. React: sign in anew, once."""


class NotSent(Exception):
    """A write never left this machine, or was turned away at the door: it can't have happened."""


class _Ear:
    """Hears the headers of every answer."""

    def __init__(self) -> None:
        self.heard = httpx.Headers()

    def hear(self, response: httpx.Response) -> None:
        self.heard = response.headers


class Wire:
    """Bluesky for one account. Opens nothing until the first request; not for several threads at once."""

    def __init__(
        self, account: Account | None, base_url: str | None, timeout: timedelta, clock: Clock
    ) -> None:
        self._account = account
        # A host of one's own is kept to; the entryway is left for the server the account lives on.
        self._pinned = base_url is not None
        self.base_url = (base_url or HOST).rstrip("/")
        self._timeout = timeout
        self._clock = clock
        self._session = session_of(self.base_url, self._secret("HANDLE") or "")
        self._client: Any = None
        self._signed_in_with: str | None = None
        self._closing: weakref.finalize[Any, Any] | None = None
        self._ear = _Ear()
        self.did: str | None = None  # ours, known after the first request

    # --- asking -------------------------------------------------------------------------------

    def read(self, nsid: str, params: Mapping[str, Any]) -> Json:
        """One request that changes nothing, and a sign-in before it when there is no session.

        Raises RateLimited, AuthExpired, Refused, TargetGone, Transient, BadResponse.
        """
        try:
            return self._asked(nsid, params)
        except SignedOut:
            # After ExpiredToken the client can't be mended: a new one signs in.
            self._forget()
            return self._asked(nsid, params)

    def write(self, nsid: str, data: Mapping[str, Any]) -> Json:
        """Exactly one POST.

        Raises NotSent (with the reason as its cause) when nothing can have happened, RateLimited, Refused
        or AuthExpired when Bluesky said no, and anything else when nobody knows.
        """
        from atproto_client.models.dot_dict import DotDict  # noqa: PLC0415 - see the package's docstring

        try:
            client = self._ready()
        except ConnectorError as exc:
            raise NotSent from exc
        try:
            response = client.invoke_procedure(
                nsid, data=DotDict(dict(data)), input_encoding="application/json", ignore_session_check=True
            )
        except Exception as exc:
            if _never_connected(exc):
                raise NotSent from Transient("Bluesky could not be reached.")
            problem = self._meaning(exc)
            if isinstance(problem, SignedOut):
                self._forget()
                raise NotSent from problem
            raise problem from None
        return _object_in(response.content)

    def sign_in(self) -> str:
        """Our DID; signs in when there is no session. Raises like `read`."""
        self._ready()
        if self.did is None:
            raise BadResponse("Bluesky signed us in without saying as whom.")
        return self.did

    @property
    def rate(self) -> RateState | None:
        """The limit as the last answer told it."""
        heard = self._ear.heard
        remaining, limit = heard.get("ratelimit-remaining", ""), heard.get("ratelimit-limit", "")
        reset_at = self._ours(heard.get("ratelimit-reset", ""))
        if not (remaining.isdigit() and limit.isdigit()) or reset_at is None:
            return None
        return RateState(int(remaining), int(limit), reset_at)

    def close(self) -> None:
        """Ends the connections; the session lives on, the next request opens new ones."""
        self._client = None
        if self._closing is not None:
            self._closing()

    # --- sessions -----------------------------------------------------------------------------

    def _asked(self, nsid: str, params: Mapping[str, Any]) -> Json:
        from atproto_client.models.dot_dict import DotDict  # noqa: PLC0415 - see the package's docstring

        client = self._ready()
        try:
            response = client.invoke_query(
                nsid, params=DotDict({k: v for k, v in params.items() if v is not None})
            )
        except Exception as exc:
            raise self._meaning(exc) from None
        return _object_in(response.content)

    def _ready(self) -> Any:
        """The client, with the session that all sources of this account share."""
        with self._session.lock:
            if self._client is None:
                self._client, self._signed_in_with = self._new_client(), None
            if self._session.text is None:
                self._log_in()
            elif self._signed_in_with != self._session.text:
                self._client.login(session_string=self._session.text, fetch_bsky_profile=False)
            return self._client

    def _log_in(self) -> None:
        handle, password = self._secret("HANDLE"), self._secret("APP_PASSWORD")
        if not handle or not password:
            raise AuthExpired("The account has no HANDLE or no APP_PASSWORD.")
        try:
            self._client.login(handle.removeprefix("@"), password, fetch_bsky_profile=False)
        except Exception as exc:
            problem = self._meaning(exc)
            if isinstance(problem, SignedOut | Refused):
                problem = AuthExpired(f"Bluesky did not sign @{handle.lstrip('@')} in. {problem.cause}")
            raise problem from None

    def _changed(self, _event: object, session: Any) -> None:
        """The client got a session or new tokens: all sources of the account go on with these."""
        self._session.text = self._signed_in_with = session.export()
        self.did = str(session.did)
        if self._pinned:  # the client has just moved to the server that the account lives on
            self._client.update_base_url(self.base_url)

    def _forget(self) -> None:
        with self._session.lock:
            if self._signed_in_with == self._session.text:
                self._session.text = None
        self.close()

    def _new_client(self) -> Any:
        from atproto_client import Client  # noqa: PLC0415 - see the package's docstring
        from atproto_client.request import Request  # noqa: PLC0415

        clock = self._clock

        class OurClient(Client):  # type: ignore[misc]
            """Goes by our clock when it asks itself whether a token is about to end."""

            def get_current_time(self) -> datetime:
                return clock.now()

        request = Request(
            timeout=self._timeout.total_seconds(),
            verify=_trusted(),
            max_redirects=0,  # a redirected POST would be a second request
            event_hooks={"response": [self._ear.hear]},
        )
        request.set_additional_headers({"User-Agent": USER_AGENT})
        client = OurClient(self.base_url, request=request)
        # Neither of the two may keep this wire alive: whoever forgets to close it loses no connection.
        changed = weakref.WeakMethod(self._changed)

        def tell(event: object, session: Any) -> None:
            if (told := changed()) is not None:
                told(event, session)

        client.on_session_change(tell)
        self._closing = weakref.finalize(self, request.close)
        return client

    def _secret(self, name: str) -> str | None:
        found = self._account.secrets.get(name) if self._account else None
        return (found.get_secret_value() or None) if found else None

    # --- what answers mean --------------------------------------------------------------------

    def _meaning(self, exc: Exception) -> ConnectorError:
        """The error that calls for the right reaction."""
        from atproto_client.exceptions import LoginRequiredError, RequestErrorBase  # noqa: PLC0415

        if isinstance(exc, ConnectorError):
            return exc
        if isinstance(exc, LoginRequiredError):
            return SignedOut("Bluesky's session can't be read.")
        response = exc.response if isinstance(exc, RequestErrorBase) else None
        if response is not None:
            return self._refusal(response.status_code, response.content)
        if isinstance(exc, httpx.TooManyRedirects):
            return BadResponse(f"{self.base_url} answered with a redirect.")
        if isinstance(exc, httpx.HTTPError | RequestErrorBase):
            kind = type(exc.__cause__ or exc).__name__
            return Transient(f"No answer from {self.base_url} ({kind}).")
        # Not the exception itself: it may quote what could not be read.
        return BadResponse(f"Bluesky's answer can't be understood ({type(exc).__name__}).")

    def _refusal(self, status: int, content: Any) -> ConnectorError:
        name, message = getattr(content, "error", None), getattr(content, "message", None)
        said = f"Bluesky answered {status}: {name or 'no reason'}. {str(message or '')[:200]}".rstrip()
        if status == 429:
            return RateLimited(said, retry_at=self._retry_at())
        if name in STALE_SESSION:
            return SignedOut(said)
        if status == 401:
            return AuthExpired(said)
        if name in ("NotFound", "RecordNotFound") or "Could not locate record" in str(message):
            return TargetGone(said)
        if status == 408 or status >= 500:
            return Transient(said)
        if 400 <= status < 500:
            return Refused(said, rule=f"bluesky.{_snake(str(name))}" if name else f"bluesky.http_{status}")
        return BadResponse(said)

    def _retry_at(self) -> datetime:
        now, after = self._clock.now(), self._ear.heard.get("retry-after", "")
        if after.isdigit():
            return now + timedelta(seconds=max(1, int(after)))
        reset_at = self._ours(self._ear.heard.get("ratelimit-reset", ""))
        return now + RATE_WINDOW if reset_at is None else max(reset_at, now + timedelta(seconds=1))

    def _ours(self, epoch: str) -> datetime | None:
        """A moment of Bluesky's clock in ours: only the distance to the answer's own Date counts."""
        try:
            moment = datetime.fromtimestamp(int(epoch), UTC)
        except (ValueError, OverflowError, OSError):
            return None
        try:
            there = parsedate_to_datetime(self._ear.heard.get("date", "")).astimezone(UTC)
        except (ValueError, TypeError):
            return moment
        return self._clock.now() + (moment - there)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates we trust: read once, as that takes a tenth of a second."""
    return httpx.create_ssl_context()


def _object_in(content: Any) -> Json:
    if not isinstance(content, dict):
        raise BadResponse("Bluesky answered something that is no JSON object.")
    return content


def _never_connected(exc: Exception) -> bool:
    """True when the request can't have left: no connection was ever made."""
    return isinstance(exc.__cause__ or exc, httpx.ConnectError | httpx.ConnectTimeout)


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name if c.isalnum()).lstrip("_")
