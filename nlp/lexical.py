# ruff: noqa: E501  (word lists are easier to check unbroken)
"""Marks: what a post looks like, and how many words of each kind it has, as features beside its words."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import numpy.typing as npt

from nlp.notes import Notes

_CAPS = re.compile(r"\b[A-Z]{3,}\b")
_THREE_CAPITALS = re.compile("[A-Z]{3}")
_GLAD_EMOJI = re.compile("[❤😍🥰👏🙌😊👍🎉💕🙏😁]")
_SOUR_EMOJI = re.compile("[😡🤬😠🙄😤😒👎]")
_QUESTION_START = re.compile(
    r"\W{0,20}(?:@[\w.-]+\W{1,10}){0,8}(?:(?:hi|hello|hey|morning|afternoon|evening|guys|there|team|all|good)\W{1,10}){0,4}"
    r"(?:do|does|did|is|are|can|could|would|will|how|when|where|what|which|who|any|has|have|am|should)\b"
)
# Kinds of words; a word may be of several. Each counts up to the number given.
_KINDS = (
    ("glad", 4, r"thank\w*|love\w*|great|amazing|awesome|best|brilliant|perfect|happy|excellent|fantastic|lovely|helpful|appreciate\w*|"
     r"wonderful|delicious|beautiful|impressed|kudos|cheers|superb|pleased|fab|legend|recommend|enjoy\w*|yay|proud"),
    ("sour", 6, r"not|no|never|nothing|nobody|can'?t|won'?t|doesn'?t|didn'?t|isn'?t|don'?t|wasn'?t|hasn'?t|haven'?t|still|again|bad|poor|worst|"
     r"terrible|awful|horrible|rude|useless|broken|disappoint\w*|ridiculous|disgust\w*|joke|rubbish|shit\w*|fuck\w*|crap|hate\w*|fail\w*|"
     r"wrong|late|delay\w*|cancel\w*|lost|missing|ignored|wait\w*|refund|charged|stuck|down|error|crash\w*|problem|issue\w*|annoy\w*|"
     r"frustrat\w*|unacceptable|shambles|pathetic|appalling|shocking|ruined|waste\w*|damaged|overcharged|scam|cold|dirty|slow|fix|why|wtf|ffs"),
    ("harsh", 3, r"worst|worse|useless|pathetic|joke|disgrac\w*|crap\w*|shit\w*|bullshit|rubbish|garbage|trash|terrible|horrible|horrendous|awful|"
     r"ridiculous|shocking|appalling|disgust\w*|incompeten\w*|scam\w*|thie(?:f|ves)|liars?|lying|lies|shambles|clowns?|fleeced?|ripoff|rip|robbed|"
     r"robbery|shame\w*|sucks?|sucked|stupid|ridiculously|abysmal|atrocious|diabolical|laughable|insult\w*|unprofessional|unacceptable|"
     r"fuming|furious|livid|angry|mad|hate\w*|fuck\w*|wtf|ffs|smh|bloody|damn\w*|hell|idiots?|wors\w*|dreadful|hopeless|woeful|unreal|absurd"),
    ("fault", 4, r"broken?|broke|breaks|crash\w*|error\w*|fail\w*|stuck|freez\w*|froze\w*|down|issues?|problems?|fault\w*|bugs?|buggy|glitch\w*|"
     r"wrong\w*|missing|lost|damag\w*|delay\w*|late|cancell?\w*|slow\w*|lag\w*|dead|leak\w*|crack\w*|torn|ripped|stain\w*|mould\w*|mold\w*|stale|"
     r"expired|empty|short|faulty|defect\w*|unable|won'?t|doesn'?t|isn'?t|cannot|can'?t|couldn'?t|stopp\w*|stops|refus\w*|denied|declin\w*|"
     r"overcharg\w*|lock\w*|block\w*|suspend\w*|unavailable|outage\w*|offline|disconnect\w*|cuts?|drop\w*|vanish\w*|disappear\w*|dirty|cold|raw"),
    ("denial", 4, r"not|no|never|nothing|nobody|none|neither|nor|without|cannot|[a-z]+n'?t|cant|dont|nope|zero|barely|hardly"),
    ("await", 3, r"still|wait\w*|yet|again|hours?|hrs?|days?|weeks?|months?|mins?|minutes?|since|ages|finally|already|overdue|longer|forever|ago|chas\w*|"
     r"pending|update\w*|supposed|promis\w*|third|twice|times|another|keeps?|constantly|always|repeatedly|every|eta"),
    ("plea", 3, r"please|pls|plz|plse|help|fix\w*|sort\w*|asap|urgent\w*|advise|assist\w*|resolve\w*|need|someone|somebody|anyone|kindly"),
    ("ask", 3, r"how|where|where'?s|when|what|what'?s|which|who|whose|any|does|do|did|can|could|would|will|is|are|should|may|possible|wondering|know"),
    ("why", 2, r"why|wtf|seriously|really|kidding|joking|surely|honestly|literally|apparently|wow|so|clearly|obviously|bother\w*|even"),
    ("contact", 3, r"dms?|dm'?d|dm'?ed|e?mail\w*|call\w*|phone\w*|rang|ring|repl\w+|respon\w+|answer\w*|message\w*|messaged|msg|ticket\w*|support|service|"
     r"chat\w*|tweet\w*|contact\w*|speak\w*|spoke\w*|agents?|advisor\w*|adviser\w*|rep|reps|hold|hung|ignor\w*|number|case|manager|staff|form"),
    ("money", 2, r"refund\w*|charg\w*|bill\w*|paid|pay\w*|money|price\w*|pric\w*|fees?|cost\w*|credit\w*|debit\w*|deposit\w*|invoice\w*|compensat\w*|"
     r"voucher\w*|discount\w*|expensive|cheap\w*|bucks|quid|dollars?|pounds?|euros?|money'?s|cash|card"),
    ("done", 2, r"sorted|resolved|fixed|works|worked|working|solved|found|arrived|received|sent|done|ok|okay|yes|yep|no|thanks|thx|ta|cheers|perfect|got"),
    ("you", 3, r"you|your|yours|you're|u|ur|you've|you'll"),
    ("i", 3, r"i|my|me|we|our|us|i'm|i've|mine|im|ive"),
)  # fmt: skip
_STEP = 8  # bits per kind: a post counts 120 words (`nlp.language`), and so many emoji at most:
_MOST_EMOJI = 100
_REMEMBERED = 100_000


class _Kinds(dict[str, int]):
    """The kinds of a word, a byte each, worked out when it is first met."""

    def __init__(self) -> None:
        super().__init__()
        self._patterns = [re.compile(pattern) for _, _, pattern in _KINDS]

    def __missing__(self, word: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        kinds = sum(1 << _STEP * n for n, pattern in enumerate(self._patterns) if pattern.fullmatch(word))
        self[word] = kinds
        return kinds


_kinds = _Kinds()


def _counted(name: str, most: int, counts: int = 256) -> list[str]:
    """The name of a mark for each count; beyond `most` it is one and the same."""
    return [f"{name}{min(count, most)}" for count in range(counts)]


_NAMES = [_counted(name, most) for name, most, _ in _KINDS]
_LENGTHS, _CAPS_RUNS, _EXCLAIMED, _ASKED = (
    _counted(name, most, most + 1) for name, most in (("len", 11), ("caps", 4), ("excl", 4), ("ques", 3))
)
_HANDLES, _TAGS = _counted("hand", 4, 5), _counted("hash", 3, 4)
_GLAD, _SOUR = 0, _STEP


def marks(notes: Notes) -> list[str]:
    """The names of the marks that hold for this post."""
    text, folded = notes.post.text, notes.folded.text
    kinds = sum(map(_kinds.__getitem__, notes.words))
    if not folded.isascii():
        kinds += min(len(_GLAD_EMOJI.findall(folded[:200])), _MOST_EMOJI) << _GLAD
        kinds += min(len(_SOUR_EMOJI.findall(folded[:200])), _MOST_EMOJI) << _SOUR
    caps = len(_CAPS.findall(text)) if _THREE_CAPITALS.search(text) else 0
    found = [
        _LENGTHS[min(len(folded).bit_length(), 11)],
        _CAPS_RUNS[min(caps, 4)],
        _EXCLAIMED[min(text.count("!"), 4)],
        _ASKED[min(text.count("?"), 3)],
        _HANDLES[min(text.count("@"), 4)],
        _TAGS[min(text.count("#"), 3)],
        "lang:" + notes.lang,
    ]
    found += [names[n] for names, n in zip(_NAMES, kinds.to_bytes(len(_NAMES), "little"), strict=True)]
    if _QUESTION_START.match(folded):
        found.append("asks")
    if "http" in text or "www." in text:
        found.append("link")
    if notes.wait:
        found.append(f"wait{min(notes.wait[0].bit_length() // 3, 5)}")
    if notes.hits:
        found += [hit.rule.id for hit in notes.hits]
        found += {hit.rule.floor.value for hit in notes.hits if hit.rule.floor}
    found += map("idea:".__add__, notes.ideas)
    if notes.entities:
        found += {f"entity:{e.label}" for e in notes.entities}
    return found


class _Ids(dict[str, int]):
    """64 bits per mark, the same on every machine."""

    def __missing__(self, name: str) -> int:
        self[name] = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
        return self[name]


_ids = _Ids()


def number(name: str) -> int:
    """The 64 bits that a mark is known by."""
    return _ids[name]


def mark_ids(notes: Notes) -> npt.NDArray[np.uint64]:
    """The marks as 64-bit ids."""
    return np.array([_ids[m] for m in marks(notes)], dtype=np.uint64)
