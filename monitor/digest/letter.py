"""The digest as a letter, and the server that carries it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from smtplib import SMTP, SMTP_SSL, SMTPException, SMTPResponseException
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.digest import render
from monitor.digest.figures import DigestFigures
from monitor.digest.view import DigestBrand
from monitor.domain.errors import ConfigInvalid, ConfigProblem, MailUndelivered

VARIABLE = "PRESSZERO_SMTP_URL"
EXPECTED = "expected smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465, and ?from=ADDRESS"

TIMEOUT = 30.0  # seconds for one answer of the server
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS = {"smtp": 587, "smtps": 465}

Format = Literal["html", "text", "md", "json"]


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. The password shows in no representation."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    is_tls: bool  # from the first byte; otherwise STARTTLS is used where the server has it
    sender: str

    def connect(self) -> SMTP:
        """An open session, encrypted where the server can, signed in where there is a user.

        Raises smtplib.SMTPException, OSError; MailUndelivered rather than sending a password in clear.
        """
        if self.is_tls:
            session: SMTP = SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT, context=ssl.create_default_context()
            )
        else:
            session = SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            self._greet(session)
        except BaseException:
            session.close()
            raise
        return session

    def send(self, message: EmailMessage) -> None:
        """Hands one letter in. Raises MailUndelivered."""
        try:
            with self.connect() as session:
                session.send_message(message)
        except (OSError, SMTPException) as exc:
            code = f", {exc.smtp_code}" if isinstance(exc, SMTPResponseException) else ""
            raise MailUndelivered(
                f"The mail server {self.host}:{self.port} did not take a letter ({type(exc).__name__}{code})."
            ) from exc

    def _greet(self, session: SMTP) -> None:
        session.ehlo()
        encrypted = self.is_tls
        if not encrypted and session.has_extn("starttls"):
            session.starttls(context=ssl.create_default_context())
            session.ehlo()
            encrypted = True
        if self.user is None or self.password is None:
            return
        if not encrypted and self.host not in LOOPBACK:
            raise MailUndelivered(
                f"{self.host}:{self.port} offers no encryption, so the password was not sent.",
                action=f"Use a server with STARTTLS, or smtps://, in {VARIABLE}.",
            )
        session.login(self.user, self.password)


def mail_server(environment: Mapping[str, str]) -> MailServer | None:
    """The server of PRESSZERO_SMTP_URL; None when it is not set. Raises ConfigInvalid, without the secret."""
    url = environment.get(VARIABLE, "").strip()
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise _wrong("an address that can't be understood") from exc
    if parts.scheme not in PORTS:
        raise _wrong("an address that begins with neither smtp:// nor smtps://")
    if not parts.hostname:
        raise _wrong("an address without a host")
    user = unquote(parts.username) if parts.username else None
    sender = parse_qs(parts.query).get("from", [user or ""])[0]
    if not _is_address(sender):
        raise _wrong("no address to send from")
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=user,
        password=unquote(parts.password) if parts.password else None,
        is_tls=parts.scheme == "smtps",
        sender=sender,
    )


def letter(
    figures: DigestFigures,
    brand: DigestBrand,
    *,
    sender: str,
    recipient: str,
    message_id: str,
    now: datetime,
    formats: tuple[Format, ...],
) -> EmailMessage:
    """The message for one recipient. Text is always in it; Markdown and JSON are attached."""
    message = EmailMessage(policy=SMTP_POLICY)
    name, _, host = sender.rpartition("@")
    message["From"] = Address(f"{brand.name} digest".replace("\n", " ").replace("\r", " "), name, host)
    message["To"] = recipient
    message["Subject"] = render.subject(figures, brand)
    message["Date"] = now
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices in answer to it
    message.set_content(render.text(figures, brand), cte="quoted-printable")
    if "html" in formats:
        html = render.html(figures, brand)
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    base = f"digest-{figures.numbers.day.isoformat()}"
    if "md" in formats:
        markdown = render.markdown(figures, brand).encode()
        message.add_attachment(markdown, "text", "markdown", filename=f"{base}.md")
    if "json" in formats:
        data = render.json_text(figures, brand).encode()
        message.add_attachment(data, "application", "json", filename=f"{base}.json")
    return message


def _is_address(text: str) -> bool:
    name, _, host = text.rpartition("@")
    return bool(name and host) and text.isprintable() and not any(c in ' <>,;"' for c in text)


def _wrong(found: str) -> ConfigInvalid:
    return ConfigInvalid([ConfigProblem("environment", VARIABLE, found, EXPECTED)])
