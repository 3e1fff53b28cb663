"""The settings, table by table. Every field says what it is: docs/configuration.md is checked against it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BeforeValidator,
    Field,
    SerializeAsAny,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from connectors.base import Account, SourceConfig
from monitor.config.alerts import Alerts
from monitor.config.hooks import Hook
from monitor.config.provider import Oidc
from monitor.config.tables import ENV_PREFIX, Duration, Positive, Table, Words, Zone, one_or_more
from monitor.domain.alert import Channel
from monitor.domain.errors import ConfigInvalid, NotFound
from monitor.domain.posting import LOOKS
from monitor.domain.roster import Desk, Roster
from monitor.domain.seconding import SecondReason
from monitor.respond.hours import BusinessHours

DEFAULT_URL = "sqlite:///presszero.db"


class Brand(Table):
    """``[brand]``: whom we listen for, and where we speak from."""

    name: str = Field(min_length=1, description="The brand as people write it.")
    aliases: Words = Field(default=(), description="Other names people use for it.")
    handles: Mapping[str, Annotated[Words, BeforeValidator(one_or_more)]] = Field(
        default_factory=dict, description="Our own handles, per platform; one, or a list."
    )
    exclude: Words = Field(
        default=(),
        description="Phrases that mean somebody else: posts that name nothing of ours besides are set aside.",
    )
    timezone: Zone = Field(
        default="UTC", description="IANA time zone of the people who answer, and of the digest's day."
    )
    business_hours: str = Field(
        default="", description='When people answer, such as "Mon-Fri 09:00-18:00". Empty: always.'
    )
    languages: Words = Field(default=("en",), description="Languages we answer in (BCP 47).")
    products: Words = Field(default=(), description="Product names, to find them in posts.")
    places: Words = Field(default=(), description="Branches, stations, airports …, to find them in posts.")
    others: Words = Field(
        default=(),
        description="Other brands watched here, with sources and people of their own.",
    )

    @field_validator("business_hours")
    @classmethod
    def _hours(cls, text: str, info: ValidationInfo) -> str:
        try:
            BusinessHours.parse(text, info.data.get("timezone", "UTC"))
        except ConfigInvalid as exc:
            hint = exc.problems[0].expected.removeprefix("expected ")
            raise ValueError(f"write hours {hint}") from exc
        return text

    @field_validator("others")
    @classmethod
    def _other_names(cls, others: Words, info: ValidationInfo) -> Words:
        names = [info.data.get("name"), *others]
        if len(set(names)) < len(names) or any(not n or n == "*" or n != n.strip() for n in others):
            raise ValueError("name each other brand once, and differently from this one")
        return others

    @property
    def every(self) -> tuple[str, ...]:
        """The names of all brands that are watched."""
        return (self.name, *self.others)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)

    @property
    def hours(self) -> BusinessHours:
        """The business hours as an object."""
        return BusinessHours.parse(self.business_hours, self.timezone)


class StoreSettings(Table):
    """``[store]``: where everything is kept."""

    url: str = Field(
        default=DEFAULT_URL,
        pattern=r"^(sqlite:///.|postgres(ql)?://.)",
        description="sqlite:///FILE, relative to the folder of config.toml, or postgresql://….",
    )

    @property
    def shown(self) -> str:
        """The address without user and password: the only form that may be printed."""
        return re.sub(r"(?<=://)[^/@]*@", "", self.url)


class Review(Table):
    """``[review]``: how people approve."""

    undo: Duration = Field(
        default=timedelta(seconds=15), description="How long an approval can be taken back before it is sent."
    )
    second_approver: tuple[SecondReason, ...] = Field(
        default=(),
        description="Which replies need a second person's yes: legal, safety, press, discrimination, "
        "ai_written, new_agent (the first day of whoever wrote or approved it).",
    )
    desks: Mapping[Desk, Annotated[Words, BeforeValidator(one_or_more)]] = Field(
        default_factory=dict,
        description="Who sits at which desk, by their names in Press Zero: person (for whoever "
        "asks for a human), executive, legal, safety, security, press. In turn, the least busy first.",
    )
    branches: Mapping[str, Annotated[Words, BeforeValidator(one_or_more)]] = Field(
        default_factory=dict,
        description="Who answers for a shop, station or hotel that a post names, by the name of the place.",
    )

    @field_validator("desks")
    @classmethod
    def _no_branch(cls, desks: Mapping[Desk, Words]) -> Mapping[Desk, Words]:
        if Desk.BRANCH in desks:
            raise ValueError("name each branch with its people in [review.branches]")
        return desks

    @property
    def roster(self) -> Roster:
        """The desks as an object."""
        return Roster(self.desks, self.branches)


class Llm(Table):
    """``[respond.llm]``: a language model that may reword friendly sentences. Off without `model`."""

    model: str | None = Field(
        default=None, description="Its name: one of `llm models`, or that of the server at base_url."
    )
    base_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="An OpenAI-compatible server (http://127.0.0.1:11434/v1). "
        "Unset: the llm library knows the model.",
    )
    timeout: Positive = Field(
        default=timedelta(seconds=10), description="For a whole answer; then the composed draft stands."
    )
    per_day: int = Field(default=500, ge=0, description="At most so many rewordings a day (UTC).")


class Respond(Table):
    """``[respond]``: how drafts are written."""

    enabled: bool = Field(default=True, description="false: nothing is drafted, people write every reply.")
    voice: Path | None = Field(
        default=None,
        description="The brand's voice.toml, relative to config.toml; sample:voice is the sample's. "
        "Unset: a neutral voice.",
    )
    owners: Mapping[str, str] = Field(
        default_factory=dict,
        description="Who answers for a macro and is told when it is suspended, by name; * for all others. "
        "Unset: every manager.",
    )
    llm: Llm = Field(default_factory=Llm, description="See [respond.llm].")


class Digest(Table):
    """``[digest]``: the managers' daily page."""

    at: time = Field(default=time(7, 30), description="When it is made and sent, in the brand's time zone.")
    formats: tuple[Literal["html", "text", "md", "json"], ...] = Field(
        default=("html", "text"), description="What is sent: html, text, md, json."
    )
    recipients: Words = Field(default=(), description="Mail addresses. Empty: it is only shown in the inbox.")

    @field_validator("recipients")
    @classmethod
    def _addresses(cls, recipients: Words) -> Words:
        for one in recipients:
            name, at, host = one.rpartition("@")
            if not (name and at and host) or any(c.isspace() for c in one):
                raise ValueError(f"{one!r} is no mail address")
        return recipients


