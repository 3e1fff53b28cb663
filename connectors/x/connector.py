"""The connector of kind `x`: one page per `fetch`, and what X can tell of posts, threads and counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

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
from connectors.x import drain as draining
from connectors.x.advice import POSTING
from connectors.x.drain import Drain
from connectors.x.lookups import Lookups
from connectors.x.posts import FIELDS, mentions_in
from connectors.x.replies import Replies, addresses, id_in, intent_url, price_of
from connectors.x.rules import (
    AUTOMATION_SOURCE,
    END_LAG,
    LISTINGS,
    OVERLAP,
    POST_READ_USD,
    PRICING_SOURCE,
    REPLY_USD,
    SUMMONED_SOURCE,
    TEXT_LIMIT,
    USER_READ_USD,
    Mode,
)
from connectors.x.wire import HOST, Answered, Wire
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse, NotCapable, Refused, TargetGone
from monitor.domain.mention import Mention, MentionKey
from monitor.domain.moments import Clock
from monitor.domain.posting import OutgoingReply, OwnReply, Prepared, ReplyPrice, SendResult
from monitor.domain.verdict import MayReply, Verdict

_FASTEST = 0.4  # seconds an answer takes: the estimate's own guess, where no limit is slower


class XConfig(SourceConfig):
    """A source of kind `x`."""

    mode: Mode = Field(
        default=Mode.RECENT,
        description="recent: search, 7 days back; all: full archive; mentions: the mentions timeline.",
    )
    query: str | None = Field(
        default=None,
        description="X's search language, 512 characters (all: 1024). Complaints are replies: keep them in.",
    )
    user_id: str | None = Field(
        default=None,
        pattern=r"^[0-9]{1,19}$",
        description="mentions: the account's numeric id; without it one look-up per poll is paid for.",
    )

    @model_validator(mode="after")
    def _query_fits(self) -> Self:
        if self.mode is not Mode.MENTIONS and not (self.query or "").strip():
            raise ValueError(f"a source of kind x with mode {self.mode} needs a query")
        longest = LISTINGS[self.mode].longest_query
        if len(self.query or "") > longest:
            raise ValueError(f"X takes queries of up to {longest} characters with mode {self.mode}")
        return self

    @property
    def own_mentions(self) -> bool:
        """The mentions timeline is what is addressed to us."""
        return self.mode is Mode.MENTIONS


class XConnector:
    """Reads and, when summoned, writes on X. See `connectors.base` for what each method promises."""

    kind: ClassVar[str] = "x"
    # `reach_back` is that of recent search; an instance in mode `all` has none.
    capabilities: ClassVar[Capabilities] = Capabilities(
        paging=Paging.NEWEST_FIRST,
        reach_back=LISTINGS[Mode.RECENT].reach,
        overlap=OVERLAP,
        can_post=True,
        can_search=True,
        can_backfill=True,
        can_recheck=True,
        can_thread=True,
        text_limit=TEXT_LIMIT,
    )
    Config: ClassVar[type[SourceConfig]] = XConfig
    secrets: ClassVar[tuple[str, ...]] = ("BEARER_TOKEN",)
    posting: ClassVar[PostingRules] = POSTING
    post_usd: ClassVar[float] = POST_READ_USD
    free_again: ClassVar[bool] = True  # "Pricing": re-reads within one UTC day
    posting_secrets: ClassVar[tuple[str, ...]] = ("API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET")

    def __init__(self, config: SourceConfig, account: Account | None, clock: Clock) -> None:
        if not isinstance(config, XConfig):
            raise TypeError("XConnector takes an XConfig.")
        self._config = config
        if config.mode is Mode.ALL:
            self.capabilities = replace(type(self).capabilities, reach_back=None)  # type: ignore[misc]
        self._handle = account.handle.lstrip("@") if account and account.handle else None
        base_url = config.base_url or (account.base_url if account else None) or HOST
        self._wire = Wire(account, base_url, config.timeout, clock)
        self._lookups = Lookups(self._wire)
        self._replies = Replies(self._wire, self._handle, clock)
        self._clock = clock

    # --- reading ------------------------------------------------------------------------------

    @property
    def page_usd(self) -> float:
        """What a full page of this mode costs. Mentions that are no longer fresh are read by search."""
        listing = LISTINGS[Mode.RECENT if self._config.mode is Mode.MENTIONS else self._config.mode]
        return listing.largest_page * listing.post_usd

    def fetch(self, ask: Ask) -> Page:
        """One page of a window; `resume` goes on with exactly the next one.

        A second request is made only when X did not accept the first as put (a page token that ran
        out, a clock that is off), or to look up the id of the account whose mentions are read.
        """
        now = self._wire.now()
        window = ask.window or Interval(now - timedelta(days=7), now)
        drain: Drain | None
        if ask.resume is None:
            drain, missing = draining.begin(
                self._config.mode, window, now, searchable=self._handle is not None
            )
        else:
            drain, missing = Drain.from_text(ask.resume).kept_in_reach(now)
        if drain is None or drain.start >= drain.end:
            return self._nothing_to_ask(drain, window, missing)
        cost = 0.0
        if drain.listing is Mode.MENTIONS and drain.user_id is None:
            drain, cost = self._with_user_id(drain)
        drain, answer = self._answered(drain, ask)
        page = self._page(drain, answer)
        return replace(page, missing=missing, cost_usd=page.cost_usd + cost)

    def _nothing_to_ask(self, drain: Drain | None, window: Interval, missing: draining.Missing) -> Page:
        """Either the rest is out of reach, or X doesn't show the last seconds yet."""
        young = drain is None and window.end > draining.latest_end(self._wire.now())
        wake_at = self._clock.now() + END_LAG + timedelta(seconds=2) if young else None
        return Page((), None, proves=drain.proven if drain else None, missing=missing, wake_at=wake_at)

    def _answered(self, drain: Drain, ask: Ask) -> tuple[Drain, Answered]:
        try:
            return drain, self._list(drain, ask)
        except Refused as exc:
            again = self._put_otherwise(drain, exc.rule)
            if again is None:
                raise
            return again, self._list(again, ask)
        except TargetGone as exc:
            raise Refused(f"There is no such listing. {exc.cause}", rule="x.not_found") from None

    def _put_otherwise(self, drain: Drain, rule: str) -> Drain | None:
        if rule == "x.bad_token" and drain.token is not None:
            return drain.by_time()
        if rule == "x.bad_time" and drain.token is None:
            end = min(drain.end, draining.latest_end(self._wire.now()))
            cut, _ = drain.kept_in_reach(self._wire.now())
            again = replace(cut, end=end, top=min(cut.top, end), low=min(cut.low, end))
            return again if again != drain and again.start < again.end else None
        return None

    def _list(self, drain: Drain, ask: Ask) -> Answered:
        listing = LISTINGS[drain.listing]
        wanted = listing.largest_page if ask.limit is None else ask.limit
        how: dict[str, Any] = {
            "max_results": max(listing.smallest_page, min(wanted, listing.largest_page)),
            "start_time": drain.start,
            "end_time": drain.end,
            **FIELDS,
        }
        query = self._query(ask.query)
        if drain.listing is Mode.MENTIONS:
            return self._wire.read(
                lambda c: c.get_users_mentions(drain.user_id, pagination_token=drain.token, **how)
            )
        if drain.listing is Mode.ALL:
            return self._wire.read(lambda c: c.search_all_tweets(query, next_token=drain.token, **how))
        return self._wire.read(lambda c: c.search_recent_tweets(query, next_token=drain.token, **how))

    def _page(self, drain: Drain, answer: Answered) -> Page:
        meta = answer.body.get("meta")
        if not isinstance(meta, dict) or "result_count" not in meta:
            raise BadResponse("X answered a listing without saying how many posts it holds.")
        rows = answer.body.get("data") or ()
        mentions, rejects = mentions_in(answer.body)
        # The order of the listing is that of the versions as listed, edits included.
        times = [m.edited_at or m.created_at for m in mentions]
        then = drain.after(times, len(rows), meta.get("next_token"))
        listing = LISTINGS[drain.listing]
        beside = len((answer.body.get("includes") or {}).get("tweets", ()))
        return Page(
            mentions=mentions,
            resume=then.to_text() if then else None,
            cursor=None if then else drain.top.isoformat(),
            proves=then.proven if then else Interval(drain.bottom, drain.top),
            rejects=rejects,
            cost_usd=len(rows) * listing.post_usd + beside * POST_READ_USD,
            again_usd=listing.post_usd,
            rate=answer.rate,
            wake_at=self._clock.now() + listing.pause if then and listing.pause else None,
        )

    def _query(self, asked: str | None) -> str:
        query = asked or self._config.query
        if query:
            return query
        if self._handle is None:
            raise NotCapable("Search needs a query, or an account with a handle.")
        return f"@{self._handle}"

    def _with_user_id(self, drain: Drain) -> tuple[Drain, float]:
        # X's user tokens begin with the id of their user.
        head = (self._wire.secret("ACCESS_TOKEN") or "").partition("-")[0]
        known = self._config.user_id or (head if head.isdigit() else None)
        if known is not None:
            return replace(drain, user_id=known), 0.0
        if self._handle is None:
            raise NotCapable("Mode mentions needs `user_id`, or an account with a handle.")
        body = self._wire.read(lambda c: c.get_user(username=self._handle)).body
        found = (body.get("data") or {}).get("id")
        if found is None:
            raise Refused(f"X knows no account @{self._handle}.", rule="x.not_found")
        return replace(drain, user_id=str(found)), USER_READ_USD

    # --- what else X can tell: see connectors.x.lookups ------------------------------------------

    def recheck(self, keys: Sequence[MentionKey]) -> Rechecked:
        """Edits and deletions, 100 ids a request."""
        return self._lookups.recheck(keys)

    def thread(self, mention: Mention) -> tuple[Mention, ...]:
        """Root, parent and up to 100 posts of the conversation."""
        return self._lookups.thread(mention, archive=self._config.mode is Mode.ALL)

    def estimate(self, window: Interval, query: str | None) -> Estimate:
        """Asks X's count endpoints: one paid request, or one per 31 days of the full archive."""
        return self._lookups.estimate(self._config.mode, window, self._query(query))

    def can_reply(self, mention: Mention, own_handles: frozenset[str]) -> Verdict:
        """Postable when summoned, by hand otherwise."""
        own = {h.lstrip("@").lower() for h in own_handles}
        if mention.author is not None and mention.author.lower() in own:
            return Verdict(MayReply.LISTEN_ONLY, "x.own_post", "This post is our own.")
        if mention.repost_of is not None:
            return Verdict(MayReply.LISTEN_ONLY, "x.repost", "A repost adds reach; its original is answered.")
        if any(addresses(mention.text, handle) for handle in own):
            why = "The author mentioned our account, so X takes a reply from us."
            return Verdict(MayReply.POSTABLE, "x.summoned", why, SUMMONED_SOURCE)
        quoted = mention.quoted.author if mention.quoted else None
        if quoted is not None and quoted.lower() in own:
            why = "The author quoted a post of ours, so X takes a reply from us."
            return Verdict(MayReply.POSTABLE, "x.summoned", why, SUMMONED_SOURCE)
        why = "The author neither mentioned nor quoted us: X wants a person to post this reply."
        return Verdict(MayReply.HANDOFF, "x.not_summoned", why, AUTOMATION_SOURCE)

    def reply_price(self, text: str) -> ReplyPrice:
        """What a reply costs, with its links and without."""
        return ReplyPrice(price_of(text), REPLY_USD, PRICING_SOURCE)

    def handoff_url(self, in_reply_to: str, text: str) -> str:
        """X's own reply box with the text in it."""
        return intent_url(in_reply_to, text)

    def native_id_in(self, url: str) -> str | None:
        """The id in an address such as https://x.com/NAME/status/ID."""
        return id_in(url)

    def check(self) -> str:
        """Reads one user with the bearer token, and our own one with the secrets for posting."""
        name = self._handle
        if name is None:
            self._wire.read(lambda c: c.get_recent_tweets_count(self._query(None), granularity="day"))
            reading = "X answers searches"
        else:
            body = self._wire.read(lambda c: c.get_user(username=name)).body
            if not body.get("data"):
                raise Refused(f"X knows no account @{name}.", rule="x.not_found")
            reading = f"X knows @{name}"
        if not self._wire.may_write:
            return f"{reading}; reading only (the secrets for posting are not set)."
        me = self._wire.read(lambda c: c.get_me())
        who = (me.body.get("data") or {}).get("username", "?")
        if name is not None and str(who).lower() != name.lower():
            raise Refused(
                f"The secrets for posting belong to @{who}, not to @{name}.", rule="x.other_account"
            )
        if me.access is not None and "write" not in me.access:
            return f"{reading}; the secrets of @{who} may only read, not post."
        return f"{reading}; may read, and post as @{who}."

    # --- writing: see connectors.x.replies ------------------------------------------------------

    def measure(self, text: str) -> tuple[int, int]:
        """(weighted length, limit)."""
        return self._replies.measure(text)

    def prepare(self, reply: OutgoingReply) -> Prepared:
        """Checks length, price and the parent. Raises Refused, TargetGone, AuthExpired …"""
        return self._replies.prepare(reply)

    def send(self, prepared: Prepared) -> SendResult:
        """Exactly one request. Raises nothing."""
        return self._replies.send(prepared)

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        """Looks for it in our own timeline."""
        return self._replies.find_own_reply(reply)

    def close(self) -> None:
        """Ends the connections."""
        self._wire.close()
