# ruff: noqa: E501  (patterns are easier to check unbroken)
"""The wait an author claims, in minutes: "on hold 50 minutes" is 50, "an hour and a half" 90.

Only time the author has already been kept waiting counts (GUIDE section 7): a trip's length, a delivery
time announced, years as a customer don't. The words and phrases around a span of time speak for a wait or
against it; how much each counts is learned from the corpus (`nlp.wait_training`). The longest span that is
likely enough, and not far less so than another, is the wait. Where the words right beside it leave no doubt (`plainly`), they decide alone. In
German, French, Spanish, Italian, Portuguese and Dutch a span of time beside a word of waiting is one.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from zlib import error as ZlibError  # noqa: N812  (the name says what it is)

from monitor.domain.errors import ModelUnusable
from nlp.clocks import TWELVE, between_times, clock_spans
from nlp.durations import DAY, WEEK, Duration, durations, durations_elsewhere, unit_minutes

MODEL_FILE = Path(__file__).parent / "model" / "waits.json.gz"
_AS_SURE = 2.0  # log-odds that a wait may lie below the surest one beside it and still count
SURE = _AS_SURE  # above the threshold, for a span whose words leave no doubt: it keeps no other from counting
_REACH = 90  # characters on each side in which phrases are looked for
_WORD_REACH = 160  # … and words
_CLOSE = 6  # words on each side whose side counts
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[£$€]|\d+|[^\w\s]")
_FIGURES = re.compile(r"\d+")
_SENTENCE = re.compile(r"[.!?]+(?= |$)|\n| / ")

_ASKED = (
    r"(?:e-?mail\w*|report\w*|return\w*|ask\w*|appl(?:y|ied)\w*|request\w*|complain\w*|submit\w*|promis\w*|call(?:ed|ing|s)?|rang|ring(?:ing)?|"
    r"phon(?:ed|ing)|wrote|writ(?:e|ten|ing)|raised|ticket|messag\w+|contact\w*|dm\w*|sent|send(?:ing)?|chas\w+|tr(?:y|ied|ying)|filed|claim\w*|cancel\w*|told|said|spoke\w*|"
    r"logged|opened|dispute\w*|handed|dropped|sold)"
)
_LACK = (
    r"(?:no (?:reply|repl(?:y|ies)|response|answer|word|refund|update|news|contact|call|calls|e-?mail|delivery|sign|show|help|heating|power|electric\w*|hot water|internet|"
    r"water|signal|service|one|progress|acknowledge\w*|money|movement|tracking|parcel|order|food|bag|announcement\w*)|nothing|nobody|no ?-?one|not (?:had|heard|been|received|arrived|a|one|"
    r"working|seen|moved|got)|haven'?t|hasn'?t|hadn'?t|havent|hasnt|never|still|yet|ignor\w*|unanswered|unresolved|zero (?:answers|replies|response)|silence|crickets|radio|"
    r"didn'?t (?:reply|answer|come|arrive|show|call|get)|without|waiting|pending|processing|preparing|stuck|missing|overdue|on hold|in transit|under review|awaiting|"
    r"where(?:'?s| is| are)|gone cold|cold)"
)
_SERVICE_STATE = (
    r"(?:been (?:out|off|down|broken|dead|closed|locked|stuck|waiting|missing|pending|chasing|asking|trying|calling|emailing|writing|without|held|ignored|like this|happening|on hold|on the phone|in (?:transit|limbo|the queue))|"
    r"(?:out|off|down|offline|broken|dead|stuck|locked out|held|on hold|in the queue|in a queue|in diagnosis|label created|preparing|processing|dispatched|out for delivery|under review|"
    r"without (?:\w+ )?(?:power|heat\w*|water|internet|hot water|electric\w*|signal|service|phone|broadband|gas|a car|it)|waited|waiting|queu\w+|stood|standing|sat (?:here|on|in|at)|stranded))"
)

_BEFORE = (  # ends at the span
    r"(?:on hold|holding|wait(?:ing|ed)?|queu(?:ed?|ing)|stranded|stood|standing|stuck|kept)(?: \w+){0,5}? ?(?:for|about|over|nearly|almost|of|like|already|now|,|-)? ?$",
    r"\b(?:been|it'?s|thats?|that's|its|now|already)(?: (?:been|over|nearly|almost|about|around|more than|at least|like|the past|the last|already|now|well over|going on|only|coming up to|getting on for|a good))* $",
    r"\b(?:no (?:reply|response|answer|refund|word|update|news|contact|call|e-?mail|sign|show)|nothing|silence|ignored|unanswered|late|overdue|still|delayed|not a word|not a peep)(?: \w+){0,3}? ?(?:for|in|after|since|by|,|-)? ?(?:over|nearly|almost|about)? ?$",
    r"\b(?:refund|reply|replied|response|answered|answer|ticket|case|complaint|claim|callback|parcel|order|delivery|repair|appointment|money|letter|cheque|part|bag|luggage|passport|licen[cs]e|prescription)\b[^,]{0,40}(?:for|in|after|is|took|taken|since|taking) (?:over |nearly |almost |about )?$",
    r"\b(?:took|taken|taking|takes)(?: \w+){0,3} $",
    r"\b(?:hardly|barely|at least|more than|over|nearly|almost|going on|coming up to|getting on for|best part of) $",
    r"^(?:[^a-z0-9]*|@\S+|#\S+|\bso\b|\band\b|\bok\b|\bright\b|\bcool\b|\bgreat\b|\bwow\b|,|\s)*$",
    r"\b(?:wait|allow|takes?|take|within|up to|expect|estimated?|says?|said|told|quoted?|advised|promised|guarantees?|claims?|in(?: the)? next|every|per|less than|under|minimum|maximum|next|another|lasts?|lasting|last|only lasts?|good for|valid|expires? in|due in|ends in|starts in|leaves in|opens? in|due|window|returns?|slots? (?:for|in))(?: \w+){0,3}? ?(?:for|in|of|a|to|is|me|us|about|only|\"|')? ?$",
    r"\b(?:bought|buy|buying|owned?|owning|had (?:it|this|mine|them|these|one|the \w+|my \w+)|us(?:ed|ing|e|er)|customer|member|membership|subscriber|subscrib\w+|client|user|loyal|worked|working|works|lived?|living|rent(?:ed|ing)|married|drive|drove|driven|driving|walk(?:ed)?|flew|travel\w*|pregnant|aged?|trial\w*|play(?:ed|ing)?|listen\w*|watch(?:ed|ing)|engineer|teacher|nurse|cashier|coach\w*|premium|warranty|guarantee|contract|banking|shopp\w+|flying|with you(?: for)?|with (?:them|\w+) for|here for|away for|holiday|stay(?:ed|ing)?|trip|visit\w*|left it on|leave it|cook\w*|boil\w*|bake|marinat\w*|battery|charge\w*|lasted|sleep|slept|screaming|ringing|gripped|talked (?:me|my \w+)|setup|set up|assembl\w+|install\w*|open(?:ed)?|a bill of|labou?r|read(?:ing)?|studied|study\w*|train(?:ed|ing)|free for|discount|sale|sold|since 20\d\d|perfect|great|fine|lovely|still going|going strong|in hospital|chemo|dialysis|recover\w*|old|experience|medicine|flight|film|movie|show|episode|song|album|game|class|course|session|shift|meeting)\b(?: \w+){0,3}? ?(?:for|in|about|around|over|nearly|almost|of|,|since|like|only|-)* ?$",
    r"[£$€] ?[\d.,]+k?(?: for| a| per| every)? ?$|\d(?: ?(?:quid|pounds|euros|dollars|bucks|tenner|/))? ?$|\b(?:tenner|fiver|quid|pounds|euros|dollars|times|twice|once|days|hours|x) $",
)
_AFTER = (  # begins at the span
    r"^ (?:on hold|on the phone|holding|in (?:a|the|your) (?:queue|line)|and counting|of waiting|waiting|wait\b|now and|of (?:silence|nothing|\"|'|being (?:ignored|told|passed)|hold|chasing|excuses|\w+ music|flute|that (?:\w+ )?(?:song|music))|for a (?:reply|response|refund|call|answer)|so far|with(?:out| no) (?:a |any )?(?:reply|response|answer|heat\w*|power|water|news|update|word|hot|internet|signal|food|help)|and (?:still|no|nothing|nobody|not|counting|i'?m still|the|yet|all i|we|zero)|since (?:i|we|my|you|the|our|it))",
    r"^(?: on| at| in| for| of|,)? ?(?:the (?:tarmac|runway|platform|phone|line|dmv|desk|gate)|gate|hold|tarmac|your (?:line|queue|chat|desk|phone)|this (?:ticket|queue|line|chat)|\w+'s desk)",
    r"^ (?:late|overdue|delay\w*|behind|past|in now|in and|in\b(?= ?[.,]| with| on hold)|with the same|with you|between|for (?:a |an |the )?(?:\w+ )?(?:pizza|coffee|chips|fries|burger|drink|bag|parcel|reply|taxi|cab|bus|train|refund|table|starter|main|bill|code|appointment|person|human|someone|anyone|agent|cold)|just to|to (?:get|be|hear|speak|reach|answer|reply|respond|fix|send|tell)|before (?:anyone|someone|the|they|it|you|i (?:got|was))|i'?ve (?:been|asked|waited|had|tried|sent|written)|i have (?:been|asked|waited|had|tried)|we'?ve (?:been|had|waited)|you'?ve had|of this|without|trying|chasing|asking|too long|is too long|is a (?:long|joke)|down|out\b|in limbo|later (?:and|still|no|nothing|nobody|finally|it|they|you)|into)",
    r"^ ago\b",
    r"^(?:'s\b|s'\b| ?-? ?(?:old|flights?|drive|trip|journey|contract|warranty|guarantee|subscription|battery|trial|film|movie|show|set|ride|walk|commute|notice|window|slots?|pass|plan|membership|customer|stay|shift|anniversary|discount|labou?r|tests?|course|class|lease|loan|sentence|streak|sale|pregnant|gone|of (?:use|age|loyalty|data|free|pictures|photos|mess|history|memories|experience|service|chemo|work|training)|in a row|straight of|a (?:day|week|month|year)|per\b|each\b|every\b|early|in advance|ahead|before (?:the|my|our|departure)|until|to go|left|away|from now|from (?:the|your|me|here|report)|by (?:car|bus|train)|on foot|walk|with you lot and never|as (?:a|an) (?:customer|member|subscriber)|with(?:out)? (?:a )?(?:single )?(?:problem|issue|fault)|and (?:it'?s |still )?(?:perfect|fine|great|going strong)|shipping|delivery|for (?:delivery|toys|returns)|of my life\b(?! (?:on|in|wasted))|high|wide|long enough|is unheard|was all|to (?:leeds|london|go|the|[a-z]+(?:ton|ham|ford)\b)))",
    r"^ (?:out of|late\b(?=[^.]{0,12}(?:going|back|going,|fee))|once|if|when i|with (?:his|her|a team|no problem)|and (?:it|the|a) \w+ (?:was|is) (?:ready|done|great|fixed)|flat|max|tops|later (?:i|my|she|he|the (?:zip|screen|battery|handle|sole|strap|seam))|ago (?:and|,)? ?(?:it'?s|its|love|still love|perfect|now (?:it|the)))",
)
_AROUND = (
    rf"\b{_LACK}\b",
    rf"\b{_SERVICE_STATE}\b",
    rf"\b{_ASKED}\b",
    r"\b(?:thank|thanks|cheers|love|loved|great|lovely|brilliant|perfect|happy|amazing|awesome|impressed|no complaints?|well done|legend|good job|credit to|unheard of|worth it|would buy again|recommend)\b",
    r"\b(?:warranty|guarantee|trial|trialled|consumer law|returns? (?:window|policy)|bought|my (?:husband|wife|grandad|gran|dad|mum) was|pregnant|setup|assembly|take back|my own fault|by mistake|by accident|wondering|is that (?:right|covered|true)|just not for me|can i (?:return|bring|still)|someone wrote|i read|they say|supposed to last|lasts?)\b",
)
_NEXT = (r"^[^a-z]*(?:thank|love|great|perfect|would buy|forehead|that'?s the whole post|never sighed)",)
_SIGNS = tuple(
    (name, f"{name}{number}", re.compile(pattern))
    for name, table in (("before", _BEFORE), ("after", _AFTER), ("around", _AROUND), ("next", _NEXT))
    for number, pattern in enumerate(table)
)
_NUMBERS = f"{TWELVE}|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty"

_OF_USE = re.compile(  # long spans beside these are of use or possession, whatever else is said
    r"\b(?:customer(?! (?:care|relations|services?|support|team|line|desk|help))|member|subscriber|client|(?<!wheelchair )user|loyal|"
    r"(?<!sat )(?<!lodged )(?<!file )(?<!pending )with you|bought|owned|trial\w*|worked|married|pregnant|warranty|years? of (?:pictures|photos|use|loyalty))\b"
)
_NEVER_CAME = re.compile(  # "bought two weeks ago, never turned up": then the words around it decide
    r"\b(?:never (?:came|turned up|arrived|showed)|not (?:arrived|here|come|had|received)|hasn'?t|haven'?t|nothing|no (?:reply|answer|call|refund|money|word)|crickets|unanswered|ignored)\b"
)
_ADVISED = re.compile(  # the time that somebody was told to give it, which has yet to pass
    r"\b(?:(?:told|asked|advised|says?|said)(?: \w+)? to (?:wait|allow|give it|expect)|please (?:allow|wait)|wait (?:up to|between|at least|another)|allow(?: up to)?|within(?: the next)?|in the next|"
    r"(?:delivery|shipping|postage) (?:usually |normally |always )?takes(?: about| around| up to)?)"
    r"(?: at least| another| up to)? $"
)
_OF_SOMETHING_ELSE = re.compile(  # a way to go, a film, a lesson
    r"^(?:[ -]olds?\b| (?:on foot|walk|drive|away|by (?:car|bus|train|bike|tram))\b(?! and)"
    r"|[ -](?:long )?(?:film|movie|show|flight|ride|class|set|concert|episode|game|match|lesson|session|trip|journey|commute|documentary|special|gig|playlist|album|song|workout)s?\b(?! (?:delay|late|wait)))"
)
_AGED = re.compile(
    r"\b(?:baby|babies|newborn|infant|twins|toddler|pup|puppy|kitten)(?:'s| is| are|,)?(?: only| just| barely| not even)? $"
)
_OVERDUE = re.compile(r"^ (?:late|overdue|without|waiting|in|on)\b")
_STILL_NOT = re.compile(  # "still no engineer after 48 hours"
    r"\bstill (?:no|not|nothing|waiting|hasn'?t|haven'?t)\b(?: \w+){0,4} (?:after|for|in)(?: over| nearly| almost| about)? $"
)
_SURE_BEFORE = re.compile(  # a delay that was sat through, a queue, a hold: these are waits whatever else is said
    r"\b(?:delayed(?: by| for| over| about| nearly| almost)*|(?:sat|stuck|waited) (?:on|at|in|with|for) (?:the )?(?:tarmac|runway|gate|queue|platform|line)(?: for)?|hung up on me after|"
    r"(?:stuck|waited|wait you|stood (?:here|there)|been on hold|on hold|on hold for|on with you)(?: at \d+%)?(?: for| about| nearly| almost| over)*) $"
)
_SURE_AFTER = re.compile(
    r"^ (?:delay\b|late\b(?! (?:fee|check|night|going))|i(?:'?ve| have)? waited|across \d+ calls|on hold\b|wait and\b|waiting (?:for|on|in)\b|of (?:the|your|this) (?:hold|queue|wait|delay)\b)"
)
_SHOWN = re.compile(
    r"\b(?:showing|shows?|says?|announced|expected|estimated?|up to|notifications?|if|average|pay|fined?)\b"
)
# Without one of these word beginnings, or a figure ("50min"), no span of time is spoken of.
_TIME_STARTS = frozenset(
    "0 min hou hr hrs h day wee wk wks mon mth yea yr yrs fort nig tues wedn thur frid satu sund slee morn even suns sunr dawn".split()
)
_CLOCK_STARTS = frozenset("0 past half noon midd".split())  # of a time of day
_STARTS_ELSEWHERE = frozenset(
    "stun std heur hora ore ora uur uren tag tage jour dia dias gior dag dage woch sema sett week weke mona mois mes mese mesi maan minu".split()
)
_UNIT = re.compile(
    r"\b(?:min(?:ute|uet|it)?s?|h(?:ou)?rs?|days?|nights?|weeks?|wks?|months?|mths?|years?|yrs?|fortnights?|sleeps|mornings?|evenings?|sunsets|sunrises|dawns)\b|[0-9](?:h|m|d|hr|min)|[0-9] (?:late|on hold)\b|(?:mon|tues|wednes|thurs|fri|satur|sun)days\b|weekends\b"
)


def claimed_wait(
    folded: str, starts: set[str] | None = None, lang: str = "en"
) -> tuple[int, int, int] | None:
    """(minutes, start, end) of the longest wait claimed in folded text, or None.

    `starts` are its word beginnings (`nlp.anchors`), if they are known: most posts speak of no time at all.
    `lang` is the post's language; only in the six others of `ELSEWHERE` are their words of waiting looked for.
    """
    spoken = (starts is None or not _TIME_STARTS.isdisjoint(starts)) and _UNIT.search(folded)
    dialled = starts is None or not _CLOCK_STARTS.isdisjoint(starts)
    if not spoken and not dialled and lang not in ELSEWHERE:
        return None
    spans = [*(durations(folded) if spoken else ()), *(clock_spans(folded) if dialled else ())]
    longest = claimed([(span, score) for span in spans if (score := _score(folded, span)) is not None])
    best = (longest.minutes, longest.start, longest.end) if longest else None
    late = overrun(folded) if spoken else None
    if late and (best is None or late[0] > best[0]):
        best = late
    if best is None and dialled:
        best = between_times(folded)
    foreign = best is None and lang in ELSEWHERE
    if foreign and (starts is None or not _STARTS_ELSEWHERE.isdisjoint(starts)):
        best = waited_elsewhere(folded)
    return best


ELSEWHERE = frozenset("de fr es it pt nl".split())
_WAITED_ELSEWHERE = re.compile(
    r"\b(?:seit|wart\w*|keine?r?|niemand|depuis|attend\w*|attente|ca fait|sans|personne|jamais|desde|hace|llev[oa]\w*|esper\w*|nadie|aspett\w*|attesa|nessuno|"
    r"ninguem|ha|faz|sem|sin|senza|ohne|zonder|sinds|wacht\w*|kwijt|geen|al|da|vor)\b"
)
_AHEAD_ELSEWHERE = re.compile(r"\b(?:in|dans|en|tra|fra|entro|em|over|binnen|innerhalb|noch) $")


def waited_elsewhere(folded: str) -> tuple[int, int, int] | None:
    """In a language of `ELSEWHERE`, where a word of waiting or lacking stands in the same sentence."""
    best: tuple[int, int, int] | None = None
    for span in durations_elsewhere(folded):
        sentence = _SENTENCE.split(folded[: span.start])[-1] + "#" + _SENTENCE.split(folded[span.end :])[0]
        ahead = _AHEAD_ELSEWHERE.search(folded[: span.start])
        if not ahead and _WAITED_ELSEWHERE.search(sentence) and (best is None or span.minutes > best[0]):
            best = (span.minutes, span.start, span.end)
    return best


_SAID = rf"\d{{1,3}}|{_NUMBERS}"
_OVERRUN = re.compile(
    rf"\b(?P<least>{_SAID})(?: ?(?:-|to) ?(?P<most>{_SAID}))?[ -]?(?:working |business )?(?P<unit>min(?:ute)?s?|hours?|hrs?|days?|weeks?|wks?|months?)\b[^!?]{{0,70}}?"
    r"\b(?:it'?s|it is|it has|we'?re|that'?s|has|have|i'?m (?=on|at)|now|been|day|today|this is)(?: now)? ?(?:now |been |on |at |day |only |already |over |nearly |almost |gone |done |waited |here |sat |stood |(?:on|in|at) (?:this|the|a|your) \w+ )*"
    rf"(?<= )(?P<real>{_SAID})(?= now\b|\s*(?:[.,!?)]|$)| and (?:counting|still|no)| already| today| gone| here\b| (?:on|in|at) (?:this|the|your)\b)"
)


def overrun(text: str) -> tuple[int, int, int] | None:
    """(minutes, start, end) of a wait that is counted in the unit of what was promised.

    "you said 3 to 5 days, it's been 16" is sixteen days.
    """
    match = _OVERRUN.search(text)
    if not match:
        return None
    promised, real = _said(match["most"] or match["least"]), _said(match["real"])
    return (real * unit_minutes(match["unit"]), *match.span()) if real > promised else None


def _said(number: str) -> int:
    return int(number) if number.isdigit() else _NUMBERS.split("|").index(number) + 1


def signs(text: str, span: Duration) -> Iterator[str]:
    """What the surroundings of a span of time are like: phrases that are known to matter, and words."""
    before = _SENTENCE.split(text[max(0, span.start - _REACH) : span.start])[-1]
    rest = text[span.end : span.end + _REACH]
    after = _SENTENCE.split(rest)[0]
    where = {"before": before, "after": after, "around": f"{before} # {after}", "next": rest[len(after) :]}
    for name, sign, pattern in _SIGNS:
        if pattern.search(where[name]):
            yield sign
    yield f"size{int(math.log2(span.minutes + 1))}"
    yield f"kind:{span.kind}"
    itself = _FIGURES.sub("0", text[span.start : span.end])
    if span.kind == "clock":
        yield from (f"in:{word}" for word in set(_spelled(itself)))
    else:
        yield f"is:{itself}"
        yield f"unit:{''.join(c for c in itself.split()[-1] if c.isalpha()).rstrip('s')}"
    yield from _words(
        _spelled(text[max(0, span.start - _WORD_REACH) : span.start]),
        _spelled(text[span.end : span.end + _WORD_REACH]),
    )


def _spelled(text: str) -> list[str]:
    return _WORD.findall(_FIGURES.sub("0", text))


def _words(before: list[str], after: list[str]) -> Iterator[str]:
    for side, words in (("b", before[: -_CLOSE - 1 : -1]), ("a", after[:_CLOSE])):
        for place, word in enumerate(words):
            yield f"{side}:{word}"
            if place < 2:
                yield f"{side}{place}:{word}"
        if len(words) > 1:
            yield f"{side}{side}:{words[0]} {words[1]}"
    if not before:
        yield "first"
    for word in {*before, *after}:
        yield f"w:{word}"


@cache
def read_weights(file: Path = MODEL_FILE) -> tuple[dict[str, float], float]:
    """The weight of each sign, and what their sum must exceed. Raises `ModelUnusable`."""
    try:
        model: dict[str, Any] = json.loads(gzip.decompress(file.read_bytes()))
        return model["weights"], float(model["threshold"])
    except (OSError, EOFError, ZlibError, ValueError, KeyError, TypeError) as error:
        raise ModelUnusable(f"{file.name}: {error}.") from error


def plainly(text: str, span: Duration) -> bool | None:
    """Whether the span is a wait where the words beside it leave no doubt; None where weights decide."""
    if span.kind == "clock":
        return None
    before = text[max(0, span.start - 40) : span.start]
    if span.minutes >= WEEK and _OF_USE.search(text[max(0, span.start - 30) : span.end + 30]):
        return None if _NEVER_CAME.search(text[span.end : span.end + 60]) else False
    if _ADVISED.search(before):
        return False
    after = text[span.end : span.end + 30]
    if span.minutes >= DAY and _AGED.search(before) and not _OVERDUE.match(after):
        return False
    if _OF_SOMETHING_ELSE.match(after):
        return False
    if _STILL_NOT.search(text[max(0, span.start - 60) : span.start]):
        return True
    if span.minutes >= WEEK or _SHOWN.search(before + after[:15]):
        return None
    return True if _SURE_BEFORE.search(before) or _SURE_AFTER.match(after) else None


def claimed(waits: Sequence[tuple[Duration, float]]) -> Duration | None:
    """Of spans that are waits, each with what speaks for it: the longest that is about as sure as the surest.

    Of what lies between times of day, only the surest: "from 8 to 1, it's ten past two" has three.
    """
    clocks = [wait for wait in waits if wait[0].kind == "clock"]
    told = [wait for wait in waits if wait[0].kind != "clock"]
    told += sorted(clocks, key=lambda wait: -wait[1])[:1]
    least = max((score for _, score in told), default=0.0) - _AS_SURE
    return max((span for span, score in told if score >= least), key=lambda span: span.minutes, default=None)


def _score(text: str, span: Duration) -> float | None:
    """What speaks for the span being a wait; None if it is none."""
    plain = plainly(text, span)
    if plain is False:
        return None
    weights, threshold = read_weights()
    # Summed exactly: a tie must not hang on the order of a set, which is another in each process.
    score = math.fsum(weights.get(sign, 0.0) for sign in set(signs(text, span)))
    if plain:
        return threshold + SURE
    return score if score > threshold else None
