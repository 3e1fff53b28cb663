"""Who may ask the fake X, and how often: bearer tokens, OAuth 1.0a signatures, rate limits."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from urllib.parse import quote, unquote

from tests.fakes.server import Request

SIGNED_HOST = "https://api.twitter.com"  # clients sign for the host they believe in
WINDOW = timedelta(minutes=15)

# (requests per 15 min for an app, for a user). Searches, mentions and create are those of docs.x.com "Rate
# limits" in August 2026; the others are of a likely size only.
LIMITS: dict[str, tuple[int, int]] = {
    "search": (450, 300),
    "search_all": (300, 300),
    "mentions": (450, 300),
    "lookup": (450, 900),
    "user": (300, 900),
    "me": (75, 75),
    "create": (100, 100),
    "delete": (50, 50),
    "timeline": (1500, 900),
    "counts": (300, 300),
    "counts_all": (300, 300),
}


class Access:
    """The credentials this server takes."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self.secrets = secrets
        self.revoked = False

    def who(self, request: Request) -> str | None:
        """`app`, `user`, or None for a request that proves neither."""
        given = request.headers.get("authorization", "")
        if self.revoked:
            return None
        if given == f"Bearer {self.secrets['BEARER_TOKEN']}":
            return "app"
        return "user" if given.startswith("OAuth ") and self._signed(request, given) else None

    def _signed(self, request: Request, given: str) -> bool:
        fields = {k: unquote(v) for k, v in re.findall(r'(oauth_\w+)="([^"]*)"', given)}
        signature = fields.pop("oauth_signature", "")
        named = (fields.get("oauth_consumer_key"), fields.get("oauth_token"))
        if named != (self.secrets["API_KEY"], self.secrets["ACCESS_TOKEN"]):
            return False
        pairs = sorted((_q(k), _q(v)) for k, v in (*fields.items(), *request.query.items()))
        parameters = "&".join(f"{k}={v}" for k, v in pairs)
        base = "&".join((request.method, _q(SIGNED_HOST + request.path), _q(parameters)))
        key = f"{_q(self.secrets['API_SECRET'])}&{_q(self.secrets['ACCESS_SECRET'])}"
        right = base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()
        return hmac.compare_digest(right, signature)


class Limiter:
    """Counts requests per endpoint and credential in fixed windows."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], tuple[datetime, int]] = {}

    def count(self, endpoint: str, who: str, now: datetime) -> tuple[bool, dict[str, str]]:
        """(allowed, headers)."""
        limit = LIMITS[endpoint][0 if who == "app" else 1]
        started, used = self._windows.get((endpoint, who), (now, 0))
        if now - started >= WINDOW:
            started, used = now, 0
        allowed = used < limit
        used += allowed
        self._windows[endpoint, who] = (started, used)
        return allowed, headers(limit, limit - used, started + WINDOW)


def headers(limit: int, remaining: int, reset: datetime) -> dict[str, str]:
    """The three that X sends with every answer."""
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(remaining),
        "x-rate-limit-reset": str(int(reset.timestamp())),
    }


def _q(text: str) -> str:
    return quote(text, safe="~")
