"""The checks that need more than a pattern. Each takes the subject and yields findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.conversation import Conversation
from monitor.domain.draft import Proposal
from monitor.respond.hours import BusinessHours
from monitor.respond.lint.finding import Finding, finding, patterns, words
from monitor.respond.privacy import private_spans
from monitor.respond.similar import NEAR, nearest, shingles
from monitor.respond.voice import Voice
from monitor.respond.withhold import language_of


@dataclass(frozen=True, slots=True)
class Subject:
    """A text with everything it is checked against. `plain` has straight apostrophes, same offsets."""

    text: str
    plain: str
    conversation: Conversation
    voice: Voice
    measure: Callable[[str], tuple[int, int]]
    approver: str | None
    recent: Sequence[str]
    planned: Proposal | None
    now: datetime | None
    hours: BusinessHours | None

    @property
    def posts(self) -> list[str]:
        """What the customer wrote."""
        return [t.mention.text for t in self.conversation.customer_turns]

    @property
    def ours(self) -> list[str]:
        """What this customer has had from us already, here and in earlier matters."""
        return self.conversation.our_words

    @property
    def signals(self) -> frozenset[str]:
        """Every signal of the case."""
        read = [t.reading.signal_labels for t in self.conversation.customer_turns if t.reading is not None]
        return frozenset(self.conversation.case.signals).union(*read)


Check = Callable[[Subject], Iterator[Finding]]

_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]|\bwww\.\S+")
_BLANK = re.compile(
    r"\{[^{}]*\}|\[[A-Z][A-Za-z _]*\]|\[(?:name|order|link|date|time|product|number)\]"
    r"|<[A-Za-z_ ]+>|\bX{3,}\b|\bTBD\b"
)
# Zero-width and bidirectional controls; the zero-width joiner and variation selector belong to emoji.
_HIDDEN = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_EMOJI = re.compile(r"[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B50\u2B55]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def length(s: Subject) -> Iterator[Finding]:
    """Empty, or over the platform's limit by its own count."""
    if not s.text.strip():
        yield finding("empty", s.text)
        return
    size, limit = s.measure(s.text)
    if size > limit:
        yield finding("too_long", s.text, length=size, limit=limit)


def blanks(s: Subject) -> Iterator[Finding]:
    """Placeholders, hidden characters, capitals, a cut-off end."""
    for match in _BLANK.finditer(s.text):
        yield finding("placeholder", s.text, *match.span())
    for match in _HIDDEN.finditer(s.text):
        yield finding("hidden_characters", s.text, *match.span())
    for match in re.finditer(r"(?:\b[A-Z]{3,}\b[ ,.!?]*){3,}", s.text):
        yield finding("shouting", s.text, *match.span())
    end = s.text.rstrip()
    if end and _WORD.search(end) and re.search(r"(?i)(,|\b(and|or|but|the|to|of|with|for|a|by))$", end):
        yield finding("cut_off", s.text, max(0, len(end) - 12), len(end))


def private(s: Subject) -> Iterator[Finding]:
    """Private data, ours to protect whoever wrote it; listed links and facts are the brand's own."""
    for span in private_spans(s.text):
        piece = s.text[span.start : span.end]
        listed = any(piece in fact.text for fact in s.voice.facts)
        inside = any(m.start() <= span.start and span.end <= m.end() for m in _URL.finditer(s.text))
        if not listed and not inside:
            yield finding("private_data", s.text, span.start, span.end, kind=span.kind)


def links(s: Subject) -> Iterator[Finding]:
    """Links that aren't listed, or that no fact of this reply calls for."""
    listed = {link.url.rstrip("/"): link.id for link in s.voice.links}
    for match in _URL.finditer(s.text):
        name = listed.get(match[0].rstrip("/"))
        if name is None:
            yield finding("link_not_listed", s.text, *match.span())
        elif not any(fact.link == name and fact.text in s.text for fact in s.voice.facts):
            yield finding("link_not_needed", s.text, *match.span())


