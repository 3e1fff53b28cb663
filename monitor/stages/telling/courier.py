"""One signed POST to a webhook's server: no redirects, no proxy, no private address unless that is allowed.

The name is looked up once and the connection goes to that very address, so that a name which points
elsewhere a moment later leads nowhere.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from monitor.domain.addresses import address_of, is_public
from monitor.domain.refusals import PrivateAddress
from monitor.stages.telling.hook import Answer

LARGEST_ANSWER = 4096  # bytes; nobody reads what a receiver has to say


class HttpCourier:
    """Carries events over the network."""

    def post(
        self, address: str, body: bytes, headers: Mapping[str, str], *, timeout: timedelta, private: bool
    ) -> Answer:
        begun = time.monotonic()
        try:
            status, waits = self._post(address, body, headers, timeout.total_seconds(), private)
        except PrivateAddress as error:
            return Answer(None, f"{error.code}: {error.cause}", _since(begun))
        except (httpcore.TimeoutException, TimeoutError):
            return Answer(None, f"no answer within {timeout.total_seconds():.0f} s", _since(begun))
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
            return Answer(None, _said(error), _since(begun))
        error_text = None if 200 <= status < 300 else f"answered {status}"
        return Answer(status, error_text, _since(begun), waits)

    def _post(
        self, address: str, body: bytes, headers: Mapping[str, str], seconds: float, private: bool
    ) -> tuple[int, timedelta | None]:
        limits = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
        with (
            httpcore.ConnectionPool(
                ssl_context=httpx.create_ssl_context(), network_backend=_Careful(private), retries=0
            ) as pool,
            pool.stream(
                "POST", address, headers=list(headers.items()), content=body, extensions={"timeout": limits}
            ) as answer,
        ):
            waits = _retry_after(answer.headers)
            read = 0
            until = time.monotonic() + seconds
            for chunk in answer.iter_stream():
                read += len(chunk)
                if read > LARGEST_ANSWER or time.monotonic() > until:
                    break  # the status is all that counts
            return answer.status, waits


class _Careful(httpcore.NetworkBackend):
    """Connects to the address that it looked at, if it is one of the public network."""

    def __init__(self, private: bool) -> None:
        self._private = private
        self._under = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _resolved(host, port, private=self._private)
        failed: Exception = OSError(f"{host} has no address")
        for address in addresses[:3]:
            try:
                return self._under.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.NetworkError as error:
                failed = error
        raise failed


def looked_up(address: str, *, private: bool) -> list[str]:
    """Where an address leads. Raises PrivateAddress, OSError."""
    parts = urlsplit(address)
    return _resolved(parts.hostname or "", parts.port or 443, private=private)


def _resolved(host: str, port: int, *, private: bool) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not private:
        refuse_private(host, addresses)
    return addresses


def refuse_private(host: str, addresses: Iterable[str]) -> None:
    """Raises PrivateAddress if any of the addresses is not one of the public network."""
    for text in addresses:
        address = address_of(text)
        if not is_public(address):
            raise PrivateAddress(f"{host} is {address}, which is no public address.")


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> timedelta | None:
    for name, value in headers:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) < 7:
            return timedelta(seconds=int(value))
    return None


def _said(error: Exception) -> str:
    """What went wrong, in few words; never the address, which may be a secret."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, socket.gaierror):
        return "the name can't be resolved"
    return cause.strerror.lower() if cause is not None and cause.strerror else type(error).__name__


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
