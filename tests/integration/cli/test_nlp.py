"""`presszero nlp`: measured, explained, corrected."""

from __future__ import annotations

import json

import pytest

from monitor.stages import review
from monitor.stages.people import add_user
from tests.integration.cli.program import CONFIG, PASSWORD, Program

POST = "On hold 50 minutes and you still charged me twice. Let me speak to a person!"


def test_explain_shows_the_words_and_their_reasons(program: Program) -> None:
    shown = program.run("nlp", "explain", POST).stdout
    assert POST in shown
    assert "waited     50 min" in shown and "asks_for_human" in shown
    assert "speak to a person" in shown.split("model ", 1)[1], "the table names the span"
    weeks = program.run("nlp", "explain", "three weeks since I returned it and still no refund").stdout
    assert "waited     21 d, they say" in weeks
    found = program.json("nlp", "explain", POST)
    human = [m for m in found["marks"] if m["label"] == "asks_for_human"]
    assert human and POST[human[0]["start"] : human[0]["end"]] in POST and human[0]["rule"].startswith("s.")
    assert "no post to explain" in program.run("nlp", "explain", "  ", code=2).stderr


def test_explain_reads_standard_input_and_prints_no_control_characters(program: Program) -> None:
    shown = program.run("nlp", "explain", "-", stdin="still no refund \x1b[31m\u202e evil").stdout
    assert "still no refund" in shown and "\x1b" not in shown and "\u202e" not in shown


def test_evaluate_measures_what_the_labels_allow(program: Program) -> None:
    rows = [
        {"text": "you lost my bag again", "complaint": 1, "urgency": "P2"},
        {"text": "thank you so much, lovely crew", "complaint": 0, "urgency": "P4"},
    ]
    file = program.folder / "labelled.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in rows))
    (report,) = program.json("nlp", "evaluate", "labelled.jsonl").values()
    assert report["posts"] == 2 and report["figures"]["complaint macro-F1"] == 1.0
    assert "primary intent macro-F1" not in report["figures"]
    assert "complaint macro-F1" in program.run("nlp", "evaluate", "labelled.jsonl").stdout
    file.write_text("no json\n")
    assert "PZ-201" in program.run("nlp", "evaluate", "labelled.jsonl", code=1).stderr
    assert "PZ-201" in program.run("nlp", "evaluate", "absent.jsonl", code=1).stderr
    program.run("nlp", "evaluate", code=2)


def test_the_card_says_what_it_was_trained_on(program: Program) -> None:
    shown = program.run("nlp", "card").stdout
    assert "## What it was trained on" in shown and "## Known failures" in shown
    program.run("nlp", "card", "--on", "x.jsonl", code=2)


@pytest.fixture
def corrected(program: Program) -> Program:
    program.write_config(CONFIG)
    program.write_posts("@northwindair you charged me twice for one seat", "@northwindair bag never came")
    with program.opened() as app:
        add_user(app.store, "bo", "agent", PASSWORD, app.clock)
        app.run_collect()
        app.run_pipeline()
        review.correct(app.store, 1, "bo", "intent", "delivery_order", app.clock)
        review.correct(app.store, 1, "bo", "urgency", "P3", app.clock)
    return program


def test_corrections_are_listed_exported_and_set_against_what_was_read(corrected: Program) -> None:
    found = corrected.json("nlp", "corrections")
    assert [(r["field"], r["became"], r["user"]) for r in found] == [
        ("intent", "delivery_order", "bo"),
        ("urgency", "P3", "bo"),
    ]
    assert "charged me twice" in corrected.run("nlp", "corrections").stdout
    assert "1 post written" in corrected.run("nlp", "corrections", "--export", "out.jsonl").stderr
    (row,) = [json.loads(line) for line in (corrected.folder / "out.jsonl").read_text().splitlines()]
    assert (row["primary"], row["urgency"], row["evaluation_only"]) == ("delivery_order", "P3", True)
    assert corrected.json("nlp", "evaluate", "out.jsonl")["out.jsonl"]["posts"] == 1
    matrix = corrected.json("nlp", "corrections", "--matrix")
    assert matrix["intent"]["decided"] == 1 and matrix["intent"]["right"] == 0
    assert "0 of 1 cases read as people see them" in corrected.run("nlp", "corrections", "--matrix").stdout
    corrected.run("nlp", "corrections", "--export", "no/such/folder.jsonl", code=2)


def test_nobody_has_corrected_anything(program: Program) -> None:
    program.write_config(CONFIG)
    assert "Nobody has corrected" in program.run("nlp", "corrections").stderr
    assert "nobody has decided" in program.run("nlp", "corrections", "--matrix").stdout


def test_a_refit_of_too_few_decisions_is_refused(corrected: Program) -> None:
    refused = corrected.run("nlp", "refit", code=1)
    assert "PZ-703" in refused.stderr and "too few" in refused.stdout
    assert "too few" in corrected.run("nlp", "refit", "--dry-run").stdout
    assert corrected.json("nlp", "refit", "--dry-run")["taken"] is False
    assert "PZ-" in corrected.run("nlp", "refit", "--brand", "Halden", code=2).stderr
    assert "already" in corrected.run("nlp", "refit", "--drop").stdout
