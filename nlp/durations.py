# ruff: noqa: E501  (patterns are easier to check unbroken)
"""Spans of time as people write them: "an hour and a half", "1hr 50", "day 12", "nearly a fortnight".

Patterns over folded text (`nlp.folding`). What a span is *of* (a wait, a trip, a warranty) is another
question; `nlp.waits` answers it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MINUTE, HOUR, DAY, WEEK, MONTH, YEAR = 1, 60, 1_440, 10_080, 43_200, 525_600

_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS: dict[str, float] = {word: n for n, word in enumerate(_ONES, 1)}
_WORDS |= {word: 10 * n for n, word in enumerate(_TENS, 2)}
_WORDS |= {
    f"{tens} {ones}": 10 * t + o for t, tens in enumerate(_TENS, 2) for o, ones in enumerate(_ONES[:9], 1)
}
_WORDS |= {
    "hundred": 100, "a hundred": 100, "one hundred": 100,
    "a": 1, "an": 1, "another": 1, "couple": 2, "couple of": 2, "a couple": 2, "a couple of": 2, "dozen": 12,
    "a dozen": 12, "half a dozen": 6, "half dozen": 6, "half a": 0.5, "half an": 0.5, "a good": 1, "a whole": 1, "an entire": 1, "a full": 1,
    "a solid": 1, "the past": 1, "the last": 1, "this past": 1, "a bloody": 1, "a fucking": 1,
}  # fmt: skip
_WORDS |= {f"{hundred} and {word}": 100 + n for hundred in ("a hundred", "one hundred") for word, n in
           [*((w, 10 * t) for t, w in enumerate(_TENS, 2)), ("ten", 10), ("five", 5), ("fifteen", 15)]}  # fmt: skip
_ORDINALS = {
    word: n for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(), 1
    )
}  # fmt: skip
_PARTS_OF_ONE = {"": 0, " and a half": 0.5, " and a quarter": 0.25, " and three quarters": 0.75}

_NUMBER = "|".join(sorted((w.replace(" ", "[ -]+") for w in _WORDS), key=len, reverse=True))
_COUNT = "|".join(
    sorted((w.replace(" ", "[ -]+") for w in _WORDS if w not in ("a", "an")), key=len, reverse=True)
)
_FILLER = r"(?:(?:full|whole|long|entire|bloody|fucking|solid|more|damn|straight|freaking|effing|flaming|blinking|blasted|flipping|friggin|frigging|chuffing|ruddy|goddamn|consecutive|miserable|good|odd|of my|plus) )*"
_UNIT = (
    r"minutes?|mins?|minuets?|minits?|hours?|hrs?|business days?|working days?|days?|nights?|weeks?|wks?|fortnights?|months?|"
    r"mths?|years?|yrs?|sleeps|mornings|evenings|sunsets|sunrises|dawns"
)
_HOURS = r"(?:hours?|hrs?|h)"
_SPAN = re.compile(
    r"(?<![\w£$€₦₹.,:/-])(?:"
    # two and a half hours; an hour and a half; hour and a quarter
    rf"(?P<half_n>\d+|{_COUNT})[ -]+(?:and|n|&)[ -](?:a[ -])?(?P<half_part>half|quarter)[ -]+(?P<half_u>{_UNIT})"
    rf"|(?:(?:an?|one)[ -]+)?(?P<anda_u>hour|hr|day|week|month|year)s?[ -](?:and|n|&)[ -](?P<anda_part>(?:a[ -])?half|(?:a[ -])?quarter|(?:three|3) quarters)"
    # 1 hr 20; 2h15; 1hr and 50 mins; an hour and fifteen
    rf"|(?P<clock_h>\d{{1,2}}) ?{_HOURS}(?:,(?= ?[0-5]?\d ?m))? ?(?:and |& )?(?P<clock_m>[0-5]?\d)(?: ?(?:minutes?|mins?|m))?(?![\d.,]*\d)(?! ?(?:gb|mb|tb|%|km|miles)| (?:\w+ )?(?:calls|e-?mails|(?:web ?)?forms|chats|agents|people|times|transfers|tickets|humans|messages|attempts|tries|texts|letters|days|drivers|cars|cabs|buses|trains|degrees|kids|passengers|staff|men|chapters|pages|floors|songs)\b)"
    rf"|(?:(?P<an_n>an?|one|two|three|four|five|six) )?(?:hours?|hrs?)(?:,(?= [^,.]{{1,16}}mins?(?:utes?)?\b))? (?:and |& |n )?(?:(?P<an_m>\d{{1,2}}|(?:{'|'.join(_TENS[:4])})(?:[ -](?:{'|'.join(_ONES[:9])}))?|ten|fifteen|five)(?: (?:minutes?|mins?))?(?! (?:people|of (?:us|them|you|the|your|our|my|those|these)|times|calls|emails|degrees|drivers|cars|cabs|kids|passengers|staff|agents|transfers))|(?P<an_w>{'|'.join(_ONES)}) (?:minutes?|mins?))"
    r"|(?P<frac>(?:three quarters|3/4) of an (?:hour|hr)|quarter of an (?:hour|hr)|quarter hour|half an (?:hour|hr)|half[ -]hour|half hr|1/2 hour|half a (?:day|year|week|month))"
    # "week now, no tracking number", "month since I applied"
    r"|(?:^|(?<=^whole )|(?<=[.!?\n,] ))(?P<bare>hour|week|month|year)(?= (?:now|on\b(?! (?:\w*day|week|month|year)\b)|since|of (?:no|this|silence|nothing|waiting|hold)|without|w/o|with no|gone|late|in the (?:queue|chat|same)|waiting|wait\b|on hold|for an? ))"
    # day 12, week three; 3rd week, sixth hour; minute 52
    rf"|(?P<nth_u>day|week|month|hour|minute) (?P<nth>\d{{1,3}}|{'|'.join(_ONES[:12])})(?! (?:of (?:the|my|our) (?:holiday|trip|tour|festival)|returns?|trial|pass|passes|ticket))"
    rf"|(?:the |my |our )?(?P<ord>\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(_ORDINALS)}) (?P<ord_u>minute|hour|day|night|morning|evening|week|month)(?! (?:of|in) (?:the|a) row)"
    rf"|(?P<fortnight>(?:an? |the last |the past )?fortnight)"
    # three Sundays: so many weeks
    rf"|(?P<weekdays>[2-9]|{'|'.join(_ONES[1:9])}) (?:(?:mon|tues|wednes|thurs|fri|satur|sun)days|weekends)"
    # 2½ hours, as it is folded
    rf"|(?:(?P<vulgar_n>\d{{1,2}}?) ?)?(?P<vulgar>[13]⁄[24])[ -]*(?P<vulgar_u>{_UNIT})"
    # 9 days, three weeks, 5+ months, 2 weeks and a half, 45min, 3h; "11.30 night" is a time of day
    rf"|(?P<n>\d+(?:[.,]\d+)?(?!(?<=[.,]\d\d) ?(?:night|day))|{_NUMBER})\+?[ -]*{_FILLER}(?P<u>{_UNIT})(?P<half_after> and (?:a (?:half|quarter)|three quarters))?"
    # 25 late, said of trains and planes; 45 on hold
    r"|(?P<late>[1-9]\d{0,2})(?= late\b(?! by)| on hold\b)"
    r"|(?P<short_n>\d{1,3})(?P<short_u>h|m|d)(?= ?(?:\d{2}m?\b)?(?:$|[ .,!?)]))"
    r")(?![\w£$€])"
)


_THOUSANDS = re.compile(r"[.,](?=\d{3}$)")
_MORE = re.compile(  # "40 minutes and then another 20", "40 minutes on hold and then another 20", "half an hour plus five"
    rf"(?:(?:,? (?:(?:and|then|plus) )*|(?: [a-z]+){{1,4}},? (?:and (?:then )?|then |plus ))(?:another|a further)|,? plus) (?P<n>\d+|{_COUNT})(?: (?P<u>{_UNIT}))?(?![\w£$€])"
    r"(?! (?:of|people|calls|e-?mails|times|quid|pounds|euros|dollars|percent|for (?:the )?(?:delivery|postage)))"
)

_REST = re.compile(  # "six weeks and three days", "2 wks + 1 day"
    r"(?:,? and |,? ?\+ ?| & | n )(?P<n>\d+|an?|"
    + _COUNT
    + r") (?P<u>hours?|hrs?|days?|weeks?|wks?)(?![\w£$€])"
)


_STILL_MORE = re.compile(  # "40 mins with billing then 20 more with the right team"
    rf"[^.!?£$€\d]{{1,45}}?(?P<n>\d+|{_COUNT})(?: (?P<u>{_UNIT}))? (?:more|extra|on top)(?![\w£$€])(?! (?:of|people|calls|e-?mails|times|quid|pounds|euros|dollars|percent|than|if|before|to go))"
    r"(?(u)|(?= ?(?:$|[.,!?;]| (?:with|from|at|on|until|in|waiting|while|stood|sat)\b)))"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """`minutes` as written at characters [start, end); `kind` is "span", "ordinal" or "short" (3h)."""

    minutes: int
    start: int
    end: int
    kind: str


def durations(folded: str) -> Iterator[Duration]:
    """Every span of time in folded text, in order."""
    done = 0
    for match in _SPAN.finditer(folded):
        if match.start() < done:
            continue  # "and three days" of "six weeks and three days"
        part = match.groupdict()
        kind = "ordinal" if part["nth_u"] or part["ord_u"] else "short" if part["short_u"] else "span"
        minutes, end = round(_minutes(part)), match.end()
        unit = (
            part["u"]
            or part["half_u"]
            or part["anda_u"]
            or ("minutes" if (part["frac"] or "").endswith(("hour", "hr")) else None)
        )
        more = (_MORE.match(folded, end) or _STILL_MORE.match(folded, end)) if unit else None
        if more and unit:
            minutes, end = minutes + round(_number(more["n"]) * unit_minutes(more["u"] or unit)), more.end()
        rest = _REST.match(folded, end) if unit or part["fortnight"] else None
        if rest and unit_minutes(rest["u"]) < (unit_minutes(unit) if unit else 2 * WEEK):
            minutes, end = minutes + round(_number(rest["n"]) * unit_minutes(rest["u"])), rest.end()
        if minutes:
            done = end
            yield Duration(minutes, match.start(), end, kind)


_ELSEWHERE: dict[str, float] = {  # German, French, Spanish, Italian, Portuguese, Dutch
    "ein": 1, "eine": 1, "einer": 1, "einem": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7,
    "acht": 8, "neun": 9, "zehn": 10, "zwolf": 12, "halbe": 0.5, "halben": 0.5, "anderthalb": 1.5, "eineinhalb": 1.5,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "media": 0.5, "un'": 1, "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9,
    "dieci": 10, "mezz'": 0.5, "um": 1, "uma": 1, "dois": 2, "duas": 2, "quatro": 4, "sete": 7, "oito": 8,
    "dez": 10, "een": 1, "twee": 2, "drie": 3, "vijf": 5, "zes": 6, "zeven": 7, "negen": 9, "tien": 10,
    "half": 0.5,
}  # fmt: skip
_UNITS_ELSEWHERE = (
    (MINUTE, r"minuten|minutes?|minutos?|minut[oi]|min"),
    (HOUR, r"stunden?|std|heures?|horas?|or[ae]|uur|uren"),
    (DAY, r"tag(?:e|en)?|jours?|dias?|giorn[oi]|dag(?:en)?"),
    (WEEK, r"wochen?|semaines?|semanas?|settiman[ae]|week|weken"),
    (MONTH, r"monat(?:e|en)?|mois|mes(?:es)?|mes[ei]|maand(?:en)?"),
)
_SPAN_ELSEWHERE = re.compile(
    rf"(?<![\w£$€.,:/-])(?:(?P<n>\d+(?:[.,]\d+)?|{'|'.join(sorted(_ELSEWHERE, key=len, reverse=True))})\s?|(?=hora))"
    rf"(?:{'|'.join(f'(?P<u{size}>{words})' for size, words in _UNITS_ELSEWHERE)})"
    r"(?P<half> (?:et demie?|y media|e mezz[ao]|e meia))?(?P<quarter> (?:et quart|y cuarto|e un quarto|e um quarto))?(?!\w)"
)


def durations_elsewhere(folded: str) -> Iterator[Duration]:
    """The same in German, French, Spanish, Italian, Portuguese and Dutch, in their plain forms."""
    for match in _SPAN_ELSEWHERE.finditer(folded):
        size = next(size for size, _ in _UNITS_ELSEWHERE if match[f"u{size}"])
        number = match["n"] or "1"
        count = _ELSEWHERE[number] if number in _ELSEWHERE else float(number.replace(",", "."))
        count += 0.5 if match["half"] else 0.25 if match["quarter"] else 0
        if minutes := round(count * size):
            yield Duration(minutes, match.start(), match.end(), "span")


def _number(text: str) -> float:
    word = re.sub("[ -]+", " ", text.strip())
    return _WORDS[word] if word in _WORDS else float(_THOUSANDS.sub("", text).replace(",", "."))


def unit_minutes(text: str) -> int:
    """The minutes of a unit as it is written ("hrs", "working days")."""
    text = text.rsplit(maxsplit=1)[-1]
    if text.startswith(("mon", "mth")):
        return MONTH
    if text.startswith(("mor", "eve", "s")) or text == "dawns":
        return DAY
    return {"m": MINUTE, "h": HOUR, "d": DAY, "n": DAY, "w": WEEK, "f": 2 * WEEK, "y": YEAR}[text[0]]


def _minutes(part: dict[str, str | None]) -> float:
    if part["half_n"] and part["half_u"]:
        share = 0.5 if part["half_part"] == "half" else 0.25
        return (_number(part["half_n"]) + share) * unit_minutes(part["half_u"])
    if part["anda_u"] and part["anda_part"]:
        share = {"half": 0.5, "quarter": 0.25}.get(part["anda_part"].removeprefix("a").strip(" -"), 0.75)
        return (1 + share) * unit_minutes(part["anda_u"])
    if part["clock_h"] and part["clock_m"]:
        return int(part["clock_h"]) * HOUR + int(part["clock_m"])
    if past := part["an_m"] or part["an_w"]:
        return _number(part["an_n"] or "an") * HOUR + _number(past)
    if part["frac"]:
        size = {"half a day": 720, "half a week": 5_040, "half a month": 21_600, "half a year": 262_800}
        return size.get(part["frac"]) or {"t": 45, "3": 45, "q": 15}.get(part["frac"][0], 30)
    if part["nth_u"] and part["nth"]:
        return _number(part["nth"]) * unit_minutes(part["nth_u"])
    if part["ord"] and part["ord_u"]:
        digits = re.match(r"\d+", part["ord"])
        return (int(digits.group()) if digits else _ORDINALS[part["ord"]]) * unit_minutes(part["ord_u"])
    if part["bare"] or part["fortnight"] or part["weekdays"]:
        how_many = part["weekdays"] or ("a" if part["bare"] else "two")
        return _number(how_many) * unit_minutes(part["bare"] or "week")
    if part["late"]:
        return int(part["late"])
    if part["vulgar"] and part["vulgar_u"]:
        share = int(part["vulgar"][0]) / int(part["vulgar"][-1])
        return (int(part["vulgar_n"] or 0) + share) * unit_minutes(part["vulgar_u"])
    if part["short_n"] and part["short_u"]:
        return int(part["short_n"]) * unit_minutes(part["short_u"])
    if part["n"] and part["u"]:
        return (_number(part["n"]) + _PARTS_OF_ONE[part["half_after"] or ""]) * unit_minutes(part["u"])
    return 0
