"""The customer's own words, turned to face them: "I can't log in on my account" → "you can't log in on your account".

Only clauses whose every word stands in `words.toml` are echoed; offsets play no part, the words do.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_FLIP = {"i": "you", "i'm": "you're", "i've": "you've", "i'd": "you'd", "me": "you", "my": "your",
         "mine": "yours", "myself": "yourself", "am": "are"}  # fmt: skip
_BARE = {"cant": "can't", "cannot": "can't", "dont": "don't", "didnt": "didn't", "doesnt": "doesn't", "wont": "won't",
         "isnt": "isn't", "hasnt": "hasn't", "havent": "haven't", "wasnt": "wasn't", "couldnt": "couldn't",
         "im": "i'm", "ive": "i've"}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_SENTENCE = re.compile(r"[^.!?\n;:()…\"“”]+[.!?…]*")
_HANDLE = re.compile(r"(?<![\w])@\w+(?:[.@][\w.-]+)*|https?://\S+|#(?=\w)")
_OPENERS = frozenset(
    "and but so or because then also well ok okay hi hello hey please yes no nope now still yeah".split()
)
_DANGLING = frozenset(
    "and or but to of in on at by for from with the a an my your if when because as than that so which who "
    "after before since until till while i you".split()
)

LONGEST = 11  # words: more than that is quoting, not naming
SHORTEST = 3


@cache
def _words() -> dict[str, str]:
    return dict(tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8")))


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(_words()[name].split())


@cache
def things() -> frozenset[str]:
    """Every noun that may be called "your …"."""
    return frozenset(t.strip() for t in _words()["things"].replace("\n", "").split("|") if t.strip())


def sentences(text: str) -> list[str]:
    """The sentences of a post with their end marks, without handles, links and hash signs."""
    plain = _HANDLE.sub(" ", text.replace("’", "'"))
    return [s.strip() for s in _SENTENCE.findall(plain) if s.strip(" .!?…")]


def words_of(text: str) -> list[str]:
    """Lower-case words, with apostrophes put where people leave them out."""
    return [mended(w) for w in (m.replace("’", "'").lower() for m in _WORD.findall(text))]


def mended(word: str) -> str:
    """A lower-case word with its apostrophe, where people leave it out."""
    return _BARE.get(word, word)


def may_echo(words: list[str]) -> bool:
    """True when each word is one that a reply may take over."""
    return all(w in _set("echo") or w in things() for w in words)


def flipped(words: list[str]) -> str:
    """First person to second. The caller has checked `may_echo`."""
    out: list[str] = []
    for n, word in enumerate(words):
        if word == "was" and n and words[n - 1] == "i":
            out.append("were")
        elif word == "wasn't" and n and words[n - 1] == "i":
            out.append("weren't")
        else:
            out.append(_FLIP.get(word, word))
    return " ".join(out)


# What a complaint about something that happens to *me* starts with. Group 1 is the clause.
_COMPLAINTS = (
    r"(i (?:still |just )?(?:can't|couldn't|haven't|didn't|never|don't)(?: even| still)? (?!know|think|want|care|get (?:it|why|how)|like|"
    r"understand|believe|see why|have time|mean|need|mind|wait|tell|say|use it|expect|deserve|really|ask).+)",
    r"(i(?:'m| am| was) (?:still )?(?:stuck|locked|unable|waiting|charged|billed|told|left|being charged|being billed|missing) ?.*)",
    r"(i've (?:been (?:charged|billed|waiting|locked|told|without)|had no|had to|not (?:received|had|got)|lost) .+)",
    r"(my (?:\S+ ){1,3}?(?:still |just )?(?:isn't|wasn't|hasn't|haven't|didn't|doesn't|don't|won't|never|can't|stopped|keeps|keep|disappeared) .+)",
    r"(my (?:\S+ ){1,3}?(?:has|have|is|are|was|were|got|came|arrived)(?: just| still| been)? (?:disappeared|gone|missing|lost|broken|damaged|stuck|"
    r"late|delayed|cancelled|locked|deleted|empty|blank|stopped|wrong|not|never|charged) ?.*)",
    r"((?:it|the (?:\S+ ){1,2}?)(?:still |just )?(?:won't|doesn't|isn't|didn't|hasn't|keeps|stopped|never) (?:let me|\S+) ?.*)",
)  # fmt: skip
_CUT = re.compile(
    r"\s(?:and|but|because|so|which|while|although|though|please|when i|even though|or)\b.*| - .*|,.*| [–—] .*"
)


def complaint_clauses(text: str) -> list[str]:
    """What went wrong in the customer's words, second person, no full stop; the best first, none when unsafe."""
    found: list[str] = []
    for pattern in _COMPLAINTS:
        for sentence in sentences(text):
            if sentence.endswith("?") or re.match(r"(?i)(if|when|unless|hope|imagine)\b", sentence):
                continue
            clean = " ".join(words_of(_CUT.sub("", sentence)))
            match = re.search(rf"(?:^|\b){pattern}$", clean)
            if match and (clause := _clause(match[1].split())):
                found.append(clause)
    return found


