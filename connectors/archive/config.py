"""What an ``archive`` source can be told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BeforeValidator, Field, field_validator, model_validator

from connectors.archive.rows import FIELDS
from connectors.base import SourceConfig
from monitor.domain.errors import BadMoment
from monitor.domain.moments import parse_duration


def _span(value: object) -> object:
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except BadMoment as exc:
            raise ValueError("a duration such as 30m, 4h or 2d") from exc
    return value


class ArchiveConfig(SourceConfig):
    """A file, a folder of files, or standard input."""

    path: str = Field(
        min_length=1,
        description='A file, a folder (its files in order of their names), "-" for standard input, '
        'or "sample:week", the bundled sample. Plain, .gz or .zst.',
    )
    format: Literal["auto", "jsonl", "csv"] = Field(
        default="auto",
        description="auto: by the name (.csv, .tsv, else JSONL); standard input: CSV if `columns` is set.",
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description='CSV only: our field to the name of their column, or to "=value" for a constant.',
    )
    replay: str | None = Field(
        default=None,
        pattern=r"^\d+(\.\d+)?x$",
        description='"10x": plays the export, in order of time, as if it happened now, ten times as fast.',
    )
    replay_head: Annotated[timedelta, BeforeValidator(_span)] = Field(
        default=timedelta(0),
        ge=timedelta(0),
        description="How much of the export has happened already when the replay starts, at its own pace.",
    )
    replay_start: AwareDatetime | None = Field(
        default=None,
        description="When the replay starts, with its time zone; the first poll by default. "
        "In the future: the head happens first, at its own pace.",
    )
    rejects: Path | None = Field(
        default=None,
        description="Where malformed rows are kept; `<name>.rejects.jsonl` beside the database by default.",
    )

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: dict[str, str]) -> dict[str, str]:
        if unknown := sorted(set(columns) - set(FIELDS)):
            raise ValueError(f"unknown fields: {', '.join(unknown)}; there are: {', '.join(FIELDS)}")
        return columns

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.replay is not None and self.speed == 0:
            raise ValueError("`replay` must be faster than 0x")
        if (self.replay_head or self.replay_start) and self.replay is None:
            raise ValueError("`replay_head` and `replay_start` need `replay`")
        return self

    @property
    def speed(self) -> float | None:
        """How many times as fast as it happened, None without a replay."""
        return None if self.replay is None else float(self.replay[:-1])

    @property
    def rejects_path(self) -> Path:
        """Where malformed rows go."""
        return self.rejects or Path(f"{self.name}.rejects.jsonl")

    def is_table(self, looks_like_one: bool) -> bool:
        """Whether a file is read as CSV."""
        return looks_like_one if self.format == "auto" else self.format == "csv"
