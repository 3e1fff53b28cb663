"""The connector of kind `webhook`: takes deliveries in, and hands them to the collector."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from connectors.archive.rejects import write_rejects
from connectors.archive.values import platform_of
from connectors.base import Account, Ask, Capabilities, Page, Paging, SourceConfig
from connectors.webhook.deliveries import read_delivery
from connectors.webhook.signature import verify
from connectors.webhook.spool import Place, Spool
from monitor.domain.errors import AuthExpired, DeliveryRefused, InputUnreadable
from monitor.domain.mention import Mention, Reject
from monitor.domain.moments import Clock
from monitor.domain.verdict import MayReply, Verdict

PAGE_ROWS = 2_000
FOLDER = "spool"  # in the current folder; bootstrap gives the one beside the database
_SECRETS = ("SECRET", "OLD_SECRET")  # the second while it is being changed
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_REASONS_TOLD = 20
Platform = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$")]


class WebhookConfig(SourceConfig):
    """One sender, or several that share a secret."""

    spool: Path | None = Field(
        default=None,
        description="Folder for deliveries until they are collected; `spool/<name>` beside the database.",
    )
    platforms: tuple[Platform, ...] = Field(
        default=(),
        description="The only platforms whose posts this sender may give; by default any.",
    )
    spool_limit_mb: int = Field(
        default=1000,
        ge=2,
        description="Megabytes that may wait; beyond them deliveries are refused until they are collected.",
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery. `rejected` are (row, reason), the first 20."""

    mentions: int
    removed: int
    rejected: tuple[tuple[int, str], ...]
    rejects: int
    duplicate: bool


class WebhookConnector:
    """Reads what was pushed. See `connectors.base` for what each method promises."""

    kind: ClassVar[str] = "webhook"
    # A sender that says nothing can't be told from one that has nothing to say.
    capabilities: ClassVar[Capabilities] = Capabilities(paging=Paging.SEQUENCE, best_effort=True)
    Config: ClassVar[type[SourceConfig]] = WebhookConfig
    secrets: ClassVar[tuple[str, ...]] = ("SECRET",)

    def __init__(self, config: SourceConfig, account: Account | None, clock: Clock) -> None:
        if not isinstance(config, WebhookConfig):
            raise TypeError("a webhook source needs a WebhookConfig")
        options = account.options if account else {}
        folder = config.spool or Path(str(options.get("spool") or FOLDER)) / config.name
        self._account = account
        self._clock = clock
        self._platforms = frozenset(map(platform_of, config.platforms))
        self._limit = config.spool_limit_mb << 20
        self._rejects = folder / "rejects.jsonl"
        self._inbox = Spool(folder, self._limit)
        self._outlet = Spool(folder, self._limit)
        self._receiving = threading.Lock()

    # --- taking in --------------------------------------------------------------------------------

    def receive(self, signature: str | None, key: str | None, body: bytes) -> Receipt:
        """Takes a delivery: when this returns, it is on disk. Safe to call from several threads.

        `signature` and `key` are the headers X-PressZero-Signature and Idempotency-Key. Raises
        SignatureRefused, DeliveryRefused, SpoolUnavailable, AuthExpired when the account has no secret.
        """
        now = self._clock.now()
        verify(self._known_secrets(), signature, body, now)
        if key is not None and not _KEY.fullmatch(key):
            raise DeliveryRefused("An Idempotency-Key has 1 to 200 visible ASCII characters.", rule="bad_key")
        found = read_delivery(body, self._platforms)
        with self._receiving:
            new = self._inbox.append(found.rows, hashlib.sha256(body).hexdigest(), key, now)
        rejected = [(row.number, row.reason) for row in found.rows if row.reason]
        return Receipt(
            found.mentions, found.removed, tuple(rejected[:_REASONS_TOLD]), len(rejected), duplicate=not new
        )

    def _known_secrets(self) -> list[str]:
        kept = self._account.secrets if self._account else {}
        found = [kept[name].get_secret_value() for name in _SECRETS if name in kept]
        if not any(found):
            raise AuthExpired("The account has no SECRET.")
        return [secret for secret in found if secret]

    # --- handing on -------------------------------------------------------------------------------

    def fetch(self, ask: Ask) -> Page:
        """A page of rows in the order they came. Raises InputUnreadable."""
        token = ask.resume or ask.cursor
        limit = max(1, ask.limit or PAGE_ROWS)
        place = Place.of(token)
        try:
            self._outlet.drop(place, self._clock.now())
            taken = self._outlet.take(place, limit)
        except OSError as exc:
            raise InputUnreadable(f"The spool can't be read: {exc.strerror or exc}.") from None
        rejects: list[tuple[str, Reject]] = [(name, row.reject) for name, row in taken.rows if row.reason]
        if rejects or place.rejects:
            place.rejects = write_rejects(self._rejects, place.rejects, rejects)
        rows = [row for _, row in taken.rows]
        return Page(
            mentions=tuple(row.mention for row in rows if row.mention is not None),
            resume=place.token if taken.more else None,
            cursor=place.token,
            rejects=tuple(row for _, row in rejects),
            removed=tuple(row.removed for row in rows if row.removed is not None),
        )

    def can_reply(self, mention: Mention, own_handles: frozenset[str]) -> Verdict:
        """By hand, where the post is."""
        own = {handle.lstrip("@").lower() for handle in own_handles}
        if mention.author is not None and mention.author.lstrip("@").lower() in own:
            return Verdict(MayReply.LISTEN_ONLY, "webhook.own_post", "This post is our own.")
        return Verdict(
            MayReply.HANDOFF,
            "webhook.by_hand",
            "What was pushed to us can't be answered from here: a person replies where the post is.",
            "docs/connectors-webhook.md",
        )

    def check(self) -> str:
        """Looks at the secret and the spool; makes no request. Raises AuthExpired, InputUnreadable."""
        self._known_secrets()
        try:
            size = self._outlet.waiting(Place())
        except OSError as exc:
            raise InputUnreadable(f"The spool can't be read: {exc.strerror or exc}.") from None
        return f"ready to be sent deliveries; the spool holds {size / 1e6:,.1f} MB"

    def close(self) -> None:
        """Nothing stays open between calls."""
