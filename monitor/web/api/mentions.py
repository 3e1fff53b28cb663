"""Mentions as they were collected."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from monitor.domain.errors import NotFound
from monitor.domain.mention import Origin
from monitor.store.listing import WantedMentions
from monitor.web.api.access import LARGEST_ID, Id, Reading
from monitor.web.api.document import problems
from monitor.web.api.paging import Paged, cursor_of
from monitor.web.api.shape import DIGITS, Text, When
from monitor.web.api.shapes.mention import MentionDetail, MentionPage, mention_detail, mention_of

router = APIRouter(tags=["mentions"])

_Word = Annotated[Text | SkipJsonSchema[None], Field(max_length=200)]


class MentionQuery(Paged):
    """Which mentions."""

    q: Annotated[_Word, Field(description="Every one of these words, the last as a beginning.")] = None
    source: _Word = None
    platform: _Word = None
    origin: Origin | SkipJsonSchema[None] = None
    author: Annotated[_Word, Field(description="Their handle, without @.")] = None
    own: Annotated[bool | SkipJsonSchema[None], Field(description="Written by one of our accounts.")] = None
    case_id: Annotated[int | SkipJsonSchema[None], Field(ge=1, le=LARGEST_ID), DIGITS] = None
    written_from: Annotated[When | SkipJsonSchema[None], Field(description="Written then or later.")] = None
    written_to: Annotated[When | SkipJsonSchema[None], Field(description="Written before then.")] = None

    @property
    def wanted(self) -> WantedMentions:
        """As the store asks for them."""
        given = self.model_dump(exclude={"limit", "cursor", "q", "own"}, exclude_none=True)
        return WantedMentions(**given, own=-1 if self.own is None else int(self.own))


@router.get("/mentions", responses=problems(400))
def list_mentions(act: Reading, query: Annotated[MentionQuery, Query()]) -> MentionPage:
    """Mentions, the last that came first."""
    with act.store.read() as session:
        before = query.before("mentions")
        found = session.listing.mentions(query.wanted, query.q or "", query.limit + 1, before)
    more, found = len(found) > query.limit, found[: query.limit]
    place = cursor_of("mentions", found[-1][0].id) if more else None
    return MentionPage(items=[mention_of(stored, case_id) for stored, case_id in found], next=place)


@router.get("/mentions/{mention_id}", responses=problems(404))
def show_mention(act: Reading, mention_id: Id) -> MentionDetail:
    """A mention with what was read in it, and what it said before it was edited."""
    with act.store.read() as session:
        stored = session.mentions.get(mention_id)
        if stored is None:
            raise NotFound(f"There is no mention {mention_id}.", action="GET /mentions lists what there is.")
        case = session.cases.of_mention(mention_id)
        reading = session.readings.latest(mention_id)
        revisions = session.mentions.revisions(mention_id)
    return mention_detail(stored, case.id if case else None, reading, revisions)
