"""Everything that the page of a case shows, read in one snapshot."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.approval import Approval
from monitor.domain.case import Case
from monitor.domain.casework import Escalation
from monitor.domain.conversation import Conversation, Turn
from monitor.domain.draft import Draft
from monitor.domain.posting import Attempt
from monitor.store.casework import CaseMove
from monitor.store.inbox import Filter
from monitor.store.protocol import Row
from monitor.store.session import Session
from monitor.web.lifeline import Lifeline, lifeline_of
from monitor.web.queue_place import Place

# Similar ones are looked for among so many of the newest cases, by so many words: ranking more takes longer
# than the whole page may.
_RECENT_CASES = 1000
_MOST_WORDS = 5
_ALIKE = 4
_WORD = re.compile(r"[^\W\d_]{4,}")
# Words of four letters and more that say nothing about the matter.
_EMPTY = frozenset(
    "been from have just that this they what when where which will with your about again after because "
    "could does doing dont even ever every gets getting give going hello here into know like more most much "
    "need never only other over please really since some still than thank thanks their them then there these "
    "those very want wants were would yours youre cant didnt isnt wont aber auch dass eine einen immer nicht "
    "oder sich sind wenn wird pour avec dans vous nous sont para como esta pero".split()
)


@dataclass(frozen=True, slots=True)
class TurnView:
    """One post, and what became of it."""

    turn: Turn
    before: Sequence[tuple[int, str, str]]  # (revision, text, seen at) that edits replaced, oldest first
    changed: str  # "", new, edited, removed: since the person last looked
    was: str = ""  # its text when the person last looked, where it was edited since

    @property
    def edits(self) -> int:
        """How often it was edited."""
        return len(self.before)


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody's page had shown, and what stood in its editor, when an act did not go through."""

    text: str = ""
    draft_id: int = 0
    version: int = 0
    seen: str = ""


@dataclass(frozen=True, slots=True)
class CaseView:
    """What is known of a case."""

    conversation: Conversation
    turns: tuple[TurnView, ...]
    folded: int  # posts between the first ones and the newest, which are not shown unless asked for
    seen: str
    draft: Draft | None
    texts: Sequence[Row]  # every text the draft ever had: version, text, written_by, written_at
    own: str | None  # the person's own words that are in no draft, if there are any
    own_at: str | None  # since when they are kept (UTC text); None: they came with the form
    was: str | None  # the text that the form's page had shown, where the draft holds another one now
    approval: Approval | None
    attempts: Sequence[Attempt]
    past: Sequence[Draft]
    withheld: Row | None
    line: Lifeline
    alike: Sequence[Case]
    others: Sequence[Case]  # what the same customer has open beside it
    notes: Sequence[Row]
    promises: Sequence[Row]
    history: Sequence[Mapping[str, Any]]
    people: Sequence[str]
    tags: Sequence[str]
    tags_known: Sequence[str]
    incidents: Sequence[str]
    escalation: Escalation | None
    answers: Sequence[Escalation]  # escalations that have their answer
    moves: Sequence[CaseMove]
    above: int | None
    below: int | None

    @property
    def case(self) -> Case:
        """The case itself."""
        return self.conversation.case

    @property
    def changed(self) -> Sequence[TurnView]:
        """What happened in the conversation since the person last looked."""
        return [t for t in self.turns if t.changed]


def seen_of(conversation: Conversation) -> str:
    """Which posts a page showed, in which revision: what "changed since" is measured against."""
    return " ".join(f"{t.mention_id}.{t.revision}{'x' if t.removed_at else ''}" for t in conversation.turns)


def changes(seen: str, conversation: Conversation) -> dict[int, tuple[str, int]]:
    """{post: (new, edited or removed, the revision that was shown)}; nothing when the page said nothing."""
    before: dict[int, tuple[int, bool]] = {}
    for token in seen.split():
        number, _, revision = token.partition(".")
        if number.isdigit() and revision.rstrip("x").isdigit():
            before[int(number)] = (int(revision.rstrip("x")), revision.endswith("x"))
    if not before:
        return {}
    found = {}
    for turn in conversation.turns:
        if turn.context:  # what others say around a case unmakes no draft
            continue
        was = before.get(turn.mention_id)
        if was is None:
            found[turn.mention_id] = ("new", 0)
        elif turn.removed_at is not None and not was[1]:
            found[turn.mention_id] = ("removed", was[0])
        elif turn.revision != was[0]:
            found[turn.mention_id] = ("edited", was[0])
    return found


