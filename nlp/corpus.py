"""The labelled posts: loading, checking, and finding copies and templates.

Run ``python -m nlp.corpus [FILE…]`` to check files (all of ``nlp/data/corpus`` by default); it
prints every problem with file and line, a summary, and exits 1 if anything is wrong.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.domain.errors import InputUnreadable
from monitor.domain.reading import INTENTS, SIGNALS, Urgency

DATA = Path(__file__).parent / "data"
CORPUS = DATA / "corpus"
SECOND = DATA / "second"
FIRST = DATA / "first"  # the labels of the posts in `second` as they stood before disagreements were settled

INDUSTRIES = frozenset(
    [
        "airline",
        "rail",
        "automotive",
        "ride_hailing",
        "hotel",
        "restaurant",
        "food_delivery",
        "grocery",
        "retail",
        "apparel",
        "cosmetics",
        "electronics",
        "telecom",
        "energy",
        "bank",
        "insurance",
        "pharmacy",
        "software",
        "games",
        "music_streaming",
        "video_streaming",
        "parcel",
        "public_services",
        "education",
        "fitness",
        "real_estate",
        "events",
    ]
)
PLATFORMS = frozenset(["x", "reddit", "bluesky", "mastodon", "hackernews", "rss", "appstore"])
LANGS = frozenset(["en", "de", "fr", "es", "it", "pt", "nl", "und"])
ENTITY_LABELS = frozenset(["ORDER", "AMOUNT", "DATE", "PLACE", "PRODUCT", "STAFF"])
FROM_PLATFORM = frozenset({"media_attached", "summoned"})  # not readable from the words

_LABELS = ("intents", "primary", "complaint", "severity", "urgency", "signals", "wait")
_REQUIRED = ("id", "text", "platform", "industry", "lang", *_LABELS)
_WORD = re.compile(r"\w+", re.UNICODE)
_MAX_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class LabelledPost:
    """One post of the corpus with its labels, as the guide defines them. `wait` is in minutes."""

    id: str
    text: str
    platform: str
    industry: str
    lang: str
    intents: tuple[str, ...]
    primary: str
    complaint: int
    severity: int
    urgency: str
    signals: tuple[str, ...]
    wait: int | None
    entities: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one line of a corpus file."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def post_from(row: dict[str, Any]) -> LabelledPost:
    """The typed form of one line that `problems_of` found nothing against."""
    entities = row.get("entities")
    return LabelledPost(
        id=row["id"],
        text=row["text"],
        platform=row["platform"],
        industry=row["industry"],
        lang=row["lang"],
        intents=tuple(row["intents"]),
        primary=row["primary"],
        complaint=row["complaint"],
        severity=row["severity"],
        urgency=row["urgency"],
        signals=tuple(row["signals"]),
        wait=row["wait"],
        entities=None if entities is None else tuple((e["label"], e["text"]) for e in entities),
    )


def corpus_files(folder: Path = CORPUS) -> list[Path]:
    """The corpus files in a fixed order, so that training is deterministic."""
    return sorted(folder.glob("*.jsonl"))


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """(line number, object) of each line; a line that is no JSON object comes as the reason why."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputUnreadable(f"{path.name}: {error}.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            yield number, f"no JSON: {error}"
            continue
        yield number, row if isinstance(row, dict) else "not an object"


def problems_of(row: dict[str, Any], stem: str) -> Iterator[str]:
    """What the guide has against this line, if anything."""
    missing = [k for k in _REQUIRED if k not in row]
    if missing:
        yield f"missing {', '.join(missing)}"
        return
    unknown = sorted(set(row) - set(_REQUIRED) - {"entities"})
    if unknown:
        yield f"unknown fields {', '.join(unknown)}"
    if not re.fullmatch(re.escape(stem) + r"-\d{4}", str(row["id"])):
        yield f"id {row['id']!r} is not {stem}-NNNN"
    if not isinstance(row["text"], str) or not 1 <= len(row["text"].strip()) <= _MAX_TEXT:
        yield "text is empty or longer than 10,000 characters"
        return
    for key, allowed in (("platform", PLATFORMS), ("industry", INDUSTRIES), ("lang", LANGS)):
        if row[key] not in allowed:
            yield f"{key} {row[key]!r} is not one of {' '.join(sorted(allowed))}"
    yield from label_problems(row)
    if row["lang"] in LANGS:
        foreign = row["lang"] not in ("en", "und")
        if foreign != ("unsupported_language" in row["signals"]):
            yield "unsupported_language stands exactly when lang isn't en or und"
    yield from _entity_problems(row)


