"""Gathers a day's figures, keeps their numbers, and reads a kept digest with the words of today."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from monitor.digest.days import COMPARED, Stretch, day_of, week_before
from monitor.digest.numbers import Counted, Numbers, PlatformVolume, Volume, Waits
from monitor.digest.ours import macros, meter, praise, promises, waiting
from monitor.digest.sight import has_gaps, unseen
from monitor.digest.spread import spread
from monitor.digest.tally import tally
from monitor.digest.words import Words, words_for
from monitor.domain.moments import parse_moment
from monitor.stages.troubles import Trouble
from monitor.store.codec import maybe_moment
from monitor.store.session import Session

FORMAT = 1
ACTOR = "machine:digest"


@dataclass(frozen=True, slots=True)
class DigestFigures:
    """A digest: its numbers, and the words they point to as they stand now; what is in trouble now."""

    numbers: Numbers
    words: Words
    troubles: tuple[Trouble, ...] = ()


def gather(
    session: Session,
    day: date,
    zone: ZoneInfo,
    now: datetime,
    seed: object,
    watched: frozenset[str] | None = None,
) -> DigestFigures:
    """The figures of one local day, as they are at `now` (aware). Reads only.

    Posts count on the day they were written, whenever they reached us. `seed` decides, with the
    day, which cases are drawn at random. `watched` are the sources that are polled (None: all that
    ever were). Raises BadMoment at the calendar's edge.
    """
    numbers = _count(session, day, zone, now, seed, watched)
    return DigestFigures(numbers, words_for(session, numbers))


def keep(session: Session, figures: DigestFigures) -> None:
    """Keeps the numbers of a digest, without a word of a customer. Needs a writing session."""
    body = msgspec.json.encode(figures.numbers)
    day = figures.numbers.day
    if session.digests.get(day) is None:
        session.audit.record(figures.numbers.made_at, ACTOR, "digest.made", f"digest:{day.isoformat()}")
    session.digests.keep(day, hashlib.sha256(body).hexdigest(), body.decode())


def kept(session: Session, day: date) -> DigestFigures | None:
    """A digest as it was made, with the words that still stand today; None when none was kept."""
    found = session.digests.get(day)
    if found is None:
        return None
    try:
        numbers = msgspec.json.decode(found.body, type=Numbers)
    except msgspec.DecodeError:
        return None  # kept by a version with other figures: it is gathered anew
    return DigestFigures(numbers, words_for(session, numbers)) if numbers.format == FORMAT else None


def _count(
    session: Session,
    day: date,
    zone: ZoneInfo,
    now: datetime,
    seed: object,
    watched: frozenset[str] | None,
) -> Numbers:
    stretch = day_of(day, zone)
    counted = tally(session, day, stretch, now, seed)
    return Numbers(
        day=day,
        zone=zone.key,
        start=stretch.start,
        end=stretch.end,
        made_at=now,
        unseen=unseen(session, stretch, now, watched),
        volume=_volume(session, day, zone, stretch),
        cases=counted.cases,
        kinds=counted.kinds,
        complaining=counted.complaining,
        complaints_waiting=counted.complaints_waiting,
        complaints_waiting_since=counted.waiting_since,
        intents=counted.intents,
        answers=counted.answers,
        outcomes=counted.outcomes,
        settled=_settled(session, stretch),
        waits=_with_solved(session, stretch, counted.waits),
        waiting=waiting(session, now),
        promises=promises(session, stretch, now),
        macros=macros(session, stretch.end),
        meter=meter(session, stretch),
        automation=counted.automation,
        praise=praise(session, stretch),
        noise=counted.noise,
        languages=counted.languages,
        in_full=counted.in_full,
        format=FORMAT,
    )


def _volume(session: Session, day: date, zone: ZoneInfo, stretch: Stretch) -> Volume:
    rows = session.figures.rows("figure_volume", stretch.params())
    week = week_before(day, zone)
    earlier = {r["platform"]: int(r["posts"]) for r in session.figures.rows("figure_volume", week.params())}
    days = _compared_days(session, day)
    today: Counter[str] = Counter({row["platform"]: int(row["posts"]) for row in rows})
    platforms = [
        PlatformVolume(name, today[name], earlier.get(name, 0) / days if days else None)
        for name in today.keys() | earlier.keys()
    ]
    platforms.sort(key=lambda p: (-p.posts, p.platform))
    arrived = session.figures.row("figure_arrivals", stretch.params())
    unplaced = session.figures.rows("figure_unplaced", stretch.params())
    return Volume(
        posts=sum(int(row["posts"]) for row in rows),
        platforms=tuple(platforms),
        usual=sum(earlier.values()) / days if days else None,
        compared_days=days,
        compared_with_gaps=has_gaps(session, week),
        late=sum(int(row["late"]) for row in rows),
        removed=sum(int(row["removed"]) for row in rows),
        unplaced=sum(int(row["posts"]) for row in unplaced),
        arrivals=int(arrived["posts"]),
        arrivals_since=maybe_moment(arrived["oldest"]),
    )


def _compared_days(session: Session, day: date) -> int:
    """How many of the seven days before lie after the first post we know of."""
    first = session.figures.row("figure_first_day")
    if not first:
        return 0
    oldest = max(date.fromisoformat(first["day"]), day - timedelta(days=COMPARED))
    return max(0, (day - oldest).days)


def _settled(session: Session, stretch: Stretch) -> tuple[Counted, ...]:
    rows = session.figures.rows("figure_settled", stretch.params())
    found = [Counted(row["outcome"], int(row["cases"])) for row in rows]
    return tuple(sorted(found, key=lambda c: (-c.cases, c.label)))


def _with_solved(session: Session, stretch: Stretch, waits: Waits) -> Waits:
    seconds: list[float] = []
    for page in session.figures.pages("figure_solved", stretch.params()):
        for row in page:
            if row["since"] is not None:
                lasted = parse_moment(row["at"]) - parse_moment(row["since"])
                seconds.append(max(0.0, lasted.total_seconds()))
    return replace(waits, solved=spread(seconds))
