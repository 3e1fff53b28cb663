from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from monitor.runtime.log import HIDDEN, set_up

SECRET = "s3cret-token-value"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_no_secret_reaches_a_log_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(as_json=True, secrets=[SECRET, "", "abc"])
    log = structlog.get_logger("test")
    try:
        raise RuntimeError(f"header was Bearer {SECRET}")
    except RuntimeError as error:
        log.exception("failed", url=f"https://x.example/?token={SECRET}", cause=error, alphabet="abcdef")
    said = capsys.readouterr().err
    assert SECRET not in said
    event = json.loads(said)
    assert event["url"] == f"https://x.example/?token={HIDDEN}"
    assert HIDDEN in event["exception"]
    assert event["alphabet"] == "abcdef", "a short value would hide ordinary words"


def test_a_line_is_one_line_whatever_a_post_holds(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(as_json=True)
    structlog.get_logger("test").info("collected", words="one\ntwo\x1b[31mred\u202e")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "\x1b" not in said