def label_problems(row: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the labels alone (also used for second labels)."""
    intents = row["intents"]
    if not isinstance(intents, list) or not 1 <= len(intents) <= 3 or len(set(intents)) != len(intents):
        yield "intents must be one to three different labels"
    elif set(intents) - set(INTENTS):
        yield f"unknown intents {sorted(set(intents) - set(INTENTS))}"
    elif row["primary"] != intents[0]:
        yield "primary is not the first intent"
    elif "noise" in intents and len(intents) > 1:
        yield "noise stands alone"
    if row["complaint"] not in (0, 1) or row["severity"] not in (0, 1, 2, 3):
        yield "complaint is 0 or 1, severity 0 to 3"
    elif (row["severity"] > 0) != (row["complaint"] == 1):
        yield "severity is 0 exactly when complaint is 0"
    if row["urgency"] not in set(Urgency):
        yield f"urgency {row['urgency']!r} is not P0–P4"
    signals = row["signals"]
    if not isinstance(signals, list) or set(signals) - (set(SIGNALS) - FROM_PLATFORM):
        yield f"signals {signals!r}: unknown, or one that comes from the platform"
    elif signals != sorted(set(signals)):
        yield "signals are not sorted"
    wait = row["wait"]
    if wait is not None and (not isinstance(wait, int) or isinstance(wait, bool) or wait <= 0):
        yield f"wait {wait!r} is neither null nor whole minutes"


def _entity_problems(row: dict[str, Any]) -> Iterator[str]:
    for entity in row.get("entities") or ():
        if not isinstance(entity, dict) or set(entity) != {"label", "text"}:
            yield f"entity {entity!r} is not {{label, text}}"
        elif entity["label"] not in ENTITY_LABELS:
            yield f"unknown entity label {entity['label']!r}"
        elif entity["text"] not in row["text"]:
            yield f"entity {entity['text']!r} does not stand in the text"


def load(paths: Iterable[Path] | None = None) -> list[LabelledPost]:
    """Every post of the files (default: the whole corpus), in order.

    Raises `InputUnreadable` naming the first faulty line: training on half a corpus is worse than not at all.
    """
    posts: list[LabelledPost] = []
    for path in corpus_files() if paths is None else paths:
        for number, row in rows(path):
            faults = [row] if isinstance(row, str) else list(problems_of(row, path.stem))
            if faults:
                raise InputUnreadable(
                    f"{path.name}:{number}: {faults[0]}.", action="Run `python -m nlp.corpus`."
                )
            assert isinstance(row, dict)  # noqa: S101  # a string row is a fault, raised above
            posts.append(post_from(row))
    return posts


def check(paths: Sequence[Path]) -> tuple[list[Problem], list[LabelledPost]]:
    """All problems of the files together (copies are looked for across files), and the good posts."""
    problems: list[Problem] = []
    posts: list[LabelledPost] = []
    where: list[tuple[str, int]] = []
    seen: dict[str, str] = {}
    for path in paths:
        for number, row in rows(path):
            faults = [row] if isinstance(row, str) else list(problems_of(row, path.stem))
            problems += [Problem(path.name, number, fault) for fault in faults]
            if faults or isinstance(row, str):
                continue
            if row["id"] in seen:
                problems.append(Problem(path.name, number, f"id {row['id']} also in {seen[row['id']]}"))
            seen[row["id"]] = path.name
            posts.append(post_from(row))
            where.append((path.name, number))
    for index, what in _copies(posts):
        problems.append(Problem(*where[index], what))
    return problems, posts


def _copies(posts: Sequence[LabelledPost]) -> Iterator[tuple[int, str]]:
    from nlp.similarity import near_copies

    for later, earlier, overlap in near_copies([p.text for p in posts]):
        kind = "the same words as" if overlap >= 1.0 else f"{overlap:.0%} the words of"
        yield later, f"{kind} {posts[earlier].id}"


def openings(posts: Sequence[LabelledPost], words: int = 3) -> list[tuple[str, int]]:
    """How often posts begin with the same words, handles aside; the commonest first."""
    counts: Counter[str] = Counter()
    for post in posts:
        start = _WORD.findall(re.sub(r"^(?:\s*@\S+)+", "", post.text.lower()))[:words]
        if len(start) == words:
            counts[" ".join(start)] += 1
    return counts.most_common()


def summary(posts: Sequence[LabelledPost]) -> str:
    """What the files hold, for the person who wrote them."""
    if not posts:
        return "no posts"
    total = len(posts)
    lines = [
        f"{total} posts, {sum(p.complaint for p in posts) / total:.0%} complaints, "
        f"{len({p.industry for p in posts})} industries"
    ]
    for name, counts in (
        ("urgency", Counter(p.urgency for p in posts)),
        ("severity", Counter(str(p.severity) for p in posts)),
        ("primary", Counter(p.primary for p in posts)),
        ("signals", Counter(s for p in posts for s in p.signals)),
        ("industry", Counter(p.industry for p in posts)),
        ("platform", Counter(p.platform for p in posts)),
        ("lang", Counter(p.lang for p in posts)),
    ):
        lines.append(f"{name}: " + " ".join(f"{k}={v}" for k, v in sorted(counts.items())))
    lines.append(f"with a wait: {sum(p.wait is not None for p in posts)}")
    common = [f"{words!r} {n}" for words, n in openings(posts)[:5]]
    lines.append("commonest openings: " + ", ".join(common))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Checks the files named, or all. Returns 0 when they are clean, 1 otherwise."""
    names = list(sys.argv[1:] if arguments is None else arguments)
    paths = [Path(n) for n in names] or corpus_files()
    problems, posts = check(paths)
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    sys.stdout.write(summary(posts) + "\n")
    sys.stdout.write(f"{len(problems)} problems\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
