"""From what the search and the item look-up answer to mentions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from connectors.hackernews.limits import SITE
from connectors.text import html_to_text
from monitor.domain.errors import BadResponse
from monitor.domain.mention import Media, Mention


class Hit(msgspec.Struct):
    """A post as the search shows it. Times are epoch seconds."""

    id: str = msgspec.field(name="objectID")
    created_at_i: int
    author: str | None = None
    title: str | None = None
    url: str | None = None
    story_text: str | None = None
    comment_text: str | None = None
    points: int | None = None
    num_comments: int | None = None
    story_id: int | None = None
    parent_id: int | None = None

    @property
    def is_gone(self) -> bool:
        """Deleted at the source: the shell of a post."""
        return self.comment_text is None and not self.title


class Found(msgspec.Struct):
    """One answer of the search. `number` counts all that match, perhaps roughly if not `exact`."""

    hits: list[msgspec.Raw]
    number: int = msgspec.field(name="nbHits")
    exact: bool = msgspec.field(name="exhaustiveNbHits", default=True)


class Item(msgspec.Struct):
    """A post as the look-up shows it, with everything below it."""

    id: int
    created_at_i: int
    author: str | None = None
    title: str | None = None
    url: str | None = None
    text: str | None = None
    points: int | None = None
    parent_id: int | None = None
    story_id: int | None = None
    children: list[Item] = []
    deleted: bool = False
    dead: bool = False

    @property
    def is_gone(self) -> bool:
        """Deleted by its author or taken out by a moderator."""
        return self.deleted or self.dead or (self.text is None and not self.title)

    def below(self) -> Iterator[Item]:
        """Everything below it, answers directly after what they answer."""
        waiting = self.children[::-1]
        while waiting:
            item = waiting.pop()
            yield item
            waiting += item.children[::-1]


def mention_of_hit(hit: Hit) -> Mention:
    """A story or a comment."""
    if hit.comment_text is not None:
        return _comment(hit.id, hit.created_at_i, hit.author, hit.comment_text, hit.parent_id, hit.story_id)
    counts = {"points": hit.points, "comments": hit.num_comments}
    return _story(hit.id, hit.created_at_i, hit.author, hit.title, hit.story_text, hit.url, counts)


def mention_of_item(item: Item) -> Mention:
    """The same from the look-up."""
    if item.title is None:
        return _comment(
            str(item.id), item.created_at_i, item.author, item.text, item.parent_id, item.story_id
        )
    counts = {"points": item.points}
    return _story(str(item.id), item.created_at_i, item.author, item.title, item.text, item.url, counts)


def _comment(
    native_id: str, at: int, author: str | None, html: str | None, parent: int | None, story: int | None
) -> Mention:
    return Mention(
        platform="hackernews",
        native_id=native_id,
        text=html_to_text(html or "", SITE),
        created_at=moment_of(at),
        author=author,
        author_id=author,
        url=f"{SITE}/item?id={native_id}",
        in_reply_to=str(parent) if parent else None,
        conversation=str(story) if story else None,
    )


def _story(
    native_id: str,
    at: int,
    author: str | None,
    title: str | None,
    html: str | None,
    link: str | None,
    counts: dict[str, int | None],
) -> Mention:
    words = [" ".join((title or "").replace("\0", "").split()), html_to_text(html or "", SITE)]
    link = link if link and link.startswith(("https://", "http://")) else None
    return Mention(
        platform="hackernews",
        native_id=native_id,
        text="\n\n".join(part for part in words if part),
        created_at=moment_of(at),
        author=author,
        author_id=author,
        url=f"{SITE}/item?id={native_id}",
        conversation=native_id,
        media=(Media("link", link),) if link else (),
        metrics={name: count for name, count in counts.items() if count is not None},
    )


def moment_of(seconds: int) -> datetime:
    """Aware UTC from epoch seconds. Raises BadResponse."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadResponse("Hacker News gave a time outside the calendar.") from None
