"""`presszero webhooks` over a real receiver, configured as in earnest."""

from __future__ import annotations

from pathlib import Path

from monitor.stages.people import add_user
from tests.fakes.receiver import Receiver
from tests.integration.cli.program import CONFIG, PASSWORD, Program
from tests.integration.stages.house import PlainReader

HOOK = """
[[webhooks]]
name = "crm"
url = "{url}"
allow_private = true
events = ["case.*"]
retry_for = "1s"
"""


def test_events_are_sent_logged_and_sent_again(tmp_path: Path) -> None:
    with Receiver(answers=[500]) as receiver:
        program = Program(tmp_path)
        program.write_config(CONFIG + HOOK.format(url=receiver.url))
        (program.folder / ".env").write_text("PRESSZERO_HOOK_CRM_SECRET=a secret of sixteen\n")
        program.write_posts("@northwindair you lost my suitcase")
        with program.opened() as app:
            add_user(app.store, "bo", "approver", PASSWORD, app.clock)
            app.reader = PlainReader()
            app.run_collect()
            app.run_pipeline()
            assert app.run_webhooks()["failed"] == 1
        assert program.json("webhooks", "list")[0]["dead"] == 1
        assert "failing for" in program.run("webhooks", "list").stdout
        (dead,) = program.json("webhooks", "log", "crm", "--state", "dead")
        assert (dead["event"], dead["error"]) == ("case.opened", "answered 500")
        assert "case.opened" in program.run("webhooks", "log").stdout
        shown = program.run("webhooks", "show", str(dead["delivery_id"])).stdout
        assert '"status": 500' in shown and "suitcase" not in shown
        doctor = program.json("doctor", "--offline", code=None)
        assert next(f for f in doctor if f["what"] == "webhook crm")["found"] == "failing: answered 500"
        assert "1 on their way" in program.run("webhooks", "resend", "--dead", "crm").stdout
        program.run("webhooks", "resend", str(dead["delivery_id"]), code=1)
        assert "crm took it" in program.run("webhooks", "test", "crm").stdout
        receiver.answers = [403]
        assert "did not take it: answered 403" in program.run("webhooks", "test", "crm", code=1).stdout
        program.run("webhooks", "test", "nobody", code=2)
        assert len(program.run("webhooks", "secret").stdout.strip()) >= 40


def test_a_wrong_table_is_told_with_its_line(program: Program) -> None:
    wrong = (
        '\n[[webhooks]]\nname = "crm"\nurl = "http://crm.example"\nevents = ["case.flown"]\nsecret = "abc"\n'
        '\n[[webhooks]]\nname = "two"\nurl = "http://crm.example"\n'
        '\n[[webhooks]]\nname = "two"\n'
    )
    program.write_config(CONFIG + wrong)
    told = program.run("webhooks", "list", code=2).stderr
    for part in ("case.flown", "what looks like a secret", "PRESSZERO_HOOK_TWO_SECRET", "https://", "_URL"):
        assert part in told, part
    assert "abc" not in told