class Web(Table):
    """``[web]``: the inbox."""

    host: str = Field(default="127.0.0.1", description="Address it listens on. 0.0.0.0: every interface.")
    port: int = Field(default=8420, ge=0, le=65535, description="Port it listens on; 0 takes any free one.")
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Address of the inbox as people reach it, for links in the digest.",
    )
    images: Literal["off", "proxy"] = Field(
        default="off",
        description="proxy: pictures of posts are shown, fetched and made anew here (docs/access.md). "
        "off: only their description and a link.",
    )
    cookie_secure: bool = Field(
        default=False, description="true: sign-in works over HTTPS only. Set it behind a TLS proxy."
    )


class Access(Table):
    """``[access]``: how people come in."""

    idle: Positive = Field(
        default=timedelta(hours=12), description="A browser is signed out after this long without a visit."
    )
    absolute: Positive = Field(
        default=timedelta(days=14), description="A browser is signed out after this long in any case."
    )
    second_factor: tuple[Literal["viewer", "agent", "approver", "manager", "admin"], ...] = Field(
        default=(),
        description="Roles that need a second factor; they set it up before anything else. "
        "Needs PRESSZERO_SECRET_KEY.",
    )


class Api(Table):
    """``[api]``: the JSON API."""

    requests_per_minute: int = Field(
        default=600,
        ge=1,
        le=100_000,
        description="How often one token may ask; a burst may use it up at once.",
    )


