"""The one way to a Mastodon server: Mastodon.py with its waits, time-outs, checks and errors under control.

Left alone, it sleeps on limits, waits 300 s, asks for the server's version before some questions, and fails
over headers it can't read, also after a post was made. A transport adapter on its session sends each request
once and keeps the answer; what Mastodon.py makes of it only counts where the answer itself is no use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import NewConnectionError

from connectors.base import Account, RateState
from connectors.mastodon.posts import Us, full_name
from connectors.mastodon.rules import ASK_AGAIN, LIMITS_LAST, RATE_WINDOW, TEXT_LIMIT
from connectors.web import USER_AGENT
from monitor.domain.errors import (
    AuthExpired,
    BadMoment,
    BadResponse,
    ConnectorError,
    RateLimited,
    Refused,
    TargetGone,
    Transient,
)
from monitor.domain.moments import Clock, parse_moment

# Words of a 403 that concern the account or its token, not the question.
_ABOUT_THE_ACCOUNT = ("scope", "login is currently", "account", "e-mail", "confirm")


class NotSent(Exception):
    """A write never left this machine: it can't have happened."""


class OneShot(HTTPAdapter):
    """Sends each request once, and keeps what came back."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)
        self.answer: requests.Response | None = None
        self.heard: CaseInsensitiveDict[str] = CaseInsensitiveDict()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Like HTTPAdapter.send. Headers that Mastodon.py would act on, or fail over, stay with us."""
        self.answer = None
        response = super().send(request, *args, **kwargs)
        self.answer, self.heard = response, CaseInsensitiveDict(response.headers)
        for name in [n for n in response.headers if n.lower().startswith(("x-ratelimit", "deprecation"))]:
            del response.headers[name]
        return response


