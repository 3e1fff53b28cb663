"""The one way to X: tweepy with its host, time-outs, retries, logs and errors brought under control.

tweepy 4.17 has a fixed host, no time-out, and prints bearer tokens at DEBUG. A transport adapter on its
session sends each request once, to the configured address, within the configured time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import requests
import tweepy
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from connectors.base import Account, RateState
from connectors.x.refusals import refusal_rule, words_of
from connectors.x.rules import NO_RESET_WAIT
from monitor.domain.errors import (
    AuthExpired,
    BadResponse,
    ConnectorError,
    QuotaExhausted,
    RateLimited,
    Refused,
    TargetGone,
    Transient,
)
from monitor.domain.moments import Clock

HOST = "https://api.twitter.com"  # the one in tweepy
WRITING_SECRETS = ("API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET")

# The buckets that X counts requests in; a 429 names the one that is empty by `remaining: 0`.
_BUCKETS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")
# These print tokens or signed headers at DEBUG. A filter holds whatever level somebody sets later.
_TALKATIVE = ("tweepy.client", "oauthlib.oauth1.rfc5849", "requests_oauthlib.oauth1_auth")


def _not_debug(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


for _name in _TALKATIVE:
    logging.getLogger(_name).addFilter(_not_debug)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class SingleShot(HTTPAdapter):
    """Sends to another host than tweepy's, with a time-out, exactly once."""

    def __init__(self, base_url: str, timeout: timedelta) -> None:
        super().__init__(max_retries=0)
        self._base_url = base_url.rstrip("/")
        self._seconds = timeout.total_seconds()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Like HTTPAdapter.send; `timeout` and `proxies` are those of the real address."""
        request.url = (request.url or "").replace(HOST, self._base_url, 1)
        kwargs["timeout"] = self._seconds
        kwargs["proxies"] = get_environ_proxies(request.url, no_proxy=None)
        return super().send(request, *args, **kwargs)


@dataclass(frozen=True, slots=True)
class Answered:
    """A JSON object that X sent, and what its headers said."""

    body: Mapping[str, Any]
    rate: RateState | None
    access: str | None  # "read", "read-write" …: what the credential may do


class Wire:
    """X for one account. Opens nothing until the first request; not for several threads at once."""

    def __init__(self, account: Account | None, base_url: str, timeout: timedelta, clock: Clock) -> None:
        self.account = account
        self.base_url = base_url
        self._timeout = timeout
        self._clock = clock
        self._skew = timedelta(0)

    @cached_property
    def client(self) -> Any:
        """The tweepy client. Raises AuthExpired when there is no bearer token."""
        if self.secret("BEARER_TOKEN") is None:
            raise AuthExpired("The account has no BEARER_TOKEN.")
        client = tweepy.Client(
            self.secret("BEARER_TOKEN"),
            *(self.secret(name) for name in WRITING_SECRETS),
            return_type=requests.Response,
            wait_on_rate_limit=False,  # True loops for ever on a 429 that doesn't say until when
        )
        client.session.auth = _as_it_is  # without one, requests puts a password from ~/.netrc in its place
        client.session.max_redirects = 0  # a redirected POST would be a second request
        client.session.mount(HOST, SingleShot(self.base_url, self._timeout))
        return client

    def secret(self, name: str) -> str | None:
        """The secret's value, or None. Never for logs."""
        found = self.account.secrets.get(name) if self.account else None
        return (found.get_secret_value() or None) if found else None

    @property
    def may_write(self) -> bool:
        """True when all four secrets for posting are there."""
        return all(self.secret(name) for name in WRITING_SECRETS)

    def now(self) -> datetime:
        """The time at X as far as its answers told: our clock, put right when it is off."""
        return self._clock.now() + self._skew

    def read(self, ask: Callable[[Any], Any]) -> Answered:
        """One request that changes nothing.

        Raises RateLimited, QuotaExhausted, AuthExpired, Refused, TargetGone, Transient, BadResponse.
        """
        try:
            response = ask(self.client)
        except ConnectorError:
            raise
        except tweepy.errors.HTTPException as exc:
            self._learn_skew(exc.response)
            raise self.meaning(exc) from None
        except requests.exceptions.TooManyRedirects:
            raise BadResponse(f"{self.base_url} answered with a redirect.") from None
        except requests.RequestException as exc:
            raise Transient(f"No answer from {self.base_url} ({type(exc).__name__}).") from None
        except (ValueError, TypeError, AttributeError) as exc:  # tweepy, over an error body it can't read
            raise BadResponse(f"An error answer could not be read ({type(exc).__name__}).") from None
        self._learn_skew(response)
        return Answered(_object_in(response), self.rate_in(response), response.headers.get("x-access-level"))

    def meaning(self, exc: tweepy.errors.HTTPException) -> ConnectorError:
        """The error that calls for the right reaction."""
        status, words = exc.response.status_code, words_of(exc)
        said = f"X answered {status}: {words}"
        if status == 402 or (status == 429 and "usage-capped" in _problem_type(exc.response)):
            return QuotaExhausted(said)
        if status == 429:
            return RateLimited(said, retry_at=self.retry_at(exc.response))
        if status == 401:
            return AuthExpired(said)
        if status in (400, 403):
            return Refused(said, rule=refusal_rule(status, words))
        if status in (404, 410):
            return TargetGone(said)
        return Transient(said) if status >= 500 or status == 408 else BadResponse(said)

    def retry_at(self, response: requests.Response) -> datetime:
        """When a request that got this 429 may be put again, by our own clock; 15 min when it doesn't say."""
        after = response.headers.get("retry-after", "")
        if after.isdigit():
            return self._clock.now() + timedelta(seconds=max(1, int(after)))
        resets = [b for b in _BUCKETS if response.headers.get(f"{b}-remaining") == "0"] or [_BUCKETS[0]]
        found = [self._ours(response, response.headers.get(f"{b}-reset")) for b in resets]
        moments = [m for m in found if m is not None]
        if not moments:
            return self._clock.now() + NO_RESET_WAIT
        return max(*moments, self._clock.now() + timedelta(seconds=1))

    def rate_in(self, response: requests.Response) -> RateState | None:
        """What the headers say of the limit, or None when they say nothing usable."""
        remaining = response.headers.get("x-rate-limit-remaining", "")
        limit = response.headers.get("x-rate-limit-limit", "")
        reset_at = self._ours(response, response.headers.get("x-rate-limit-reset"))
        if not (remaining.isdigit() and limit.isdigit()) or reset_at is None:
            return None
        return RateState(int(remaining), int(limit), reset_at)

    def close(self) -> None:
        """Ends the connections; the next request opens new ones."""
        client = self.__dict__.pop("client", None)
        if client is not None:
            client.session.close()

    def _ours(self, response: requests.Response, epoch: str | None) -> datetime | None:
        """A moment of X's clock in ours: only the distance to the answer's own Date counts."""
        if epoch is None or not epoch.isdigit():
            return None
        try:
            moment = datetime.fromtimestamp(int(epoch), UTC)
        except (ValueError, OverflowError, OSError):
            return None
        there = _date_of(response)
        return moment if there is None else self._clock.now() + (moment - there)

    def _learn_skew(self, response: requests.Response) -> None:
        there = _date_of(response)
        if there is not None:
            off = there - self._clock.now()
            # Date has whole seconds and the answer took a while: less than that is no skew.
            self._skew = off if abs(off) > timedelta(seconds=5) else timedelta(0)


def _date_of(response: requests.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError, TypeError):
        return None


def _object_in(response: requests.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError:
        kind = response.headers.get("content-type", "no content type")
        raise BadResponse(
            f"X answered {response.status_code} with something that is no JSON ({kind[:60]})."
        ) from None
    if not isinstance(body, dict):
        raise BadResponse("X answered JSON that is no object.")
    return body


def _problem_type(response: requests.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        return ""
    return str(body.get("type", "")) if isinstance(body, dict) else ""
