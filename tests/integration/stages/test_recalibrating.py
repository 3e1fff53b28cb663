"""A brand's own calibration: found from decisions, refused where it reads worse, used, and given up again."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from monitor.domain.errors import NotFound
from monitor.domain.reading import IntentScore, Post, Reason, Urgency, UrgencyReading
from monitor.stages import review
from monitor.stages.brands import assign_sources
from monitor.stages.corrections import corrected, labelled, matrices
from monitor.stages.read import read
from monitor.stages.recalibrating import give_up, in_use, take, tried
from nlp.pipeline import load_reader
from nlp.refit import recalibrated
from nlp.weights import load_weights
from tests.integration.web.seed import House, new_house

BRAND = "Northwind Air"


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = new_house(tmp_path)
    made.add_people("agent")
    assign_sources(made.store, {"x-mentions": BRAND}, BRAND, made.clock)
    return made


def decide(
    house: House, said: float, *, right: bool, level: Urgency = Urgency.P2, rule: str = "model"
) -> int:
    """A case read as billing_refund with probability `said`, and what an agent made of it."""
    reading = house.reading(
        level,
        "billing_refund",
        (),
        intents=(IntentScore("billing_refund", said),),
        urgency=UrgencyReading(level, 0.8, (Reason(rule, "", 0, 0),)),
        model=load_weights().name,
    )
    case_id, _ = house.add_case(f"about money, {house.serial}", intent="billing_refund", reading=reading)
    became = "billing_refund" if right else "delivery_order"
    review.correct(house.store, case_id, "agent", "intent", became, house.clock)
    return case_id


def overconfident(house: House) -> None:
    """Ninety decisions: rightly read only where the model was all but certain."""
    for i in range(90):
        said = (0.55, 0.7, 0.95)[i % 3]
        decide(house, said, right=said > 0.9)


def test_decisions_make_a_calibration_that_the_next_posts_are_read_with(house: House) -> None:
    overconfident(house)
    weights = load_weights()
    found = tried(house.store, BRAND, weights.name)
    assert found.curves is not None
    assert set(found.curves.curves) == {"intent:billing_refund"}
    (trial,) = [t for t in found.trials if t.head == "intent:billing_refund"]
    assert trial.decisions == 90 and trial.before is not None and trial.after is not None
    assert trial.after < trial.before
    take(house.store, found, recalibrated(weights, found.curves).name, "cli:ops", house.clock)
    curves = in_use(house.store, [BRAND], weights.name)[BRAND]

    shipped, own = load_reader(), load_reader(calibration=curves)
    text = [Post("you charged me twice, please send the second one back")]
    assert own.read(text)[0].model != shipped.read(text)[0].model
    slope, shift = curves.curves["intent:billing_refund"]
    curved = 1 / (1 + math.exp(-(slope * math.log(0.6 / 0.4) + shift)))
    assert curved < 0.5, "what was said with 0.6 was never right here"
    assert curves.undone("intent:billing_refund", curved) == pytest.approx(0.6)
    assert give_up(house.store, BRAND, "cli:ops", house.clock)
    assert not give_up(house.store, BRAND, "cli:ops", house.clock)
    assert in_use(house.store, [BRAND], weights.name) == {}


def test_each_source_is_read_by_the_reader_of_its_brand(house: House) -> None:
    overconfident(house)
    weights = load_weights()
    found = tried(house.store, BRAND, weights.name)
    assert found.curves is not None
    shipped, own = load_reader(), load_reader(calibration=found.curves)
    for source in ("x-mentions", "cargo"):
        house.add_case("charged twice for one seat", source=source)
    read(house.store, shipped, lambda _: frozenset(), house.clock, of_source={"x-mentions": own})
    with house.store.read() as session:
        models = {
            m.source: session.readings.latest(m.id).model  # type: ignore[union-attr]
            for m in session.mentions.waiting("read", 500)
            if "one seat" in m.mention.text
        }
    assert models == {"x-mentions": own.model, "cargo": shipped.model}


def test_too_little_or_no_gain_changes_nothing(house: House) -> None:
    for i in range(40):
        decide(house, 0.9, right=i % 10 != 0)
    few = tried(house.store, BRAND, load_weights().name)
    assert few.curves is None and few.decisions == 40
    for i in range(40):
        decide(house, 0.9, right=i % 10 != 0)
    assert tried(house.store, BRAND, load_weights().name).curves is None, (
        "nine in ten were right, as was said"
    )
    with pytest.raises(NotFound, match="Halden"):
        tried(house.store, "Halden", load_weights().name)


def test_nothing_about_self_harm_is_looked_at(house: House) -> None:
    decide(house, 0.9, right=False, level=Urgency.P0, rule="p0.selfharm.direct")
    assert tried(house.store, BRAND, load_weights().name).decisions == 0
    assert corrected(house.store) == []


def test_what_people_corrected_is_listed_exported_and_counted(house: House) -> None:
    case_id = decide(house, 0.9, right=False)
    decide(house, 0.9, right=True)
    review.correct(house.store, case_id, "agent", "urgency", "P1", house.clock)
    rows = corrected(house.store)
    assert [(r.field, r.was, r.became) for r in rows] == [
        ("intent", "billing_refund", "delivery_order"),
        ("intent", "billing_refund", "billing_refund"),
        ("urgency", "P2", "P1"),
    ]
    first, second = labelled(rows)
    assert first == {
        "text": "about money, 0",
        "platform": "x",
        "primary": "delivery_order",
        "urgency": "P1",
        "evaluation_only": True,
    }
    assert second["primary"] == "billing_refund"
    found = matrices(house.store, house.clock.now().replace(year=2020))
    assert found["intent"].cells == {"billing_refund": {"billing_refund": 1, "delivery_order": 1}}
    assert (found["intent"].right, found["intent"].decided) == (1, 2)
    assert found["urgency"].cells == {"P2": {"P1": 1}}