def view_of(
    session: Session,
    case_id: int,
    now: datetime,
    user: str,
    *,
    form: Filled | None = None,
    place: Place | None = None,
    whole: bool = False,
) -> CaseView:
    """Reads a case with everything around it. Raises NotFound."""
    conversation = session.cases.conversation(case_id)
    case, moved = conversation.case, changes(form.seen if form else "", conversation)
    draft = session.drafts.live_of(case_id)
    drafts = session.drafts.of_case(case_id)
    last = draft or (drafts[-1] if drafts else None)
    theirs = _of_customer(session, case)
    lane, wanted = (place.lane, place.wanted) if place else (case.lane, Filter())
    escalations = session.casework.escalations(case_id)
    was = _shown_text(session, form)
    own, own_at = _own_words(session, case_id, user, form, was)
    stored = draft.text if draft else ""
    shown = _shown(conversation.turns, moved, whole=whole)
    return CaseView(
        conversation=conversation,
        turns=tuple(_turn(session, t, moved) for t in shown),
        folded=len(conversation.turns) - len(shown),
        seen=seen_of(conversation),
        draft=draft,
        texts=session.drafts.texts(draft.id) if draft else (),
        own=own if own != stored else None,
        own_at=own_at,
        was=was if form is not None and was is not None and was != stored else None,
        approval=session.drafts.approval_of(last.id) if last else None,
        attempts=session.drafts.attempts(last.id) if last else (),
        past=[d for d in drafts if draft is None or d.id != draft.id],
        withheld=session.cases.withheld(case_id),
        line=lifeline_of(theirs, case, now),
        alike=alike(session, case),
        others=[c for c in theirs if c.id != case_id and c.closed_at is None],
        notes=session.cases.notes(case_id),
        promises=session.promises.of_case(case_id),
        history=_history(session, case_id, drafts),
        people=session.brands.members(case.source),
        tags=session.casework.tags(case_id),
        tags_known=session.casework.tags_known(),
        incidents=[str(row["name"]) for row in session.casework.incidents_known()],
        escalation=next((e for e in escalations if e.closed_at is None), None),
        answers=[e for e in escalations if e.closed_at is not None],
        moves=[m for m in session.casework.moves(case_id) if m.undone_at is None],
        above=session.inbox.above(lane, wanted, case),
        below=session.inbox.below(lane, wanted, case),
    )


# A conversation longer than this shows how it began, and the newest of it.
_LONG = 60
_BEGINNING = 3
_NEWEST = 40


def _shown(turns: Sequence[Turn], moved: Mapping[int, object], *, whole: bool) -> Sequence[Turn]:
    """The posts that the page shows at once; what changed is always among them."""
    if whole or len(turns) <= _LONG:
        return turns
    newest = len(turns) - _NEWEST
    return [t for i, t in enumerate(turns) if i < _BEGINNING or i >= newest or t.mention_id in moved]


def _shown_text(session: Session, form: Filled | None) -> str | None:
    """What the draft said when the form's page was made."""
    if form is None or not form.draft_id:
        return None
    texts = [t["text"] for t in session.drafts.texts(form.draft_id) if int(t["version"]) <= form.version]
    return str(texts[-1]) if texts else None


def _own_words(
    session: Session, case_id: int, user: str, form: Filled | None, was: str | None
) -> tuple[str | None, str | None]:
    """(the person's own words, since when they are kept). Words they were only shown are not theirs."""
    if form is not None and form.text and form.text != was:
        return form.text, None
    kept = session.attention.kept_words(user, case_id)
    return (str(kept["text"]), str(kept["at"])) if kept else (None, None)


def _turn(session: Session, turn: Turn, moved: Mapping[int, tuple[str, int]]) -> TurnView:
    changed, shown = moved.get(turn.mention_id, ("", 0))
    before = session.mentions.revisions(turn.mention_id) if turn.revision > 1 else ()
    was = next((text for revision, text, _ in before if revision == shown), "") if changed == "edited" else ""
    return TurnView(turn, before, changed, was)


def _of_customer(session: Session, case: Case) -> list[Case]:
    if not case.customer:
        return []
    return session.cases.of_customer(case.platform, case.customer, source=case.source)


def alike(session: Session, case: Case) -> list[Case]:
    """Open cases that seem to be about the same, the most alike first; not those of the same customer."""
    own = words_of(case.title)
    if len(own) < 2:
        return []
    rarest = sorted(own, key=lambda word: (len(word), word))[-_MOST_WORDS:]  # long words are rare ones
    found = session.inbox.alike(case, rarest, among=_RECENT_CASES, limit=4 * _ALIKE)
    near = [c for c in found if len(own & words_of(c.title)) >= 2 and c.customer != case.customer]
    return near[:_ALIKE]


def words_of(title: str) -> frozenset[str]:
    """The words of a title that say what it is about."""
    return frozenset(w.casefold() for w in _WORD.findall(title)) - _EMPTY


def _history(session: Session, case_id: int, drafts: Sequence[Draft]) -> list[Mapping[str, Any]]:
    """Who did what, newest first; a person's edits in a row are one."""
    subjects = [f"case:{case_id}", *(f"draft:{d.id}" for d in drafts[-5:])]
    records = [r for subject in subjects for r in session.audit.about(subject, limit=30)]
    found: list[Mapping[str, Any]] = []
    for record in sorted(records, key=lambda r: int(r["seq"]), reverse=True):
        same = found and (found[-1]["actor"], found[-1]["action"]) == (record["actor"], record["action"])
        if not (same and record["action"] == "draft.edited"):
            found.append(record)
    return found[:40]
