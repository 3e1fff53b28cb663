"""Deliveries over real HTTP: signed, at least once, tried again for a stated time, to public addresses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.webhook.signature import verify
from monitor.domain.errors import ForbiddenTransition, NotFound, SignatureRefused
from monitor.domain.refusals import PrivateAddress
from monitor.stages.telling import DeliveryReport, Subscription, deliver, hand_on, ping, resend
from monitor.stages.telling.courier import HttpCourier, refuse_private
from monitor.stages.telling.deliver import FIRST_WAIT, JITTER, LONGEST_WAIT, wait_after
from monitor.store.outbox import Delivery
from monitor.store.sqlite import SqliteStore
from tests.fakes.receiver import Receiver
from tests.integration.stages.house import House

SECRET = "a secret of sixteen and more"


def to(receiver: Receiver, **changes: object) -> Subscription:
    given: dict[str, object] = {"allow_private": True, "timeout": timedelta(seconds=1)}
    return Subscription("crm", receiver.url, (SECRET,), **given | changes)  # type: ignore[arg-type]


def happen(house: House, count: int, *subscriptions: Subscription) -> None:
    """So many cases are opened, each an event."""
    for _ in range(count):
        house.write("you lost my suitcase", author=f"u{next(house._ids)}")
    house.work(drafting=False)
    hand_on(house.store, subscriptions, house.clock, brand="Northwind")


def send(house: House, *subscriptions: Subscription) -> DeliveryReport:
    return deliver(house.store, subscriptions, HttpCourier(), house.clock)


def log(house: House, state: str = "") -> list[Delivery]:
    with house.store.read() as session:
        return list(reversed(session.outbox.page({"hook": "", "state": state, "event": ""}, 1000)))


def test_an_event_arrives_signed(house: House, receiver: Receiver) -> None:
    happen(house, 1, hook := to(receiver))
    assert send(house, hook) == DeliveryReport(delivered=1)
    (taken,) = receiver.taken
    assert taken.json["event"] == taken.headers["x-presszero-event"] == "case.opened"
    assert taken.json["id"] == taken.headers["x-presszero-id"] == taken.headers["idempotency-key"]
    signature = taken.headers["x-presszero-signature"]
    verify([SECRET], signature, taken.body, house.clock.now())
    with pytest.raises(SignatureRefused):
        verify(["another secret of that length"], signature, taken.body, house.clock.now())
    with pytest.raises(SignatureRefused):
        verify([SECRET], signature, taken.body + b" ", house.clock.now())
    with pytest.raises(SignatureRefused, match="5 minutes"):
        verify([SECRET], signature, taken.body, house.clock.now() + timedelta(minutes=6))
    assert send(house, hook) == DeliveryReport(), "it is not sent twice"


def test_while_a_secret_changes_both_verify(house: House, receiver: Receiver) -> None:
    hook = Subscription("crm", receiver.url, (SECRET, "the one before, as long"), allow_private=True)
    happen(house, 1, hook)
    send(house, hook)
    (taken,) = receiver.taken
    for secret in hook.secrets:
        verify([secret], taken.headers["x-presszero-signature"], taken.body, house.clock.now())


def test_what_was_not_taken_is_tried_again_under_the_same_id(house: House, receiver: Receiver) -> None:
    receiver.answers = [500, "cut", "hang", (429, {"retry-after": "600"})]
    receiver.patience = 1.5
    happen(house, 1, hook := to(receiver, timeout=timedelta(seconds=0.5)))
    for error in ("answered 500", None, "no answer within", "answered 429"):
        assert send(house, hook).failed == 1
        (delivery,) = log(house)
        assert delivery.state == "waiting"
        assert delivery.error is not None
        if error:
            assert error in delivery.error
        assert send(house, hook).failed == 0, "not before its time"
        house.clock.at = max(house.clock.at + timedelta(seconds=30), delivery.next_at) + timedelta(minutes=1)
    assert delivery.next_at >= house.clock.now() - timedelta(minutes=2)
    assert send(house, hook) == DeliveryReport(delivered=1)
    assert len({t.headers["x-presszero-id"] for t in receiver.taken}) == 1
    assert len({t.body for t in receiver.taken}) == 1, "the same bytes at every try"
    assert len({t.headers["x-presszero-signature"] for t in receiver.taken}) == 5, "signed anew each time"
    with house.store.read() as session:
        tries = session.outbox.tries(delivery.id)
        state = session.outbox.states()["crm"]
    assert [t["status"] for t in tries] == [500, None, None, 429, 200]
    assert (state.failing_since, state.failures) == (None, 0)


def test_the_wait_doubles_up_to_an_hour_with_some_chance() -> None:
    for failures in range(1, 30):
        plain = min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT)
        waits = [wait_after(failures) for _ in range(50)]
        assert all(plain * (1 - JITTER) <= w <= plain * (1 + JITTER) for w in waits)
        assert len(set(waits)) > 10
    assert wait_after(1, timedelta(minutes=10)) == timedelta(minutes=10)
    assert wait_after(1, timedelta(days=9)) == LONGEST_WAIT


def test_after_the_stated_time_it_is_dead_and_can_be_sent_again(house: House, receiver: Receiver) -> None:
    receiver.answers = [503] * 99
    happen(house, 1, hook := to(receiver, retry_for=timedelta(minutes=5)))
    begun = house.clock.now()
    while log(house)[0].state == "waiting":
        send(house, hook)
        house.clock.forward(seconds=5)
    (dead,) = log(house)
    assert (dead.state, dead.tries) == ("dead", len(receiver.taken))
    assert dead.finished_at is not None
    assert dead.finished_at - begun <= timedelta(minutes=5)
    assert 4 <= dead.tries <= 6
    with house.store.read() as session:
        assert [r["action"] for r in session.audit.about("webhook:crm")] == ["webhook.dead"]
    house.clock.forward(hours=1)
    assert send(house, hook) == DeliveryReport()

    receiver.answers = []
    resend(house.store, dead.id, (hook,), house.clock, by="ana")
    with pytest.raises(ForbiddenTransition):
        resend(house.store, dead.id, (hook,), house.clock, by="ana")
    assert send(house, hook) == DeliveryReport(delivered=1)
    assert receiver.taken[-1].headers["x-presszero-id"] == dead.event_key
    with pytest.raises(NotFound):
        resend(house.store, dead.id, (), house.clock, by="ana")
    with pytest.raises(NotFound):
        resend(house.store, 99, (hook,), house.clock, by="ana")


def test_who_says_gone_is_believed(house: House, receiver: Receiver) -> None:
    receiver.answers = [410]
    happen(house, 1, hook := to(receiver))
    assert send(house, hook) == DeliveryReport(failed=1, dead=1)


def test_a_server_that_fails_is_left_alone_and_the_others_do_not_wait(
    house: House, receiver: Receiver
) -> None:
    with Receiver(answers=[500] * 9) as broken:
        hooks = (to(broken), Subscription("ok", receiver.url, (SECRET,), allow_private=True))
        happen(house, 3, *hooks)
        assert send(house, *hooks) == DeliveryReport(delivered=3, failed=1)
        assert len(broken.taken) == 1, "the next two would fare no better"
        broken.answers = []
        house.clock.forward(minutes=1)
        assert send(house, *hooks) == DeliveryReport(delivered=3)


def test_one_event_that_a_receiver_can_not_take_does_not_hold_up_the_next(
    house: House, receiver: Receiver
) -> None:
    receiver.answers = [422]
    happen(house, 3, hook := to(receiver))
    assert send(house, hook) == DeliveryReport(delivered=2, failed=1)
    house.clock.forward(minutes=1)
    assert send(house, hook) == DeliveryReport(delivered=1)


def test_who_dies_after_sending_sends_it_again_under_the_same_id(house: House, receiver: Receiver) -> None:
    happen(house, 1, hook := to(receiver))

    class Dies(HttpCourier):
        def post(self, *given: object, **more: object) -> object:  # type: ignore[override]
            super().post(*given, **more)  # type: ignore[arg-type]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(house.store, (hook,), Dies(), house.clock)  # type: ignore[arg-type]
    assert send(house, hook) == DeliveryReport(), "its lease still runs"
    house.clock.forward(minutes=3)
    assert send(house, hook) == DeliveryReport(delivered=1)
    assert len({t.headers["x-presszero-id"] for t in receiver.taken}) == 1
    assert len(receiver.taken) == 2


def test_two_senders_at_once_send_each_event_once(house: House, receiver: Receiver) -> None:
    happen(house, 20, hook := to(receiver))

    def work() -> None:
        store = SqliteStore(house.store.url)
        deliver(store, (hook,), HttpCourier(), house.clock)
        store.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [t.headers["x-presszero-id"] for t in receiver.taken]
    assert len(ids) == len(set(ids)) == 20


# --- where it may go ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:0a00:0001::", "64:ff9b::10.0.0.1", "2001:db8::1",
    ],
)  # fmt: skip
def test_no_private_address_is_gone_to(address: str) -> None:
    with pytest.raises(PrivateAddress):
        refuse_private("hooks.example", [address])
    with pytest.raises(PrivateAddress):
        refuse_private("hooks.example", ["93.184.216.34", address])


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "1.1.1.1"])
def test_a_public_address_is(address: str) -> None:
    refuse_private("hooks.example", [address])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "127.1", "2130706433"])
def test_nothing_is_sent_to_ourselves_unless_that_is_allowed(
    house: House, receiver: Receiver, host: str
) -> None:
    hook = Subscription("crm", f"http://{host}:{receiver.port}/", (SECRET,))
    happen(house, 1, hook)
    assert send(house, hook).failed == 1
    (delivery,) = log(house)
    assert receiver.taken == []
    assert delivery.error is not None
    assert "PZ-921" in delivery.error or "resolved" in delivery.error


def test_a_redirect_leads_nowhere(house: House, receiver: Receiver) -> None:
    with Receiver() as inside:
        receiver.answers = [(302, {"location": inside.url})]
        happen(house, 1, hook := to(receiver))
        assert send(house, hook).failed == 1
        assert inside.taken == []
    assert log(house)[0].error == "answered 302"


def test_an_answer_without_end_is_cut_short(house: House, receiver: Receiver) -> None:
    receiver.answers, receiver.patience = ["drip"], 20
    happen(house, 1, hook := to(receiver))
    assert send(house, hook) == DeliveryReport(delivered=1)


@pytest.fixture
def nowhere() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_an_address_that_is_a_secret_shows_in_no_error(house: House, nowhere: int) -> None:
    hook = Subscription("crm", f"http://127.0.0.1:{nowhere}/T0KEN", (SECRET,), allow_private=True)
    happen(house, 1, hook)
    send(house, hook)
    assert log(house)[0].error == "connection refused"
    assert "T0KEN" not in repr(hook)
    assert SECRET not in repr(hook)
    unknown = Subscription("crm", "http://no-such-host.invalid/T0KEN", (SECRET,), allow_private=True)
    house.clock.forward(hours=1)
    send(house, unknown)
    assert log(house)[0].error == "the name can't be resolved"
    raw = house.store.path.read_bytes() + house.store.path.with_name("house.db-wal").read_bytes()
    assert b"T0KEN" not in raw
    assert SECRET.encode() not in raw


def test_a_test_is_sent_at_once_and_answered(house: House, receiver: Receiver) -> None:
    receiver.answers = [401]
    hook = to(receiver, events=("draft.posted",))
    answer = ping(house.store, hook, HttpCourier(), house.clock, brand="Northwind", by="ana")
    assert (answer.is_taken, answer.error) == (False, "answered 401")
    assert ping(house.store, hook, HttpCourier(), house.clock, brand="Northwind", by="ana").is_taken
    assert receiver.events() == ["ping", "ping"]
    verify(
        [SECRET],
        receiver.taken[0].headers["x-presszero-signature"],
        receiver.taken[0].body,
        house.clock.now(),
    )
