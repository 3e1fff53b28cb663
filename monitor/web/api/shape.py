"""What the shapes of the API have in common: strict bodies, moments, text that can be kept."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from monitor.domain.errors import BadMoment
from monitor.domain.moments import parse_moment, utc_text


class Body(BaseModel):
    """A body of a request: nothing is guessed, and unknown members are errors."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Shape(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


def _whole(text: str) -> str:
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("half a surrogate pair is no text")
    return text


def _moment(text: str) -> str:
    try:
        return utc_text(parse_moment(text))
    except BadMoment as exc:
        raise ValueError("write a moment as 2026-03-01T12:00:00Z") from exc


def _digits(value: object) -> object:
    # int() would also take blanks around it, underscores and digits of other scripts.
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]+", value):
        raise ValueError("write a whole number in digits")
    return value


# Beside a whole number in an address, after its bounds: its digits and nothing else.
DIGITS = BeforeValidator(_digits)
Text = Annotated[str, AfterValidator(_whole)]
# A moment in a request; it arrives as UTC text.
When = Annotated[
    str,
    Field(max_length=40),
    AfterValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
# A moment in an answer: ISO-8601, UTC, milliseconds.
Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
