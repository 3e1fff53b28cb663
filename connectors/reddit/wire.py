"""praw, made to ask each thing once, never to sleep, and to fail by reaction.

Left alone, prawcore repeats every request (POST too) on 5xx, time-outs and cut lines, which posts a
comment two or three times; it sleeps before a request when the headers say that the limit is near;
and it takes its time-out from an environment variable. All of that is settled in the one place that
praw lets us choose, the requestor: what goes wrong is raised there, as an error of ours that prawcore
knows nothing of and so doesn't repeat, and the rate headers are read and taken off there, so that
prawcore's limiter has nothing to sleep for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import praw
import requests
from praw.exceptions import PRAWException, RedditAPIException
from prawcore import Requestor
from prawcore.exceptions import BadJSON, OAuthException, PrawcoreException
from urllib3.exceptions import NewConnectionError

from connectors.base import RateState
from connectors.reddit.limits import PAUSE
from monitor.domain.errors import (
    AuthExpired,
    BadResponse,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Transient,
)
from monitor.domain.moments import Clock

TOKEN_PATH = "/api/v1/access_token"  # noqa: S105 - a path
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Refusals that concern one subreddit; the account itself is fine.
ONE_SUBREDDIT = frozenset(
    {"reddit.private", "reddit.banned", "reddit.quarantined", "reddit.gold_only", "reddit.no_such_subreddit"}
)


class SignedOut(AuthExpired):
    """The access token was not accepted. React: sign in anew, once."""


class OneShot(Requestor):
    """Sends each request once and raises what went wrong by reaction."""

    def __init__(
        self, *, clock: Clock, seconds: float, made: Callable[[OneShot], None], **settings: Any
    ) -> None:
        super().__init__(**settings)
        made(self)  # praw builds it and keeps it to itself
        self._clock = clock
        self._seconds = seconds
        self.rate: RateState | None = None
        self.writes = 0  # how many went out; what never left can't have been posted

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """One request. prawcore's own time-out (`timeout`) gives way to ours."""
        method, url = str(args[0]).upper(), str(args[1])
        signing_in = urlsplit(url).path.endswith(TOKEN_PATH)
        write = not signing_in and method not in SAFE
        if not signing_in:
            self._hold_back()
        if write:
            # A line that Reddit has closed meanwhile would look like a write without an answer.
            self._http.close()
            self.writes += 1
        kwargs["timeout"] = self._seconds
        # Without any `auth`, requests puts a password from ~/.netrc in the place of our token.
        kwargs["auth"] = kwargs.get("auth") or _as_it_is
        kwargs["allow_redirects"] = False  # the token request carries the password: to nobody else
        problem: ConnectorError
        try:
            response = self._http.request(method, url, **kwargs)
        except requests.RequestException as exc:
            problem = self._cut_off(exc, write)
        else:
            self._read_rate(response)
            found = self._problem(response, write, signing_in)
            if found is None:
                return response
            problem = found
        # Outside the handler: the library's exception holds the request, and that the password.
        raise problem

    def _hold_back(self) -> None:
        """Where prawcore would sleep, we say when to come back."""
        rate = self.rate
        if rate is not None and rate.remaining <= 0 and self._clock.now() < rate.reset_at:
            raise RateLimited("Reddit's limit for this account is used up.", retry_at=rate.reset_at)

    def _cut_off(self, exc: requests.RequestException, write: bool) -> ConnectorError:
        kind = type(exc).__name__
        if _never_connected(exc):
            self.writes -= write
            return Transient(f"Reddit could not be reached ({kind}).")
        if write:
            return OutcomeUnknown(f"No answer to a write ({kind}).")
        return Transient(f"Reddit did not answer within {self._seconds:g} s or cut the line ({kind}).")

    def _read_rate(self, response: requests.Response) -> None:
        taken = {
            name: response.headers.pop(f"x-ratelimit-{name}", None) for name in ("remaining", "used", "reset")
        }
        remaining, used, reset = (_number(taken[n]) for n in ("remaining", "used", "reset"))
        if remaining is None or reset is None:
            return
        reset_at = self._clock.now() + timedelta(seconds=max(reset, 0))
        self.rate = RateState(int(remaining), int(remaining + (used or 0)), reset_at)

    def _problem(self, response: requests.Response, write: bool, signing_in: bool) -> ConnectorError | None:
        status = response.status_code
        if status in (200, 201, 202, 204):
            return None
        if status == 429:
            return RateLimited("Reddit says: too many requests.", retry_at=self._retry_at(response))
        if status >= 500 or status == 408:
            said = f"Reddit answered {status}"
            return OutcomeUnknown(f"{said} to a write.") if write else Transient(f"{said}.")
        if signing_in and status in (400, 401):
            return AuthExpired(f"Reddit did not sign this account in ({status}): {_words(response)}")
        if status == 401:
            return SignedOut("Reddit did not accept the access token.")
        if 300 <= status < 400:
            return _moved(response)
        if status == 403 and "insufficient_scope" in response.headers.get("www-authenticate", ""):
            return AuthExpired("The credentials of this account may not do this (insufficient scope).")
        return Refused(f"Reddit answered {status}: {_words(response)}", rule=_rule(response))

    def _retry_at(self, response: requests.Response) -> datetime:
        """From Retry-After (seconds or a date), else the end of the rate window, else `PAUSE`."""
        now = self._clock.now()
        said = response.headers.get("retry-after", "")
        seconds = _number(said)
        if seconds is None and said:
            try:
                sent = parsedate_to_datetime(response.headers.get("date", ""))
                seconds = (parsedate_to_datetime(said) - sent).total_seconds()
            except (TypeError, ValueError):
                seconds = None
        if seconds is not None:
            return now + timedelta(seconds=max(seconds, 1))
        if self.rate is not None and self.rate.remaining <= 0 and self.rate.reset_at > now:
            return self.rate.reset_at
        return now + PAUSE


