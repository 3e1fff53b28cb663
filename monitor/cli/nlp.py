"""`presszero nlp`: how well posts are read, why, and what people corrected."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.call import AS_JSON, opened, operator
from monitor.cli.group import new_group
from monitor.cli.say import as_json, console, err, one_line, out, plain, table, working
from monitor.domain.errors import InputUnreadable, WrongUse
from monitor.domain.moments import say_duration

if TYPE_CHECKING:
    from monitor.stages.recalibrating import Refitting
    from nlp.evaluate import Report
    from nlp.explain import Explanation

group = new_group("How well posts are read, why, and what people corrected.")

COLOURS = {
    "urgency": "bold white on red",
    "signal": "black on yellow",
    "entity": "black on cyan",
    "wait": "black on magenta",
    "word": "underline",
}
WORDS = 60  # characters of a cell


@group.command("evaluate")
def evaluate(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="Labelled JSONL or CSV.")
    ] = None,
    industries: Annotated[
        bool, typer.Option("--industries", help="Each industry of our corpus, by weights that never saw it.")
    ] = False,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Measures the reading on labelled posts.

    A file has a text per row and whatever labels it has: complaint (or y), severity, primary, intents,
    urgency, signals, wait, entities. Only what the labels allow is measured. Nothing is trained on them.
    """
    from nlp.evaluate import evaluate_file, leave_one_industry_out

    if not files and not industries:
        raise WrongUse("Nothing to measure on.", action="Name a labelled file, or give --industries.")
    reports: dict[str, Report] = {}
    for file in files or ():
        with working(f"Reading {file.name}"):
            reports[str(file)] = evaluate_file(file)
    if industries:
        _needs_training_parts()
        from nlp.corpus import load

        with working("Measuring every industry by weights that never saw it"):
            whole, each = leave_one_industry_out(load())
        reports |= {"every industry unseen": whole} | {f"unseen: {name}": r for name, r in each.items()}
    if json:
        as_json({name: report.to_dict() for name, report in reports.items()})
        return
    for name, report in reports.items():
        out(name)
        for line in report.lines() if not name.startswith("unseen: ") else _short(report):
            out(line)


def _short(report: Report) -> list[str]:
    return [f"{report.posts} posts"] + [f"  {k:<28} {v:.3f}" for k, v in report.figures.items()]


@group.command("train")
def train() -> None:
    """Trains the model anew from the labelled corpus.

    The same corpus gives the same bytes.
    """
    _needs_training_parts()
    from nlp import train as training

    with working("Training"):
        training.main()


def _needs_training_parts() -> None:
    """Raises WrongUse where SciPy or the corpus is missing: an installed package has neither."""
    from importlib.util import find_spec

    from nlp.corpus import CORPUS

    if find_spec("scipy") is None or not CORPUS.is_dir():
        raise WrongUse(
            "Training needs the labelled corpus and SciPy, which an installed package does without.",
            action="Work in a clone of the project, after `make check`.",
        )


@group.command("card")
def card(
    write: Annotated[bool, typer.Option("--write", help="Measure anew and write the card first.")] = False,
    files: Annotated[
        list[Path] | None,
        typer.Option("--on", help="With --write: a further labelled file, evaluation only."),
    ] = None,
) -> None:
    """Shows the model card.

    What the model was trained on, how well it reads, and what it gets wrong.
    """
    from nlp.card import CARD

    if write:
        _needs_training_parts()
        from nlp.evaluate import main

        with working("Measuring"):
            main(["--card", *map(str, files or ())])
    elif files:
        raise WrongUse("--on measures on a file; the card as it is has been measured.", action="Add --write.")
    if not CARD.is_file():
        raise InputUnreadable(f"{CARD.name} is missing.", action="Write it: presszero nlp card --write.")
    text = CARD.read_text("utf-8")
    if sys.stdout.isatty():
        from rich.markdown import Markdown

        console().print(Markdown(plain(text)))
    else:
        out(text)


