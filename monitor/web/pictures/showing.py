"""GET /pictures/POST/NUMBER: a picture of a stored post, for whoever may see the post."""

from __future__ import annotations

import hashlib
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from monitor.domain.errors import NotFound, PictureUnavailable
from monitor.domain.mention import Media
from monitor.web.access import Reader, Services
from monitor.web.pictures.fetching import PictureRefused
from monitor.web.services import WebServices

router = APIRouter()

AT_ONCE = 6  # pictures fetched at the same time: others wait, and hold up no page
MOST = 20  # of one post
HEADERS = {
    # Even opened by itself it is a picture and nothing else.
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "content-disposition": 'inline; filename="picture.webp"',
    # Asked for again each time: a picture goes with its post.
    "cache-control": "private, no-cache",
}


@router.get("/pictures/{mention_id}/{number}")
async def picture(
    request: Request,
    services: Services,
    person: Reader,
    mention_id: Annotated[int, Path(ge=1, le=2**53)],
    number: Annotated[int, Path(ge=0, lt=MOST)],
) -> Response:
    """The picture as WebP. Raises NotFound, PictureUnavailable."""
    del person
    pictures = services.pictures
    if pictures is None:
        raise NotFound("Pictures are not shown here.", action='Set [web] images = "proxy" to show them.')
    media = await run_in_threadpool(_media, services, mention_id, number)
    if media is None:
        await run_in_threadpool(pictures.forget, mention_id)
        raise NotFound("There is no such picture.", action="The post was removed, or edited.")
    limiter = request.app.state.picture_limiter
    try:
        body = await anyio.to_thread.run_sync(pictures.get, mention_id, media.url, limiter=limiter)
    except PictureRefused as refused:
        raise PictureUnavailable(f"The picture can't be shown: {refused.rule}.") from refused
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=HEADERS | {"etag": etag})
    return Response(body, media_type="image/webp", headers=HEADERS | {"etag": etag})


def _media(services: WebServices, mention_id: int, number: int) -> Media | None:
    """What stands there in the post, of pictures alone; None when the post or the picture is gone."""
    with services.store.read() as session:
        stored = session.mentions.get(mention_id)
    if stored is None or stored.removed_at is not None or number >= len(stored.mention.media):
        return None
    media = stored.mention.media[number]
    return media if media.kind == "photo" else None
