"""The queue as rows: what a person needs to know of each case at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor.domain.case import Case, CaseStatus, Lane
from monitor.domain.errors import NotFound, WrongUse
from monitor.domain.moments import say_duration

if TYPE_CHECKING:
    from monitor.bootstrap import App
    from monitor.domain.draft import Draft
    from monitor.domain.posting import ReplyPrice
    from monitor.store.inbox import Filter
    from monitor.store.protocol import Store
    from monitor.store.session import Session

LANE_NAMES = {
    Lane.NOW: "Now",
    Lane.NEEDS_APPROVAL: "Needs approval",
    Lane.BY_HAND: "By hand",
    Lane.PROBLEMS: "Problems",
    Lane.WAITING: "Waiting",
    Lane.DONE: "Done",
    Lane.ASIDE: "Aside",
}

# The lanes in which somebody has to do something.
WORK = (Lane.NOW, Lane.NEEDS_APPROVAL, Lane.BY_HAND, Lane.PROBLEMS)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case in a lane. `draft` is its live draft."""

    case: Case
    draft: Draft | None
    words: str  # the customer's newest post
    clock: str
    price: ReplyPrice | None  # what posting the draft costs

    @property
    def ref(self) -> str:
        """What the other commands take: the number of the draft, or of the case behind a `c`."""
        return str(self.draft.id) if self.draft else f"c{self.case.id}"

    def to_dict(self) -> dict[str, Any]:
        """The row as `queue list --json` prints it (docs/cli.md)."""
        case, draft = self.case, self.draft
        return {
            "id": self.ref,
            "case_id": case.id,
            "draft_id": draft.id if draft else None,
            "lane": case.lane.value,
            "urgency": case.urgency.value,
            "due_at": case.due_at,
            "clock": self.clock,
            "platform": case.platform,
            "source": case.source,
            "customer": case.customer_handle or case.customer,
            "intent": case.primary_intent,
            "signals": list(case.signals),
            "lang": case.lang,
            "verdict": case.verdict,
            "verdict_rule": case.verdict_rule,
            "assignee": case.assignee,
            "desk": case.desk,
            "text": self.words,
            "draft": draft.text if draft else None,
            "draft_state": draft.state.value if draft else None,
            "price_usd": self.price.usd if self.price else None,
        }


def rows_of(
    app: App, lane: Lane | None, limit: int, now: datetime, wanted: Filter | None = None
) -> list[QueueRow]:
    """Up to `limit` cases of a lane (None: of every lane with work), oldest risk first."""
    from monitor.store.inbox import PAGE, Filter

    found: list[QueueRow] = []
    with app.store.read() as session:
        after: Case | None = None
        while len(found) < limit:
            size = min(PAGE, limit - len(found))
            page = session.inbox.page(lane, wanted or Filter(), after=after, limit=size)
            if not page:
                break
            found += [row_of(app, session, row.case, now) for row in page]
            after = page[-1].case
    return found


def row_of(app: App, session: Session, case: Case, now: datetime) -> QueueRow:
    """One case as a row, with its whole newest post."""
    turn, draft = session.cases.conversation(case.id).to_answer, session.drafts.live_of(case.id)
    words = turn.mention.text if turn else case.title
    price = app.price(case, draft.text) if draft else None
    return QueueRow(case, draft, words, clock_words(case, now), price)


def clock_words(case: Case, now: datetime) -> str:
    """How the urgency clock of a case stands, in words."""
    if case.first_response_at is not None:
        return f"answered after {say_duration(case.first_response_at - case.clock_start)}"
    if case.status in (CaseStatus.DONE, CaseStatus.ASIDE):
        return "no reply"
    if case.due_at is None:
        return "no clock"
    left = case.due_at - now
    return f"{say_duration(left)} late" if left < timedelta(0) else f"due in {say_duration(left)}"


def find(session: Session, ref: str) -> tuple[Case, Draft | None]:
    """The case and live draft behind ``12`` (a draft) or ``c7`` (a case). Raises WrongUse, NotFound."""
    digits = ref[1:] if ref[:1] in "cC" else ref
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 18:
        raise WrongUse(
            f"{ref!r} is no number of the queue.",
            action="Write 12 for draft 12, c7 for case 7: see `presszero queue list`.",
        )
    if digits != ref:
        case = session.cases.get(int(digits))
        return case, session.drafts.live_of(case.id)
    draft = session.drafts.get(int(digits))
    return session.cases.get(draft.case_id), draft


def draft_id_of(store: Store, ref: str) -> int:
    """The number of the draft behind a reference. Raises WrongUse, NotFound."""
    with store.read() as session:
        case, draft = find(session, ref)
    if draft is None:
        raise NotFound(
            f"Case {case.id} has no draft.", action=f"Write one: `presszero queue edit c{case.id} --text …`."
        )
    return draft.id


def asked_of(app: App, only: Sequence[str], view: str | None, user: str) -> dict[str, str]:
    """What a listing is narrowed to: the query of a saved view, then the options. Raises WrongUse."""
    from monitor.store.inbox import FIELDS

    asked: dict[str, str] = {}
    if view is not None:
        with app.store.read() as session:
            views = {v.name: v for v in session.views.of(user)}
        if view not in views:
            raise WrongUse(f"There is no view {view!r}.", action=f"There are: {', '.join(views) or 'none'}.")
        asked = views[view].asked
    for option in only:
        name, _, value = option.partition("=")
        if name not in FIELDS or not value:
            said = f"--only {option}: that is no filter."
            raise WrongUse(said, action=f"Use {', '.join(FIELDS)}, as tag=oslo.")
        asked[name] = value
    return asked


def lanes_wanted(names: Sequence[str], everything: bool) -> list[Lane]:
    """The lanes to list. Raises WrongUse."""
    if everything:
        return list(LANE_NAMES)
    try:
        return [Lane(name.replace("-", "_")) for name in names] or list(WORK)
    except ValueError as exc:
        raise WrongUse(
            f"{exc}.", action=f"Lanes are {', '.join(lane.value for lane in LANE_NAMES)}."
        ) from exc
