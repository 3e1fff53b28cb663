"""``[alerts]``: whom to tell of what, when, and who is on call. Addresses come from the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator, model_validator

from monitor.config.problems import Problems, nearest
from monitor.config.secrets import DOTENV
from monitor.config.tables import ENV_PREFIX, Positive, Table, Words, Zone, one_or_more
from monitor.domain.alert import ONCALL, AlertKind, Channel, Patience, Quiet, Route
from monitor.domain.alert import Cover as CoverOf
from monitor.domain.moments import parse_moment
from monitor.domain.rota import Rota, Shift

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")
_SHIFT = re.compile(r"(?i)([a-z]{3})(?:\s*-\s*([a-z]{3}))?(?:\s+(\S+))?")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}( |T)\d{2}:\d{2}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def _time_of(text: str) -> time:
    return time(0, 0) if text == "24:00" else time.fromisoformat(text.zfill(5))


def hours_of(text: str) -> tuple[time, time]:
    """``22:00-07:00`` as two times of day. Raises ValueError."""
    match = _HOURS.fullmatch(text.strip())
    try:
        found = (_time_of(match[1]), _time_of(match[2])) if match else None
    except ValueError:
        found = None
    if found is None or found[0] == found[1]:
        raise ValueError('write two different times of day, such as "22:00-07:00"')
    return found


def _hours(text: str) -> str:
    if text:
        hours_of(text)
    return text


def shift_of(who: str, when: str) -> Shift:
    """``Mon-Fri 09:00-18:00``, ``Sat``: when somebody is on call. Raises ValueError."""
    match = _SHIFT.fullmatch(when.strip())
    if match is None or {match[1].lower(), (match[2] or "mon").lower()} - set(DAYS):
        raise ValueError('write days and hours, such as "Mon-Fri 09:00-18:00" or "Sat-Sun"')
    first = DAYS.index(match[1].lower())
    last = DAYS.index((match[2] or match[1]).lower())
    days = frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))
    start, end = hours_of(match[3]) if match[3] else (time(0, 0), time(0, 0))
    return Shift(who, days, start, end)


def _local(text: object) -> object:
    if isinstance(text, str) and not _LOCAL.fullmatch(text.strip()):
        raise ValueError('write a day and a time, such as "2026-03-02 09:00"')
    return text


Local = Annotated[datetime, BeforeValidator(_local)]


class ChannelTable(Table):
    """One ``[alerts.channels.NAME]`` table: a way to people."""

    env: str | None = Field(
        default=None,
        pattern=r"^[A-Z][A-Z0-9_]*[A-Z0-9]$",
        description="The variable with its address as apprise writes it (ntfys://…, mailtos://…, slack://…). "
        "PRESSZERO_ALERT_NAME by default.",
    )
    person: str | None = Field(
        default=None, min_length=1, description="It reaches this person, while they are on call."
    )
    quiet: str = Field(
        default="",
        description='When it hears of nothing but P0, such as "22:00-07:00"; the rest waits.',
    )
    timezone: Zone | None = Field(default=None, description="Time zone of its quiet hours; the brand's.")

    _quiet = field_validator("quiet")(_hours)


class RouteTable(Table):
    """One ``[[alerts.routes]]`` table: which alerts go where."""

    kinds: Annotated[tuple[AlertKind, ...], BeforeValidator(one_or_more)] = Field(
        default=tuple(AlertKind), description="Which alerts: docs/alerts.md lists them. Unset: all."
    )
    brands: Annotated[Words, BeforeValidator(one_or_more)] = Field(
        default=(), description="Only those of these brands. Unset: of every brand."
    )
    to: Annotated[Words, BeforeValidator(one_or_more)] = Field(
        min_length=1, description='Names of channels; "oncall" is whoever is on call.'
    )


class ShiftTable(Table):
    """When somebody is on call."""

    who: str = Field(min_length=1, description="A person.")
    when: str = Field(description='Days and hours, such as "Mon-Fri 09:00-18:00" or "Sat-Sun".')

    @field_validator("when")
    @classmethod
    def _when(cls, when: str) -> str:
        shift_of("", when)
        return when


class CoverTable(Table):
    """Who is on call in place of whoever the rota says."""

    who: str = Field(min_length=1, description="A person.")
    start: Local = Field(description='From when, on the clock of the rota: "2026-12-24 09:00".')
    end: Local = Field(description="Until when.")

    @model_validator(mode="after")
    def _order(self) -> CoverTable:
        if self.end <= self.start:
            raise ValueError("end has to come after start")
        return self


class RotaTable(Table):
    """``[alerts.rota]``: who is on call."""

    people: Words = Field(default=(), description="They take turns, in this order.")
    begins: Local | None = Field(
        default=None, description='When the first turn begins, on the clock of the rota: "2026-03-02 09:00".'
    )
    turn: Literal["day", "week", "fortnight"] = Field(default="week", description="How long a turn is.")
    timezone: Zone | None = Field(default=None, description="The clock of the rota; the brand's.")
    shifts: tuple[ShiftTable, ...] = Field(
        default=(),
        description='Fixed days and hours, before the turns: { who = "bo", when = "Mon-Fri 09:00-18:00" }.',
    )
    covers: tuple[CoverTable, ...] = Field(
        default=(),
        description='Exceptions, before all others: { who = "ann", start = "2026-12-24 09:00", end = '
        '"2026-12-27 09:00" }. `presszero alerts cover` adds one without a restart.',
    )

    @model_validator(mode="after")
    def _begins(self) -> RotaTable:
        if self.people and self.begins is None:
            raise ValueError('begins is needed where people take turns, such as "2026-03-02 09:00"')
        return self


class Alerts(Table):
    """``[alerts]``: what people are told of wherever they are."""

    repeat: Positive = Field(
        default=Patience().repeat, description="A P0 that nobody acknowledges is told of again so often."
    )
    escalate: Positive = Field(
        default=Patience().escalate, description="After each such time the next on the rota hears of it, too."
    )
    at_risk: float = Field(
        default=Patience().at_risk,
        gt=0,
        lt=1,
        description="A clock is at risk when this share of its time is left: 0.25 of an hour is 15 minutes.",
    )
    gap: Positive = Field(
        default=Patience().gap, description="A source that missed so much of 24 hours; again when it doubles."
    )
    stopped: Positive = Field(
        default=Patience().stopped,
        description="A source that was not polled for so long (at least three of its rounds).",
    )
    paused: Positive = Field(default=Patience().paused, description="Posting that is paused for so long.")
    free_mb: int = Field(
        default=Patience().free_mb, ge=0, description="Room left where the database is, in MiB."
    )
    burst: int = Field(
        default=Patience().burst,
        ge=1,
        le=1000,
        description="Messages of one channel within ten minutes; then what comes is bundled.",
    )
    give_up: Positive = Field(
        default=Patience().give_up, description="How long a message is tried that its channel does not take."
    )
    channels: Mapping[str, ChannelTable] = Field(
        default_factory=dict, description="Ways to people, each a table of its own."
    )
    routes: tuple[RouteTable, ...] = Field(
        default=(),
        description="Which alerts go where. Unset: P0 to whoever is on call, everything to the channels "
        "that are nobody's own.",
    )
    rota: RotaTable = Field(default=RotaTable(), description="Who is on call.")

    @property
    def patience(self) -> Patience:
        """How long things may last."""
        names = ("repeat", "escalate", "at_risk", "gap", "stopped", "paused", "free_mb", "burst", "give_up")
        return Patience(**{name: getattr(self, name) for name in names})

    @property
    def ways(self) -> tuple[Route, ...]:
        """The routes; those that go without saying, where none is written."""
        if self.routes:
            return tuple(Route(frozenset(r.kinds), r.to, frozenset(r.brands)) for r in self.routes)
        shared = tuple(name for name, c in self.channels.items() if c.person is None)
        rest = frozenset(AlertKind) - {AlertKind.P0}
        # Where no channel is for everybody, whoever is on call hears of all of it.
        return (Route(frozenset({AlertKind.P0}), (ONCALL, *shared)), Route(rest, shared or (ONCALL,)))

    def rota_in(self, zone: ZoneInfo) -> Rota:
        """The rota, on the clock of `zone` unless it has one of its own."""
        rota = self.rota
        own = ZoneInfo(rota.timezone) if rota.timezone else zone
        return Rota(
            own,
            rota.people,
            rota.begins,
            {"day": 1, "week": 7, "fortnight": 14}[rota.turn],
            tuple(shift_of(s.who, s.when) for s in rota.shifts),
            tuple(
                CoverOf(
                    -n,
                    c.who,
                    parse_moment(c.start.replace(tzinfo=own).isoformat()),
                    parse_moment(c.end.replace(tzinfo=own).isoformat()),
                    "config.toml",
                )
                for n, c in enumerate(rota.covers, 1)
            ),
        )


def variable_of(name: str, table: ChannelTable) -> str:
    """The variable that holds the address of a channel."""
    return table.env or f"{ENV_PREFIX}ALERT_" + re.sub(r"[^A-Z0-9]", "_", name.upper())


def check_alerts(
    alerts: Alerts, brands: tuple[str, ...], env: Mapping[str, str], folder: Path, problems: Problems
) -> None:
    """Notes what no single key shows: names that lead nowhere, addresses that are missing or not known."""
    for name, table in alerts.channels.items():
        _check_channel(name, table, env, folder, problems)
    for number, route in enumerate(alerts.routes, 1):
        say, at = f"alerts.routes[{number}]", ("alerts", "routes", number - 1)
        for to in route.to:
            if to != ONCALL and to not in alerts.channels:
                hint = nearest(to, [*alerts.channels, ONCALL])
                problems.add(f"{say}.to", f'the unknown channel "{to}"', hint, at=(*at, "to"))
        for brand in route.brands:
            if brand not in brands:
                hint = nearest(brand, brands)
                problems.add(f"{say}.brands", f'the unknown brand "{brand}"', hint, at=(*at, "brands"))
        if ONCALL in route.to and not any(c.person for c in alerts.channels.values()):
            hint = "give one channel at least a person, whom it reaches while they are on call"
            problems.add(f"{say}.to", '"oncall", but no channel reaches a person', hint, at=(*at, "to"))
    reached = {c.person for c in alerts.channels.values()}
    rota = alerts.rota
    named = (*rota.people, *(s.who for s in rota.shifts), *(c.who for c in rota.covers))
    for person in dict.fromkeys(named):
        if person not in reached:
            hint = f'give a channel person = "{person}"; otherwise nothing reaches them'
            problems.add("alerts.rota", f'"{person}", whom no channel reaches', hint, at=("alerts", "rota"))


def _check_channel(
    name: str, table: ChannelTable, env: Mapping[str, str], folder: Path, problems: Problems
) -> None:
    say, at = f"alerts.channels.{name}", ("alerts", "channels", name)
    if not _NAME.fullmatch(name) or name == ONCALL:
        problems.add(say, "a name that can't be", 'use a-z, 0-9 and "-"; "oncall" has a meaning', at=at)
        return
    variable = variable_of(name, table)
    address = env.get(variable, "")
    if not address:
        hint = f"set its address in the environment, or as a line {variable}=… in {folder / DOTENV}"
        problems.add(variable, "nothing", hint, file=f"environment ({say})")
        return
    import apprise  # noqa: PLC0415 (half a second)

    if apprise.Apprise.instantiate(address, suppress_exceptions=True) is None:
        hint = "write one address as apprise knows it: ntfys://…, mailtos://…, slack://…, jsons://…"
        problems.add(variable, "an address that apprise does not know", hint, file=f"environment ({say})")


def channels_of(alerts: Alerts, env: Mapping[str, str], zone: ZoneInfo) -> tuple[Channel, ...]:
    """The channels with their addresses; `zone` is that of the brand."""
    found = []
    for name, table in alerts.channels.items():
        quiet = None
        if table.quiet:
            own = ZoneInfo(table.timezone) if table.timezone else zone
            quiet = Quiet(*hours_of(table.quiet), own)
        found.append(Channel(name, env[variable_of(name, table)], table.person, quiet))
    return tuple(found)
