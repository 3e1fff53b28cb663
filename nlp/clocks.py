# ruff: noqa: E501  (patterns are easier to check unbroken)
"""Times of day, and what lies between two of them: "since 10.15, it's 11.05", "booked for 7, sat down 7.40".

Patterns over folded text (`nlp.folding`). Whether what lies between two times was a wait, `nlp.waits` answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.durations import HOUR, Duration

TWELVE = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_LONGEST = 10 * HOUR
_APART = 140  # characters from the one time to the other
_HOUR = (  # 6, 18.05, 7.30pm, noon, ten to six, half three
    r"(?:(?:a )?(?:(?P<part{n}>quarter|half|five|ten|twenty|twenty[ -]five|\d{{1,2}}(?= past)) (?P<side{n}>past|to) )?(?P<half{n}>half )?"
    rf"(?P<h{{n}}>(?:[01]?\d|2[0-4])(?!\d)|{TWELVE})(?:[:.](?P<m{{n}}>[0-5]\d)| (?P<w{{n}}>fifteen|thirty|forty[ -]five))? ?(?P<a{{n}}>am|pm|in the (?:afternoon|evening|night|morning)|at night)?"
    r"|(?P<noon{n}>noon|midday))"
)
_SLOT = r"\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)? ?(?:-|to|and|till?|until)"
_NO_CLOCK = r"(?![\d£$€%]|[.,:]\d|(?: |-)?(?:people|times|(?:working|business) days|days?|weeks?|hours?|hrs?|h\b|mins?|minutes?|secs?|seconds?|months?|mths?|years?|yrs?|of|calls|e-?mails|stars?|out|stops?|miles|km|quid|pounds?|k\b|per|x\b|past\b|different|other|more|separate))"
_NOW = (
    r"(?:it'?s|its|it is|now|already|nearly|almost|(?:sat(?: down)?|seen|seated|served|ready|arrived|came|come|left|answered|started|starting|begun|began|open(?:ed)?|"
    r"turned up|showed up|rolled up|rocked up|rolled in|let in|called(?: in| up)?|reached (?:the |a )?(?:teller|counter|desk|front|window)|got (?:in|out|on|to it|(?:the |our |my )?(?:room|food|table|seats?))) (?:at|by)"
    r"|(?:sat down|seated|seen|called|served|(?:came|arrived|left|started|began|begun)(?= \d{1,2}[.:]\d)|(?<!gets )(?<!get )(?<!-)in at(?= \d{1,2}[.:]\d)|reached (?:the |a )?(?:teller|counter|desk|front|window)|given (?:a|the|my|our) (?:key|room|table)(?: at)?|key (?:at|in (?:my )?hand(?: at)?)):?)"
)
_CLOCKS = re.compile(
    r"\b(?:since|from|at|for|(?:booked|ordered)(?: an?| the)?(?: (?!size|type|grade|platform|gate|part|row|number|table)\w+)?(?: for| at)?|due(?: at| by)?|meant to (?:be|open|start|come|leave)(?: at)?|supposed to (?:be|leave at|start at|come at|open at)|says?|said|before|by|guaranteed|"
    r"viewing|there|here|arrived|got here|boarded|entered (?:the |your )?(?:branch|office|bank|store|shop|hall)|(?:took|take) (?:a |the |my )?(?:token|ticket|number)(?: at)?|(?:check|checked) in(?:'s| is)?(?: from| at)?|reservation(?: at| for)?|(?:table|appt|appointment|slot|window)(?: booked)?(?: for| at| was| is)?|fitters?(?: due)?(?: at)?|joined (?:the |your )?(?:queue|line)|opens?|opened|doors|train(?:'s| is)?|bus(?:'s| is)?|cab|taxi|was|"
    rf"promised(?: at| for| by)?|scheduled(?: for| at)?|between {_SLOT}|{_SLOT})(?:(?<=-)| )[\"']?{_HOUR.format(n=1)}\b(?! ?(?:-|to|and|till?|until) ?(?:\d|quarter|half|(?:{TWELVE})\b)){_NO_CLOCK}"
    rf"[^?]{{0,60}}?(?:\b{_NOW}:? (?:now |past |nearly |almost |gone |already |about |just )*{_HOUR.format(n=2)}\b{_NO_CLOCK}"
    rf"|(?<!\d)(?<=[ ,]){_HOUR.format(n=3)}(?: o'?clock)? (?:now|already)\b)"
)
_FROM_TO = re.compile(  # "stood there from quarter past 2 till half 3"
    r"\b(?:wait\w*|sat(?= (?:in|at|on|here|there|from|for|waiting|down))|sitting|stood|standing(?! order)|queu\w+|stuck|held|kept|nobody|no ?one)\b[^.!?]{0,40}? (?:from )?"
    rf"{_HOUR.format(n=1)} ?(?:-|till?|until|to) ?(?:nearly |almost |gone |past |about )?{_HOUR.format(n=2)}\b{_NO_CLOCK}"
)
_TIME_FIRST = re.compile(  # "quarter past seven we ordered. it's half eight"
    rf"{_HOUR.format(n=1)} (?:is |was )?(?:when )?(?:we|i) (?:ordered|booked|arrived|got here|sat down|joined|checked in|queued|rang|called|asked)\b"
    rf"[^!?]{{0,50}}?\b{_NOW} (?:now |past |nearly |almost |gone |already |about |just )*{_HOUR.format(n=2)}\b{_NO_CLOCK}"
)
_FROM_TO_WAITING = re.compile(  # "from 9.40 until noon waiting for a bag of tablets"
    rf"\bfrom {_HOUR.format(n=1)} ?(?:-|till?|until|to) ?(?:nearly |almost |gone |past |about )?{_HOUR.format(n=2)}"
    r",? (?:waiting|stood|standing|sat|sitting|queu\w+|on hold|holding|stuck)\b"
)
_BETWEEN = (_FROM_TO, _FROM_TO_WAITING, _CLOCKS, _TIME_FIRST)
_TIME = re.compile(
    rf"(?<![\w£$€.:+]){_HOUR.format(n=0)}(?!\w){_NO_CLOCK}(?! (?:a head|each|pp|late|(?!as\b|is\b|was\b|its\b|this\b)[a-z]+s\b))"
)
_TOLD_AS_TIME = re.compile(  # before a bare figure: "booked for 7", "it's 8"
    r"(?:\b(?:at|for|from|since|by|due|was|were|is|it'?s|till?|until|to|and|between|gone|said|says|did|opens?|before|after|past|now|nearly|almost|about|around|just)|^|[-.;:] ?) ?$"
)
_TWO_TIMES = re.compile(rf"[0-9][^0-9]+[0-9]|noon|midday|\b(?:past|to|half) (?:[0-9]|now|{TWELVE})\b")
_PAST = {"": 0, "fifteen": 15, "thirty": 30, "forty five": 45, "forty-five": 45}
_PARTS = {"quarter": 15, "half": 30, "five": 5, "ten": 10, "twenty": 20, "twenty five": 25}


def between_times(text: str) -> tuple[int, int, int] | None:
    """(minutes, start, end) of what lies between two times of day that a post tells, at most ten hours.

    "since 10.15, it's 11.05" is 50. Weekdays are left alone, as dates are (GUIDE section 7).
    """
    if not _TWO_TIMES.search(text):
        return None
    match = next(filter(None, (pattern.search(text) for pattern in _BETWEEN)), None)
    if not match:
        return None
    told = match.groupdict()
    last = 3 if told.get("h3") or told.get("noon3") else 2  # "ten to two now" has the hour before the word
    minutes = (_clock(match, last) - _clock(match, 1)) % (12 * HOUR)
    return (minutes, *match.span()) if 0 < minutes <= _LONGEST else None


def _clock(match: re.Match[str], number: int) -> int:
    """Minutes on a twelve-hour dial."""
    if match[f"noon{number}"]:
        return 12 * HOUR
    said = match[f"h{number}"]
    hour = int(said) if said.isdigit() else TWELVE.split("|").index(said) + 1
    minutes = int(match[f"m{number}"] or 0) + (30 if match[f"half{number}"] else 0)
    minutes += _PAST[match[f"w{number}"] or ""]
    part, side = match[f"part{number}"], match[f"side{number}"]
    if part:
        apart = int(part) if part.isdigit() else _PARTS[part.replace("-", " ")]
        minutes += apart if side == "past" else -apart
    return hour % 12 * HOUR + minutes


def clock_spans(text: str) -> Iterator[Duration]:
    """What lies between any two times of day that a post tells one soon after the other, at most ten hours."""
    if not _TWO_TIMES.search(text):
        return
    told: list[tuple[int, int, int]] = []
    for match in _TIME.finditer(text):
        sure = match["m0"] or match["a0"] or match["noon0"] or match["part0"] or match["half0"]
        if sure or _TOLD_AS_TIME.search(text[max(0, match.start() - 12) : match.start()]):
            told.append((_clock(match, 0), match.start(), match.end()))
    for number, (first, start, _) in enumerate(told):
        for second, _, end in told[number + 1 : number + 3]:
            minutes = (second - first) % (12 * HOUR)
            if 0 < minutes <= _LONGEST and end - start <= _APART:
                yield Duration(minutes, start, end, "clock")
