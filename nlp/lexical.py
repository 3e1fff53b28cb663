"""Lexical extras: what a post looks like, as features beside its words."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import numpy.typing as npt

from nlp.notes import Notes

_CAPS = re.compile(r"\b[A-Z]{3,}\b")
_GLAD = re.compile(
    r"\b(?:thank\w*|love\w*|great|amazing|awesome|best|brilliant|perfect|happy|excellent|fantastic|lovely|helpful|appreciate\w*|"
    r"wonderful|delicious|beautiful|impressed|kudos|cheers|superb|pleased|fab|legend|recommend|enjoy\w*|yay|proud)\b|[❤😍🥰👏🙌😊👍🎉💕🙏😁]"
)
_SOUR = re.compile(
    r"\b(?:not|no|never|nothing|nobody|can'?t|won'?t|doesn'?t|didn'?t|isn'?t|don'?t|wasn'?t|hasn'?t|haven'?t|still|again|bad|poor|worst|terrible|"
    r"awful|horrible|rude|useless|broken|disappoint\w*|ridiculous|disgust\w*|joke|rubbish|shit\w*|fuck\w*|crap|hate\w*|fail\w*|wrong|late|"
    r"delay\w*|cancel\w*|lost|missing|ignored|wait\w*|refund|charged|stuck|down|error|crash\w*|problem|issue\w*|annoy\w*|frustrat\w*|"
    r"unacceptable|shambles|pathetic|appalling|shocking|ruined|waste\w*|damaged|overcharged|scam|cold|dirty|slow|fix|why|wtf|ffs)\b|[😡🤬😠🙄😤😒👎]"
)
_QUESTION_START = re.compile(
    r"^\W{0,20}(?:@[\w.-]+\W{1,10}){0,8}(?:(?:hi|hello|hey|morning|afternoon|evening|guys|there|team|all|good)\W{1,10}){0,4}"
    r"(?:do|does|did|is|are|can|could|would|will|how|when|where|what|which|who|any|has|have|am|should)\b"
)
_SECOND = re.compile(r"\b(?:you|your|yours|you're|u|ur|you've|you'll)\b")
_FIRST = re.compile(r"\b(?:i|my|me|we|our|us|i'm|i've|mine)\b")
_LINK = re.compile(r"https?://|www\.")


def marks(notes: Notes) -> list[str]:
    """The names of the extras that hold for this post."""
    text, folded = notes.post.text, notes.folded.text
    found = [
        f"len{min(len(folded).bit_length(), 11)}",
        f"caps{min(len(_CAPS.findall(text)), 4)}",
        f"excl{min(text.count('!'), 4)}",
        f"ques{min(text.count('?'), 3)}",
        f"glad{min(len(_GLAD.findall(folded)), 4)}",
        f"sour{min(len(_SOUR.findall(folded)), 6)}",
        f"hand{min(text.count('@'), 4)}",
        f"hash{min(text.count('#'), 3)}",
        f"you{min(len(_SECOND.findall(folded)), 3)}",
        f"i{min(len(_FIRST.findall(folded)), 3)}",
        f"lang:{notes.lang}",
    ]
    if _QUESTION_START.search(folded):
        found.append("asks")
    if _LINK.search(text):
        found.append("link")
    if notes.wait:
        found.append(f"wait{min(notes.wait[0].bit_length() // 3, 5)}")
    found += [hit.rule.id for hit in notes.hits]
    found += {hit.rule.floor.value for hit in notes.hits if hit.rule.floor}
    found += {f"entity:{e.label}" for e in notes.entities}
    return found


_IDS: dict[str, int] = {}


def extra_ids(notes: Notes) -> npt.NDArray[np.uint64]:
    """The extras as 64-bit ids, the same on every machine."""
    return np.array([_id(m) for m in marks(notes)], dtype=np.uint64)


def _id(name: str) -> int:
    if name not in _IDS:
        _IDS[name] = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    return _IDS[name]
