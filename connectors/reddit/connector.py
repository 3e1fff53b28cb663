"""The reddit connector: pages of a window, verdicts, rechecks, threads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from connectors.base import (
    Account,
    Ask,
    Capabilities,
    Estimate,
    Page,
    Paging,
    PostingRules,
    Rechecked,
    SourceConfig,
)
from connectors.reddit import replies
from connectors.reddit.advice import POSTING
from connectors.reddit.config import RedditConfig
from connectors.reddit.feeds import Feed, Listing, Place, feeds_of
from connectors.reddit.limits import (
    ANSWER_DEPTH,
    BOTTIQUETTE,
    DATA_API_TERMS,
    INFO_BATCH,
    LISTING_ITEMS,
    NEVER_REPLY,
    OVERLAP,
    PAGE_ITEMS,
    REQUESTS_PER_SECOND,
    TEXT_LIMIT,
)
from connectors.reddit.posts import created_at, fullname, is_removed, key_of, mention_of, name_in
from connectors.reddit.wire import ONE_SUBREDDIT, Client, SignedOut
from monitor import __version__
from monitor.domain.coverage import Interval
from monitor.domain.errors import AuthExpired, ConnectorError, NotAMention, Refused, WrongUse
from monitor.domain.mention import Mention, MentionKey, Reject
from monitor.domain.moments import Clock, utc_text
from monitor.domain.posting import OutgoingReply, OwnReply, Prepared, SendResult
from monitor.domain.verdict import MayReply, Verdict

T = TypeVar("T")
_RAW = 2000  # characters kept of something that could not be understood


class RedditConnector:
    """Reads Reddit through praw; posts only in subreddits of the allow-list."""

    kind: ClassVar[str] = "reddit"
    capabilities: ClassVar[Capabilities] = Capabilities(
        paging=Paging.NEWEST_FIRST,
        overlap=OVERLAP,
        can_post=True,
        can_search=True,
        can_backfill=True,
        can_recheck=True,
        can_thread=True,
        text_limit=TEXT_LIMIT,
        seeks=False,  # listings begin with the newest post, whatever the window
    )
    Config: ClassVar[type[SourceConfig]] = RedditConfig
    # USERNAME and PASSWORD too, for the inbox and for posting; without them everything else works.
    secrets: ClassVar[tuple[str, ...]] = ("CLIENT_ID", "CLIENT_SECRET")
    posting: ClassVar[PostingRules] = POSTING

    def __init__(self, config: SourceConfig, account: Account | None, clock: Clock) -> None:
        """Opens nothing: the first call does."""
        if not isinstance(config, RedditConfig):
            raise TypeError("a RedditConfig is needed")
        self._config = config
        self._account = account
        self._clock = clock
        self._client: Client | None = None
        words = "|".join(re.escape(t) for t in config.terms if t.strip())
        self._terms = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None

    # --- reading ------------------------------------------------------------------------------

    def fetch(self, ask: Ask) -> Page:
        """One page of one feed of the window: one request. Raises by reaction."""
        if ask.window is None:
            raise WrongUse("Reddit is read window by window.")
        window = ask.window
        feeds = feeds_of(ask.query or self._config.query, self._config.subreddits, self._config.inbox)
        place = Place.read(ask.resume, feeds)
        feed, found = feeds[place.feed], Found()
        try:
            listing = self._listing(feed, place, ask.limit)
        except Refused as refusal:
            # One private subreddit must not silence the others; alone, it is the source's failure.
            if refusal.rule not in ONE_SUBREDDIT or place.refused + 1 == len(feeds):
                raise Refused(f"{feed.name}: {refusal.cause}", rule=refusal.rule) from None
            place = place.after_refusal(window)
        else:
            found = self._sort(listing.children, window, feed)
            place = place.after_page(listing, found.names, found.times, feed, window)
        return self._page(found, place, place.feed >= len(feeds), window)

    def _page(self, found: Found, place: Place, drained: bool, window: Interval) -> Page:
        proves, missing = place.proof(window) if drained else (None, ())
        return Page(
            mentions=tuple(found.mentions.values()),
            resume=None if drained else place.token(),
            cursor=utc_text(window.end) if drained else None,
            proves=proves,
            missing=missing,
            rejects=tuple(found.rejects),
            removed=tuple(found.removed),
            rate=self._client.rate if self._client else None,
        )

    def _listing(self, feed: Feed, place: Place, limit: int | None) -> Listing:
        if feed.name == "inbox":
            self._needs_user()
        params: dict[str, str | int] = {**feed.params, "limit": max(1, min(limit or PAGE_ITEMS, PAGE_ITEMS))}
        if place.after is not None:
            params["after"] = place.after
        return Listing.read(self._signed_in(lambda client: client.get(feed.path, params)))

    def _sort(self, children: Sequence[Any], window: Interval, feed: Feed) -> Found:
        """What of a page belongs to the window, and what each thing says of where we are."""
        found = Found()
        for line, thing in enumerate(children, start=1):
            try:
                moment = created_at(thing["data"])
                name = fullname(thing["kind"], thing["data"])
                gone = is_removed(thing)
                mention = None if gone else mention_of(thing)
            except (NotAMention, TypeError, LookupError) as exc:
                reason = exc.cause if isinstance(exc, NotAMention) else "It is not a thing of Reddit's."
                found.rejects.append(Reject(line, reason, json.dumps(thing)[:_RAW]))
                continue
            found.names.append(name)
            found.times.append(moment)
            if not window.start <= moment < window.end:
                continue
            if mention is None:
                found.removed.append(key_of(thing))
            elif not feed.filtered or self._about_us(mention):
                found.mentions[mention.native_id] = mention
        return found

    def _about_us(self, mention: Mention) -> bool:
        if self._terms is None:
            return True
        shown = [mention.text, *(m.url for m in mention.media)]
        if mention.quoted is not None:
            shown.append(mention.quoted.text)
        return any(self._terms.search(text) for text in shown)

    def estimate(self, window: Interval, query: str | None) -> Estimate:  # noqa: ARG002 - the contract's
        """The most it can take: each feed ends near 1,000 posts. Makes no request; Reddit gives no counts."""
        feeds = feeds_of(query or self._config.query, self._config.subreddits, self._config.inbox)
        requests = sum(LISTING_ITEMS // PAGE_ITEMS for _ in feeds)
        return Estimate(None, requests, 0.0, requests / REQUESTS_PER_SECOND)

    # --- looking again ------------------------------------------------------------------------

    def recheck(self, keys: Sequence[MentionKey]) -> Rechecked:
        """As they are now, and those that are gone; 100 posts a request.

        Breaks off at the first batch without an answer, keeping the ones before; raises by reaction
        when there are none.
        """
        alive: list[Mention] = []
        removed: list[MentionKey] = []
        for start in range(0, len(keys), INFO_BATCH):
            batch = keys[start : start + INFO_BATCH]
            names = [key.native_id for key in batch]
            try:
                # An answer without any of them is either the truth or a hiccup: purging on a hiccup
                # can't be undone, so it has to be said twice.
                things = self._info(names) or self._info(names)
            except ConnectorError:
                if not start:
                    raise
                break
            for key in batch:
                thing = things.get(key.native_id)
                if thing is None or is_removed(thing):
                    removed.append(key)
                else:
                    alive.append(mention_of(thing))
        return Rechecked(tuple(alive), tuple(removed), 0.0)

    def _info(self, names: Iterable[str]) -> dict[str, Any]:
        asked = list(names)
        params = {"id": ",".join(asked)}
        listing = Listing.read(self._signed_in(lambda client: client.get("api/info/", params)))
        return dict(_named(listing.children, frozenset(asked)))

    def thread(self, mention: Mention) -> tuple[Mention, ...]:
        """The submission, the comments above and the replies below, oldest first; one request.

        Raises Refused when the thread can't be read, and the others by reaction.
        """
        root = (mention.conversation or mention.native_id).partition("_")[2]
        path = f"comments/{root}/"
        params: dict[str, str | int] = {"limit": PAGE_ITEMS}
        if mention.native_id.startswith("t1_"):
            path += f"_/{mention.native_id[3:]}"
            params["context"] = 8
        found = self._posts_in(path, params)
        return tuple(sorted((m for m in found if m.key != mention.key), key=lambda m: m.created_at))

    def _posts_in(self, path: str, params: Mapping[str, str | int]) -> tuple[Mention, ...]:
        answer = self._signed_in(lambda client: client.get(path, params))
        things = [thing for part in _listings(answer) for thing in _flat(part)]
        return tuple(mention_of(thing) for _, thing in _named(things, None) if not is_removed(thing))

    # --- replying -----------------------------------------------------------------------------

    def can_reply(self, mention: Mention, own_handles: frozenset[str]) -> Verdict:
        """By the subreddit in `location`, and `locked` or `archived` in `metrics`. Makes no request."""
        name = (mention.location or "").removeprefix("r/").lower()
        if name in NEVER_REPLY or name in {n.lower() for n in self._config.never_reply}:
            why = "People in need write here; no brand replies."
            return Verdict(MayReply.LISTEN_ONLY, "reddit.never", why, BOTTIQUETTE)
        if mention.author is None:
            return Verdict(MayReply.LISTEN_ONLY, "reddit.author_gone", "Its author deleted the account.")
        if mention.author.lower() in {h.lower().removeprefix("u/") for h in own_handles}:
            return Verdict(MayReply.LISTEN_ONLY, "reddit.own", "This is a post of ours.")
        for word in ("locked", "archived"):
            if mention.metrics.get(word):
                return Verdict(MayReply.LISTEN_ONLY, f"reddit.{word}", f"The thread is {word}.")
        if self._may_post_in(name) and self._user:
            why = f"r/{name} is on the allow-list of this source."
            return Verdict(MayReply.POSTABLE, "reddit.allow_list", why, DATA_API_TERMS)
        why = "Reddit gives API access by contract, read-only by default: a person replies by hand."
        return Verdict(MayReply.HANDOFF, "reddit.contract", why, DATA_API_TERMS)

    def measure(self, text: str) -> tuple[int, int]:
        """(characters, 10,000)."""
        return len(text), TEXT_LIMIT

    def prepare(self, reply: OutgoingReply) -> Prepared:
        """Length, allow-list, the parent and the answers below it as they are now: two requests.

        Raises Refused, TargetGone, TargetClosed, ParentEdited, AnsweredMeanwhile …
        """
        self._needs_user()
        names = dict.fromkeys(n for n in (reply.in_reply_to, reply.conversation) if n)
        things = self._info(names) if replies.fits(reply) else {}
        ready = replies.prepared(reply, things, self._may_post_in)
        replies.unanswered(reply, self._below(reply, mention_of(things[reply.in_reply_to])), self._user)
        return ready

    def _below(self, reply: OutgoingReply, parent: Mention) -> tuple[Mention, ...]:
        root = (parent.conversation or reply.in_reply_to).partition("_")[2]
        path = f"comments/{root}/"
        params: dict[str, str | int] = {"limit": PAGE_ITEMS, "depth": ANSWER_DEPTH, "sort": "new"}
        if reply.in_reply_to.startswith("t1_"):
            path += f"_/{reply.in_reply_to[3:]}"
            params["context"] = 0
        return self._posts_in(path, params)

    def send(self, prepared: Prepared) -> SendResult:
        """Exactly one write, whatever happens. Raises nothing."""
        try:
            self._needs_user()
            client = self._opened()
        except Exception as exc:
            return replies.not_sent(exc, self._clock.now())
        return replies.send(client, prepared, self._clock)

    def native_id_in(self, url: str) -> str | None:
        """The name of the comment or submission at an address of reddit.com."""
        return name_in(url)

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        """Looks through our own comments, newest first, for this text under this parent."""
        self._needs_user()
        return replies.find_own(reply, self._own_comments, self._clock.now())

    def _own_comments(self, after: str | None) -> Listing:
        params: dict[str, str | int] = {"sort": "new", "limit": PAGE_ITEMS}
        if after is not None:
            params["after"] = after
        path = f"user/{self._user}/comments/"
        return Listing.read(self._signed_in(lambda client: client.get(path, params)))

    def _may_post_in(self, subreddit: str) -> bool:
        allowed = {name.lower() for name in self._config.allow_reply} - NEVER_REPLY
        return subreddit.lower() in allowed - {name.lower() for name in self._config.never_reply}

    # --- the line to Reddit -------------------------------------------------------------------

    def check(self) -> str:
        """One request that shows whether the credentials and the subreddits are good."""
        who = f"signed in as u/{self._user}" if self._user else "signed in without a user (read-only)"
        if not self._config.subreddits:
            path, params = ("api/v1/me", {}) if self._user else ("r/all/new", {"limit": "1"})
            self._signed_in(lambda client: client.get(path, params))
            return f"Reddit: {who}{self._left()}."
        names = ",".join(self._config.subreddits)
        listing = Listing.read(self._signed_in(lambda client: client.get("api/info/", {"sr_name": names})))
        known = {str(t["data"].get("display_name", "")).lower() for t in listing.children}
        unseen = [n for n in self._config.subreddits if n.lower() not in known]
        trouble = f"; can't see r/{', r/'.join(unseen)}" if unseen else ""
        seen = f"{len(known)} of {len(self._config.subreddits)} subreddits"
        return f"Reddit: {who}, {seen}{trouble}{self._left()}."

    def close(self) -> None:
        """Ends the connections. Safe to call twice."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _left(self) -> str:
        rate = self._client.rate if self._client else None
        return f"; {rate.remaining} of {rate.limit} requests left" if rate else ""

    def _signed_in(self, call: Callable[[Client], T]) -> T:
        """A token may be taken back before its time: then once more with a new one (reads only)."""
        try:
            return call(self._opened())
        except SignedOut:
            self.close()
        return call(self._opened())

    def _opened(self) -> Client:
        if self._client is None:
            given = self._account.secrets if self._account else {}
            secrets = {name: value.get_secret_value() for name, value in given.items()}
            if not (secrets.get("CLIENT_ID") and secrets.get("CLIENT_SECRET")):
                raise AuthExpired("CLIENT_ID and CLIENT_SECRET are missing.")
            base_url = self._config.base_url or (self._account.base_url if self._account else None)
            self._client = Client(
                secrets,
                clock=self._clock,
                seconds=self._config.timeout.total_seconds(),
                base_url=base_url,
                user_agent=self._user_agent(),
            )
        return self._client

    @property
    def _user(self) -> str | None:
        given = self._account.secrets if self._account else {}
        names = [given[n].get_secret_value() for n in ("USERNAME", "PASSWORD") if n in given]
        return names[0] if len(names) == 2 and all(names) else None

    def _needs_user(self) -> None:
        if self._user is None:
            raise AuthExpired("USERNAME and PASSWORD are missing; without them Reddit is read-only.")

    def _user_agent(self) -> str:
        """In the form that Reddit's API rules ask for."""
        options = self._account.options if self._account else {}
        name = (self._account.handle if self._account else None) or self._user or "unknown"
        return f"python:{options.get('app_id', 'presszero')}:{__version__} (by /u/{name.removeprefix('u/')})"


@dataclass(slots=True)
class Found:
    """What was in one page."""

    mentions: dict[str, Mention] = field(default_factory=dict)
    removed: list[MentionKey] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)


def _named(things: Iterable[Any], wanted: frozenset[str] | None) -> Iterator[tuple[str, Any]]:
    """Things that can be understood, by name; of strangers (subreddits, ``more``) nothing."""
    for thing in things:
        try:
            name = mention_of(thing).native_id
        except NotAMention:
            continue
        if wanted is None or name in wanted:
            yield name, thing


def _listings(answer: Any) -> list[Listing]:
    parts = answer if isinstance(answer, list) else [answer]
    return [Listing.read(part) for part in parts]


def _flat(listing: Listing) -> Iterator[Any]:
    """A tree of comments as a row."""
    for thing in listing.children:
        yield thing
        below = thing["data"].get("replies") if isinstance(thing, Mapping) and "data" in thing else None
        if isinstance(below, Mapping):
            yield from _flat(Listing.read(below))
