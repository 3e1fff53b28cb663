"""Idempotency-Key: the same request under the same key is done once, and answered the same way for a day.

That a deed was done is committed with the deed (`monitor.web.api.acting`), its answer right after. Whoever
dies in between leaves a key that says "done" without an answer: it is not done again, and the caller is told
to look. What did nothing (a refusal, a preview) is not kept: repeating it asks anew.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import timedelta

from starlette.responses import Response

from monitor.domain.refusals import KeyBusy, KeyReused, RequestMalformed
from monitor.stages.tokens import Caller
from monitor.store.tokens import KeptAnswer
from monitor.web.api.acting import ActingStore
from monitor.web.services import WebServices

HEADER = "idempotency-key"
KEPT_FOR = timedelta(hours=24)
LEASE = timedelta(minutes=2)  # longer than any request takes
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def key_of(headers: Mapping[str, str]) -> str | None:
    """The key of a request. Raises RequestMalformed."""
    key = headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        wrong = {"field": "header.Idempotency-Key", "problem": "1 to 200 visible ASCII characters"}
        raise RequestMalformed("The Idempotency-Key can't be used.", fields=[wrong])
    return key


def fingerprint(method: str, path: str, query: bytes, body: bytes) -> str:
    """What tells two requests apart; no word of the request can be read from it."""
    parts = (method.encode(), path.encode(), query, body)
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def begin(services: WebServices, caller: Caller, key: str, print_: str) -> KeptAnswer | None:
    """None: the request is ours to do. An answer: it was given before. Raises KeyReused, KeyBusy."""
    now = services.clock.now()
    with services.store.write() as session:
        session.tokens.forget_answers(now - KEPT_FOR)
        if session.tokens.begin(caller.token_id, key, print_, now, now + LEASE):
            return None
        known = session.tokens.answer(caller.token_id, key)
    assert known is not None, "whoever could not begin was refused by a row"  # noqa: S101
    if known.fingerprint != print_:
        raise KeyReused("This Idempotency-Key came with another request before.")
    if known.status is None:
        said = "was done, and its answer was lost" if known.acted else "is still being answered"
        raise KeyBusy(f"The first request with this Idempotency-Key {said}.")
    return known


def end(services: WebServices, store: ActingStore, caller: Caller, key: str, answer: Response | None) -> None:
    """Keeps the answer of a deed; forgets the key of what did nothing."""
    with services.store.write() as session:
        if store.acted and answer is not None and answer.status_code < 500:
            text = bytes(answer.body).decode()
            session.tokens.keep(caller.token_id, key, answer.status_code, text)
        elif not store.acted:
            session.tokens.drop(caller.token_id, key)
