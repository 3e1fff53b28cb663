"""`presszero draft --case N`: why each sentence is there, what isn't said, and other drafts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fakes.server import FakeServer
from tests.integration.cli.program import CONFIG, Program

COMPLAINT = "@northwindair you lost my suitcase in Oslo, three days now and nobody answers"
HUMAN = "@northwindair I want a human, you lost my bag and I am talking to a robot"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = Program(tmp_path_factory.mktemp("filled"))
    program.fill(COMPLAINT, HUMAN)
    return program.folder


@pytest.fixture
def program(filled: Path, tmp_path: Path) -> Program:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return Program(tmp_path)


def test_every_sentence_has_its_reason_and_what_is_left_out_too(program: Program) -> None:
    row = program.row("suitcase")
    shown = program.run("draft", "--case", str(row["case_id"]), "--explain").stdout
    assert row["draft"] in shown
    assert "Macro luggage: A bag that didn't arrive" in shown
    assert "their problem: your suitcase didn't arrive with you" in shown
    assert "name: " in shown and "Einwiller & Steilen 2015" in shown
    assert "Not said:" in shown and "leaving: they don't speak of leaving" in shown
    assert "It promises (care desk, by " in shown
    assert "Lint finds nothing." in shown


def test_three_to_choose_from(program: Program) -> None:
    row = program.row("suitcase")
    found = program.json("draft", "--case", str(row["case_id"]), "--candidates", "3")
    assert found["candidates"][0]["text"] == row["draft"] == found["text"]
    assert len({c["text"] for c in found["candidates"]}) == 3
    assert found["macro"] == "luggage" and found["findings"] == []


def test_why_there_is_none_is_an_answer_too(program: Program) -> None:
    row = program.row("human")
    shown = program.run("draft", "--case", str(row["case_id"]), "--explain").stdout
    assert "No automatic draft (asks_for_human)" in shown
    assert "because of test.asks_for_human" in shown
    assert "It is with bo (person desk)." not in shown, "bo came after the case was opened"
    found = program.json("draft", "--case", str(row["case_id"]))
    assert found["text"] is None and found["withheld"]["reason"] == "asks_for_human"
    program.run("draft", "--case", "999", code=2)


def test_a_persons_own_words_are_said_to_be_theirs(program: Program) -> None:
    row = program.row("suitcase")
    program.run(
        "queue", "edit", row["id"], "--text", "I'll ring Oslo and write here tomorrow.", "--user", "bo"
    )
    shown = program.run("draft", "--case", str(row["case_id"]), "--explain").stdout
    assert "These words are bo's own." in shown
    assert "It promises (bo, by " in shown, "a promise that names its time is recorded with the words"


def test_a_language_model_rewords_drafts_where_one_is_configured(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    program = Program(tmp_path_factory.mktemp("reworded"))
    with FakeServer(FakeOpenAI()) as server:
        told = f'\n[respond.llm]\nmodel = "fake-1"\nbase_url = "{server.base_url}/v1"\n'
        program.write_config(CONFIG + told)
        program.write_posts("@northwindair my bag never came, day three")
        program.run("collect")
        with program.opened() as app:
            app.run_pipeline()
        shown = program.run("queue", "show", "c1").stdout
        assert "reworded by fake-1, prompt " in shown and "(AI-written)" in shown and "Right: " in shown
        assert "fake-1 answers" in program.run("doctor", code=None).stdout
        server.faults.add({"do": "503", "times": None})
        assert "InternalServerError" in program.run("doctor", code=None).stdout
