"""`presszero draft`: writes what waits to be written, and says of any draft why it is as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.call import AS_JSON, opened
from monitor.cli.say import as_json, out, working

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from monitor.bootstrap import App
    from monitor.domain.conversation import Conversation
    from monitor.domain.draft import Draft, Move, PromisePlan
    from monitor.respond.explain import Explanation
    from monitor.respond.lint import Finding


def draft(
    ctx: typer.Context,
    case: Annotated[
        int | None, typer.Option("--case", metavar="N", help="Show the draft of this case.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="With --case: why each sentence is there, and what isn't said.")
    ] = False,
    candidates: Annotated[
        int, typer.Option("--candidates", min=1, max=9, help="With --case: so many drafts to choose from.")
    ] = 1,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Reads, triages and drafts what waits.

    With --case: shows one case's draft, or the one that would be written, or why none may be.
    """
    with opened(ctx) as app:
        if case is None:
            with working("Reading, triaging, drafting…"):
                counts = dict(app.run_pipeline())
            if json:
                as_json(counts)
            else:
                out(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")
            return
        shown = _Shown.of(app, case, candidates)
        if json:
            as_json(shown.to_dict())
            return
        for line in shown.lines(explain=explain):
            out(line)


@dataclass(frozen=True, slots=True)
class _Shown:
    """One case's drafts with their reasons; `withheld` where there must be none."""

    conversation: Conversation
    draft: Draft | None
    texts: tuple[tuple[str, tuple[Move, ...], PromisePlan | None], ...]
    explanation: Explanation | None
    withheld: tuple[str, str] | None
    findings: tuple[Finding, ...]
    zone: ZoneInfo

    @classmethod
    def of(cls, app: App, case_id: int, candidates: int) -> _Shown:
        """The stored draft first, then those that would be written. Raises NotFound."""
        with app.store.read() as session:
            conversation = session.cases.conversation(case_id)
            live = session.drafts.live_of(case_id)
            kept = session.cases.withheld(case_id)
        found = [(live.text, live.moves, live.promise)] if live else []
        withheld = None
        if live is None and kept is not None:
            withheld = (kept["reason"], kept["why"])
        elif len(found) < candidates:
            beside = [text for text, _, _ in found]
            more = app.proposals(conversation, candidates - len(found), beside)
            if not isinstance(more, list):
                withheld = None if found else (more.code, more.why)
            else:
                found += [(p.text, p.moves, p.promise) for p in more]
        findings = app.lint(found[0][0], conversation, live, "") if found else []
        explanation = app.explain(conversation, found[0][1]) if found else None
        zone = app.settings.brand.zone
        return cls(conversation, live, tuple(found), explanation, withheld, tuple(findings), zone)

    def to_dict(self) -> dict[str, Any]:
        """As `draft --case N --json` prints it (docs/cli.md)."""
        texts = [
            {"text": text, "moves": [{"move": m.move, "text": m.text, "why": m.why} for m in moves]}
            for text, moves, _ in self.texts
        ]
        return {
            "case_id": self.conversation.case.id,
            "draft_id": self.draft.id if self.draft else None,
            "text": texts[0]["text"] if texts else None,
            "moves": texts[0]["moves"] if texts else [],
            "candidates": texts,
            "withheld": {"reason": self.withheld[0], "why": self.withheld[1]} if self.withheld else None,
            "macro": self.explanation.macro if self.explanation else None,
            "because": self.explanation.why if self.explanation else None,
            "unsaid": dict(self.explanation.unsaid) if self.explanation else {},
            "findings": [
                {"code": f.code, "level": f.level, "text": f.text, "why": f.why} for f in self.findings
            ],
        }

    def lines(self, *, explain: bool) -> Iterator[str]:
        """For people."""
        if self.withheld is not None:
            yield from self._no_draft()
            return
        for number, (text, _, _) in enumerate(self.texts, 1):
            if len(self.texts) > 1:
                yield f"{number}."
            yield text
            yield ""
        if explain:
            yield from self._reasons()

    def _no_draft(self) -> Iterator[str]:
        assert self.withheld is not None, "asked only then"  # noqa: S101
        case = self.conversation.case
        yield f"No automatic draft ({self.withheld[0]}): {self.withheld[1]}"
        readings = [t.reading for t in self.conversation.customer_turns if t.reading is not None]
        for signal in (s for r in readings for s in r.signals if s.label == self.withheld[0]):
            yield f"  because of {signal.rule}: “{signal.text}”"
        if case.assignee or case.desk:
            desk = f" ({case.desk} desk)" if case.desk else ""
            yield f"  It is with {case.assignee or 'nobody yet'}{desk}."

    def _reasons(self) -> Iterator[str]:
        _, moves, promise = self.texts[0]
        if self.draft is not None and self.draft.written_by != "machine":
            yield f"These words are {self.draft.written_by}'s own."
            moves = ()
        elif self.explanation is not None:
            yield from self.explanation.lines()
        for move in moves:
            yield ""
            yield f"{move.move}: {move.text}"
            yield f"    {move.why}"
        if moves and self.explanation is not None and self.explanation.unsaid:
            yield ""
            yield "Not said:"
            yield from (f"  {name}: {why}" for name, why in self.explanation.unsaid)
        if promise is not None:
            yield ""
            due = f"{promise.due_at.astimezone(self.zone):%a %d %b %H:%M}"
            yield f"It promises ({promise.owner}, by {due}): {promise.text}"
        yield ""
        yield from (f"Lint, {f.level} {f.code}: {f.why} {f.suggestion}" for f in self.findings)
        if not self.findings:
            yield "Lint finds nothing."
