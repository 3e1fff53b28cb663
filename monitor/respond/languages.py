"""Short, careful acknowledgements in the languages that the macros don't speak.

They name nothing specific, since the terms of a post are only understood in English: they thank, say
when an answer comes and from whom, and give the way to a person.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.domain.reading import Reading, Urgency
from monitor.respond.hours import zone_city
from monitor.respond.macros import Macro

FOLDER = Path(__file__).with_name("languages")
KINDS = ("complaint", "question", "answer", "praise", "safety", "executive")

_ORDER = ("safety", "desk", "name", "thank", "answer", "pass_on", "promise", "person")
_WHY = {
    "safety": "Safety first, before anything about us.",
    "desk": "Answers in the desk's own name; nobody is impersonated.",
    "name": "Thanks them for writing, in their own language.",
    "thank": "Praise gets thanks.",
    "answer": "Answers from the brand's own list of facts, as it was written in this language.",
    "pass_on": "Praise is passed on: a promise, with somebody who says that it was done.",
    "promise": "Says when the real answer comes; its owner finds somebody who speaks the language.",
    "person": "A way to a person, always.",
}


@dataclass(frozen=True, slots=True)
class Language:
    """One language: a macro per kind of moment, and how it says a point in time."""

    code: str
    macros: Mapping[str, Macro]
    contact: tuple[str, ...]
    forms: Mapping[str, str]
    days: tuple[str, ...]
    months: tuple[str, ...]
    cities: Mapping[str, str]

    def say_due(self, due: datetime, now: datetime, zone: ZoneInfo) -> str:
        """``heute um 18:00 Uhr (Ortszeit Berlin)``, in this language."""
        local = due.astimezone(zone)
        ahead = (local.date() - now.astimezone(zone).date()).days
        form = (
            "today" if ahead == 0 else "tomorrow" if ahead == 1 else "weekday" if 1 < ahead < 7 else "on_date"
        )
        city = zone_city(zone)
        place = (
            self.forms["zone"].format(city=self.cities.get(city, city))
            if city
            else zone.key.rsplit("/", 1)[-1]
        )
        day = self.days[local.weekday()] if form == "weekday" else str(local.day)
        clock = local.strftime(self.forms["clock"])
        return self.forms[form].format(time=clock, day=day, month=self.months[local.month - 1], zone=place)


@cache
def spoken() -> Mapping[str, Language]:
    """Every language with acknowledgements of its own, by its two letters."""
    return {path.stem: _load(path) for path in sorted(FOLDER.glob("*.toml"))}


def kind_of(reading: Reading, signals: frozenset[str]) -> str:
    """Which acknowledgement a foreign post gets. In doubt the careful one."""
    if "asks_for_executive" in signals:
        return "executive"
    if reading.primary == "safety_hazard" or reading.urgency.level is Urgency.P0:
        return "safety"
    if reading.primary == "praise" and reading.complaint < 0.5 and "sarcasm_possible" not in signals:
        return "praise"
    if reading.complaint < 0.5 and reading.primary in ("question_howto", "press_partner", "feature_feedback"):
        return "question"
    return "complaint"


def _load(path: Path) -> Language:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    contact = tuple(data["contact"])
    macros = {kind: _macro(path.stem, data["language"], kind, data[kind], contact) for kind in KINDS}
    forms = {key: data[key] for key in ("today", "tomorrow", "weekday", "on_date", "zone", "clock")}
    return Language(
        path.stem, macros, contact, forms, tuple(data["days"]), tuple(data["months"]), data["cities"]
    )


_WHAT = {
    "complaint": "A complaint is acknowledged",
    "question": "A question is acknowledged",
    "answer": "A question is answered from the brand's facts",
    "praise": "Praise is thanked for, and passed on,",
    "safety": "Danger comes first",
    "executive": "The executive desk answers",
}


def _macro(
    code: str, language: str, kind: str, say: Mapping[str, list[str]], contact: tuple[str, ...]
) -> Macro:
    wordings = {move: tuple(lines) for move, lines in say.items()}
    if kind != "praise":
        wordings["person"] = contact
    return Macro(
        name=f"{code}_{kind}",
        what=f"{_WHAT[kind]} in {language}.",
        moves=tuple(m for m in _ORDER if m in wordings),
        drop=("name",) if kind in ("executive", "answer") else (),
        promise="promise" in wordings,
        desk="executive" if kind == "executive" else "care",
        team="",
        relay=kind == "praise",
        say=wordings,
        why=_WHY,
    )
