import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from monitor.digest.figures import kept
from monitor.digest.letter import MailServer, mail_server
from monitor.digest.send import LEASE, DeliveryReport, delivery_key, send
from monitor.domain.errors import ConfigInvalid, MailUndelivered
from monitor.store.sqlite import SqliteStore
from tests.integration.digest.mail import Passwords, Postbox, free_port, serve
from tests.unit.digest.world import BRAND, DAY, World, at

BOSSES = ("ada@northwind.example", "bea@northwind.example")


@pytest.fixture
def box() -> Postbox:
    return Postbox()


@pytest.fixture
def controller(box: Postbox) -> Iterator[Controller]:
    server = serve(box)
    yield server
    server.stop()


@pytest.fixture
def server(controller: Controller) -> MailServer:
    return server_at(controller.port)


def server_at(port: int, user: str = "") -> MailServer:
    url = f"smtp://{user}127.0.0.1:{port}?from=digest@northwind.example"
    found = mail_server({"PRESSZERO_SMTP_URL": url})
    assert found is not None
    return found


def deliver(
    world: World, server: MailServer, to: tuple[str, ...] = BOSSES, **options: object
) -> DeliveryReport:
    return send(world.store, world.digest(), BRAND, to, server, world.clock, **options)  # type: ignore[arg-type]


