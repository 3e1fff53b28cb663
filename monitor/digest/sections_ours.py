"""The sections about ourselves, what was set aside, and three customers in full."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.digest import say
from monitor.digest.numbers import MacroResult, Meter
from monitor.digest.page import Block, Line, Quote, Quotes, Section, Table, Talk, Turn
from monitor.digest.plain import one_line, plain
from monitor.digest.view import View
from monitor.domain.conversation import Conversation

MACROS_SHOWN = 6

# The meter warns when half of the approvals took less than this, and hardly any changed a word:
# nobody reads a conversation and a reply in that time.
TOO_FAST = 10.0
TOO_OFTEN_UNCHANGED = 0.9
METER_FROM = 10


def replies(view: View) -> Section:
    """What our own words, machine and routine do to people."""
    return Section("Our own part in it", tuple(_replies(view)))


def _replies(view: View) -> Iterator[Block]:
    m = view.n.macros
    since = f"of the last {m.days} days"
    for stopped in m.stopped:
        name, why = one_line(say.macro(stopped.macro), 60), one_line(stopped.reason, 160)
        yield Line(f"“{name}” is suspended (by {one_line(stopped.by, 40)}): {why}.", "bad")
    names = {s.macro for s in m.stopped}
    for result in (r for r in m.results if r.flagged and r.macro not in names):
        how_many = f"{result.worse:,} of {result.replies:,}"
        name = one_line(say.macro(result.macro), 60)
        yield Line(
            f"People come back angrier after “{name}”: {how_many}. Its owner should look at it.", "bad"
        )
    if m.replies:
        rows = tuple(_macro(r) for r in m.results[:MACROS_SHOWN])
        rest = len(m.results) - len(rows)
        note = f"and {rest:,} more, after which fewer came back angrier" if rest else ""
        yield Table(f"After our {say.count(m.replies, 'reply', 'replies')} {since}", MACRO_HEAD, rows, note)
    else:
        yield Line(f"No reply {since} is known.")
    yield _meter(view.n.meter)
    a = view.n.automation
    if a.cases:
        shown = tuple(view.case(case_id, []) for case_id in a.case_ids)
        title = f"{say.count(a.cases, 'complaint')} about our own automation"
        yield Quotes(title, shown)
        if m.automation:
            replies = say.count(m.automation, "reply", "replies")
            yield Line(f"{since.capitalize()} such complaints came after {replies} of our macros.")
    else:
        yield Line("Nobody complained about our automation.")


MACRO_HEAD = ("macro", "replies", "came back angrier", "said it was well")


def _macro(r: MacroResult) -> tuple[str, ...]:
    share = f"{r.worse:,} ({say.percent(r.worse / r.replies)})" if r.worse else "0"
    return (one_line(say.macro(r.macro), 60), f"{r.replies:,}", share, f"{r.better:,}")


def _meter(m: Meter) -> Line:
    if not m.approvals:
        return Line("Nobody approved a reply that day.")
    by = say.count(m.people, "person", "people")
    same = f"{say.percent(m.unchanged_share)} left the machine's words as they were"
    text = f"{say.count(m.approvals, 'approval')} by {by}: {same}"
    if m.timed:
        text += f"; {say.lasted(m.mean)} on average from opening to the yes, median {say.lasted(m.median)}"
    fast = m.median is not None and m.timed >= METER_FROM and m.median < TOO_FAST
    unread = fast and (m.unchanged_share or 0) >= TOO_OFTEN_UNCHANGED
    warning = ". That is too fast to have read them" if unread else ""
    return Line(f"{text}{warning}.", "bad" if unread else "")


def praise(view: View) -> Section:
    """To be passed on to those it is about."""
    p = view.n.praise
    quotes = []
    for one in p.first:
        post = view.words.posts.get(one.mention_id)
        if post is None:
            continue
        named = ", ".join(one_line(name, 40) for name in post.staff)
        facts = [f"for {named}"] if named else []
        facts.append(say.platform(post.platform))
        quotes.append(
            Quote(
                one_line(post.text, 280),
                " · ".join(facts),
                f"case {one.case_id}",
                view.link(one.case_id),
                "good",
            )
        )
    if not p.posts:
        return Section("Praise to pass on", (Line("Nobody praised us that day."),))
    named = f", {p.named:,} of them by name" if p.named else ""
    title = f"{say.count(p.posts, 'post')} of praise{named}"
    rest = p.posts - len(quotes)
    return Section("Praise to pass on", (Quotes(title, tuple(quotes), f"and {rest:,} more" if rest else ""),))


def aside(view: View) -> Section:
    """What nobody looks at unless the digest shows some of it."""
    noise = view.n.noise
    blocks: list[Block] = []
    if noise.cases:
        quotes = tuple(view.case(case_id, [], harmless=True) for case_id in noise.case_ids)
        title = f"{say.count(noise.cases, 'case')} taken for noise; {len(quotes)} of them, at random"
        blocks.append(Quotes(title, quotes, "If one of these is a customer, open it and bring it back."))
    else:
        blocks.append(Line("Nothing was taken for noise."))
    if view.n.languages:
        told = ", ".join(f"{c.label} ({c.cases:,})" for c in view.n.languages)
        blocks.append(
            Line(f"In languages that we can't draft in, so a person has to: {one_line(told, 300)}.")
        )
    return Section("Set aside", tuple(blocks))


def in_full(view: View) -> Section:
    """Three customers, whole, whoever they are."""
    drawn, shown = view.n.in_full, view.words.in_full
    if not drawn.case_ids:
        return Section("Three cases in full", (Line("There is no case of this day to show."),))
    hat = say.count(drawn.cases, "case")
    among = f"Drawn by lot from {hat} of the day, without what was set aside; nobody chose them."
    blocks: list[Block] = [Line(among), *(_talk(view, conversation) for conversation in shown)]
    gone = len(drawn.case_ids) - len(shown)
    if gone:
        blocks.append(
            Line(f"{gone} of those that were drawn {'was' if gone == 1 else 'were'} removed by the author.")
        )
    return Section("Three cases in full", tuple(blocks))


def _talk(view: View, conversation: Conversation) -> Talk:
    case = conversation.case
    outcome = (
        say.OUTCOMES[case.outcome.value] if case.outcome else say.OUTCOMES.get(STANDS[case.status.value], "")
    )
    facts = [case.urgency.value, say.INTENTS.get(case.primary_intent, case.primary_intent), outcome]
    about = Quote(
        "", " · ".join([*facts, say.platform(case.platform)]), f"case {case.id}", view.link(case.id)
    )
    turns = tuple(
        Turn(
            who="us" if turn.own else one_line(turn.mention.author or "a customer", 60),
            when=view.moment(turn.mention.created_at),
            words=plain(turn.mention.text) or "(no text)",
            own=turn.own,
        )
        for turn in conversation.turns
        if turn.removed_at is None
    )
    return Talk(about, turns)


STANDS = {
    "open": "still_open",
    "waiting": "answered",
    "done": "closed",
    "aside": "closed",
    "merged": "closed",
}
