"""A real SMTP server on loopback that keeps what it is handed, and can be told to misbehave."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Postbox:
    """The handler: `refuse` maps a recipient to an answer; `mute` hangs up after taking a letter."""

    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    data: str = ""
    mute: bool = False
    kill_at_second: Callable[[], None] | None = None  # called instead of taking the second letter

    async def handle_RCPT(  # noqa: N802 (the names are aiosmtpd's)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data:
            return self.data
        if self.kill_at_second is not None and self.letters:
            kill, self.kill_at_second = self.kill_at_second, None
            kill()
            return "451 too late"
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters += [(to, letter) for to in envelope.rcpt_tos]
        if self.mute:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 taken"


@dataclass
class Passwords:
    """Accepts one user."""

    user: bytes
    password: bytes
    tried: list[bytes] = field(default_factory=list)

    def __call__(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.tried.append(data.password)
        return AuthResult(success=(data.login, data.password) == (self.user, self.password), handled=False)


def serve(box: Postbox, **options: Any) -> Controller:
    """Starts the server on a free port of 127.0.0.1; the caller stops it."""
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    return controller


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
