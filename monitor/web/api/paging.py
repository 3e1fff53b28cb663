"""Pages of a listing: a limit, and a cursor that is the place of the last row, opaque to callers."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from monitor.domain.refusals import BadCursor
from monitor.store.listing import NEWEST
from monitor.web.api.shape import DIGITS

LARGEST_PAGE = 100


class Paged(BaseModel):
    """What every listing takes."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE, description="Rows of a page."), DIGITS] = 50
    cursor: Annotated[
        str | SkipJsonSchema[None],
        Field(max_length=200, description="`next` of the page before, as it is."),
    ] = None

    def before(self, listing: str) -> int:
        """The id below which this page begins. Raises BadCursor."""
        found = place_of(listing, self.cursor)
        if not found:
            return NEWEST
        if len(found) != 1 or not isinstance(found[0], int):
            raise BadCursor("The cursor is of another listing.")
        return found[0]


def cursor_of(listing: str, *place: int | str) -> str:
    """The place of the last row of a page."""
    text = json.dumps([listing, *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(listing: str, cursor: str | None) -> list[int | str]:
    """The place that a cursor names; [] without one. Raises BadCursor."""
    if cursor is None:
        return []
    try:
        found = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as exc:
        raise BadCursor("The cursor can't be read.") from exc
    if not isinstance(found, list) or not found or found[0] != listing:
        raise BadCursor("The cursor is of another listing.")
    place = found[1:]
    if not all(type(part) is str or (type(part) is int and 0 <= part <= NEWEST) for part in place):
        raise BadCursor("The cursor can't be read.")
    return place