class Publish(Table):
    """``[publish]``: how approved replies leave the house."""

    every: Positive = Field(
        default=timedelta(seconds=2), description="How often the publisher looks for approved drafts."
    )
    lease: Positive = Field(
        default=timedelta(minutes=2),
        description="How long one attempt may take before it counts as abandoned and is reconciled.",
    )
    pacing: Duration = Field(
        default=timedelta(seconds=2), description="Shortest time between two replies of one account."
    )
    pacing_on: Mapping[str, Duration] = Field(
        default_factory=dict, description='The same for single platforms or accounts: { reddit = "1m" }.'
    )
    looks: tuple[Duration, ...] = Field(
        default=LOOKS,
        description="When a reply whose outcome is unknown is looked for, counted from the attempt; after "
        "the last look it is a person's turn.",
    )
    budget_per_day: float | None = Field(
        default=None,
        ge=0,
        description="US dollars per UTC day for replies, all sources together. Unset: they count against the "
        "budget_per_day of their source.",
    )
    approval_lasts: Positive = Field(
        default=timedelta(hours=24),
        description="A reply that could not leave within this time of its approval goes back to a person.",
    )
    business_hours_only: bool = Field(
        default=False,
        description="true: what is approved outside business hours leaves as they begin; P0, P1 at once.",
    )

    @field_validator("looks")
    @classmethod
    def _in_order(cls, looks: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        if not looks or list(looks) != sorted(set(looks)):
            raise ValueError('write one or more rising durations, such as ["0s", "5m", "1h"]')
        return looks


class Sections(BaseSettings):
    """The tables that the environment may override: PRESSZERO_STORE__URL is ``[store] url``."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=ENV_PREFIX, env_nested_delimiter="__"
    )

    brand: Brand = Field(description="Whom we listen for.")
    store: StoreSettings = Field(default=StoreSettings(), description="Where everything is kept.")
    review: Review = Field(default=Review(), description="How people approve.")
    respond: Respond = Field(default=Respond(), description="How drafts are written.")
    publish: Publish = Field(default=Publish(), description="How approved replies leave the house.")
    digest: Digest = Field(default=Digest(), description="The managers' daily page.")
    web: Web = Field(default=Web(), description="The inbox.")
    access: Access = Field(default=Access(), description="How people come in.")
    oidc: Oidc = Field(default=Oidc(), description="Sign-in through your organisation's own provider.")
    api: Api = Field(default=Api(), description="The JSON API.")
    alerts: Alerts = Field(default=Alerts(), description="What people are told of wherever they are.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`load` lays the environment over the file itself, to know which of the two is to blame."""
        return (init_settings,)


class Settings(Sections):
    """Everything that config.toml and the environment say. Made by `monitor.config.load`."""

    file: Path = Field(description="The config.toml that was read; absolute.")
    sources: tuple[SerializeAsAny[SourceConfig], ...] = Field(default=(), description="Places to look.")
    accounts: Mapping[str, Account] = Field(default_factory=dict, description="Accounts, with their secrets.")
    webhooks: tuple[Hook, ...] = Field(default=(), description="Who hears of events.")
    channels: tuple[Channel, ...] = Field(default=(), description="Ways of alerts, with their addresses.")

    @property
    def folder(self) -> Path:
        """The folder of config.toml: relative paths start there."""
        return self.file.parent

    @property
    def sources_on(self) -> tuple[SourceConfig, ...]:
        """The sources that are polled."""
        return tuple(s for s in self.sources if s.enabled)

    def source(self, name: str) -> SourceConfig:
        """One source by name. Raises NotFound."""
        for source in self.sources:
            if source.name == name:
                return source
        names = [s.name for s in self.sources]
        near = difflib.get_close_matches(name, names, 1)
        hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(names) or 'none'}."
        raise NotFound(f"There is no source {name!r}.", action=hint)

    def brand_of(self, source: SourceConfig) -> str:
        """The brand that a source watches for."""
        return source.brand or self.brand.name

    def account_of(self, source: SourceConfig) -> Account | None:
        """The account that a source uses."""
        return self.accounts[source.account] if source.account else None

    def own_handles(self, platform: str) -> frozenset[str]:
        """Our handles on one platform, lower case, without @."""
        found = [*self.brand.handles.get(platform, ())]
        found += [a.handle for a in self.accounts.values() if a.platform == platform and a.handle]
        return frozenset(h.lstrip("@").lower() for h in found)

    @property
    def every_handle(self) -> frozenset[str]:
        """Our handles on all platforms together, lower case, without @."""
        platforms = {*self.brand.handles, *(a.platform for a in self.accounts.values())}
        return frozenset(h for p in platforms for h in self.own_handles(p))
