"""A session: one transaction, and the repositories that work within it."""

from __future__ import annotations

from functools import cached_property

from monitor.store.access import Access
from monitor.store.alerts import Alerts
from monitor.store.attention import Attention
from monitor.store.audit import Audit
from monitor.store.backfills import Backfills
from monitor.store.brands import Brands
from monitor.store.calibrations import Calibrations
from monitor.store.cases import Cases
from monitor.store.casework import Casework
from monitor.store.context import Context
from monitor.store.digests import Digests
from monitor.store.drafts import Drafts
from monitor.store.figures import Figures
from monitor.store.inbox import Inbox
from monitor.store.ledger import Ledger
from monitor.store.listing import Listing
from monitor.store.macros import Macros
from monitor.store.mentions import Mentions
from monitor.store.outbox import Outbox
from monitor.store.outgoing import Outgoing
from monitor.store.people import People
from monitor.store.promises import Promises
from monitor.store.protocol import Connection
from monitor.store.readings import Readings
from monitor.store.rechecks import Rechecks
from monitor.store.storms import Storms
from monitor.store.tokens import Tokens
from monitor.store.troubles import Troubles
from monitor.store.views import Views


class Session:
    """Handed out by `Store.read()` and `Store.write()`; valid only inside that block."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def mentions(self) -> Mentions:
        """Mentions, revisions, reposts, removals."""
        return Mentions(self.connection)

    @cached_property
    def ledger(self) -> Ledger:
        """Sources, windows, coverage, gaps, money."""
        return Ledger(self.connection)

    @cached_property
    def readings(self) -> Readings:
        """What NLP said, and what people corrected."""
        return Readings(self.connection)

    @cached_property
    def cases(self) -> Cases:
        """Cases, conversations, lanes, outcomes."""
        return Cases(self.connection)

    @cached_property
    def promises(self) -> Promises:
        """What we told customers we would do."""
        return Promises(self.connection)

    @cached_property
    def casework(self) -> Casework:
        """Escalations, tags, merges and splits, notices."""
        return Casework(self.connection)

    @cached_property
    def attention(self) -> Attention:
        """Who opened what, who is where, words that are in no draft."""
        return Attention(self.connection)

    @cached_property
    def drafts(self) -> Drafts:
        """Drafts, approvals, attempts."""
        return Drafts(self.connection)

    @cached_property
    def calibrations(self) -> Calibrations:
        """What people decided about readings, and a brand's own calibration."""
        return Calibrations(self.connection)

    @cached_property
    def macros(self) -> Macros:
        """What speaks against macros, and which may not write."""
        return Macros(self.connection)

    @cached_property
    def outgoing(self) -> Outgoing:
        """Write budgets, looks for what is unknown, freezes."""
        return Outgoing(self.connection)

    @cached_property
    def people(self) -> People:
        """Users, switches."""
        return People(self.connection)

    @cached_property
    def access(self) -> Access:
        """Sign-ins, second factors, forgotten passwords."""
        return Access(self.connection)

    @cached_property
    def brands(self) -> Brands:
        """Which source watches for whom, and who may see it."""
        return Brands(self.connection)

    @cached_property
    def figures(self) -> Figures:
        """Counts for the digest and the inbox."""
        return Figures(self.connection)

    @cached_property
    def digests(self) -> Digests:
        """Digests that were made, and their deliveries."""
        return Digests(self.connection)

    @cached_property
    def inbox(self) -> Inbox:
        """Pages of the inbox."""
        return Inbox(self.connection)

    @cached_property
    def listing(self) -> Listing:
        """Whole tables a page at a time."""
        return Listing(self.connection)

    @cached_property
    def views(self) -> Views:
        """Saved views."""
        return Views(self.connection)

    @cached_property
    def rechecks(self) -> Rechecks:
        """When stored posts are looked at again; deletions."""
        return Rechecks(self.connection)

    @cached_property
    def troubles(self) -> Troubles:
        """Credentials refused in other work than polling."""
        return Troubles(self.connection)

    @cached_property
    def context(self) -> Context:
        """Posts that explain a case."""
        return Context(self.connection)

    @cached_property
    def backfills(self) -> Backfills:
        """Runs over the past."""
        return Backfills(self.connection)

    @cached_property
    def storms(self) -> Storms:
        """Many cases with one cause."""
        return Storms(self.connection)

    @cached_property
    def outbox(self) -> Outbox:
        """Events that others may hear of, and their way to webhooks."""
        return Outbox(self.connection)

    @cached_property
    def alerts(self) -> Alerts:
        """What people are told of, and who is on call."""
        return Alerts(self.connection)

    @cached_property
    def tokens(self) -> Tokens:
        """Tokens of the API, and its answers under an Idempotency-Key."""
        return Tokens(self.connection)

    @cached_property
    def audit(self) -> Audit:
        """The append-only chain."""
        return Audit(self.connection)