@group.command("explain")
def explain(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="The post; - reads it from standard input.")],
    platform: Annotated[
        str | None, typer.Option("--platform", help="x, reddit, … (a few rules ask).")
    ] = None,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Shows which words made a post be read as it is.

    Its spans in colour, and the rule and reason of each.
    """
    from monitor.bootstrap import open_reader
    from monitor.cli.reading import settings_of
    from monitor.domain.reading import Post
    from nlp.explain import explain as explained
    from nlp.pipeline import SpacyReader

    post = sys.stdin.read() if text == "-" else text
    if not post.strip():
        raise WrongUse("There is no post to explain.", action='presszero nlp explain "still no refund"')
    reader = open_reader(settings_of(ctx))
    assert isinstance(reader, SpacyReader)  # noqa: S101  # the only one there is
    found = explained(reader, Post(post.rstrip("\n"), platform))
    if json:
        marks = [
            {"start": m.start, "end": m.end, "kind": m.kind, "label": m.label, "rule": m.rule, "why": m.why}
            for m in found.marks
        ]
        as_json({"text": found.text, "reading": found.reading.to_dict(), "marks": marks})
        return
    _show(found)


def _show(found: Explanation) -> None:
    from rich.text import Text

    reading = found.reading
    painted = Text(plain(found.text))
    for mark in sorted(found.marks, key=lambda m: list(COLOURS).index(m.kind), reverse=True):
        painted.stylize(COLOURS[mark.kind], mark.start, mark.end)
    console().print(painted)
    out()
    intents = ", ".join(f"{i.label} {i.p:.2f}" for i in reading.intents)
    why = [r.rule if r.rule != "model" else "the model" for r in reading.urgency.reasons]
    out(f"urgency    {reading.urgency.level.value}, says {' and '.join(why) or 'nothing in particular'}")
    out(f"complaint  {reading.complaint:.2f}, severity {reading.severity}")
    out(f"intents    {intents}")
    out(f"signals    {', '.join(s.label for s in reading.signals) or 'none'}")
    if reading.claimed_wait is not None:
        out(f"waited     {say_duration(reading.claimed_wait)}, they say")
    out(f"language   {reading.lang}")
    out(f"model      {reading.model}")
    if found.marks:
        table(
            ("words", "what", "label", "rule", "why"),
            [
                (one_line(found.text[m.start : m.end], WORDS), m.kind, m.label, m.rule, m.why)
                for m in found.marks
            ],
        )


@group.command("corrections")
def corrections(
    ctx: typer.Context,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write them as labelled JSONL, for the regression file.")
    ] = None,
    matrix: Annotated[bool, typer.Option("--matrix", help="What was read against what people say.")] = False,
    days: Annotated[int, typer.Option("--days", help="With --matrix: of how many days.", min=1)] = 90,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """What people corrected in readings, the newest first.

    Exported rows of X are marked `evaluation_only`: nothing is ever trained on them. Posts that were deleted
    and cases about self-harm are left out.
    """
    from monitor.stages.corrections import corrected, labelled, matrices

    with opened(ctx) as app:
        if matrix:
            found = matrices(app.store, app.clock.now() - timedelta(days=days))
        else:
            rows = corrected(app.store)
    if matrix:
        _show_matrices({k: m.to_dict() for k, m in found.items()}, json=json)
        return
    if export is not None:
        lines = labelled(rows)
        _write_lines(export, lines)
        err(f"{len(lines)} {'post' if len(lines) == 1 else 'posts'} written to {export}.")
        return
    if json:
        as_json([row.to_dict() for row in rows])
        return
    if not rows:
        err("Nobody has corrected a reading yet.")
        return
    table(
        ("when", "who", "case", "", "was", "is", "post"),
        [
            (
                f"{r.at:%d %b %H:%M}",
                r.user,
                f"c{r.case_id}",
                r.field,
                r.was,
                r.became,
                one_line(r.text, WORDS),
            )
            for r in reversed(rows)
        ],
    )


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    import json

    try:
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    except OSError as error:
        raise WrongUse(f"{path} can't be written: {error.strerror}.", action="Name another file.") from error


def _show_matrices(found: dict[str, Any], *, json: bool) -> None:
    if json:
        as_json(found)
        return
    for field, m in found.items():
        if not m["decided"]:
            out(f"{field}: nobody has decided about a case yet.")
            continue
        out(f"{field}: {m['right']} of {m['decided']} cases read as people see them")
        labels = m["labels"]
        rows = [
            (said, *(m["cells"].get(said, {}).get(person, "") for person in labels))
            for said in labels
            if said in m["cells"]
        ]
        table(("read as \\ people say", *labels), rows)


@group.command("refit")
def refit(
    ctx: typer.Context,
    brand: Annotated[
        str | None, typer.Option("--brand", help="Of which brand; the main one by default.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only measure.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Back to the shipped calibration.")] = False,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Fits the reading to what a brand's people decided.

    Approvals, rejections and corrections count, never a post's words. What reads worse on decisions held back
    is refused, and everything stays as it is.
    """
    from monitor.domain.errors import RefitRefused
    from monitor.stages import recalibrating
    from nlp.refit import recalibrated
    from nlp.weights import load_weights

    with opened(ctx) as app:
        whose = brand or app.settings.brand.name
        if drop:
            ended = recalibrating.give_up(app.store, whose, operator(), app.clock)
            out(f"{whose} is read with the shipped calibration{'.' if ended else ' already.'}")
            return
        weights = load_weights()
        found = recalibrating.tried(app.store, whose, weights.name)
        taken = found.curves is not None and not dry_run
        if found.curves is not None and not dry_run:
            name = recalibrated(weights, found.curves).name
            recalibrating.take(app.store, found, name, operator(), app.clock)
    if json:
        as_json(found.to_dict() | {"taken": taken})
    else:
        _show_trials(found, taken=taken)
    if found.curves is None and not dry_run:
        raise RefitRefused(f"{found.decisions} decisions give no head a calibration that reads better.")


def _show_trials(found: Refitting, *, taken: bool) -> None:
    from nlp.refit import LEAST_DECISIONS

    if not found.trials:
        out(f"Nobody has decided about a case of {found.brand} yet.")
        return
    rows = []
    for t in found.trials:
        if t.before is None or t.after is None:
            verdict = f"too few: {LEAST_DECISIONS} are needed, 8 of each kind"
        else:
            verdict = "reads better" if t.better else "no better: left as it is"
        loss = ("", "") if t.before is None or t.after is None else (f"{t.before:.3f}", f"{t.after:.3f}")
        rows.append((t.head, t.decisions, t.positives, *loss, verdict))
    table(("head", "decisions", "true", "log-loss now", "refitted", ""), rows)
    if taken:
        out(f"{found.brand} is read with the new calibration from now on. Back: presszero nlp refit --drop")
