# ruff: noqa: E501  (patterns are easier to check unbroken)
"""The wait an author claims, in minutes: "on hold 50 minutes" is 50, "an hour and a half" 90.

Only time the author has already been kept waiting counts (GUIDE section 7): a trip's length, a
delivery time announced, years as a customer don't.
"""

from __future__ import annotations

import re

_NUMBER_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "ninety": 90, "couple": 2, "dozen": 12,
    "twenty five": 25, "thirty five": 35, "forty five": 45, "fifty five": 55, "a couple": 2, "a couple of": 2, "a quarter": 15,
    "couple of": 2, "a good": 1, "half a": 0.5, "half an": 0.5, "a dozen": 12, "a whole": 1, "an entire": 1,
}  # fmt: skip
_UNITS = {"s": 1 / 60, "m": 1, "h": 60, "d": 1440, "w": 10080, "mo": 43200, "y": 525600}

_NUM = (
    r"(?P<{n}>\d+(?:[.,]\d+)?|"
    + "|".join(sorted((w.replace(" ", "[ -]") for w in _NUMBER_WORDS), key=len, reverse=True))
    + ")"
)
_MINUTE = r"(?:minutes?|mins?|minuets?|m(?=\b))"
_HOUR = r"(?:hours?|hrs?|hr|h(?=\b))"
_UNIT = r"(?P<{u}>minutes?|mins?|minuets?|hours?|hrs?|business days?|working days?|days?|weeks?|wks?|months?|mths?|years?|yrs?|(?<=\d)[hm]|(?<=\d )[hm])"
_SPAN = re.compile(
    r"(?<![\w£$€.,:/-])(?:"
    + _NUM.format(n="half_n")
    + r"[ -]+and[ -]a[ -]half[ -]+(?P<half_u>hours?|hrs?|days?|weeks?|months?|years?)"
    + r"|(?:(?:an?|one)[ -]+)?(?P<anda_u>hour|day|week|month|year)[ -]and[ -]a[ -]half"
    + r"|(?P<clock_h>\d+) ?(?:hours?|hrs?|hr|h)[ ,]*(?:and |& )?(?P<clock_m>\d+)(?: ?(?:minutes?|mins?|m))?"
    + r"|(?P<an_n>an?|one|two|three|four|five) hours?(?: and|,)? (?P<an_m>\d+|a quarter|five|ten|fifteen|twenty[ -]five|twenty|thirty[ -]five|thirty|forty[ -]five|forty|fifty)(?: (?:minutes?|mins?))?"
    + r"|(?P<frac>three quarters of an hour|quarter of an hour|half an hour|half hour|half hr|1/2 hour|half a day|half a year)"
    + "|"
    + _NUM.format(n="n")
    + r"(?:\+)?[ -]*(?:(?:full|whole|long|entire|bloody|fucking|solid|more|damn|straight|freaking|effing|good) )?"
    + _UNIT.format(u="u")
    + r"(?P<half_after> and a half)?"
    + r"|(?P<ordinal>day (?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))"
    + r"|(?P<fortnight>a fortnight|fortnight)"
    + r")(?![\w£$€])"
)
_KEPT = (
    r"(?:on hold|hold|wait\w*|queu\w*|in (?:a |the |your )?(?:line|queue)|stuck|delay\w*|late|overdue|no (?:reply|response|answer|"
    r"word|refund|update|news|contact|delivery|sign|show|help|heating|power|internet|water|signal|service|one)|without|since|"
    r"and counting|still|sat|sitting|standing|stood|been on|on the phone|haven'?t|hasn'?t|nothing|nobody|"
    r"not (?:had|heard|been|received|arrived|a)|ignor\w*|took|taken|for (?:a|an|my|the|someone|anyone|you|your)|to (?:get|reach|speak|answer|"
    r"reply|be|hear)|hanging|trying|chas\w*|down|stranded|past|and (?:still|no|nothing|nobody|counting)|pending|missing|"
    r"unanswered|unresolved|locked|radio silence|silence|owed|behind|never|didn'?t|held|holding|tarmac|runway|listening to|"
    r"hasnt|havent|didnt|now|kept|left)"
)
_EVIDENCE = re.compile(rf"\b{_KEPT}\b")
_DISMISS_BEFORE = re.compile(
    r"\b(?:within|in(?: the)? (?:next|under|about|just|only)?|every|takes?|allow|up to|next|customer (?:for|of)|member (?:for|of)|"
    r"(?:be |been )?(?:with you|using|subscribed|paying|loyal|shopping|flying|banking|married|living|working|playing)(?: \w+){0,4} (?:for|of|over|since)?|"
    r"loyal(?: \w+)* (?:for|of)|open(?:s)? (?:for|in)|leaves? in|flight (?:is )?in|"
    r"(?:wedding|exam|flight|train|trip|holiday|move|party|birthday|event|show|concert|interview)(?: is)? in|due in|starts? in|expires? in|"
    r"(?:told|said|promised|advised|says?|quoted?|estimated?|claims?|guaranteed?|advertised)(?: \w+){0,5}|per|last(?:s|ed)?(?: only| about| me)?|"
    r"after|a|battery[^.!?]*|bought (?:it|this|them)?|owned (?:it|this)?(?: for)?|"
    r"warranty|aged?|delivery (?:takes|time|in|of)|my|the|this|get (?:here|there) in|arrives? in|less than|under) ?$"
)
_NEVER_A_WAIT = re.compile(
    r"\b(?:(?:told|asked|said|advised)(?: \w+)?(?: to)? wait|(?:customer|member|subscriber|client|user)s?(?: for| of| over| since)*)"
    r" ?$|[£$€] ?[\d.,]+k?(?: for)? ?$|\d(?: ?(?:quid|pounds|euros|dollars|bucks|/))? ?$"
)
_DISMISS_AFTER = re.compile(
    r"^(?:'s\b| (?:after|out|early|as a|a customer|with you|of my life)\b| ?-?(?:old|flight|drive|trip|journey|contract|warranty|guarantee|subscription|battery|trial|film|movie|show|set|"
    r"ride|walk|commute|notice|window|slot|pass|plan|membership|customer|stay|shift|anniversary|of (?:use|age|loyalty|data|free)|"
    r"loyal|in a row|straight of|a (?:day|week|month|year)|per|each|every|early|in advance|before|until|to go|left|away|from now|"
    r"(?:ago )?(?:i|we) (?:bought|ordered it|got|purchased|joined)|later (?:i love|still love)))"
)
_WAITING_ANYHOW = re.compile(r"\b(?:(?<!to )(?<!said )wait\w*|on hold|been|took|taken|late|delay\w*)\b[^,]*$")
_ASKED_FOR = re.compile(
    r"\b(?:order\w*|sent|send|e-?mail\w*|report\w*|return\w*|ask\w*|appl\w+|request\w*|complain\w*|paid|submit\w*|cancel\w*|"
    r"promis\w*|due|supposed|called|rang|wrote|posted|raised|ticket|messaged|contacted|booked|bought|delivered|refund\w*)\b"
)
_PLAINLY_BEFORE = re.compile(
    r"\b(?:been(?: \w+){0,2}|(?:off|down|out|delivery\"?|transit\"?|open|away|without|waiting) for|it.?s) $"
)
_PLAINLY_AFTER = re.compile(
    r"^ (?:on hold|on the phone|in (?:a|the|your) (?:queue|line)|waiting|and counting|of waiting|late\b)"
)
_TO_DO = re.compile(r"^ to \w+")
_SENTENCE = re.compile(r"[.!?\n]")
_HALF_A_YEAR = 262_800
_DIGIT = re.compile(r"\d")
# Without one of these word beginnings, or a figure ("50min"), no span of time is spoken of.
_TIME_STARTS = frozenset("min hou hr hrs h day wee wk wks mon mth yea yr yrs m hal qua fort".split())
_REACH = 70  # characters on each side in which the waiting must be spoken of