def test_everybody_gets_text_and_html(world: World, server: MailServer, box: Postbox) -> None:
    world.post(at(9), "my bag is gone, und zwar schon wieder 🧳")
    report = deliver(world, server)
    assert (report.sent, report.is_complete) == (list(BOSSES), True)
    assert [to for to, _ in box.letters] == list(BOSSES)
    letter = box.letters[0][1]
    assert letter["To"] == "ada@northwind.example"
    assert letter["Subject"].startswith("Northwind Air, Thursday 5 March 2026: 1 person complained")
    assert letter["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        part = letter.get_body((kind,))
        assert part is not None and "und zwar schon wieder 🧳" in part.get_content()
    assert box.letters[0][1]["Message-ID"] != box.letters[1][1]["Message-ID"]


def test_once_a_day_and_person_however_often(world: World, server: MailServer, box: Postbox) -> None:
    deliver(world, server)
    again = deliver(world, server, (*BOSSES, "cy@northwind.example", "ADA@northwind.example "))
    assert again.sent == ["cy@northwind.example"]
    assert sorted(again.already) == ["ADA@northwind.example", *BOSSES]
    assert len(box.letters) == 3


def test_several_at_the_same_moment_send_one_letter(world: World, server: MailServer, box: Postbox) -> None:
    found, reports = world.digest(), []

    def one() -> None:
        store = SqliteStore(world.store.url)
        reports.append(send(store, found, BRAND, BOSSES, server, world.clock))
        store.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(box.letters) == 2
    assert sorted(to for r in reports for to in r.sent) == list(BOSSES)


def test_a_letter_without_an_answer_is_repeated_only_after_its_lease_and_under_the_same_id(
    world: World, server: MailServer, box: Postbox
) -> None:
    box.mute = True
    assert "no answer" in deliver(world, server, BOSSES[:1]).failed[BOSSES[0]]
    box.mute = False
    assert deliver(world, server, BOSSES[:1]).already == [BOSSES[0]]
    world.clock.moment += LEASE + timedelta(seconds=1)
    assert deliver(world, server, BOSSES[:1]).sent == [BOSSES[0]]
    first, second = (letter["Message-ID"] for _, letter in box.letters)
    assert first == second


def test_one_refused_recipient_does_not_stop_the_others(
    world: World, server: MailServer, box: Postbox
) -> None:
    box.refuse = {BOSSES[0]: "550 no such person"}
    report = deliver(world, server)
    assert (report.sent, report.refused) == ([BOSSES[1]], {BOSSES[0]: "recipient refused, 550"})
    box.refuse = {}
    assert deliver(world, server).sent == [BOSSES[0]]


@pytest.mark.parametrize(
    ("answer", "where"), [("451 later", "failed"), ("554 spam", "refused"), ("421 bye", "failed")]
)
def test_what_the_server_does_not_take_is_tried_again(
    world: World, server: MailServer, box: Postbox, answer: str, where: str
) -> None:
    box.data = answer
    assert set(getattr(deliver(world, server), where)) == set(BOSSES)
    box.data = ""
    assert deliver(world, server).sent == list(BOSSES)
    assert len(box.letters) == 2


def test_a_server_that_is_down_is_an_error_and_the_next_call_goes_on(world: World, box: Postbox) -> None:
    port = free_port()
    with pytest.raises(MailUndelivered) as caught:
        deliver(world, server_at(port))
    assert caught.value.code == "PZ-801" and f"127.0.0.1:{port}" in str(caught.value)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        assert deliver(world, server_at(port)).sent == list(BOSSES)
    finally:
        controller.stop()


def test_a_process_that_is_killed_between_two_letters_repeats_none_and_leaves_nobody_out(
    world: World, server: MailServer, box: Postbox, controller: Controller
) -> None:
    world.post(at(9))
    script = (
        "import sys; from pathlib import Path; from tests.integration.digest import test_send as t\n"
        "t.deliver(t.World(Path(sys.argv[1])), t.server_at(int(sys.argv[2])))\n"
    )
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", script, str(world.folder), str(controller.port)]
    with subprocess.Popen(command, cwd=root) as process:
        box.kill_at_second = process.kill
        assert process.wait(60) == -9
    assert [to for to, _ in box.letters] == [BOSSES[0]]
    assert deliver(world, server).already == list(BOSSES)  # the second is claimed: it may have gone out
    world.clock.moment += LEASE + timedelta(seconds=1)
    assert deliver(world, server).sent == [BOSSES[1]]


def test_numbers_are_kept_with_the_first_letter_and_an_audit_record(world: World, server: MailServer) -> None:
    world.post(at(9))
    deliver(world, server)
    world.post(at(10))
    deliver(world, server)
    with world.store.read() as session:
        found = kept(session, DAY)
        assert found is not None and found.numbers.volume.posts == 1
        stored = session.digests.get(DAY)
        assert stored is not None and stored.sent_at == world.clock.moment
        actions = [record["action"] for record in session.audit.about("digest:2026-03-05")]
        assert actions == ["digest.sent", "digest.sent", "digest.made"]
        assert session.digests.state_of(delivery_key(DAY, BOSSES[0], is_whole=True)) == "sent"


def test_a_look_at_a_day_that_is_not_over_does_not_replace_its_digest(
    world: World, server: MailServer, box: Postbox
) -> None:
    world.clock.moment = at(12)
    deliver(world, server)
    with world.store.read() as session:
        assert session.digests.get(DAY) is None
    world.clock.moment = at(31)
    assert deliver(world, server).sent == list(BOSSES)
    assert len(box.letters) == 4


def test_no_address_is_kept(world: World, server: MailServer) -> None:
    deliver(world, server)
    db = sqlite3.connect(world.store.path)
    try:
        dump = "\n".join(db.iterdump())
    finally:
        db.close()
    assert "ada@" not in dump and "127.0.0.1" not in dump


def test_markdown_and_json_are_attached_on_wish(world: World, server: MailServer, box: Postbox) -> None:
    deliver(world, server, formats=("text", "md", "json"))
    letter = box.letters[0][1]
    assert letter.get_body(("html",)) is None
    names = [part.get_filename() for part in letter.iter_attachments()]
    assert names == ["digest-2026-03-05.md", "digest-2026-03-05.json"]


def test_a_password_is_used_and_shows_nowhere(world: World, box: Postbox) -> None:
    passwords = Passwords(b"desk@northwind.example", b"s3cr3t/+")
    server = serve(box, authenticator=passwords, auth_require_tls=False)
    try:
        right = server_at(server.port, "desk%40northwind.example:s3cr3t%2F%2B@")
        assert deliver(world, right).sent == list(BOSSES)
        assert "s3cr3t" not in repr(right)
        wrong = server_at(server.port, "desk%40northwind.example:wr0ng@")
        with pytest.raises(MailUndelivered) as caught:
            deliver(world, wrong, ("cy@northwind.example",))
        assert "wr0ng" not in f"{caught.value!r} {caught.value} {caught.value.__cause__}"
    finally:
        server.stop()
    assert set(passwords.tried) == {b"s3cr3t/+", b"wr0ng"}


@pytest.mark.parametrize(
    "url",
    [
        "https://mail.example",
        "smtp://",
        "smtp://mail.example",  # no sender
        "smtp://user:hunter2@mail.example:port?from=a@b.example",
        "smtp://user:hunter2@mail.example?from=a@b.example%0ABcc:c@d.example",
        "smtp://[user:hunter2@mail.example",
    ],
)
def test_a_wrong_url_is_told_without_its_secret(url: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        mail_server({"PRESSZERO_SMTP_URL": url})
    assert "PRESSZERO_SMTP_URL" in str(caught.value) and "hunter2" not in str(caught.value)


def test_the_url_is_read() -> None:
    assert mail_server({}) is None and mail_server({"PRESSZERO_SMTP_URL": " "}) is None
    found = mail_server({"PRESSZERO_SMTP_URL": "smtps://d%40n.example:p@mail.example"})
    assert found == MailServer("mail.example", 465, "d@n.example", "p", True, "d@n.example")
