"""triage: opens or joins a case, sets its urgency, verdict and clock.

Every mention ends up in a case, except our own posts that answer nothing we know. What looks like
noise is set aside, not thrown away: it stays searchable, and the digest shows a sample of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.domain.case import Case, CaseStatus, Lane, Outcome, clock_start, due_at, lane_of
from monitor.domain.draft import DraftState
from monitor.domain.mention import Mention, MentionKey, Origin, StoredMention
from monitor.domain.moments import Clock
from monitor.domain.reading import Reading, Urgency
from monitor.domain.roster import Roster
from monitor.domain.verdict import Verdict
from monitor.stages import accountability, promising
from monitor.stages.referral import refer
from monitor.stages.removal import title_of
from monitor.stages.review import answered, conversation_moved
from monitor.stages.verdict import OPT_OUT, Judge
from monitor.store.mentions import DONE, READ
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:triage"
BATCH = 200

# The same customer writing again within this time, in whatever thread, speaks of the same matter
# while their case is open or waiting.
SAME_MATTER = timedelta(hours=48)

# Below this probability of a complaint, "noise" is believed.
NOISE_BELOW = 0.5

# Signals that bring a case to people whatever else the post looks like.
ASKS_FOR_PEOPLE = frozenset({"asks_for_human", "asks_for_executive", "legal_threat", "churn_threat"})


@dataclass(slots=True)
class TriageReport:
    """What one run did; `urgent` are the cases that are new at P0 or P1, for paging people.

    `referred` are (case, person): who owns a case from now on because of what it asks for.
    """

    mentions: int = 0
    opened: int = 0
    joined: int = 0
    aside: int = 0
    urgent: list[int] = field(default_factory=list)
    referred: list[tuple[int, str]] = field(default_factory=list)


def triage(
    store: Store,
    judge: Judge,
    clock: Clock,
    *,
    limit: int = BATCH,
    means_others: Callable[[str], bool] = lambda _text: False,
    roster: Roster | None = None,
) -> TriageReport:
    """Triages up to `limit` mentions in the order they were written, in one transaction.

    `means_others` tells texts that are about somebody with a name like ours: they are set aside. `roster`
    says who sits at which desk.
    """
    run = _Run(judge, clock.now(), roster or Roster())
    with store.write() as session:
        waiting = session.mentions.waiting(READ, limit)
        for stored in sorted(waiting, key=lambda m: (m.mention.created_at, m.id)):
            others = means_others(stored.mention.text)
            _place(session, stored, run, others=others)
        session.mentions.move_on(waiting, DONE)
    run.report.mentions = len(waiting)
    return run.report


@dataclass(frozen=True, slots=True)
class _Run:
    judge: Judge
    now: datetime
    roster: Roster
    report: TriageReport = field(default_factory=TriageReport)


def _place(session: Session, stored: StoredMention, run: _Run, *, others: bool) -> None:
    now, report = run.now, run.report
    if stored.own:
        _own_post(session, stored, now)
        return
    reading = session.readings.latest(stored.id)
    if reading is None:  # removed between reading and triage
        return
    verdict = _verdict(session, stored, reading, run.judge, now)
    case = session.cases.of_mention(stored.id) or _find(session, stored)
    if case is None:
        case = _open(session, stored, reading, verdict, now, others=others)
        report.opened += 1
        report.aside += case.status is CaseStatus.ASIDE
        fresh_urgency = True
    else:
        was = case
        case = _join(session, case, stored, reading, verdict, now)
        report.joined += 1
        fresh_urgency = case.urgency.rank < was.urgency.rank or case.origin is not was.origin
    is_live = case.origin is not Origin.BACKFILL
    if is_live and fresh_urgency and case.urgency.rank <= Urgency.P1.rank and case.lane is Lane.NOW:
        report.urgent.append(case.id)
    referred = refer(session, case, reading, case.signals, run.roster, now)
    if referred.assignee is not None and referred.assignee != case.assignee:
        report.referred.append((case.id, referred.assignee))


# --- whose matter is this? --------------------------------------------------------------------


def customer_of(mention: Mention) -> str | None:
    """What identifies the customer on a platform: the author's id, or the handle where there is none."""
    return mention.author_id or mention.author