def claimed_wait(folded: str, starts: set[str] | None = None) -> tuple[int, int, int] | None:
    """(minutes, start, end) of the longest wait claimed in folded text, or None.

    `starts` are its word beginnings (`nlp.anchors`), if they are known: most posts speak of no time at all.
    """
    best: tuple[int, int, int] | None = None
    if starts is not None and _TIME_STARTS.isdisjoint(starts) and not _DIGIT.search(folded):
        return None
    for match in _SPAN.finditer(folded):
        minutes = _minutes(match)
        if minutes and _is_wait(folded, match, minutes) and (best is None or minutes > best[0]):
            best = (minutes, match.start(), match.end())
    return best


def _number(text: str) -> float:
    word = text.replace("-", " ")
    return _NUMBER_WORDS[word] if word in _NUMBER_WORDS else float(text.replace(",", "."))


def _unit(text: str) -> float:
    text = text.rsplit(maxsplit=1)[-1]
    if text.startswith("mo") or text.startswith("mth"):
        return _UNITS["mo"]
    return _UNITS[text[0]]


def _minutes(match: re.Match[str]) -> int:
    part = match.groupdict()
    if part["half_n"]:
        value = (_number(part["half_n"]) + 0.5) * _unit(part["half_u"])
    elif part["anda_u"]:
        value = 1.5 * _unit(part["anda_u"])
    elif part["clock_h"]:
        value = int(part["clock_h"]) * 60 + int(part["clock_m"])
    elif part["an_n"]:
        value = _number(part["an_n"]) * 60 + _number(part["an_m"])
    elif part["frac"]:
        value = {"t": 45, "q": 15}.get(part["frac"][0], 30)
        value = {"half a day": 720, "half a year": 262800}.get(part["frac"], value)
    elif part["fortnight"]:
        value = 2 * _UNITS["w"]
    elif part["ordinal"]:
        value = _number(part["ordinal"][4:]) * _UNITS["d"]
    else:
        value = (_number(part["n"]) + (0.5 if part["half_after"] else 0)) * _unit(part["u"])
    return round(value)


def _is_wait(text: str, match: re.Match[str], minutes: int) -> bool:
    start, end = match.span()
    before = _SENTENCE.split(text[max(0, start - _REACH) : start])[-1]
    after = _SENTENCE.split(text[end : end + _REACH])[0]
    if _DISMISS_AFTER.match(after) or _NEVER_A_WAIT.search(before) or match.group() in ("a minute", "a day"):
        return False
    if after.startswith(" ago"):
        return bool(_ASKED_FOR.search(before))
    if _PLAINLY_BEFORE.search(before) or _PLAINLY_AFTER.match(after):
        return True
    dismissed = _DISMISS_BEFORE.search(before)
    if dismissed and not _WAITING_ANYHOW.search(before):
        return False
    if minutes <= _HALF_A_YEAR and not before.strip() and (not after.strip() or _TO_DO.match(after)):
        return True  # "50 minutes. to be told the system is slow"
    return bool(_EVIDENCE.search(before) or _EVIDENCE.search(after))
