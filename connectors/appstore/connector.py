"""The connector of kind `appstore`: one page of one country's feed per `fetch`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar

import httpx
import msgspec
from pydantic import Field, StringConstraints

from connectors import web
from connectors.appstore.feed import Feed, Review, read_feed
from connectors.appstore.progress import MOST_PAGES, Cursor, Missing, Place, Seen
from connectors.base import Account, Ask, Capabilities, Page, Paging, SourceConfig
from monitor.domain.errors import Refused
from monitor.domain.mention import Mention
from monitor.domain.moments import Clock
from monitor.domain.verdict import MayReply, Verdict

HOST = "https://itunes.apple.com"
CONSOLE = "https://appstoreconnect.apple.com"
Country = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class AppStoreConfig(SourceConfig):
    """One app, in some countries."""

    app: str = Field(
        pattern=r"^[0-9]{3,20}$", description="The app's id: the digits after `id` in its address."
    )
    countries: tuple[Country, ...] = Field(
        default=("us",),
        min_length=1,
        description="Country codes of the stores to read: us, de, gb … Each has reviews of its own.",
    )
    every: timedelta = Field(default=timedelta(minutes=30), description="How often it is polled: 30m, 2h.")


class AppStoreConnector:
    """Reads reviews, newest first. See `connectors.base` for what each method promises."""

    kind: ClassVar[str] = "appstore"
    capabilities: ClassVar[Capabilities] = Capabilities(paging=Paging.SNAPSHOT, best_effort=True)
    Config: ClassVar[type[SourceConfig]] = AppStoreConfig
    secrets: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: SourceConfig, account: Account | None, clock: Clock) -> None:
        if not isinstance(config, AppStoreConfig):
            raise TypeError("an appstore source needs an AppStoreConfig")
        self._config = config
        self._countries = tuple(dict.fromkeys(config.countries))
        self._clock = clock
        base_url = config.base_url or (account.base_url if account else None) or HOST
        self._base_url = base_url.rstrip("/")
        self._client: httpx.Client | None = None

    def fetch(self, ask: Ask) -> Page:
        """A page of one country. Raises RateLimited, AuthExpired, Refused, Transient, BadResponse."""
        place = Place.of(ask.resume, self._clock.now())
        known = Cursor.of(ask.cursor).countries
        if place.country >= len(self._countries):  # the configuration names fewer by now
            return self._page(place, None, ())
        country = self._countries[place.country]
        before = known.get(country)
        try:
            feed = self._read(country, place.page)
        except Refused:
            if place.refused == len(self._countries) - 1:
                raise
            return self._page(place, None, place.refuse_country(country, before))
        enough = place.take(feed.reviews, before)
        mentions = tuple(self._mention(review, country, place, before) for review in feed.reviews)
        last = min(feed.last or MOST_PAGES, MOST_PAGES)
        if enough or not feed.reviews or place.page >= last:
            missing = place.close_country(country, before)
        else:
            place.page, missing = place.page + 1, ()
        return self._page(place, feed, missing, mentions)

    def _page(
        self, place: Place, feed: Feed | None, missing: Missing, mentions: tuple[Mention, ...] = ()
    ) -> Page:
        drained = place.country >= len(self._countries)
        return Page(
            mentions=mentions,
            resume=None if drained else msgspec.json.encode(place).decode(),
            cursor=msgspec.json.encode(Cursor(place.done)).decode() if drained else None,
            proves=place.proven() if drained else None,
            rejects=feed.rejects if feed else (),
            missing=missing,
        )

    def _read(self, country: str, page: int) -> Feed:
        if self._client is None:
            self._client = web.client(self._config.timeout)
        path = f"/{country}/rss/customerreviews/page={page}/id={self._config.app}/sortby=mostrecent/json"
        answer = web.get(
            self._client,
            self._base_url + path,
            {"Accept": "application/json, text/javascript"},
            what=f"The App Store's review feed for {country!r}",
            timeout=self._config.timeout,
            now=self._clock.now(),
            rules=self.kind,
        )
        return read_feed(answer.body)

    def _mention(self, review: Review, country: str, place: Place, before: Seen | None) -> Mention:
        created = place.first_date(review, before)
        edited = review.updated is not None and created < review.updated <= place.started
        return Mention(
            platform="appstore",
            native_id=review.id,
            text="\n".join(part for part in (review.title, review.body) if part),
            created_at=created,
            author=review.author,
            author_id=review.author_id,
            author_name=review.author,
            url=f"https://apps.apple.com/{country}/app/id{self._config.app}?see-all=reviews",
            location=country.upper(),
            metrics={"rating": review.rating, "votes": review.votes, "helpful": review.helpful},
            edited_at=review.updated if edited else None,
        )

    def check(self) -> str:
        """Reads the first page of the first country. Raises like `fetch`."""
        country = self._countries[0]
        reviews = self._read(country, 1).reviews
        newest = max((r.updated for r in reviews if r.updated), default=None)
        others = f"; {len(self._countries) - 1} more to read" if len(self._countries) > 1 else ""
        if not reviews:
            return f"{country}: no reviews{others}"
        dated = f", the newest of {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
        return f"{country}: {len(reviews)} reviews on the first page{dated}{others}"

    def can_reply(self, mention: Mention, own_handles: frozenset[str]) -> Verdict:  # noqa: ARG002
        """By hand, in App Store Connect."""
        return Verdict(
            MayReply.HANDOFF,
            "appstore.by_hand",
            "Reviews are answered in App Store Connect, by a person with a role for the app.",
            "App Store Connect, Ratings and Reviews: one public response for each review",
        )

    def handoff_url(self, in_reply_to: str, text: str) -> str:  # noqa: ARG002
        """The app's page in App Store Connect; it can't be opened at one review, nor with a text in it."""
        return f"{CONSOLE}/apps/{self._config.app}"

    def close(self) -> None:
        """Closes the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None
