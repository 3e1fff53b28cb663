"""What the inbox is given: bootstrap fills it in, tests too. The web knows no implementation of any of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from connectors.base import SourceConfig
from monitor.domain.accountability import MacroStanding
from monitor.domain.case import Case
from monitor.domain.conversation import Conversation
from monitor.domain.draft import Draft, Proposal
from monitor.domain.moments import Clock
from monitor.domain.posting import ReplyPrice
from monitor.domain.roster import Roster
from monitor.domain.seconding import SecondReason
from monitor.domain.verdict import Verdict
from monitor.stages.alerting import Carrier, Watch
from monitor.stages.people.provider import Arrival
from monitor.stages.people.rights import DEFAULT_POLICY, AccessPolicy
from monitor.stages.people.seal import Seal
from monitor.stages.publish import Outlet
from monitor.stages.review import Check, Promised
from monitor.stages.telling import Courier, Subscription
from monitor.stages.verdict import Judge
from monitor.store.protocol import Store
from monitor.web.hooks import Hook


class Finding(Protocol):
    """What the editor shows of a lint finding. `level` "block" stops an approval; others advise."""

    @property
    def code(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def why(self) -> str: ...
    @property
    def suggestion(self) -> str | None: ...


class Snippet(Protocol):
    """A ready piece of text to put into a reply. `kind`: fact, sentence or macro."""

    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...


class MacroRow(Protocol):
    """What the page of macros shows of one."""

    @property
    def standing(self) -> MacroStanding: ...
    @property
    def what(self) -> str: ...
    @property
    def owners(self) -> Sequence[str]: ...
    @property
    def marks(self) -> Sequence[Mapping[str, Any]]: ...


Lint = Callable[[str, Conversation, Draft | None, str], Sequence[Finding]]


class Mail(Protocol):
    """Hands a letter in at the mail server. `sender` is the address it comes from."""

    @property
    def sender(self) -> str: ...

    def send(self, message: EmailMessage) -> None:
        """Raises MailUndelivered."""
        ...


class Entrance(Protocol):
    """Where people may sign in instead of here (monitor.web.provider)."""

    @property
    def label(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def name_claim(self) -> str: ...
    @property
    def groups_claim(self) -> str: ...
    @property
    def client(self) -> Any: ...
    def arrival(self, claims: Mapping[str, Any]) -> Arrival: ...


class Pictures(Protocol):
    """Pictures of stored posts, fetched and made anew."""

    def get(self, mention_id: int, url: str) -> bytes:
        """One as WebP. Raises PictureRefused (monitor.web.pictures.fetching)."""
        ...

    def forget(self, mention_id: int) -> None:
        """The post is gone."""
        ...


class Posting(Protocol):
    """The ways out, and what is known of them."""

    def outlets(self) -> Sequence[Outlet]:
        """Every way out."""
        ...

    def route(self, source: str, platform: str) -> Outlet | None:
        """Where a reply to a post of that source goes out."""
        ...

    def advise(self, code: str | None) -> str | None:
        """What a person should do about a reason why a reply was not sent."""
        ...

    def settles(self, source: str, platform: str) -> timedelta:
        """How long a reply that landed may take to show."""
        ...

    def native_id_in(self, source: str, url: str) -> str:
        """Which post is at a web address. Raises WrongUse."""
        ...

    def send_at(self, case: Case, asked: str | None) -> datetime | None:
        """When an approved reply should leave (aware UTC), None for at once. Raises WrongUse."""
        ...


@dataclass(frozen=True, slots=True)
class WebServices:
    """Everything a page may ask. What is None is left out of the pages."""

    store: Store
    clock: Clock
    brand_name: str  # of the installation
    timezone: ZoneInfo  # times are shown in it
    undo: timedelta  # from the yes to the sending
    second: Collection[SecondReason] = ()  # which replies need a second person's yes
    version: str = ""
    own_handles: frozenset[str] = frozenset()
    sources: Sequence[SourceConfig] = ()  # as configured: with them the sources page knows money and limits
    judge: Judge | None = None  # the platform's verdict on a post: asked again when somebody approves
    verdict: Callable[[Conversation], Verdict] | None = None  # may we reply, with the rule in a sentence
    price: Callable[[Case, str], ReplyPrice | None] | None = None  # what posting a text costs
    macros: Callable[[Store], Sequence[MacroRow]] | None = None  # those that wrote, as somebody sees them
    promised: Promised | None = None  # what a person's own words promise
    check: Check | None = None  # findings that stop an approval
    lint: Lint | None = None  # (text, conversation, draft, user) → findings for the editor
    measure: Callable[[str, str, str], tuple[int, int] | None] | None = (
        None  # (source, platform, text) → (length, limit)
    )
    candidates: Callable[[Conversation], Sequence[Proposal]] | None = None  # other drafts to choose from
    snippets: Callable[[Conversation], Sequence[Snippet]] | None = None  # facts and macros to insert
    reply_source: Callable[[Case], str | None] | None = None  # which source posts a hand-written reply
    handoff_url: Callable[[Conversation, str], str | None] | None = None  # the platform's own reply box
    digest: Callable[[Store, date], str | None] | None = None  # a day's as HTML, of what a person sees
    digest_json: Callable[[Store, date], str] | None = None  # the same as JSON text
    hooks: Mapping[str, Hook] = field(default_factory=dict)  # sources that take signed pushes, by name
    explain_rule: Callable[[str], str | None] | None = None  # a rule id in a sentence
    cookie_secure: bool = False  # True behind HTTPS
    policy: AccessPolicy = DEFAULT_POLICY  # how long sessions last, who needs a second factor
    seal: Seal | None = None  # without it nobody can have a second factor
    mail: Mail | None = None  # for links to a new password; they need the address as well
    public_url: str | None = None  # of the inbox, as people reach it
    posting: Posting | None = None  # what leaves, when, and what is held back
    provider: Entrance | None = None  # the organisation's own sign-in
    pictures: Pictures | None = None  # None: nothing is fetched from outside
    roster: Roster = field(default_factory=Roster)  # who sits at which desk
    api_per_minute: int = 600  # requests of one token
    subscriptions: Sequence[Subscription] = ()  # webhooks that are switched on
    courier: Courier | None = None  # what carries a test event to them
    watch: Watch | None = None  # whom alerts reach, and who is on call
    carrier: Carrier | None = None  # what carries a test alert
    brands: Sequence[str] = ()  # every brand that is watched; one or none: nothing is said about it
