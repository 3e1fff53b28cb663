"""The pages of our own side: what we owe, and the macros that are held to account."""

from __future__ import annotations

from datetime import timedelta

from monitor.bootstrap.macros import MacroRow
from monitor.domain.accountability import MacroStanding
from monitor.domain.draft import PromiseKind, PromisePlan
from monitor.stages.accountability import suspend
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.seed import House


def owe(house: House, case_id: int, text: str, keeper: str, hours: float, kind: PromiseKind) -> int:
    now = house.clock.now()
    with house.store.write() as session:
        session.promises.add(
            case_id, None, PromisePlan(text, "care desk", now + timedelta(hours=hours), kind), keeper, now
        )
        return int(session.promises.open()[-1]["id"])


def test_what_is_owed_is_listed_first_due_first_and_settled(
    house: House, day: Made, browser: Browser
) -> None:
    case_id, _ = day["fee"]
    owe(house, case_id, "I'll write <b>here</b> by six.", "agent", 4, PromiseKind.WORD)
    late = owe(house, case_id, "I'm passing it to Marek.", "somebody", -2, PromiseKind.RELAY)
    agent, viewer = browser("agent"), browser("viewer")
    shown = agent.get("/promises").text
    assert shown.index("passing it to Marek") < shown.index("by six")
    assert "2 h late" in shown and "Passed on" in shown
    assert "&lt;b&gt;here" in shown and "<b>here" not in shown
    assert "passing it to Marek" not in agent.get("/promises", params={"whose": "me"}).text
    assert "Passed on</button>" not in viewer.get("/promises").text
    assert agent.post(f"/promises/{late}", data={"kept": "yes"}).status_code == 303
    with house.store.read() as session:
        assert session.promises.get(late)["state"] == "kept"
    assert agent.post("/promises/999", data={"kept": "yes"}).status_code == 404


def rows(house: House) -> list[MacroRow]:
    with house.store.read() as session:
        found = session.macros.standings(house.clock.now() - timedelta(days=28))
    found.setdefault("praise", MacroStanding("praise", replies=12, worse=1, bad=1))
    return [MacroRow(s, f"For {s.macro}.", ("mia",), ()) for s in found.values()]


def test_a_suspended_macro_is_shown_with_its_reason_and_a_manager_puts_it_back(
    house: House, browser: Browser
) -> None:
    suspend(house.store, "outage_bug", "mia", "after 3 of its 9 replies people <i>came back</i>", house.clock)
    macros = {"macros": lambda store: rows(house)}
    manager, agent = browser("manager", **macros), browser("agent", **macros)
    shown = agent.get("/macros").text
    assert "Outage bug is suspended" in shown and "&lt;i&gt;came back" in shown
    assert "Put it back" not in shown and "Put it back" in manager.get("/macros").text
    refused = manager.post("/macros/outage_bug", data={"do": "restore", "reason": " "})
    assert refused.status_code == 400 and "Say why" in refused.text
    assert manager.post("/macros/outage_bug", data={"do": "restore", "reason": "mended"}).status_code == 303
    with house.store.read() as session:
        assert session.macros.suspended() == frozenset()
    assert manager.post("/macros/praise", data={"do": "suspend", "reason": "too sweet"}).status_code == 303
    assert manager.post("/macros/nothing", data={"do": "suspend", "reason": "x"}).status_code == 400
    assert manager.post("/macros/praise", data={"do": "dance", "reason": "x"}).status_code == 400