def facts(s: Subject) -> Iterator[Finding]:
    """Figures and claims that neither the brand's list nor the conversation vouches for."""
    vouched = (
        [f.text for f in s.voice.facts]
        + s.posts
        + s.ours
        + [c for p in s.voice.contact.values() for c in p.say]
    )
    if s.planned is not None:
        vouched += [
            m.text for m in s.planned.moves if m.move in ("name", "promise", "wait", "incident", "answer")
        ]
    skip = [m.span() for p in patterns("promise", "times") for m in p.finditer(s.plain)]
    skip += [m.span() for m in _URL.finditer(s.text)] + [(p.start, p.end) for p in private_spans(s.text)]
    for pattern in patterns("claims", "numbers"):
        for match in pattern.finditer(s.plain):
            known = any(re.search(rf"(?<!\d){re.escape(match[0])}(?!\d)", v) for v in vouched)
            if not known and not any(a <= match.start() < b for a, b in skip):
                yield finding("fact_not_listed", s.text, *match.span())
    for pattern in patterns("claims", "soft"):
        for match in pattern.finditer(s.plain):
            if not any(match[0].lower() in v.replace("’", "'").lower() for v in vouched):
                yield finding("claim_not_listed", s.text, *match.span())


def person(s: Subject) -> Iterator[Finding]:
    """A way to a person where one was asked for; an owner where the top was."""
    asked = s.signals & {"asks_for_human", "asks_for_executive"}
    owner = s.voice.executive_desk.owner
    shown = [c.lower() for c in s.voice.contact_on(s.conversation.case.platform).say]
    has_way = any(p.search(s.plain) for p in patterns("person", "ways")) or any(
        c in s.text.lower() for c in shown
    )
    if asked and not has_way:
        instead = s.voice.contact_on(s.conversation.case.platform).say[0]
        yield finding("missing_way_to_person", s.text, instead=instead)
    if "asks_for_executive" in asked and owner.lower() not in s.text.lower():
        yield finding("executive_without_owner", s.text, owner=owner)


def names(s: Subject) -> Iterator[Finding]:
    """A customer called by a name they don't have; a person of ours who isn't the one that approves."""
    theirs = {
        w.lower() for t in s.conversation.turns for w in _name_words(t.mention.author_name, t.mention.author)
    }
    theirs |= {w.lower() for post in s.posts for w in _WORD.findall(post)}
    house = {
        w.lower()
        for n in (s.voice.brand, s.voice.executive_desk.name, s.voice.press_desk.name)
        for w in n.split()
    }
    skip = {w.lower() for w in words("names", "not_names")} | house
    for pattern in patterns("names", "greeting", ignore_case=False):
        for match in pattern.finditer(s.plain):
            if match[1].lower() not in theirs | skip:
                yield finding("wrong_name", s.text, *match.span(1), name=match[1])
    signer = _name_words(s.approver)
    own = {w.lower() for w in signer} | {"".join(w[0] for w in signer).lower()} | skip
    for pattern in patterns("names", "claims", ignore_case=False):
        for match in pattern.finditer(s.plain):
            if match[1].lower() not in own:
                instead = f"Sign as {s.approver}, or not at all." if s.approver else "Leave the name out."
                yield finding("signature_of_another", s.text, *match.span(1), name=match[1], instead=instead)


def _name_words(*names: str | None) -> list[str]:
    return [w for name in names if name for w in re.findall(r"[^\W\d_]+", name)]


def products(s: Subject) -> Iterator[Finding]:
    """Another product of ours than the one they wrote about."""
    posts = " ".join(s.posts).lower()
    theirs = [p for p in s.voice.products if p.lower() in posts]
    for product in s.voice.products:
        at = s.text.lower().find(product.lower())
        if theirs and product not in theirs and at >= 0:
            yield finding("wrong_product", s.text, at, at + len(product), theirs=theirs[0], ours=product)


