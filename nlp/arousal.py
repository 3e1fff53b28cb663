# ruff: noqa: E501  (patterns are easier to check unbroken)
"""High arousal: shouting, rage, panic. Herhausen 2019/2023: such posts call for empathy and explanation."""

from __future__ import annotations

import re

from nlp.folding import Folded

_SHOUT = re.compile(r"\b[A-Z][A-Z']{2,}\b(?:[\s,!?.]+(?:[A-Z][A-Z']*|\d+)\b)*")
_CAPITALS = re.compile("[A-Z][A-Z']")
_CAPS_WORD = re.compile(r"\b[A-Z][A-Z']+\b")
_LOUD = re.compile(r"!{3,}|[!?]*(?:\?!|!\?)[!?]*|\?{3,}|(?:!\s*){4,}")
_RAGE_EMOJI = re.compile("[😡🤬😠👿💢🖕]")
_SWEAR = re.compile(
    r"\b(?:f+u+c+k+\w*|fck\w*|f\*+\w*|fkn|fkin|wtf|wth|stfu|bullshit|bs|shit+\w*|sh\*t\w*|crap(?:py)?|bloody (?:hell|useless|joke|awful|disgrace\w*)|"
    r"assholes?|arseholes?|bastards?|wankers?|twats?|dickheads?|pricks?|piss(?:ed)? off|pissed|goddamn|ffs|omfg|screw (?:you|u)|effing|cunts?|morons?|scumbags?)\b"
)
_RAGE_WORD = re.compile(
    r"\b(?:furious|fuming|livid|enraged|outraged|seething|raging|disgusted|disgusting|absolute (?:joke|disgrace|shambles)|disgrace(?:ful)?|"
    r"sick (?:and tired|to death)|fed up|had enough|i.?m done|so angry|beyond angry|boiling|screaming|crying|in tears|desperate(?:ly)?|begging you|"
    r"please please|i.?m shaking|panic(?:king|ked)?|losing my mind|at my wits.? end|beyond (?:frustrated|a joke|furious)|(?:so|extremely|incredibly) frustrat\w+|"
    r"please+e+|noo+o+|aa+r+gh+|arg+h+|ugh+h+|gr+r+|wh+y+y+)\b"
)
_JOY = re.compile(
    r"\b(?:love|loved|amazing|awesome|best|thank|thanks|excited|yay|congrat\w*|happy|perfect|brilliant|beautiful|obsessed|fantastic|incredible|"
    r"wow|woo+|omg yes|can.?t wait|so good|delicious|gorgeous|win|winner|legend|legends|hero|heroes|goat|slay\w*|iconic)\b|[❤😍🥰🎉😂🤣🔥🥳💕💖😘🙌]"
)
_ACRONYM_ONLY = re.compile(
    r"^(?:[A-Z]{2,5}\s*)$|^(?:ASAP|FYI|USA|UK|BBC|CEO|NHS|FAQ|PIN|SIM|ATM|GPS|USB|PDF|VPN|VIP|OK|TV|PC|DM|DMS|LOL|OMG|EU|ID|PS|NOT|NO|AND|NEVER|SO|AGAIN|ALL|NOW|WHY|YOU|TWO|THREE)$"
)


# No swearing, and no word of rage, without one of these word beginnings (`nlp.anchors`).
_HOT_STARTS = frozenset(
    (
        "fuc fuu ffu fff fck f fkn fki wtf wth stf bul bs shi sh cra blo ass ars bas wan twa dic pri pis god ffs omf "
        "scr eff cun mor scu "
        "fur fum liv enr out see rag disg abso tire deat fed enou done angr boi scre cry tear desp beg plea shak pani "
        "losi wits frus joke noo aar aaa arg ugh grr whyy whh"
    ).split()
)


def arousal(folded: Folded, starts: set[str] | None = None) -> tuple[str, int, int] | None:
    """(kind, start, end) in the original text; None for a calm post, and for a loud one that is joyful.

    `starts` are the word beginnings of the folded text, if they are known.
    """
    original = folded.original
    score = 0.0
    best: tuple[str, int, int] | None = None
    for match in _SHOUT.finditer(original) if _CAPITALS.search(original) else ():
        words = _CAPS_WORD.findall(match.group())
        letters = sum(len(w) for w in words)
        if (len(words) >= 3 and letters >= 10) or (len(words) == 2 and letters >= 10):
            score += 1.2 if len(words) >= 3 else 0.6
            best = best or ("shouting", match.start(), match.end())
        elif len(words) == 1 and letters >= 5 and not _ACRONYM_ONLY.match(match.group()):
            score += 0.3
            best = best or ("shouting", match.start(), match.end())
    marked = "!" in original or "?" in original or not original.isascii()
    for kind, pattern, weight in (("marks", _LOUD, 0.7), ("emoji", _RAGE_EMOJI, 1.0)) if marked else ():
        first = pattern.search(original)
        if first:
            score += weight
            best = best or (kind, first.start(), first.end())
    hot = starts is None or not _HOT_STARTS.isdisjoint(starts)
    for kind, pattern, weight in (("swearing", _SWEAR, 0.9), ("rage", _RAGE_WORD, 0.8)) if hot else ():
        first = pattern.search(folded.text)
        if first:
            score += weight
            best = best or (kind, *folded.span(first.start(), first.end()))
    if score and _JOY.search(folded.text):
        score -= 0.8
    return best if score >= 0.9 else None
