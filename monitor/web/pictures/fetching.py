"""Fetches one picture from a public address, within limits; whatever is odd is refused.

A name is resolved once a hop, every address it has must be public, and the connection goes to that very
address: what the name says a moment later changes nothing. Redirects are followed by hand, each one
checked like the first.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpcore
import httpx

from monitor.domain.addresses import Address, address_of, is_public

LARGEST = 10 * 1024 * 1024  # bytes
LONGEST = 10.0  # seconds, for everything together
MOST_HOPS = 3  # redirects
LONGEST_URL = 2000
PORTS = {"http": 80, "https": 443}
_AGENT = "PressZero-Pictures"
_MOVED = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], Sequence[str]]
Dial = Callable[[str, int, float], httpcore.NetworkStream]


class PictureRefused(Exception):
    """It is not fetched or not shown. `rule` says why, in a word that gives nothing of our network away."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a name, as this machine's resolver says. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def system_dial(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
    """A connection to an address. Raises httpcore.ConnectError."""
    return httpcore.SyncBackend().connect_tcp(address, port, timeout)


@dataclass(frozen=True, slots=True)
class Fetcher:
    """How pictures are fetched. Tests bring a resolver, a dial and a certificate authority of their own."""

    resolve: Resolve = system_resolve
    dial: Dial = system_dial
    certificates: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    longest: float = LONGEST
    largest: int = LARGEST

    def fetch(self, url: str) -> bytes:
        """The bytes behind `url`. Raises PictureRefused."""
        deadline = time.monotonic() + self.longest
        before = None
        for _ in range(MOST_HOPS + 1):
            target = target_of(url)
            if before == "https" and target.scheme == "http":
                raise PictureRefused("redirected to http")
            body, elsewhere = self._ask(target, deadline)
            if elsewhere is None:
                return body
            before, url = target.scheme, _joined(str(target), elsewhere)
        raise PictureRefused("too many redirects")

    def _ask(self, target: httpx.URL, deadline: float) -> tuple[bytes, str | None]:
        """(the body, None), or (nothing, where else it is)."""
        network = _Guarded(self, deadline)
        headers: dict[bytes | str, bytes | str] = {
            "Host": target.netloc.decode("ascii"),
            "User-Agent": _AGENT,
            "Accept": "image/webp,image/png,image/jpeg,image/gif",
            "Accept-Encoding": "identity",
        }
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self.certificates, max_connections=1, network_backend=network
                ) as pool,
                pool.stream("GET", str(target), headers=headers, extensions=_times(deadline)) as answer,
            ):
                return self._read(answer, deadline)
        except PictureRefused:
            raise
        except (httpcore.TimeoutException, TookTooLong) as exc:
            raise PictureRefused("took too long") from exc
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
            ssl.SSLError,
        ) as exc:
            raise PictureRefused("no answer") from exc

    def _read(self, answer: httpcore.Response, deadline: float) -> tuple[bytes, str | None]:
        told = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in answer.headers}
        if answer.status in _MOVED and told.get("location"):
            return b"", told["location"]
        if answer.status != 200:
            raise PictureRefused("not there" if answer.status in (403, 404, 410) else "no answer")
        kind = told.get("content-type", "").partition(";")[0].strip().lower()
        if kind and kind != "application/octet-stream" and not kind.startswith("image/"):
            raise PictureRefused("no picture")
        if told.get("content-encoding", "identity").lower() != "identity":
            raise PictureRefused("encoded")
        length = told.get("content-length", "")
        if length.isdigit() and int(length) > self.largest:
            raise PictureRefused("too large")
        body = bytearray()
        for chunk in answer.iter_stream():
            body += chunk
            if len(body) > self.largest:
                raise PictureRefused("too large")
            if time.monotonic() > deadline:
                raise PictureRefused("took too long")
        return bytes(body), None


def target_of(url: str) -> httpx.URL:
    """The address, if it is one that may be asked at all. Raises PictureRefused."""
    if len(url) > LONGEST_URL or any(ord(c) <= 32 or ord(c) == 127 for c in url):
        raise PictureRefused("address")
    try:
        target = httpx.URL(url)
        port = target.port
    except (httpx.InvalidURL, ValueError, UnicodeError) as exc:
        raise PictureRefused("address") from exc
    if target.scheme not in PORTS or not target.host or target.userinfo:
        raise PictureRefused("address")
    if port is not None and port != PORTS[target.scheme]:
        raise PictureRefused("port")
    return target.copy_with(fragment=None)


def _joined(base: str, elsewhere: str) -> str:
    try:
        return urljoin(base, elsewhere)
    except ValueError as exc:
        raise PictureRefused("address") from exc


def _times(deadline: float) -> dict[str, Any]:
    left = max(0.01, deadline - time.monotonic())
    return {"timeout": {"connect": left, "read": left, "write": left, "pool": left}}


class _Guarded(httpcore.NetworkBackend):
    """Lets connections through to public addresses alone, and to the one that was looked at."""

    def __init__(self, fetcher: Fetcher, deadline: float) -> None:
        self._fetcher = fetcher
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        del timeout, local_address, socket_options
        if port not in PORTS.values():
            raise PictureRefused("port")
        address = self._address(host, port)
        return _Hasty(self._fetcher.dial(str(address), port, self._left()), self._deadline)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        del path, timeout, socket_options
        raise PictureRefused("address")

    def _address(self, host: str, port: int) -> Address:
        """The first address of a name, all of which have to be public. Raises PictureRefused."""
        lookup = ThreadPoolExecutor(1)  # a resolver takes the time it takes; we don't wait for it
        try:
            texts = lookup.submit(self._fetcher.resolve, host, port).result(self._left())
            found = [address_of(text) for text in texts]
        except (OSError, ValueError, UnicodeError) as exc:
            if isinstance(exc, TookTooLong):
                raise
            raise PictureRefused("no such host") from exc
        finally:
            lookup.shutdown(wait=False)
        if not found:
            raise PictureRefused("no such host")
        if not all(is_public(address) for address in found):
            raise PictureRefused("address")
        return found[0]

    def _left(self) -> float:
        return max(0.01, self._deadline - time.monotonic())


class _Hasty(httpcore.NetworkStream):
    """A stream in which no read or write goes beyond the deadline, however it drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _Hasty(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is over")
        return left if timeout is None else min(left, timeout)