def _clause(words: list[str]) -> str | None:
    while words and words[-1] in _DANGLING:
        words = words[:-1]
    if not SHORTEST <= len(words) <= LONGEST or not may_echo(words) or words.count("i") > 1:
        return None
    return flipped(words)


_ASKS = (
    (r"^(?:.* )?how (?:do|can|could|would|should|did) (?:i|you|we) (?!guys|know|feel|think|get away|sleep|expect|still|even|manage)(.+)", "how to {}"),
    (r"^(?:.* )?how to (?!be)(.+)", "how to {}"),
    (r"^(?:.* )?(?:is|was|any chance|isn't) (?:there )?(?:a|any|no) way (?:for me )?(?:to|of) (.+)", "whether there is a way to {}"),
    (r"^(?:.* )?(?:can|could|may) i (?!ask|get (?:a|some|any) (?:help|reply|answer)|have (?:a|some|any) (?:help|reply|answer)|please|speak|talk|just|"
     r"dm|not|know|say|suggest)(.+)", "whether you can {}"),
    (r"^(?:.* )?where (?:do|can|should) i (.+)", "where to {}"),
    (r"^(?:.* )?when (?:do|can) i (.+)", "when you can {}"),
)  # fmt: skip


def asked(text: str) -> str | None:
    """What they want to know, as "how to change your seat"; None when it can't be said safely."""
    for sentence in sentences(text):
        clean = " ".join(words_of(sentence.split(",")[-1] if "?" in sentence else sentence))
        for pattern, form in _ASKS:
            match = re.search(pattern, clean)
            if match is None:
                continue
            words = [w for w in match[1].split() if w not in ("please", "thanks")]
            while words and words[-1] in _DANGLING:
                words = words[:-1]
            if 2 <= len(words) <= LONGEST and may_echo(words) and "i" not in words[:1]:
                return form.format(flipped(words))
    return None


_MY = re.compile(r"\bmy ((?:[a-z'-]+ ){0,2}?)([a-z-]+)\b")


def own_thing(text: str) -> str | None:
    """The thing of theirs that it is about: "your winter coat"; None when nothing known is named."""
    for sentence in sentences(text):
        clean = " ".join(words_of(sentence))
        for match in _MY.finditer(clean):
            before, noun = match[1].split(), match[2]
            if noun not in things() or any(w in _set("never_things") for w in (*before, noun)):
                continue
            kept = [
                w for w in before if w in things() or (w in _set("echo") and w not in _set("not_modifiers"))
            ]
            return " ".join(("your", *(kept if len(kept) == len(before) else []), noun))
    return None


def is_plural(thing: str) -> bool:
    """Whether a verb after `thing` takes its plural form."""
    noun = thing.split()[-1]
    if noun in _set("singular"):
        return False
    return noun in _set("plural") and noun != "luggage" or noun.endswith("s")
