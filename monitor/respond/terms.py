"""What may be said about a post, in words that are safe to say back in public.

The specific problem comes from `troubles`; the rest (their thing, their question, their wait, what they
attached, whom they praise, what they posted by mistake) is found here. Newest post first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.domain.mention import Media
from monitor.domain.reading import Reading
from monitor.respond import echo, nouns, patterns
from monitor.respond.privacy import WORTH_A_WARNING, private_spans
from monitor.respond.sentences import sentences
from monitor.respond.troubles import Named, groups, known_trouble


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be said about a post. Every text is second person and free of private data."""

    clause: str | None = None  # "your parcel still hasn't arrived"
    own_words: bool = False  # the clause is theirs, turned round, not one of ours
    topic: str | None = None  # the macro that this very trouble has for itself
    intent: str | None = None  # the intent that this trouble belongs to
    team: str | None = None  # the team that this trouble belongs to, where it isn't the macro's
    thing: str | None = None  # "your parcel", "the driver"
    called_mine: bool = False  # they said "my …": it is about something of theirs
    asked: str | None = None  # "how to change your seat"
    wait: str | None = None  # "50 minutes"
    staff: str | None = None  # first name of somebody of ours whom they praise
    exposed: str | None = None  # "your email address": private data they posted
    media: str | None = None  # "photo", "video": what they attached to show it
    travel: bool = False  # it is about a journey


# "It isn't working" tells nobody anything; "it won't play" at least says what it doesn't do.
_SAYS_NOTHING = re.compile(r"it (isn't working|is broken|came apart|is slow|does leak)")


def terms_of(
    texts: Sequence[str],
    reading: Reading,
    ours: Sequence[str] = (),
    *,
    media: Sequence[Media] = (),
    products: Sequence[str] = (),
) -> Terms:
    """The terms of a conversation: their `texts`, newest first, and what comes with the newest; `ours`."""
    newest = texts[0] if texts else ""
    wait = _say_minutes(reading.claimed_wait_minutes)
    found = _clause(texts, _intents(reading), wait)
    kinds = [s.kind for s in private_spans(newest) if s.kind in WORTH_A_WARNING]
    return Terms(
        clause=found.clause,
        own_words=found.own_words,
        topic=found.topic,
        intent=found.intent,
        team=found.team,
        thing=_thing(texts, products),
        called_mine=any(nouns.own_thing(text) for text in texts),
        asked=echo.asked(newest),
        wait=wait,
        staff=praised_person(newest, reading, ours),
        exposed=WORTH_A_WARNING[kinds[0]] if kinds else None,
        media=_shown(media),
        travel=any(patterns.any_of("travel", "words", text.lower()) for text in texts),
    )


_ANY = "any"  # every trouble there is


def _intents(reading: Reading) -> tuple[str, ...]:
    """Where to look for a trouble: primary intent, the others by weight, and everywhere if they complain."""
    others = sorted((i for i in reading.intents if i.label != reading.primary), key=lambda i: -i.p)
    complains = reading.complaint >= 0.5
    return (reading.primary, *(i.label for i in others), *((_ANY,) if complains else ()))


def _clause(texts: Sequence[str], intents: Sequence[str], wait: str | None) -> Named:
    """The newest clause; one that only says "it" gives way to an earlier one that says what."""
    vague: Named | None = None
    for text in texts:
        found = known_trouble(text, intents, wait)
        if found is None and (clause := echo.complaint_clause(text)):
            found = Named(clause, own_words=True)
        if found is not None and found.clause and not found.clause.startswith("it "):
            return found
        vague = vague or found
    if vague is None or (vague.clause and _SAYS_NOTHING.fullmatch(vague.clause)):
        return Named(None, topic=vague.topic, intent=vague.intent, team=vague.team) if vague else Named()
    return vague


def _thing(texts: Sequence[str], products: Sequence[str]) -> str | None:
    """Theirs if they call it so, else a product of ours that they name, else a noun that everybody knows."""
    for text in texts:
        if found := nouns.own_thing(text):
            return found
    for text in texts:
        for product in products:
            if re.search(rf"(?i)(?<!\w){re.escape(product)}(?!\w)", text):
                return product
    return next((found for text in texts if (found := nouns.known_thing(text, groups()))), None)


def _shown(media: Sequence[Media]) -> str | None:
    kinds = [m.kind for m in media]
    if "video" in kinds:
        return "video"
    photos = kinds.count("photo")
    return None if not photos else "photo" if photos == 1 else "photos"


def _say_minutes(minutes: int | None) -> str | None:
    """Minutes as people say them: ``50 minutes``, ``1 hour 45 minutes``, ``20 days``, ``3 weeks``."""
    if not minutes or minutes < 0:
        return None
    if minutes < 90 and minutes != 60:
        return _number(minutes, "minute")
    if minutes < 6 * 60 and minutes % 60:
        return f"{_number(minutes // 60, 'hour')} {_number(minutes % 60, 'minute')}"
    for size, unit in ((10080, "week"), (1440, "day"), (60, "hour")):
        if minutes % size == 0:
            return _number(minutes // size, unit)
    size, unit = (1440, "day") if minutes >= 2 * 1440 else (60, "hour")
    return f"over {_number(minutes // size, unit)}"


def _number(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


def praised_person(text: str, reading: Reading, ours: Sequence[str] = ()) -> str | None:
    """The first name of whoever of ours the post praises; only used in thanks, never in a complaint."""
    named = [e.text.split()[0] for e in reading.entities if e.label == "STAFF" and e.text.split()]
    found = [m[1] for p in patterns.regexes("staff", "praised") if (m := p.search(text))]
    thanked = [m[1] for p in patterns.regexes("staff", "thanked") if (m := p.search(text))]
    found += [name for name in thanked if any(name in reply for reply in ours)]
    for name in (*named, *found):
        if re.fullmatch(r"[A-Z][a-zà-ÿ'-]{1,14}", name) and name not in patterns.words("staff", "no_names"):
            return name
    return None


def told_in_the_past(text: str) -> bool:
    """Whether what they tell is over for them: refunded, replaced, sorted, and nothing still open."""
    said = [s.lower() for s in sentences(text)]
    if "?" in text or any(patterns.any_of("over", "unless", s) for s in said):
        return False
    return any(patterns.any_of("over", "says", s) for s in said)
