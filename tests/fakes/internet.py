"""A small internet on loopback: names, addresses that only exist here, and one server behind all of them.

`resolve` and `dial` are what a picture fetcher is given in place of the machine's own. A dial to a public
address ends at the server of this test; what was looked up and dialled is written down.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Internet:
    """Names to addresses (one list for each look-up, the last one for ever), paths to answers."""

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    pages: dict[str, Answer] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)  # (Host, path)
    slow_names: float = 0.0
    ports: dict[int, int] = field(default_factory=dict)  # 80 and 443 → the ports of the server

    def resolve(self, host: str, port: int) -> Sequence[str]:
        del port
        self.looked_up.append(host)
        if self.slow_names:
            time.sleep(self.slow_names)
        if host not in self.names:
            # Numbers in whatever spelling are understood as the machine's own resolver does.
            try:
                found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
            except socket.gaierror as exc:
                raise OSError(f"no such host: {host}") from exc
            return [str(info[4][0]) for info in found]
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def dial(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        self.dialled.append((address, port))
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.ports[port], timeout)

    def serves(
        self, path: str, body: bytes, kind: str = "image/png", status: int = 200, **headers: str
    ) -> None:
        """A plain answer."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            request.send_header("content-type", kind)
            request.send_header("content-length", str(len(body)))
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.end_headers()
            request.wfile.write(body)

        self.pages[path] = answer

    def moves(self, path: str, to: str, status: int = 302) -> None:
        """A redirect."""
        self.serves(path, b"", status=status, location=to)


@contextmanager
def internet(folder: Path, name: str = "photos.example") -> Iterator[tuple[Internet, ssl.SSLContext]]:
    """The internet, and a context that trusts its one certificate (for `name`)."""
    net = Internet(names={name: [["93.184.215.14"]]})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            net.asked.append((self.headers["host"], self.path))
            answer = net.pages.get(self.path)
            try:
                answer(self) if answer else self.send_error(404)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    certificate, key = _certificate(folder, name)
    behind_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    behind_tls.load_cert_chain(certificate, key)

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            del request, client_address  # a client that hangs up is what some tests are about

    plain, secure = (Quiet(("127.0.0.1", 0), Handler) for _ in range(2))
    secure.socket = behind_tls.wrap_socket(secure.socket, server_side=True, do_handshake_on_connect=False)
    net.ports = {80: plain.server_port, 443: secure.server_port}
    threads = [threading.Thread(target=s.serve_forever, args=(0.02,), daemon=True) for s in (plain, secure)]
    for thread in threads:
        thread.start()
    try:
        yield net, ssl.create_default_context(cafile=str(certificate))
    finally:
        for server, thread in zip((plain, secure), threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files
