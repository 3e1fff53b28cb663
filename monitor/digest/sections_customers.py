"""The sections about customers: what was not seen, who waits, how long, what became of them, about what."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.digest import say
from monitor.digest.numbers import Answers, GapSeen, Sight, SourceSeen, Spread, StillWaiting
from monitor.digest.page import Bar, Bars, Block, Line, Quotes, Section, Table, Tone
from monitor.digest.plain import one_line
from monitor.digest.sight import NEARLY_ALL
from monitor.digest.view import View

GAPS_SHOWN = 8

ALL_SEEN = "Every source proved that it showed us the whole day."
NOT_PROVEN = "Nothing is known to be missing, but files and feeds can't prove that they are complete."


def unseen(view: View) -> Section:
    """What the numbers may lack. It is said on good days too."""
    return Section("What we could not see", tuple(_unseen(view)))


def _unseen(view: View) -> Iterator[Block]:
    u = view.n.unseen
    if not u.sources:
        yield Line("No source has ever been asked.", "bad")
    if u.sight is Sight.WHOLE:
        yield Line(ALL_SEEN, "good")
    elif u.sight is Sight.UNPROVEN:
        yield Line(NOT_PROVEN)
    for gap in u.gaps[:GAPS_SHOWN]:
        yield Line(_gap(view, gap), "warn")
    if len(u.gaps) > GAPS_SHOWN:
        yield Line(f"And {say.count(len(u.gaps) - GAPS_SHOWN, 'gap')} more: see the sources page.", "warn")
    with_gaps = {gap.source for gap in u.gaps}
    for source in u.sources:
        if source.in_trouble:
            yield Line(_trouble(view, source), "bad")
        elif source.covered is not None and source.covered < NEARLY_ALL and source.source not in with_gaps:
            text = f"{source.source}: only {say.percent(source.covered)} of the day was looked at."
            yield Line(text, "warn")
    if u.backlog:
        since = f", the oldest from {view.moment(u.backlog_since)}" if u.backlog_since else ""
        yield Line(f"{say.count(u.backlog, 'post')} not read or placed in a case yet{since}.", "warn")
    if u.sources:
        rows = tuple((s.source, _state(s), _covered(s)) for s in u.sources)
        yield Table("", ("source", "state", "of the day proven"), rows)


def _gap(view: View, gap: GapSeen) -> str:
    why = say.GAPS.get(gap.reason, gap.reason.replace("_", " "))
    lasts = say.lasted((gap.end - gap.start).total_seconds())
    again = "" if gap.fillable else " It can't be filled any more."
    when = f"from {view.moment(gap.start)} to {view.moment(gap.end)} ({lasts})"
    return f"{gap.source}: nothing {when}: {why}.{again}"


def _trouble(view: View, source: SourceSeen) -> str:
    last = (
        f"last complete {view.moment(source.last_complete_at)}"
        if source.last_complete_at
        else "never complete yet"
    )
    code = f" ({source.error_code}: {one_line(source.error_text or '', 120)})" if source.error_code else ""
    return f"{source.source}: {_state(source)}, {last}{code}."


def _state(source: SourceSeen) -> str:
    return say.HEALTH.get(source.health, source.health)


def _covered(source: SourceSeen) -> str:
    return "can't tell" if source.covered is None else say.percent(source.covered)


# --- who waits ------------------------------------------------------------------------------------


def waiting(view: View) -> Section:
    """Everybody who waits for us now: emergencies, then the oldest risk first."""
    w = view.n.waiting
    blocks: list[Block] = []
    if not w.cases:
        blocks.append(Line("Nobody waits for us.", "good"))
    else:
        levels = ", ".join(f"{c.cases:,} {c.label}" for c in w.by_urgency if c.cases)
        late = f"; {w.overdue:,} past their time" if w.overdue else "; all within their time"
        blocks.append(Line(f"{say.count(w.cases, 'case')} ({levels}){late}.", "bad" if w.overdue else ""))
        rest = w.cases - len(w.first)
        more = f"and {say.count(rest, 'case')} more: see the inbox" if rest else ""
        blocks.append(
            Quotes("", tuple(view.case(s.case_id, _facts(view, s), _risk(view, s)) for s in w.first), more)
        )
    if w.listen_only:
        blocks.append(Line(f"{say.count(w.listen_only, 'more case')} in places where we may only listen."))
    return Section("Who still waits", tuple(blocks))


def _facts(view: View, s: StillWaiting) -> list[str]:
    due = []
    if s.due_at is not None:
        late = s.due_at < view.n.made_at
        due = [f"{view.lasting(s.due_at)} past due" if late else f"due {view.moment(s.due_at)}"]
    who = f"with {one_line(s.assignee, 40)}" if s.assignee else "with nobody"
    return [s.urgency, f"waiting for {view.lasting(s.since)}", *due, who]


def _risk(view: View, s: StillWaiting) -> Tone:
    return "bad" if s.due_at is not None and s.due_at < view.n.made_at else ""


# --- how long -------------------------------------------------------------------------------------


def waits(view: View) -> Section:
    """The waits as customers live them, beside what is usually reported."""
    w = view.n.waits
    rows = (
        _row("they wrote → we replied", w.lived),
        _row("… and those who still wait, so far", w.lived_so_far),
        _row("what first-response reports say", w.reported),
        _row("before they wrote, in their own words", w.claimed),
        _row("first post → settled well (settled that day)", w.solved),
    )
    head = ("wait", "number", "mean", "median", "9 of 10 within", "longest")
    note = (
        "Watch the mean: a median looks the same however long the other half waits. "
        "The first two lines count every time that somebody had to wait, follow-ups included."
    )
    answers = tuple(_answers(a) for a in view.n.answers if a.cases - a.excused)
    blocks: list[Block] = [Table("", head, rows, note)]
    if answers:
        blocks.append(Bars("Answered in time, of all who wrote that day", answers))
    if w.history:
        posts = f"{say.count(w.history, 'wait')} of these began with a post that reached us over 30 days late"
        blocks.append(Line(f"{posts}: counted from when it did."))
    excused = sum(a.excused for a in view.n.answers)
    if excused:
        blocks.append(
            Line(f"{say.count(excused, 'more case')} needed no answer from us, or we may not give one.")
        )
    return Section("How long people waited", tuple(blocks))


def _row(label: str, s: Spread) -> tuple[str, ...]:
    if not s.count:
        return (label, "0", "–", "–", "–", "–")
    times = (say.lasted(value) for value in (s.mean, s.median, s.p90, s.longest))
    return (label, f"{s.count:,}", *times)


def _answers(a: Answers) -> Bar:
    parts = (
        (a.in_time, "in time"),
        (a.late, "late"),
        (a.overdue, "waiting, past their time"),
        (a.running, "waiting, still in time"),
        (a.missed, "closed without an answer"),
    )
    note = ", ".join(f"{n:,} {words}" for n, words in parts if n)
    tone: Tone = "" if a.share is None else "good" if a.share >= 0.9 else "warn" if a.share >= 0.6 else "bad"
    return Bar(f"{a.level} within {say.lasted(a.target)}", say.percent(a.share), a.share or 0.0, note, tone)


# --- what became of them, and what it was about ----------------------------------------------------


def outcomes(view: View) -> Section:
    """How it ended for customers, as far as it has; and what we had promised them."""
    n = view.n
    blocks: list[Block] = []
    if n.outcomes:
        total = sum(c.cases for c in n.outcomes)
        blocks.append(
            Bars(
                "Those who wrote that day, so far",
                tuple(_outcome(c.label, c.cases, total) for c in n.outcomes),
            )
        )
    if n.settled:
        total = sum(c.cases for c in n.settled)
        title = "Outcomes recorded that day, whenever it began"
        blocks.append(Bars(title, tuple(_outcome(c.label, c.cases, total) for c in n.settled)))
    else:
        blocks.append(Line("No outcome was recorded that day."))
    blocks += _promises(view)
    return Section("What became of them", tuple(blocks))


def _outcome(label: str, cases: int, total: int) -> Bar:
    tone: Tone = "good" if label in say.GOOD else "bad" if label in say.BAD else ""
    return Bar(say.OUTCOMES.get(label, label), f"{cases:,}", cases / total, "", tone)


def _promises(view: View) -> Iterator[Block]:
    p = view.n.promises
    if p.due:
        parts = (
            (p.kept, "kept in time"),
            (p.kept_late, "kept, but late"),
            (p.broken, "broken"),
            (p.still_open, "not settled"),
        )
        said = ", ".join(f"{n:,} {words}" for n, words in parts if n)
        yield Line(
            f"{say.count(p.due, 'promise')} to customers due that day: {said}.", "bad" if p.broken else ""
        )
    else:
        yield Line("No promise to a customer was due that day.")
    if p.made:
        yield Line(f"{say.count(p.made, 'new promise')} made that day.")
    if p.overdue:
        quotes = tuple(
            view.case(
                d.case_id,
                [
                    f"{one_line(d.owner, 40)} promised: “{one_line(text, 120)}”",
                    f"{view.lasting(d.due_at)} ago",
                ],
                "bad",
            )
            for d in p.first_overdue
            if (text := view.words.promises.get(d.promise_id)) is not None
        )
        rest = p.overdue - len(quotes)
        yield Quotes("Promises past their time", quotes, f"and {rest:,} more" if rest else "")


def about(view: View) -> Section:
    """How much, where and about what."""
    n, v = view.n, view.n.volume
    blocks: list[Block] = []
    most = max((max(p.posts, p.usual or 0) for p in v.platforms), default=0)
    if v.posts or v.usual:
        title = f"{say.count(v.posts, 'post')} by platform{_days(view)}"
        bars = tuple(
            Bar(
                say.platform(p.platform),
                f"{p.posts:,}",
                p.posts / most if most else 0,
                say.compared(p.posts, p.usual),
            )
            for p in v.platforms
        )
        blocks.append(Bars(title, bars))
    blocks += (Line(text) for text in _arrivals(view))
    if n.cases:
        kinds = ((say.KINDS[k.kind], k.cases) for k in n.kinds if k.cases)
        blocks.append(_shares(f"{say.count(n.cases, 'case')} by kind", kinds, n.cases))
        placed = n.cases - n.noise.cases
        intents = [(say.INTENTS.get(c.label, c.label), c.cases) for c in n.intents]
        blocks.append(_shares("By what it is about, without what was set aside", intents, placed))
        levels = [(a.level, a.cases) for a in n.answers if a.cases]
        blocks.append(_shares("By urgency, without what was set aside", levels, placed))
    return Section("What it was about", tuple(b for b in blocks if not isinstance(b, Bars) or b.bars))


def _shares(title: str, counts: object, total: int) -> Bars:
    pairs = list(counts)  # type: ignore[call-overload]
    return Bars(title, tuple(Bar(label, f"{n:,}", n / total, "") for label, n in pairs))


def _days(view: View) -> str:
    v = view.n.volume
    if v.usual is None:
        return "; there are no earlier days to compare with"
    gaps = " (which have gaps)" if v.compared_with_gaps else ""
    days = (
        "the 7 days before"
        if v.compared_days == 7
        else f"the {say.count(v.compared_days, 'day')} before that we know"
    )
    return f"; {say.compared(v.posts, v.usual)} against {days}{gaps}"


def _arrivals(view: View) -> Iterator[str]:
    v = view.n.volume
    if v.late:
        how_many = "All" if v.late == v.posts else f"{v.late:,}"
        yield f"{how_many} of them reached us only after the day was over."
    if v.removed:
        were = "was" if v.removed == 1 else "were"
        yield f"{v.removed:,} of them {were} removed since: counted here, shown nowhere."
    if v.unplaced:
        are = "is" if v.unplaced == 1 else "are"
        yield f"{v.unplaced:,} of them {are} in no case: not read yet, or removed before that."
    if v.arrivals:
        since = f", the oldest from {view.moment(v.arrivals_since)}" if v.arrivals_since else ""
        yield (
            f"{say.count(v.arrivals, 'more post')} came that day but had been written before it{since}: "
            "each counts on its own day."
        )
