"""One pass over the day's cases, in pages: whatever a digest says of them is counted here."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby

from monitor.digest.days import Stretch
from monitor.digest.draw import Draw
from monitor.digest.numbers import Answers, Counted, Kind, Pointed, Waits
from monitor.digest.spread import spread
from monitor.digest.waits import Post, Wait, is_measured, judged, post_of, waits_of, within
from monitor.domain.case import SLA, CaseStatus
from monitor.domain.moments import parse_moment
from monitor.domain.reading import Urgency
from monitor.store.protocol import Row
from monitor.store.session import Session

COMPLAINT = 0.5  # a post is a complaint from this probability on
IN_FULL = SAMPLES = 3

# Every page looks for the day's cases anew: large enough that this costs little, small enough that
# memory stays flat.
PAGE = 10_000

# As it stands among the signals of a reading's JSON.
UNSUPPORTED = '%"unsupported_language"%'

KINDS = ("complaint", "question", "praise", "other", "aside")
STANDS = {
    "open": "still_open",
    "waiting": "answered",
    "done": "closed",
    "aside": "closed",
    "merged": "closed",
}


class Tally:
    """Counts while it is fed case after case. Ids are kept only where they are drawn or pointed at."""

    def __init__(self, day: date, stretch: Stretch, now: datetime, seed: object) -> None:
        self._stretch, self._now = stretch, now
        self.cases = 0
        self._kinds: Counter[str] = Counter()
        self._posts: Counter[str] = Counter()
        self._intents: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()
        self._answers: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._languages: Counter[str] = Counter()
        self._complaining: set[tuple[str, str]] = set()
        self._waiting: set[tuple[str, str]] = set()
        self.waiting_since: datetime | None = None
        self._reported: list[float] = []
        self._lived: list[float] = []
        self._so_far: list[float] = []
        self._claimed: list[float] = []
        self._noise = Draw(seed, day, "noise", SAMPLES)
        self._in_full = Draw(seed, day, "in full", IN_FULL)
        self._automation = Draw(seed, day, "automation", SAMPLES)
        self._history = 0
        self.placed = 0

    # --- feeding ---

    def add(self, case: Row, posts: list[Post], confirmed: list[datetime]) -> None:
        """Counts one case with all its posts."""
        todays = [p for p in posts if not p.own and self._stretch.start <= p.at < self._stretch.end]
        complaint = max((_complaint(p, case) for p in todays), default=0.0)
        kind = _kind(case, complaint)
        self.cases += 1
        self.placed += len(todays)
        self._kinds[kind] += 1
        self._posts[kind] += len(todays)
        self._claimed += [60.0 * p.claimed for p in todays if p.claimed is not None and not p.removed]
        is_shown = any(not p.own and not p.removed for p in posts)
        if kind == "aside":
            if is_shown:
                self._noise.offer(case["id"])
            return
        if is_shown:
            self._in_full.offer(case["id"])
        self._intents[case["primary_intent"]] += 1
        self._outcomes[case["outcome"] or STANDS[case["status"]]] += 1
        self._signals(case, complaint, todays, is_shown)
        self._waits(case, kind, waits_of(posts, confirmed), todays)

    def _signals(self, case: Row, complaint: float, todays: list[Post], is_shown: bool) -> None:
        if foreign := next((p.foreign for p in todays if p.foreign), None):
            self._languages[foreign] += 1
        if "about_our_automation" in json.loads(case["signals"]) and complaint >= COMPLAINT and is_shown:
            self._automation.offer(case["id"])

    def _waits(self, case: Row, kind: str, waits: list[Wait], todays: list[Post]) -> None:
        began = within(waits, self._stretch)
        self._answers[case["urgency"]][judged(case, began, self._now)] += 1
        person = (case["platform"], case["customer"] or f"case {case['id']}")
        if kind == "complaint":
            self._complaining.add(person)
        if not is_measured(case):
            return
        is_open = case["status"] == CaseStatus.OPEN.value
        for wait in began:
            self._history += wait.is_history
            if wait.lived is not None:
                self._lived.append(wait.lived)
                self._so_far.append(wait.lived)
                if wait.is_first and wait.reported is not None:
                    self._reported.append(wait.reported)
            elif is_open:
                self._so_far.append(wait.until(self._now))
        if kind == "complaint" and is_open:
            self._waiting.add(person)
            unanswered = [w.seen if w.is_history else w.start for w in waits if w.reply is None]
            unanswered = unanswered or [todays[0].at]
            self.waiting_since = min(unanswered + ([self.waiting_since] if self.waiting_since else []))

    # --- what came out ---

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind, empty ones too: they add up to `cases`."""
        return tuple(Kind(kind, self._kinds[kind], self._posts[kind]) for kind in KINDS)

    @property
    def complaining(self) -> int:
        """People who complained."""
        return len(self._complaining)

    @property
    def complaints_waiting(self) -> int:
        """Of those people, how many wait for an answer."""
        return len(self._waiting)

    @property
    def intents(self) -> tuple[Counted, ...]:
        """Most frequent first."""
        return _ranked(self._intents)

    @property
    def outcomes(self) -> tuple[Counted, ...]:
        """Most frequent first."""
        return _ranked(self._outcomes)

    @property
    def languages(self) -> tuple[Counted, ...]:
        """Languages that we can't draft in, most frequent first."""
        return _ranked(self._languages)

    @property
    def answers(self) -> tuple[Answers, ...]:
        """Every urgency, empty ones too."""
        found = []
        for level in Urgency:
            counts, target = self._answers[level.value], SLA[level]
            seconds = None if target is None else target.total_seconds()
            found.append(Answers(level.value, seconds, sum(counts.values()), **counts))
        return tuple(found)

    @property
    def waits(self) -> Waits:
        """All but `solved`, which is about other cases."""
        return Waits(
            spread(self._reported),
            spread(self._lived),
            spread(self._so_far),
            spread(self._claimed),
            history=self._history,
        )

    @property
    def noise(self) -> Pointed:
        """What was set aside, with a random sample."""
        return Pointed(self._kinds["aside"], self._noise.drawn)

    @property
    def automation(self) -> Pointed:
        """Complaints about our own automation."""
        return Pointed(self._automation.offered, self._automation.drawn)

    @property
    def in_full(self) -> Pointed:
        """Three cases, each as likely as any other that was not set aside."""
        return Pointed(self._in_full.offered, self._in_full.drawn)


