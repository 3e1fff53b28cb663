"""One HTTP read, with what may go wrong named by the reaction it calls for.

Addresses may hold secrets (private feeds do), so no error shows more of one than its host.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from monitor.domain.errors import AuthExpired, BadResponse, ConnectorError, RateLimited, Refused, Transient

USER_AGENT = "presszero (social-complaint monitor)"
SIZE_LIMIT = 10_000_000  # bytes, unpacked
REDIRECTS = 5
_NO_HINT = timedelta(minutes=15)  # after a 429 that doesn't say when
_LONGEST = timedelta(hours=24)

# At INFO httpx writes every address in full, query and all.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """A usable answer: 200 with its body, or 304 without."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str  # after redirects


def client(timeout: timedelta) -> httpx.Client:
    """A client that follows a few redirects and waits no longer than `timeout` for each step."""
    return httpx.Client(
        timeout=timeout.total_seconds(),
        follow_redirects=True,
        max_redirects=REDIRECTS,
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
    )


def get(
    session: httpx.Client,
    url: str,
    headers: Mapping[str, str],
    *,
    what: str,
    timeout: timedelta,
    now: datetime,
    rules: str = "feed",
) -> Answer:
    """Reads `url`. `what` names it in errors ("The feed"), `rules` begins the rule of a refusal.

    Raises RateLimited, AuthExpired, Refused, Transient, BadResponse.
    """
    place = f"{what} at {host_of(url)}"
    try:
        with session.stream("GET", url, headers=headers) as response:
            if response.status_code not in (200, 304):
                raise failure(response.status_code, response.headers, place, now, rules)
            body = _body(response, place, time.monotonic() + timeout.total_seconds())
            return Answer(response.status_code, response.headers, body, str(response.url))
    except httpx.TimeoutException:
        raise Transient(f"{place} did not answer within {timeout.total_seconds():g} s.") from None
    except (httpx.TooManyRedirects, httpx.DecodingError) as exc:
        raise BadResponse(f"{place} can't be read: {type(exc).__name__}.") from None
    except (httpx.UnsupportedProtocol, httpx.InvalidURL):
        raise _refused(f"{place} has no http(s) address.", f"{rules}.bad_address") from None
    except httpx.HTTPError as exc:
        raise Transient(f"{place} could not be reached: {type(exc).__name__}.") from None


def _body(response: httpx.Response, place: str, until: float) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > SIZE_LIMIT:
            raise BadResponse(f"{place} is larger than {SIZE_LIMIT // 1_000_000} MB.")
        if time.monotonic() > until:  # drop by drop, each within the time-out
            raise Transient(f"{place} answers too slowly.")
        chunks.append(chunk)
    return b"".join(chunks)


def failure(
    status: int, headers: Mapping[str, str], place: str, now: datetime, rules: str = "feed"
) -> ConnectorError:
    """The error that a status calls for."""
    if status == 429:
        return RateLimited(f"{place} asks for fewer requests.", retry_at=retry_at(headers, now))
    if status == 401:
        return AuthExpired(f"{place} wants other credentials.")
    if status == 403:
        return _refused(f"{place} is not open to us (403).", f"{rules}.forbidden")
    if status in (404, 410):
        return _refused(f"{place} is gone ({status}).", f"{rules}.gone")
    if status >= 500 or status in (408, 425):
        return Transient(f"{place} has trouble of its own ({status}).")
    return _refused(f"{place} said no ({status}).", f"{rules}.http_{status}")


def _refused(cause: str, rule: str) -> Refused:
    error = Refused(cause, rule=rule)
    error.what_to_do = (
        "Open the address in a browser and correct it in the configuration, or remove the source."
    )
    return error


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime:
    """When `Retry-After` (seconds or a date) lets us come back: in 15 minutes without it, a day at most."""
    value = headers.get("retry-after", "").strip()
    moment = now + _NO_HINT
    if value.isdigit():
        moment = now + timedelta(seconds=min(int(value), 10**6))
    elif value:
        try:
            date = parsedate_to_datetime(value)
            moment = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError):
            pass
    return min(max(moment.astimezone(UTC), now + timedelta(seconds=1)), now + _LONGEST)


def host_of(url: str) -> str:
    """The host of an address, which is all of it that may be shown."""
    try:
        return urlsplit(url).hostname or "an address without a host"
    except ValueError:
        return "an address without a host"
