"""What every table of config.toml is made of: strict keys, durations with a unit, time zones."""

from __future__ import annotations

import difflib
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from monitor.domain.errors import BadMoment
from monitor.domain.moments import parse_duration

ENV_PREFIX = "PRESSZERO_"


def as_duration(value: object) -> object:
    """Text such as ``2m`` as a timedelta. A bare number has no unit, so it is refused."""
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except BadMoment as exc:
            raise ValueError("write a duration such as 30s, 2m, 4h or 7d") from exc
    if isinstance(value, timedelta):
        return value
    raise ValueError(f'write a duration with its unit, such as "{value}s"')


def _more_than_nothing(duration: timedelta) -> timedelta:
    if duration <= timedelta(0):
        raise ValueError("must be longer than nothing")
    return duration


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ValueError(f"write an IANA time zone such as Europe/Berlin{_near_zone(name)}") from exc
    return name


def _near_zone(name: str) -> str:
    from zoneinfo import available_timezones  # noqa: PLC0415 (reads a folder tree: only when something is wrong)

    zones = {z.lower(): z for z in available_timezones()}
    near = difflib.get_close_matches(name.lower().replace(" ", "_"), zones, 1)
    return f"; did you mean {zones[near[0]]}?" if near else ""


def one_or_more(value: object) -> object:
    """One text where a list may stand."""
    return (value,) if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(as_duration)]
Positive = Annotated[Duration, AfterValidator(_more_than_nothing)]
Words = tuple[str, ...]
Zone = Annotated[str, AfterValidator(_zone)]


class Table(BaseModel):
    """A table of config.toml. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
