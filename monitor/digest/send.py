"""Delivers a digest by mail: each recipient gets each day's digest once, whoever asks how often.

A delivery is claimed in the store before the server is spoken to, and its end is recorded after.
Who dies in between leaves a claim that ends by itself; the next try then repeats the same letter
under the same Message-ID, so that a mail client shows it once even if the first one did arrive.
"""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from monitor.digest.figures import DigestFigures, keep
from monitor.digest.letter import Format, MailServer, letter
from monitor.digest.view import DigestBrand
from monitor.domain.errors import MailUndelivered
from monitor.domain.moments import Clock
from monitor.store.protocol import Store

ACTOR = "machine:digest"

# Longer than the server may take for all its answers about one letter.
LEASE = timedelta(minutes=15)

CLOSING = 421  # the server's reply before it hangs up (RFC 5321, 4.2.3)


@dataclass(slots=True)
class DeliveryReport:
    """What became of the letters, by recipient. `refused`: trying again won't help by itself."""

    sent: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether everybody has it."""
        return not self.refused and not self.failed


def delivery_key(day: date, recipient: str, *, is_whole: bool) -> str:
    """The same for one day and one recipient; another while the day is not over."""
    what = "digest" if is_whole else "digest so far"
    return hashlib.sha256(f"{what}:{day.isoformat()}:{recipient.strip().lower()}".encode()).hexdigest()


def send(
    store: Store,
    figures: DigestFigures,
    brand: DigestBrand,
    recipients: Sequence[str],
    server: MailServer,
    clock: Clock,
    *,
    formats: tuple[Format, ...] = ("html", "text"),
) -> DeliveryReport:
    """Keeps the digest's numbers and sends it to whoever has not had it. Safe to call again at any time.

    Raises MailUndelivered when the server can't be used at all; the next call goes on where this stopped.
    """
    mail = _Mail(store, figures, brand, server, clock, formats)
    mail.keep()
    try:
        for recipient in dict.fromkeys(r.strip() for r in recipients):
            mail.deliver(recipient)
    finally:
        mail.hang_up()
    return mail.report


class _Mail:
    """One round of deliveries over one connection, opened when the first letter is due."""

    def __init__(
        self,
        store: Store,
        figures: DigestFigures,
        brand: DigestBrand,
        server: MailServer,
        clock: Clock,
        formats: tuple[Format, ...],
    ) -> None:
        self._store, self._figures, self._brand = store, figures, brand
        self._server, self._clock, self._formats = server, clock, formats
        self._day = figures.numbers.day
        self._is_whole = figures.numbers.unseen.day_is_over
        self._session: smtplib.SMTP | None = None
        self.report = DeliveryReport()

    def keep(self) -> None:
        """Keeps the numbers; those of an unfinished day are only a look at it."""
        if self._is_whole:
            with self._store.write() as session:
                keep(session, self._figures)

    def deliver(self, recipient: str) -> None:
        """Claims, sends, records."""
        key = delivery_key(self._day, recipient, is_whole=self._is_whole)
        now = self._clock.now()
        with self._store.write() as session:
            if not session.digests.claim(key, self._day, now, now + LEASE):
                self.report.already.append(recipient)
                return
        try:
            if self._session is None:
                self._session = self._server.connect()
        except (OSError, smtplib.SMTPException) as exc:
            why = self._say(exc)
            self._finish(key, "failed", why)
            where = f"{self._server.host}:{self._server.port}"
            raise MailUndelivered(f"The mail server {where} can't be used: {why}.") from exc
        except MailUndelivered as exc:
            self._finish(key, "failed", exc.cause)
            raise
        self._hand_in(self._session, key, recipient, now)

    def _hand_in(self, session: smtplib.SMTP, key: str, recipient: str, now: datetime) -> None:
        message = letter(
            self._figures,
            self._brand,
            sender=self._server.sender,
            recipient=recipient,
            message_id=f"<{key[:40]}@{self._server.sender.rpartition('@')[2]}>",
            now=now,
            formats=self._formats,
        )
        try:
            session.send_message(message, from_addr=self._server.sender, to_addrs=[recipient])
        except smtplib.SMTPResponseException as exc:
            self._declined(key, recipient, exc.smtp_code, exc)
        except smtplib.SMTPRecipientsRefused as exc:
            self._declined(key, recipient, exc.recipients[recipient][0], exc)
        except (OSError, smtplib.SMTPException) as exc:
            # No answer: it may have been taken. The claim stands until its lease ends.
            self.report.failed[recipient] = f"no answer ({self._say(exc)})"
            session.close()
            self._session = None
        else:
            self._sent(key, recipient)

    def _declined(self, key: str, recipient: str, code: int, exc: smtplib.SMTPException) -> None:
        """The server said no: for good from 500 on (unless it is our sender that it minds), for now below."""
        why = self._say(exc)
        is_final = code >= 500 and not isinstance(exc, smtplib.SMTPSenderRefused)
        if code == CLOSING:
            self._session = None
        self._finish(key, "refused" if is_final else "failed", why)
        (self.report.refused if is_final else self.report.failed)[recipient] = why

    @staticmethod
    def _say(exc: Exception) -> str:
        """The server's code and the kind of error. Its words may repeat what was sent: they are left out."""
        if isinstance(exc, smtplib.SMTPRecipientsRefused):
            return f"recipient refused, {next(iter(exc.recipients.values()))[0]}"
        code = f", {exc.smtp_code}" if isinstance(exc, smtplib.SMTPResponseException) else ""
        reason = f": {exc.strerror}" if isinstance(exc, OSError) and exc.strerror else ""
        return f"{type(exc).__name__}{code}{reason}"

    def _sent(self, key: str, recipient: str) -> None:
        now = self._clock.now()
        with self._store.write() as session:
            session.digests.finish(key, "sent", now)
            if self._is_whole:
                session.digests.sent(self._day, now)
            session.audit.record(now, ACTOR, "digest.sent", f"digest:{self._day.isoformat()}", key=key)
        self.report.sent.append(recipient)

    def _finish(self, key: str, state: str, detail: str) -> None:
        with self._store.write() as session:
            session.digests.finish(key, state, self._clock.now(), detail)

    def hang_up(self) -> None:
        """Ends the connection; whatever goes wrong now has no effect on what was sent."""
        if self._session is not None:
            try:
                self._session.quit()
            except (OSError, smtplib.SMTPException):
                self._session.close()
