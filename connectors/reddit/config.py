"""What a ``[[sources]]`` entry of kind ``reddit`` may say."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from connectors.base import SourceConfig

_NAME = re.compile(r"[A-Za-z0-9_]{2,24}")


def subreddit_name(text: str) -> str:
    """``northwind`` from ``northwind``, ``r/northwind`` or ``/r/northwind/``. Raises ValueError."""
    name = text.strip().strip("/").removeprefix("r/")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{text!r} is not a subreddit: write its name, like northwind or r/northwind")
    return name


Subreddit = Annotated[str, AfterValidator(subreddit_name)]


class RedditConfig(SourceConfig):
    """Reddit: searched submissions, whole subreddits, and the inbox of the account."""

    query: str | None = Field(
        default=None, max_length=512, description="Search for submissions (search never finds comments)."
    )
    subreddits: tuple[Subreddit, ...] = Field(
        default=(), description="Subreddits whose new submissions and comments are read."
    )
    terms: tuple[str, ...] = Field(
        default=(),
        description="Of `subreddits`, only posts with one of these words; empty: every post.",
    )
    inbox: bool = Field(default=False, description="Mentions of the account (needs USERNAME and PASSWORD).")
    allow_reply: tuple[Subreddit, ...] = Field(
        default=(), description="Subreddits where replies may be posted; elsewhere a person posts by hand."
    )
    never_reply: tuple[Subreddit, ...] = Field(
        default=(), description="Subreddits where nobody replies at all, besides the built-in list."
    )

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not (self.query or self.subreddits or self.inbox):
            raise ValueError("nothing to read: give a query, subreddits, or inbox = true")
        return self

    @property
    def own_mentions(self) -> bool:
        """Only the inbox is what is addressed to us."""
        return self.inbox and not (self.query or self.subreddits)