class Wire:
    """One server for one account. Opens nothing until the first request; not for several threads at once."""

    def __init__(
        self, account: Account | None, base_url: str | None, timeout: timedelta, clock: Clock
    ) -> None:
        self._account = account
        self.base_url = (base_url or "").rstrip("/")
        self._timeout = timeout
        self._clock = clock
        self._adapter = OneShot()
        self._session: requests.Session | None = None
        self._client: Any = None
        self._longest: tuple[int, datetime] | None = None  # the limit for a post, good until
        self._told = False  # whether that is the server's own word
        handle = (account.handle or "").lstrip("@").lower() if account else ""
        host = urlsplit(self.base_url).netloc
        self.us = Us(handle.partition("@")[2] or host, handle or None, None)

    # --- asking -------------------------------------------------------------------------------

    def read(self, ask: Callable[[Any], Any]) -> Any:
        """The JSON of one request that changes nothing.

        Raises RateLimited, AuthExpired, Refused, TargetGone, Transient, BadResponse.
        """
        client = self._opened()
        self._adapter.answer = None
        try:
            ask(client)
        except Exception as exc:
            # The answer decides, not what Mastodon.py thinks of it; without one, the line was at fault.
            if self._adapter.answer is None:
                raise self._cut_off(exc) from None
        return self._understood()

    def write(self, ask: Callable[[Any], Any]) -> Mapping[str, Any]:
        """Exactly one POST.

        Raises NotSent when it can't have left, RateLimited, Refused, AuthExpired or TargetGone when the
        server said no, and anything else when nobody knows.
        """
        try:
            client = self._opened()
        except ConnectorError as exc:
            raise NotSent from exc
        # A line that the server has closed meanwhile would look like a write without an answer.
        self._adapter.close()
        self._adapter.answer = None
        try:
            ask(client)
        except Exception as exc:
            if self._adapter.answer is None:
                if _never_connected(exc):
                    raise NotSent from Transient("The server could not be reached.")
                raise self._cut_off(exc) from None
        answer = self._understood()
        if not isinstance(answer, dict):
            raise BadResponse("The server answered a post with something else.")
        return answer

    def know_us(self) -> Us:
        """Our account with its id; asked for once. Raises like `read`."""
        if self.us.id is None:
            me = self.read(lambda c: c.account_verify_credentials())
            if not isinstance(me, dict) or not me.get("id"):
                raise BadResponse("The server did not say who we are.")
            name = full_name(str(me.get("acct") or ""), self.us.domain)
            self.us = Us(self.us.domain, self.us.handle or name.lower(), str(me["id"]))
        return self.us

    def longest(self, *, must_know: bool = False) -> int:
        """How long a post may be here. Asked for once a day; 500 when the server can't be asked.

        `must_know`: raises like `read` instead.
        """
        now = self._clock.now()
        if self._longest is None or now >= self._longest[1] or (must_know and not self._told):
            try:
                told = self.read(lambda c: c.instance_v2())
                limit = int(told["configuration"]["statuses"]["max_characters"])
                self._longest, self._told = (limit, now + LIMITS_LAST), True
            except (KeyError, TypeError, ValueError):  # other software than Mastodon
                self._longest, self._told = (TEXT_LIMIT, now + LIMITS_LAST), True
            except ConnectorError:
                if must_know:
                    raise
                self._longest = (self._longest[0] if self._longest else TEXT_LIMIT, now + ASK_AGAIN)
        return self._longest[0]

    @property
    def rate(self) -> RateState | None:
        """The limit as the last answer told it."""
        heard = self._adapter.heard
        remaining, limit = heard.get("x-ratelimit-remaining", ""), heard.get("x-ratelimit-limit", "")
        reset_at = self._reset_at()
        if not (remaining.isdigit() and limit.isdigit()) or reset_at is None:
            return None
        return RateState(int(remaining), int(limit), reset_at)

    def close(self) -> None:
        """Ends the connections; the next request opens new ones."""
        if self._session is not None:
            self._session.close()

    # --- the client ---------------------------------------------------------------------------

    def _opened(self) -> Any:
        if self._client is not None:
            return self._client
        token = self._account.secrets.get("ACCESS_TOKEN") if self._account else None
        if token is None or not token.get_secret_value():
            raise AuthExpired("The account has no ACCESS_TOKEN.")
        if not self.base_url:
            error = Refused("The account doesn't say which server it lives on.", rule="mastodon.no_server")
            error.what_to_do = "Set base_url in the account's table, such as https://mastodon.example."
            raise error
        self._session = requests.Session()
        self._session.max_redirects = 0  # a redirected POST would be a second request
        self._session.mount("https://", self._adapter)
        self._session.mount("http://", self._adapter)
        self._client = _client_class()(
            access_token=token.get_secret_value(),
            api_base_url=self.base_url,
            ratelimit_method="throw",
            request_timeout=self._timeout.total_seconds(),
            version_check_mode="none",
            session=self._session,
            user_agent=USER_AGENT,
        )
        return self._client

    # --- what answers mean --------------------------------------------------------------------

    def _cut_off(self, exc: Exception) -> ConnectorError:
        cause = exc.__context__ if isinstance(exc.__context__, requests.RequestException) else exc
        kind = type(cause).__name__
        if isinstance(cause, requests.TooManyRedirects):
            return BadResponse(f"{self.base_url} answered with a redirect.")
        if isinstance(cause, requests.RequestException | OSError):
            return Transient(f"No answer from {self.base_url} ({kind}).")
        return BadResponse(f"The question could not be put ({kind}).")

    def _understood(self) -> Any:
        response = self._adapter.answer
        if response is None:
            raise BadResponse("There is no answer.")
        try:
            body = response.json()
        except ValueError:
            body = None
        if response.status_code != 200:
            raise self._refusal(response.status_code, body)
        if body is None:
            kind = response.headers.get("content-type", "no content type")
            raise BadResponse(f"{self.base_url} answered with something that is no JSON ({kind[:60]}).")
        return body

    def _refusal(self, status: int, body: Any) -> ConnectorError:
        words = str(body.get("error", ""))[:200] if isinstance(body, dict) else ""
        said = f"{urlsplit(self.base_url).netloc} answered {status}: {words or 'no reason'}"
        said += "" if said.endswith(".") else "."
        if status == 429:
            return RateLimited(said, retry_at=self._retry_at())
        if status == 401 or (status == 403 and any(w in words.lower() for w in _ABOUT_THE_ACCOUNT)):
            return AuthExpired(said)
        if status in (404, 410):
            return TargetGone(said)
        if status >= 500 or status in (408, 409):  # 409: another request with the same key is under way
            return Transient(said)
        if 300 <= status < 400:
            return BadResponse(f"{self.base_url} answered with a redirect.")
        names = {403: "forbidden", 422: "invalid"}
        return Refused(said, rule=f"mastodon.{names.get(status, f'http_{status}')}")

    def _retry_at(self) -> datetime:
        now, after = self._clock.now(), self._adapter.heard.get("retry-after", "")
        if after.isdigit():
            return now + timedelta(seconds=max(1, int(after)))
        reset_at = self._reset_at()
        return now + RATE_WINDOW if reset_at is None else max(reset_at, now + timedelta(seconds=1))

    def _reset_at(self) -> datetime | None:
        """When the limit starts anew, by our clock: only the distance to the answer's own Date counts."""
        given = self._adapter.heard.get("x-ratelimit-reset", "")
        try:
            moment = datetime.fromtimestamp(int(given), UTC) if given.isdigit() else parse_moment(given)
        except (BadMoment, ValueError, OverflowError, OSError):
            return None
        try:
            there = parsedate_to_datetime(self._adapter.heard.get("date", "")).astimezone(UTC)
        except (ValueError, TypeError):
            return moment
        return self._clock.now() + (moment - there)


def _client_class() -> type[Any]:
    from mastodon import Mastodon  # noqa: PLC0415 - see the package's docstring

    class OurMastodon(Mastodon):  # type: ignore[misc]
        """Puts the question without asking first whether the server knows it: its answer will tell."""

        def timeline_is_available(self, *_args: Any, **_how: Any) -> bool:
            return True

        def verify_minimum_version(self, *_args: Any, **_how: Any) -> bool:
            return True

    return OurMastodon


def _never_connected(exc: Exception) -> bool:
    """True when the request can't have left: no connection was ever made."""
    cause = exc.__context__ if isinstance(exc.__context__, requests.RequestException) else exc
    if isinstance(cause, requests.ConnectTimeout):
        return True
    inner = cause.args[0] if cause.args else None
    return isinstance(getattr(inner, "reason", None), NewConnectionError)