def _find(session: Session, stored: StoredMention) -> Case | None:
    mention, customer = stored.mention, customer_of(stored.mention)
    if customer is None:
        return None
    if mention.in_reply_to:
        parent = session.cases.of_post(MentionKey(mention.platform, mention.in_reply_to))
        if parent is not None and parent.customer == customer and _one_brand(session, parent, stored):
            return parent
    source = stored.source
    found = session.cases.in_conversation(mention.platform, _conversation(mention), customer, source)
    if found is not None:
        return found
    recent = session.cases.recent_of(mention.platform, customer, mention.created_at - SAME_MATTER, source)
    if recent is not None and recent.status in (CaseStatus.OPEN, CaseStatus.WAITING):
        return recent
    return None


def _one_brand(session: Session, case: Case, stored: StoredMention) -> bool:
    """Whether a case and a post came from sources that watch for the same brand."""
    if case.source == stored.source:
        return True
    return session.brands.of_source(case.source) == session.brands.of_source(stored.source)


def _conversation(mention: Mention) -> str:
    return mention.conversation or mention.in_reply_to or mention.native_id


# --- opening and joining ----------------------------------------------------------------------


def _open(
    session: Session,
    stored: StoredMention,
    reading: Reading,
    verdict: Verdict,
    now: datetime,
    *,
    others: bool,
) -> Case:
    mention = stored.mention
    signals = set(reading.signal_labels)
    customer = customer_of(mention)
    earlier = session.cases.of_customer(mention.platform, customer, 5, stored.source) if customer else []
    earlier = [c for c in earlier if c.status is not CaseStatus.ASIDE]
    urgency = reading.urgency.level
    if earlier and reading.complaint >= NOISE_BELOW:
        signals.add("repeat_contact")
        urgency = urgency.or_higher(Urgency.P2)
        if any(c.first_response_at is None and c.complaint >= NOISE_BELOW for c in earlier):
            signals.add("prior_unanswered")
    status = CaseStatus.ASIDE if others else _first_status(reading, signals, urgency)
    started = clock_start(mention.created_at, stored.first_seen_at)
    due = due_at(urgency, started, stored.origin) if status is CaseStatus.OPEN else None
    case = session.cases.open(
        Case(
            id=0,
            platform=mention.platform,
            source=stored.source,
            customer=customer,
            customer_handle=mention.author,
            conversation=_conversation(mention),
            status=status,
            origin=stored.origin,
            urgency=urgency,
            primary_intent=reading.primary,
            complaint=reading.complaint,
            severity=reading.severity,
            signals=tuple(sorted(signals)),
            lang=reading.lang,
            verdict=verdict.may_reply.value,
            verdict_rule=verdict.rule,
            assignee=None,
            opened_at=now,
            clock_start=started,
            due_at=due,
            last_customer_at=mention.created_at,
            first_response_at=None,
            closed_at=None,
            outcome=None,
            title=title_of(mention.text) or "(no text)",
            lane=lane_of(status, urgency, None, verdict.may_reply.value),
            reach=stored.reposts,
            version=1,
        )
    )
    session.cases.take_in(case.id, stored.id)
    _explain(session, now, "case.opened", case, stored, reading)
    if "stop_request" in signals and case.urgency.rank > Urgency.P1.rank:
        case = session.cases.settle(case, Outcome.OPTED_OUT, now, "asked us to stop", mention_id=stored.id)
        case = session.cases.relane(case, None)
    return case


def _first_status(reading: Reading, signals: set[str], urgency: Urgency) -> CaseStatus:
    is_noise = (
        reading.primary == "noise"
        and reading.complaint < NOISE_BELOW
        and urgency is Urgency.P4
        and not signals & ASKS_FOR_PEOPLE
    )
    return CaseStatus.ASIDE if is_noise else CaseStatus.OPEN


