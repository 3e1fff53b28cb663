"""What a ``[[sources]]`` entry of kind ``mastodon`` may say."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from connectors.base import SourceConfig

_TAG = re.compile(r"\w*[^\W\d]\w*")


def hashtag(text: str) -> str:
    """``northwind`` from ``northwind`` or ``#Northwind``. Raises ValueError."""
    tag = text.strip().removeprefix("#").lower()
    if not _TAG.fullmatch(tag):
        raise ValueError(f"{text!r} is not a hashtag: letters, digits and _, and not digits alone")
    return tag


Hashtag = Annotated[str, AfterValidator(hashtag)]


class MastodonConfig(SourceConfig):
    """Mastodon: hashtags, mentions of the account, and a search."""

    hashtags: tuple[Hashtag, ...] = Field(
        default=(), description="Hashtags that are read, with or without #. The server's complete list."
    )
    query: str | None = Field(
        default=None,
        max_length=512,
        description="Search; finds little on servers without Elasticsearch, and proves nothing.",
    )
    notifications: bool = Field(default=True, description="Also reads public mentions of the account.")

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not (self.hashtags or (self.query or "").strip() or self.notifications):
            raise ValueError("nothing to read: give hashtags, a query, or notifications = true")
        return self

    @property
    def own_mentions(self) -> bool:
        """Only the notifications are what is addressed to us."""
        return self.notifications and not (self.hashtags or (self.query or "").strip())
