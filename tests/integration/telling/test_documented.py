"""What docs/webhooks.md tells a receiver to do is done here, to the letter."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from monitor.domain.events import Event
from monitor.stages.telling import Subscription, deliver, hand_on
from monitor.stages.telling.courier import HttpCourier
from tests.fakes.receiver import Receiver
from tests.integration.stages.house import House

PAGE = (Path(__file__).parents[3] / "docs/webhooks.md").read_text(encoding="utf-8")
SECRET = "a secret of sixteen and more"


def example(language: str, holds: str) -> str:
    found = re.findall(rf"(?s)```{language}\n(.*?)```", PAGE)
    return next(text for text in found if holds in text)


def sent(house: House, receiver: Receiver) -> tuple[str, bytes]:
    house.clock.at = datetime.now(UTC)
    house.write("I am stranded")
    house.work(drafting=False)
    hook = Subscription("crm", receiver.url, (SECRET, "the one before it, as long"), allow_private=True)
    hand_on(house.store, (hook,), house.clock, brand="Northwind Air", public_url="https://inbox.example")
    deliver(house.store, (hook,), HttpCourier(), house.clock)
    taken = next(t for t in receiver.taken if t.json["event"] == "case.urgent")
    return taken.headers["x-presszero-signature"], taken.body


def test_the_python_lines_verify_a_delivery(house: House, receiver: Receiver) -> None:
    header, body = sent(house, receiver)
    scope: dict[str, object] = {}
    exec(example("python", "is_from_presszero"), scope)
    verify = scope["is_from_presszero"]
    assert verify(SECRET, header, body)  # type: ignore[operator]
    assert verify("the one before it, as long", header, body)  # type: ignore[operator]
    assert not verify("another", header, body)  # type: ignore[operator]
    assert not verify(SECRET, header, body + b" ")  # type: ignore[operator]
    old = re.sub(r"t=\d+", "t=1700000000", header)
    assert not verify(SECRET, old, body)  # type: ignore[operator]


def test_the_openssl_line_gives_the_same(house: House, receiver: Receiver, tmp_path: Path) -> None:
    header, body = sent(house, receiver)
    (tmp_path / "body.json").write_bytes(body)
    t = re.search(r"t=(\d+)", header)
    assert t
    done = subprocess.run(
        ["sh", "-c", example("sh", "openssl")],
        env={"PATH": "/usr/bin:/bin", "t": t[1], "PRESSZERO_HOOK_CRM_SECRET": SECRET},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"v1={done.stdout.strip()}" in header


def test_the_example_has_the_members_of_a_real_one(house: House, receiver: Receiver) -> None:
    _, body = sent(house, receiver)
    told, real = json.loads(example("json", "case.urgent")), json.loads(body)
    assert told.keys() == real.keys()
    assert told["data"].keys() == real["data"].keys()
    assert told["data"]["case"].keys() == real["data"]["case"].keys()


def test_every_event_is_in_the_table() -> None:
    table = PAGE[PAGE.index("| event | when |") : PAGE.index("## Verify it")]
    assert set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)?)`", table)) >= {event.value for event in Event}
