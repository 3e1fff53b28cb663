"""What every table of config.toml is made of: strict keys, durations with a unit."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

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


Duration = Annotated[timedelta, BeforeValidator(as_duration)]
Positive = Annotated[Duration, AfterValidator(_more_than_nothing)]
Words = tuple[str, ...]


class Table(BaseModel):
    """A table of config.toml. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
