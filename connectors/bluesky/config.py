"""What a ``[[sources]]`` entry of kind ``bluesky`` may say."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from connectors.base import SourceConfig


class BlueskyConfig(SourceConfig):
    """Bluesky: searched posts, and what mentions, answers or quotes the account."""

    query: str | None = Field(
        default=None, max_length=512, description="Search for posts, in Bluesky's search language."
    )
    notifications: bool = Field(
        default=True, description="Also reads who mentioned, answered or quoted the account."
    )

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not (self.query or "").strip() and not self.notifications:
            raise ValueError("nothing to read: give a query, or notifications = true")
        return self

    @property
    def own_mentions(self) -> bool:
        """Only the notifications are what is addressed to us."""
        return self.notifications and not (self.query or "").strip()