class Client:
    """praw bound to one account and host. Opens nothing until the first request."""

    def __init__(
        self,
        secrets: Mapping[str, str],
        *,
        clock: Clock,
        seconds: float,
        base_url: str | None,
        user_agent: str,
    ) -> None:
        base = base_url.rstrip("/") if base_url else None
        made: list[OneShot] = []
        self._reddit = praw.Reddit(
            # Everything is said here, so that no praw.ini and no praw_* variable can change it.
            "DEFAULT",
            client_id=secrets.get("CLIENT_ID"),
            client_secret=secrets.get("CLIENT_SECRET"),
            username=secrets.get("USERNAME"),
            password=secrets.get("PASSWORD"),
            refresh_token=None,
            redirect_uri=None,
            user_agent=user_agent,
            reddit_url=base or "https://www.reddit.com",
            oauth_url=f"{base}/" if base else "https://oauth.reddit.com",
            check_for_updates=False,
            check_for_async=False,
            # Below zero: at 0 praw still sleeps and posts again when told to wait some milliseconds.
            ratelimit_seconds=-1,
            requestor_class=OneShot,
            requestor_kwargs={"clock": clock, "seconds": seconds, "made": made.append},
        )
        (self._wire,) = made

    @property
    def rate(self) -> RateState | None:
        """The limit as the last answer told it."""
        return self._wire.rate

    @property
    def writes(self) -> int:
        """How many writes left this process through this client."""
        return self._wire.writes

    def get(self, path: str, params: Mapping[str, str | int]) -> Any:
        """The JSON behind `path`. Raises by reaction."""
        problem: ConnectorError
        try:
            return self._reddit.request(method="GET", path=path, params=dict(params))
        except OAuthException as exc:
            problem = AuthExpired(f"Reddit did not sign this account in: {exc.error}.")
        except BadJSON:
            problem = BadResponse("Reddit answered something that is not JSON.")
        except (PrawcoreException, PRAWException, ValueError, LookupError, TypeError) as exc:
            problem = BadResponse(f"Reddit's answer can't be understood ({type(exc).__name__}).")
        raise problem

    def reply(self, fullname: str, text: str) -> dict[str, Any] | None:
        """Posts `text` under `fullname`: one request. None when Reddit doesn't show the comment.

        Raises RedditAPIException with Reddit's own words, else by reaction.
        """
        problem: ConnectorError
        bare = fullname.partition("_")[2]
        parent = self._reddit.submission(bare) if fullname[:2] == "t3" else self._reddit.comment(bare)
        try:
            comment = parent.reply(text)
        except RedditAPIException:
            raise
        except OAuthException as exc:
            problem = AuthExpired(f"Reddit did not sign this account in: {exc.error}.")
        except (PrawcoreException, PRAWException, ValueError, LookupError, TypeError, AttributeError) as exc:
            problem = OutcomeUnknown(f"Reddit's answer can't be understood ({type(exc).__name__}).")
        else:
            return dict(vars(comment)) if comment is not None else None
        raise problem

    def close(self) -> None:
        """Ends the connections. Safe to call twice."""
        self._wire.close()


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The request already carries its token."""
    return request


def _never_connected(exc: requests.RequestException) -> bool:
    """True when the request can't have left: no connection was ever made."""
    if isinstance(exc, requests.ConnectTimeout):
        return True
    reason = getattr(exc.args[0], "reason", None) if exc.args else None
    return isinstance(reason, NewConnectionError)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _body(response: requests.Response) -> Mapping[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _words(response: requests.Response) -> str:
    """What Reddit says of it, in a line that can be shown."""
    body = _body(response)
    said = [str(body[k]) for k in ("message", "reason", "explanation", "error_description") if body.get(k)]
    return (" - ".join(said) or "no explanation")[:200] + "."


def _rule(response: requests.Response) -> str:
    reason = _body(response).get("reason")
    if isinstance(reason, str) and f"reddit.{reason}" in ONE_SUBREDDIT:
        return f"reddit.{reason}"
    if response.status_code == 403 and not _body(response):
        return "reddit.blocked"  # a page for people: the client is turned away, not the question
    return {403: "reddit.forbidden", 404: "reddit.not_found"}.get(
        response.status_code, f"reddit.http_{response.status_code}"
    )


def _moved(response: requests.Response) -> ConnectorError:
    """Reddit redirects the API only to say no: to the login page, or to a search for the subreddit."""
    path = urlsplit(response.headers.get("location", "")).path
    if "/login" in path:
        return SignedOut("Reddit asks to sign in.")
    if path.startswith("/subreddits/search"):
        return Refused("There is no such subreddit.", rule="reddit.no_such_subreddit")
    return Refused(f"Reddit redirects to {path[:100]!r}.", rule="reddit.moved")
