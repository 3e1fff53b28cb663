"""Who sent a delivery, and when: an HMAC-SHA256 over the time and the very bytes of the body.

``X-PressZero-Signature: t=1772452800,v1=5257a869…``: `t` is when it was signed (epoch seconds), `v1` the
lower-case hex of HMAC-SHA256(secret, t + "." + body). Several `v1` may be given while a secret is changed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.domain.errors import SignatureRefused

HEADER = "X-PressZero-Signature"
# How old a signature may be, and how far ahead the sender's clock. Within it, a delivery that somebody
# caught and sends again is known by its content.
TOLERANCE = timedelta(minutes=5)
_TIME = re.compile(r"[0-9]{1,12}")
_MOST = 8  # signatures in one header


def sign(secret: str, body: bytes, at: datetime) -> str:
    """The header's value for a body sent at `at` (aware)."""
    t = str(int(at.timestamp()))
    return f"t={t},v1={_mac(secret, t, body)}"


def verify(secrets: Sequence[str], header: str | None, body: bytes, now: datetime) -> None:
    """Raises SignatureRefused unless one of `secrets` signed `body` at about `now`."""
    if not header:
        raise SignatureRefused(f"The delivery has no {HEADER}.")
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value.encode() for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not _TIME.fullmatch(times[0]) or not 1 <= len(given) <= _MOST:
        raise SignatureRefused(f"{HEADER} is not of the form t=…,v1=….")
    if abs(now.timestamp() - int(times[0])) > TOLERANCE.total_seconds():
        raise SignatureRefused("The delivery was signed more than 5 minutes before or after our time.")
    expected = [_mac(secret, times[0], body).encode() for secret in secrets]
    # Every pair is compared, in constant time: how long it takes tells nothing.
    same = [hmac.compare_digest(one, other) for one in expected for other in given]
    if not any(same):
        raise SignatureRefused("The signature does not belong to this body and our secret.")


def _mac(secret: str, t: str, body: bytes) -> str:
    return hmac.new(secret.encode(), t.encode() + b"." + body, hashlib.sha256).hexdigest()