def _join(
    session: Session,
    case: Case,
    stored: StoredMention,
    reading: Reading,
    verdict: Verdict,
    now: datetime,
) -> Case:
    """A further post of the same customer. Thanks, noise and the past leave the case resting as it is."""
    session.cases.take_in(case.id, stored.id)
    mention, before = stored.mention, case
    asks_nothing = reading.urgency.level is Urgency.P4 and reading.complaint < NOISE_BELOW
    asks_nothing = asks_nothing or (stored.origin is Origin.BACKFILL and case.origin is not Origin.BACKFILL)
    if case.origin is Origin.BACKFILL and stored.origin is Origin.LIVE:
        # A matter of the past is one of today again: from now on it has a clock, and people are told.
        session.cases.now_live(case.id)
        started = clock_start(mention.created_at, stored.first_seen_at)
        case = replace(case, origin=Origin.LIVE, clock_start=started)
    is_newest = mention.created_at >= case.last_customer_at
    urgency = reading.urgency.level.or_higher(case.urgency) if not asks_nothing else case.urgency
    status, started = case.status, case.clock_start
    if not asks_nothing and status is not CaseStatus.OPEN:
        # They came back: the clock starts anew, from when they wrote again.
        status, started = CaseStatus.OPEN, clock_start(mention.created_at, stored.first_seen_at)
    worse = False
    if case.severity < reading.severity and case.first_response_at is not None and not asks_nothing:
        evidence = f"severity {case.severity} became {reading.severity} after our reply"
        case = session.cases.settle(
            case, Outcome.WORSE, now, evidence, mention_id=stored.id, status=CaseStatus.OPEN
        )
        worse = True
    if case.origin is not Origin.BACKFILL:
        accountability.hold(session, case, stored, reading, now, worse=worse)
    due = due_at(urgency, started, case.origin) if status is CaseStatus.OPEN else None
    joined = replace(
        case,
        status=status,
        urgency=urgency,
        complaint=max(case.complaint, reading.complaint),
        severity=max(case.severity, reading.severity),
        primary_intent=case.primary_intent if asks_nothing else reading.primary,
        signals=tuple(sorted({*case.signals, *reading.signal_labels})),
        verdict=verdict.may_reply.value if is_newest else case.verdict,
        verdict_rule=verdict.rule if is_newest else case.verdict_rule,
        clock_start=started,
        due_at=due,
        last_customer_at=max(case.last_customer_at, mention.created_at),
        closed_at=case.closed_at if status is CaseStatus.DONE else None,
        title=title_of(mention.text) or case.title if is_newest and not asks_nothing else case.title,
        snooze=None,  # whatever they write, it ends a snooze
    )
    draft = conversation_moved(session, case.id, now)
    joined = replace(
        joined,
        lane=lane_of(joined.status, joined.urgency, draft.state if draft else None, joined.verdict),
    )
    joined = session.cases.update(joined)
    session.cases.clear_withheld(case.id)
    _explain(session, now, "case.joined", joined, stored, reading, before)
    return joined


def _explain(
    session: Session,
    now: datetime,
    action: str,
    case: Case,
    stored: StoredMention,
    reading: Reading,
    before: Case | None = None,
) -> None:
    since = {} if before is None else {"was": before.urgency.value}
    if before is not None and before.origin is not case.origin:
        since["revived"] = "from a backfill"
    session.audit.record(
        now,
        ACTOR,
        action,
        f"case:{case.id}",
        mention=stored.id,
        urgency=case.urgency.value,
        rules=sorted({r.rule for r in reading.urgency.reasons}),
        intent=reading.primary,
        status=case.status.value,
        verdict=case.verdict_rule,
        model=reading.model,
        **since,
    )


# --- verdict, opt-out, our own posts ------------------------------------------------------------


def _verdict(
    session: Session, stored: StoredMention, reading: Reading, judge: Judge, now: datetime
) -> Verdict:
    mention, customer = stored.mention, customer_of(stored.mention)
    if customer and "stop_request" in reading.signal_labels:
        if session.mentions.opt_out(mention.platform, customer, at=now, mention_id=stored.id):
            session.audit.record(now, ACTOR, "author.opted_out", f"mention:{stored.id}")
        return OPT_OUT
    if session.mentions.opted_out(mention.platform, customer):
        return OPT_OUT
    return judge(stored.source, mention)


def _own_post(session: Session, stored: StoredMention, now: datetime) -> None:
    """A post of ours closes the loop of the case it answers; it never opens one."""
    mention = stored.mention
    if session.cases.of_mention(stored.id) is not None:
        return
    case = None
    if mention.in_reply_to:
        case = session.cases.of_post(MentionKey(mention.platform, mention.in_reply_to))
    if case is None:
        case = session.cases.newest_in(mention.platform, _conversation(mention), stored.source)
    if case is None:
        return
    session.cases.take_in(case.id, stored.id)
    if session.drafts.posted_as(mention.native_id) is not None or case.status is CaseStatus.DONE:
        return
    draft = session.drafts.live_of(case.id)
    if draft is not None and draft.state is DraftState.HANDED_OFF:
        session.drafts.move(draft, DraftState.CONFIRMED, now, reason="our post was seen on the platform")
        promising.record(session, draft, draft.claimed_by or ACTOR, now)
    else:
        why = f"{mention.author or 'Somebody of ours'} answered by hand."
        conversation_moved(session, case.id, now, why, "publish.answered")
    if mention.created_at >= case.last_customer_at:
        answered(session, session.cases.get(case.id), mention.created_at)
    session.audit.record(now, ACTOR, "case.answered_by_hand", f"case:{case.id}", mention=stored.id)