def _stopwords() -> dict[str, frozenset[str]]:
    return {lang: words("stopwords", lang) for lang in ("en", "de", "fr", "es", "it", "pt", "nl")}


def language(s: Subject) -> Iterator[Finding]:
    """Another language than theirs, where both are ones that can be told."""
    expected = language_of(s.conversation)
    found = [w.lower() for w in _WORD.findall(_URL.sub(" ", s.text))]
    if expected not in _stopwords() or len(found) < 6:
        return
    score = {lang: sum(w in stop for w in found) for lang, stop in _stopwords().items()}
    best = max(score, key=lambda lang: (score[lang], lang == expected))
    if best != expected and score[best] >= 3 and score[best] > 1.5 * score[expected]:
        yield finding("wrong_language", s.text, theirs=expected, ours=best)


def likeness(s: Subject) -> Iterator[Finding]:
    """Too much like a reply of the last day, or like what this customer has had from us already."""
    share, other = nearest(s.text, s.recent)
    if share >= 1.0 and len(shingles(s.text)) > 1:
        yield finding("duplicate", s.text)
    elif share >= NEAR and len(shingles(s.text)) > 1:
        yield finding("near_duplicate", s.text, percent=round(share * 100), other=other[:80])
    share, _ = nearest(s.text, s.ours)
    if share >= NEAR:
        yield finding("same_reply_again", s.text, percent=round(share * 100))


def voice(s: Subject) -> Iterator[Finding]:
    """What the brand's own voice rules out, and praise that isn't thanked for."""
    for phrase in s.voice.forbidden_phrases:
        for match in re.finditer(rf"(?i)(?<!\w){re.escape(phrase)}(?!\w)", s.plain):
            yield finding("forbidden_phrase", s.text, *match.span())
    newest = s.conversation.to_answer
    reading = newest.reading if newest is not None else None
    warm = reading is not None and reading.complaint < 0.5
    for match in _EMOJI.finditer(s.text):
        policy, listed = s.voice.emoji.policy, s.voice.emoji.allowed
        unlisted = bool(listed) and match[0] not in "".join(listed)
        if policy == "never" or (policy == "warm_only" and not warm) or unlisted:
            yield finding("emoji_policy", s.text, *match.span(), policy=policy)
    thanks = re.search(
        r"(?i)\b(thank|glad|welcome|pleasure|dank|merci|gracias|grazie|agrade|obrigad|bedankt)", s.text
    )
    english = language_of(s.conversation) == "en"
    doubtful = reading is None or reading.signal_labels & {"sarcasm_possible", "about_our_automation"}
    praised = reading is not None and reading.primary == "praise" and warm and not doubtful
    if praised and english and not thanks:
        yield finding("praise_without_thanks", s.text)
    grade = reading_grade(s.text)
    if english and grade > s.voice.reading_level:
        yield finding("hard_to_read", s.text, grade=round(grade, 1), aim=s.voice.reading_level)


def handles(s: Subject) -> Iterator[Finding]:
    """Handles of people who aren't part of the conversation."""
    inside = {t.mention.author.lower() for t in s.conversation.turns if t.mention.author}
    for match in re.finditer(r"(?<![\w/.@])@([A-Za-z0-9_][\w.-]*\w|\w)", s.text):
        if match[1].lower() not in inside:
            yield finding("foreign_handle", s.text, *match.span(), handle=match[1])


def reading_grade(text: str) -> float:
    """Flesch-Kincaid US school grade of an English text; 0 for less than twelve words."""
    plain = _URL.sub(" ", text)
    found = _WORD.findall(plain)
    if len(found) < 12:
        return 0.0
    ends = max(1, len(re.findall(r"[.!?:;]+(?:\s|$)", plain)))
    syllables = sum(_syllables(w.lower()) for w in found)
    return 0.39 * len(found) / ends + 11.8 * syllables / len(found) - 15.59


def _syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


CHECKS: tuple[Check, ...] = (
    length, blanks, private, links, facts, person, names, products, language, likeness, voice, handles,
)  # fmt: skip
