"""What a ``hackernews`` source can be told."""

from __future__ import annotations

from pydantic import Field, field_validator

from connectors.base import SourceConfig
from connectors.hackernews.limits import MOST_HITS
from connectors.hackernews.words import Words


class HackerNewsConfig(SourceConfig):
    """One search."""

    query: str = Field(
        max_length=512,
        description='Words that a post must all hold, exactly; "two words" side by side; -word: must not.',
    )
    tags: str = Field(
        default="(story,comment)",
        pattern=r"^[A-Za-z0-9_,()-]+$",
        description="Which posts, in the search's own notation: comma is and, (a,b) is a or b.",
    )
    page_size: int = Field(default=200, ge=1, le=MOST_HITS, description="Posts in one request.")

    @field_validator("query")
    @classmethod
    def _holds_a_word(cls, query: str) -> str:
        Words.of(query)
        return query
