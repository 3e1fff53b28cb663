"""The headline: what a manager has to know if they read nothing else, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.digest import say
from monitor.digest.numbers import Numbers, Sight
from monitor.digest.page import Line

NOTHING = {
    Sight.WHOLE: Line("Nobody wrote. Every source was watched the whole day: it was a quiet day.", "good"),
    Sight.PARTLY: Line(
        "No post reached us, but parts of the day were not watched: it may not be quiet.", "warn"
    ),
    Sight.UNPROVEN: Line("No post reached us. Our sources can't prove that there was none.", "warn"),
    Sight.BLIND: Line("No source was watched: nothing is known of this day. It is not a quiet day.", "bad"),
}

SIGHT = {
    Sight.PARTLY: "Parts of the day were not watched: the numbers may be too small.",
    Sight.BLIND: "No source proved any of this day: the numbers may be too small.",
}


def headline(n: Numbers) -> tuple[Line, ...]:
    """The sentences, the most important first. There is always at least one."""
    return tuple(_sentences(n))


def _sentences(n: Numbers) -> Iterator[Line]:
    if n.made_at < n.start:
        yield Line("This day has not begun.", "warn")
    elif n.volume.posts == 0:
        yield NOTHING[n.unseen.sight]
    else:
        yield _complaints(n)
    if n.waiting.cases:
        past = f", {n.waiting.overdue:,} of them past their time" if n.waiting.overdue else ""
        since = f"; the longest for {_since(n, n.waiting.since)}"
        whole = (
            f"Of all days, {say.count(n.waiting.cases, 'case')} {_wait(n.waiting.cases)} for us{past}{since}."
        )
        yield Line(whole, "bad" if n.waiting.overdue else "")
    yield from _outcomes(n)
    yield from _waits(n)
    yield from _promises(n)
    if n.volume.posts and n.unseen.sight in SIGHT:
        yield Line(SIGHT[n.unseen.sight], "warn")
    if n.unseen.backlog:
        posts = say.count(n.unseen.backlog, "post")
        yield Line(f"{posts} {_are(n.unseen.backlog)} not read yet: nobody knows what they say.", "warn")
    if n.unseen.paused is not None:
        yield Line(f"Posting is switched off: {n.unseen.paused}.", "bad")
    if not n.unseen.day_is_over and n.made_at >= n.start:
        yield Line("The day is not over: these are the numbers so far.")


def _complaints(n: Numbers) -> Line:
    if not n.complaining:
        wrote = say.count(n.volume.posts, "post")
        return Line(
            f"Nobody complained in {wrote}{_among(n)}.", "good" if n.unseen.sight is Sight.WHOLE else ""
        )
    text = f"{say.count(n.complaining, 'person', 'people')} complained"
    waiting = n.complaints_waiting
    if not waiting:
        rest = " and no longer waits for us" if n.complaining == 1 else "; none of them waits for us any more"
        return Line(f"{text}{rest}.", "good")
    who = "and still waits" if waiting == n.complaining == 1 else f"{waiting:,} still {_wait(waiting)}"
    longest = "for" if waiting == 1 else "the longest"
    joint = " " if waiting == n.complaining == 1 else "; "
    return Line(f"{text}{joint}{who}, {longest} {_since(n, n.complaints_waiting_since)}.", "bad")


def _among(n: Numbers) -> str:
    praise = next((k.cases for k in n.kinds if k.kind == "praise"), 0)
    return f"; {praise:,} praised us" if praise else ""


def _outcomes(n: Numbers) -> Iterator[Line]:
    cases = {c.label: c.cases for c in n.settled}
    well = sum(cases.get(label, 0) for label in say.GOOD)
    badly = [
        f"{cases[label]:,} {words}"
        for label, words in (("worse", "came back angrier"), ("lost", "left us"), ("missed", "were missed"))
        if label in cases
    ]
    if well or badly:
        parts = ([f"{well:,} {'was' if well == 1 else 'were'} settled well"] if well else []) + badly
        yield Line(f"Of what ended that day, {_listed(parts)}.", "bad" if badly else "good")


def _waits(n: Numbers) -> Iterator[Line]:
    lived, reported = n.waits.lived_so_far, n.waits.reported
    if not lived.count:
        return
    mean = say.lasted(lived.mean)
    if not n.waits.lived.count:
        yield Line(
            f"Nobody who asked that day has had a reply yet; they have waited {mean} on average.", "bad"
        )
        return
    text = f"A reply took {mean} on average, counting those who still wait"
    if reported.count:
        text += f"; a report of first responses would say {say.lasted(reported.median)} (median)"
    yield Line(f"{text}.")


def _promises(n: Numbers) -> Iterator[Line]:
    parts = []
    if n.promises.broken:
        parts.append(
            f"{say.count(n.promises.broken, 'promise')} due that day {_were(n.promises.broken)} broken"
        )
    if n.promises.overdue:
        parts.append(f"{say.count(n.promises.overdue, 'promise')} {_are(n.promises.overdue)} overdue now")
    if parts:
        yield Line(f"{_listed(parts)}.", "bad")


def _since(n: Numbers, since: datetime | None) -> str:
    return say.lasted(None if since is None else (n.made_at - since).total_seconds())


def _wait(n: int) -> str:
    return "waits" if n == 1 else "wait"


def _were(n: int) -> str:
    return "was" if n == 1 else "were"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
