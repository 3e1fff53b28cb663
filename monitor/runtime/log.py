"""Logging: structlog, one line an event, and no secret in any of them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[secret]"

# Client libraries that write request headers, and with them tokens, into their debug logs.
TALKATIVE = ("tweepy", "prawcore", "praw", "httpx", "httpcore", "urllib3", "requests_oauthlib", "oauthlib")

# A shorter value would hide ordinary words.
SHORTEST_SECRET = 6


def hide(secrets: Iterable[str]) -> Processor:
    """A processor that replaces every secret value, wherever in the event it stands."""
    values = sorted({s for s in secrets if len(s) >= SHORTEST_SECRET}, key=len, reverse=True)

    def clean(value: object) -> object:
        if isinstance(value, str):
            for secret in values:
                value = value.replace(secret, HIDDEN)
            return value
        if isinstance(value, BaseException):
            return clean(f"{type(value).__name__}: {value}")
        return value

    def processor(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: clean(value) for key, value in event.items()}

    return processor


def set_up(*, as_json: bool, secrets: Iterable[str] = (), debug: bool = False) -> None:
    """Sends every log line to standard error: for people, or as JSON for machines."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso" if as_json else "%H:%M:%S", utc=as_json),
            structlog.processors.format_exc_info,
            hide(secrets),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if debug else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
