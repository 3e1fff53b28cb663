"""The same over real SMTP, and through the death of the process at the worst moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.domain.alert import ONCALL, AlertKind, Channel, Route
from monitor.stages.alerting.carrying import AppriseCarrier
from tests.fakes.receiver import Receiver
from tests.integration.alerting.duty import Duty
from tests.integration.digest.mail import Postbox, free_port, serve


def test_a_page_by_mail_is_short_and_says_where(duty: Duty) -> None:
    box = Postbox()
    server = serve(box)
    address = f"mailto://127.0.0.1:{server.port}?from=alerts@us.example&to=bo@us.example&mode=insecure"
    duty.set(channels=(Channel("bo-mail", address, "bo"),))
    try:
        (number,) = duty.burned()
        assert duty.tick().sent == 1
    finally:
        server.stop()
    [(to, letter)] = box.letters
    assert to == "bo@us.example"
    assert str(letter["subject"]).startswith("P0 on X: answer by ")
    body = letter.get_body(("plain",)) or letter.get_body(("html",))
    assert body is not None
    assert f"https://inbox.example/cases/{number}" in body.get_content()
    assert "burn" not in letter.as_string()


def test_a_mail_server_that_is_not_there_is_said_in_words_without_the_address(duty: Duty) -> None:
    port = free_port()
    address = f"mailto://u:s3cret@127.0.0.1:{port}?from=a@us.example&to=b@us.example&mode=insecure"
    why = AppriseCarrier().carry(address, "Test", "x")
    assert why is not None
    assert "s3cret" not in why
    assert AppriseCarrier().carry("nonsense://x", "t", "b") == "apprise knows no such address"


# Sends what is due, and dies of SIGKILL in the moment the channel has answered, before anything is recorded.
DYING = """
import os, signal, sys
from datetime import datetime
from monitor.domain.alert import AlertKind, Channel
from monitor.domain.rota import Rota
from monitor.stages.alerting import Watch, notice, send
from monitor.stages.alerting.carrying import AppriseCarrier
from monitor.store.sqlite import SqliteStore
from tests.clock import TestClock
from zoneinfo import ZoneInfo
from tests.integration.alerting.duty import EVERYTHING, Route

class Dying(AppriseCarrier):
    def carry(self, *said):
        before = sys.argv[4] == "before"
        if not before:
            super().carry(*said)
        os.kill(os.getpid(), signal.SIGKILL)

store = SqliteStore("sqlite:///" + sys.argv[1])
clock = TestClock(datetime.fromisoformat(sys.argv[2]))
watch = Watch(rota=Rota(ZoneInfo("UTC")), channels=(Channel("team", sys.argv[3]),),
              routes=(Route(EVERYTHING, ("team",)),))
notice(store, watch, clock)
send(store, watch, Dying(), clock)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_in_the_moment_of_sending_it_is_sent_once_more_after_its_lease(
    duty: Duty, receiver: Receiver, moment: str
) -> None:
    channel = duty.channel("team")
    duty.set(channels=(channel,), routes=(Route(frozenset(AlertKind), ("team",)),))
    duty.burned()
    clock = duty.house.clock
    arguments = [str(duty.house.store.path), clock.now().isoformat(), channel.address, moment]
    died = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DYING, *arguments],
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    already = len(duty.told())
    assert already == (0 if moment == "before" else 1)
    assert duty.tick().sent == 0, "perhaps another process is still at it"
    clock.forward(minutes=2, seconds=1)
    assert duty.tick().sent == 1
    assert duty.tick().sent == 0
    assert len(duty.told()) == already + 1
    assert len({body.split("\n")[0] for body in duty.bodies()}) == 1, "the same alert, under the same number"


def test_a_channel_that_takes_nothing_is_given_up_after_the_stated_time(duty: Duty) -> None:
    duty.receiver.answers = [503] * 200
    duty.patience(give_up=timedelta(minutes=30))
    duty.set(routes=(Route(frozenset({AlertKind.PAUSED}), (ONCALL,)),))
    with duty.house.store.write() as session:
        at = duty.house.clock.now() - timedelta(hours=2)
        session.people.pause(None, True, "x", "bo", at)
    duty.tick()
    duty.forward(40)
    [message] = duty.messages()
    assert (message.state, message.error) == ("failed", "answered 503")
    assert 8 <= message.tries <= 14, "the wait grows to five minutes"
    duty.receiver.answers = []
    assert duty.send().sent == 0
