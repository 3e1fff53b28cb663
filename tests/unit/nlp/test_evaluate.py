from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.domain.errors import InputUnreadable, RefitRefused
from monitor.domain.reading import Post
from nlp.agreement import agreement
from nlp.agreement import main as print_agreement
from nlp.corpus import FIRST, load
from nlp.evaluate import evaluate_file, main
from nlp.explain import explain
from nlp.labelled import read_labelled
from nlp.pipeline import SpacyReader, load_reader
from nlp.refit import Decision, curves_of, refit
from nlp.scores import auc, calibration_error, kappa, macro_f1, rates

EVAL_DEV = Path(__file__).resolve().parents[3] / "../shared/data/eval-dev/complaints_cs_dev.csv"


@pytest.fixture(scope="module")
def reader() -> SpacyReader:
    return load_reader()


def test_scores_against_worked_examples() -> None:
    r = rates([True, True, False, False], [True, False, True, False])
    assert (r.precision, r.recall, r.f1, r.support) == (0.5, 0.5, 0.5, 2)
    assert macro_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx(2 / 3)
    assert auc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert auc([0.5, 0.5], [True, False]) == 0.5
    assert calibration_error([0.95] * 10, [True] * 9 + [False]) == pytest.approx(0.05)
    assert kappa(list("aabb"), list("aabb")) == 1.0
    assert kappa(list("abab"), list("aabb")) == 0.0


def test_any_labelled_file_is_measured_by_what_it_says(tmp_path: Path, reader: SpacyReader) -> None:
    path = tmp_path / "mine.jsonl"
    rows = [
        {
            "text": "my hand got burned by your kettle",
            "urgency": {"level": "P0"},
            "intents": [{"label": "safety_hazard"}],
        },
        {"text": "love it, thank you", "urgency": "P4", "primary": "praise", "complaint": 0, "signals": []},
        {"text": "on hold 50 minutes", "complaint": 1, "wait": 50, "signals": ["asks_for_human"]},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    report = evaluate_file(path, reader)
    assert report.posts == 3
    assert report.figures["P0 recall"] == 1.0
    assert report.figures["claimed wait exact"] == 1.0
    assert report.signals["asks_for_human"].support == 1
    assert report.to_dict()["figures"]
    assert any("P0 recall" in line for line in report.lines())


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("text,y\n")
    (tmp_path / "odd.jsonl").write_text('{"t":1}\n')
    for name in ("empty.csv", "odd.jsonl", "absent.jsonl"):
        with pytest.raises(InputUnreadable, match=name):
            read_labelled(tmp_path / name)


@pytest.mark.skipif(not EVAL_DEV.exists(), reason="the shared evaluation set isn't beside the repository")
def test_the_command_prints_the_figures_of_the_shared_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(EVAL_DEV)]) == 0
    assert "complaint AUC" in capsys.readouterr().out


def test_second_labels_are_compared_and_strangers_refused(tmp_path: Path) -> None:
    posts = load()[:20]
    rows = [
        {k: getattr(p, k) for k in ("id", "primary", "complaint", "severity", "urgency", "wait")}
        | {"intents": list(p.intents), "signals": list(p.signals)}
        for p in posts
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = agreement(tmp_path)
    assert found.posts == 20
    assert set(found.kappas.values()) == {1.0}
    (tmp_path / "b.jsonl").write_text(json.dumps(rows[0] | {"id": "nobody-01-0001"}), "utf-8")
    with pytest.raises(InputUnreadable, match=r"b\.jsonl:1"):
        agreement(tmp_path)


def test_the_figure_before_settling_is_kept_beside_the_one_after(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, now = agreement(first=FIRST), agreement()
    assert before.posts == now.posts >= 600
    assert before.kappas != now.kappas
    assert before.kappas["complaint"] >= 0.8
    assert print_agreement() == 0
    out = capsys.readouterr().out
    assert f"as first labelled:  {before}" in out
    assert f"after settling:     {now}" in out


def test_an_explanation_marks_the_spans_that_decided(reader: SpacyReader) -> None:
    text = "order A-10332: your kettle burned my hand, call me please"
    found = explain(reader, Post(text))
    kinds = {(m.kind, text[m.start : m.end]) for m in found.marks}
    assert ("entity", "A-10332") in kinds
    assert any(kind == "urgency" and "burned my hand" in words for kind, words in kinds)
    assert any(kind == "word" for kind, _ in kinds)
    assert all(m.why for m in found.marks if m.kind in ("urgency", "word"))


def decisions(*, shifted: bool) -> list[Decision]:
    """200 decisions on one head: right as said, or true only where 0.9 was said."""
    out = []
    for i in range(200):
        said = (i % 10) / 10 + 0.05
        out.append(Decision("complaint", said, said > 0.85 if shifted else (i * 7 % 20) / 20 < said))
    return out


def test_a_refit_is_kept_when_it_reads_better_and_refused_when_not(reader: SpacyReader) -> None:
    curves = refit(decisions(shifted=True), reader.model)
    assert set(curves.curves) == {"complaint"}
    own = load_reader(calibration=curves_of(json.loads(json.dumps(curves.to_dict()))))
    text = [Post("the app is a bit slow today")]
    assert own.model != reader.model
    assert own.read(text)[0].complaint < reader.read(text)[0].complaint
    with pytest.raises(RefitRefused, match="PZ-703"):
        refit(decisions(shifted=False), reader.model)
    with pytest.raises(RefitRefused):
        refit(decisions(shifted=True)[:20], reader.model)
    with pytest.raises(RefitRefused, match="other"):
        load_reader(calibration=curves_of({"model": "other", "curves": {"complaint": [1, 0]}}))
    with pytest.raises(RefitRefused):
        curves_of({"model": "other"})