def tally(session: Session, day: date, stretch: Stretch, now: datetime, seed: object) -> Tally:
    """Counts the cases in which a customer wrote in `stretch`."""
    counted = Tally(day, stretch, now, seed)
    for page in session.figures.pages("figure_day_cases", stretch.params(), size=PAGE):
        bounds = {"low": page[0]["id"], "high": page[-1]["id"]}
        posts = dict(_grouped(session, stretch, bounds))
        confirmed: defaultdict[int, list[datetime]] = defaultdict(list)
        for row in session.figures.rows("figure_confirmed", bounds):
            confirmed[row["case_id"]].append(parse_moment(row["at"]))
        for case in page:
            counted.add(case, posts.get(case["id"], []), confirmed[case["id"]])
    return counted


def _grouped(session: Session, stretch: Stretch, bounds: dict[str, int]) -> Iterator[tuple[int, list[Post]]]:
    params = {**stretch.params(), **bounds, "unsupported": UNSUPPORTED}
    rows = session.figures.rows("figure_case_posts", params)
    for case_id, group in groupby(rows, key=lambda row: int(row["case_id"])):
        yield case_id, [post_of(row) for row in group]


def _complaint(post: Post, case: Row) -> float:
    # A removed post has no reading any more; that it was part of a complaint stays true.
    return float(case["complaint"] if post.complaint is None else post.complaint)


def _kind(case: Row, complaint: float) -> str:
    if case["status"] == CaseStatus.ASIDE.value:
        return "aside"
    if complaint >= COMPLAINT:
        return "complaint"
    by_intent = {"praise": "praise", "question_howto": "question"}
    return by_intent.get(case["primary_intent"], "other")


def _ranked(counts: Counter[str]) -> tuple[Counted, ...]:
    return tuple(Counted(label, n) for label, n in sorted(counts.items(), key=lambda i: (-i[1], i[0])))
