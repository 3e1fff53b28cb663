# ruff: noqa: E501
"""Conversations and stub readings to respond to: the real reading is another room's business."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.domain.case import Case, CaseStatus, Lane
from monitor.domain.conversation import Conversation, Turn
from monitor.domain.mention import Mention, Origin
from monitor.domain.reading import Entity, IntentScore, Reading, Reason, Signal, Urgency, UrgencyReading

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "monitor" / "sample" / "week.jsonl"
REPLAY = ROOT.parent / "shared" / "data" / "replay"
NOW = datetime(2026, 3, 3, 13, 12, tzinfo=UTC)  # a Tuesday, 14:12 in Berlin

LIMITS = {"x": 280, "bluesky": 300, "mastodon": 500, "reddit": 10_000, "appstore": 5_970}


def measure_on(platform: str):
    """(length, limit), counting a link as 23 on X, as X does."""

    def measure(text: str) -> tuple[int, int]:
        counted = re.sub(r"https?://\S+", "x" * 23, text) if platform in ("x", "mastodon") else text
        return len(counted), LIMITS.get(platform, 5_000)

    return measure


def reading(
    primary: str = "outage_bug",
    *,
    lang: str = "en",
    complaint: float = 0.9,
    severity: int = 2,
    urgency: str = "P2",
    signals: Iterable[str | tuple[str, int, int]] = (),
    rules: Iterable[str] = (),
    wait: int | None = None,
    entities: Iterable[tuple[str, str]] = (),
) -> Reading:
    """A reading with these labels. A signal may carry its span."""
    spans = [(s, 0, 1) if isinstance(s, str) else s for s in signals]
    return Reading(
        lang=lang,
        complaint=complaint,
        severity=severity,
        intents=(IntentScore(primary, 0.9),),
        primary=primary,
        urgency=UrgencyReading(Urgency(urgency), 0.5, tuple(Reason(r, "", 0, 0) for r in rules)),
        signals=tuple(Signal(label, "stub", "", start, end) for label, start, end in spans),
        entities=tuple(Entity(label, text, 0, len(text)) for label, text in entities),
        claimed_wait_minutes=wait,
        model="stub",
    )


def conversation(
    *turns: str | tuple[str, Reading | None],
    read: Reading | None = None,
    platform: str = "x",
    case_id: int = 1,
    verdict: str = "postable",
    signals: tuple[str, ...] = (),
    in_reply_to: str | None = None,
    author_name: str | None = "Lee Marsh",
) -> Conversation:
    """A case whose turns alternate with ours where a text starts with ``us:``. `read` is the newest's reading."""
    made: list[Turn] = []
    last = len(turns) - 1
    for number, turn in enumerate(turns):
        text, own_reading = turn if isinstance(turn, tuple) else (turn, None)
        own = text.startswith("us:")
        mention = Mention(
            platform=platform,
            native_id=str(1000 + number),
            text=text.removeprefix("us:").strip(),
            created_at=NOW - timedelta(hours=last - number + 1),
            author="northwindair" if own else "leemarsh",
            author_name=None if own else author_name,
            in_reply_to=str(999 + number) if number else in_reply_to,
        )
        known = None if own else (read if number == last and own_reading is None else own_reading)
        made.append(Turn(number, mention, own, 1, None, mention.created_at, known))
    newest = next((t.reading for t in reversed(made) if t.reading is not None), None) or reading()
    return Conversation(_case(case_id, platform, newest, verdict, signals), tuple(made))


def _case(number: int, platform: str, read: Reading, verdict: str, signals: tuple[str, ...]) -> Case:
    return Case(
        id=number, platform=platform, source="s", customer="1", customer_handle="leemarsh", conversation="1000",
        status=CaseStatus.OPEN, origin=Origin.LIVE, urgency=read.urgency.level, primary_intent=read.primary,
        complaint=read.complaint, severity=read.severity, signals=tuple(sorted({*read.signal_labels, *signals})),
        lang=read.lang, verdict=verdict, verdict_rule="x.summoned", assignee=None, opened_at=NOW, clock_start=NOW,
        due_at=None, last_customer_at=NOW, first_response_at=None, closed_at=None, outcome=None, title="…",
        lane=Lane.NEEDS_APPROVAL, reach=0, version=1,
    )  # fmt: skip


# -- a stub reading by a few words: enough to exercise every macro on real posts --------------------

_INTENTS = (
    ("safety_hazard", r"caught fire|smoke|overheat|burn(t|ed|ing)|electric shock|glass in|allerg|injur|bleeding|dangerous"),
    ("security_privacy_scam", r"scam|phish|hacked|fraud|fake (site|account|page|email)|someone else'?s|data breach|gdpr"),
    ("account_access", r"log ?in|log in|logged out|locked out|password|sign in|my account|verification code"),
    ("billing_refund", r"refund|charged|billed|payment|paid|invoice|voucher|money|subscription|cancel my|price|fee\b"),
    ("delivery_order", r"deliver|parcel|package|order(ed)?\b|luggage|suitcase|baggage|my bag|flight|delayed|cancelled|stranded|missed connection|belt"),
    ("staff_or_process", r"rude|on hold|hung up|queue|customer service|agent|no (reply|answer|response)|ignored|crew|staff|call centre"),
    ("product_defect", r"broke|broken|defect|faulty|cracked|mould|stale|seat .{0,20}(broken|stuck)|fell apart"),
    ("outage_bug", r"crash|bug|error|not working|doesn'?t work|won'?t|app |down\b|website|glitch|can'?t (play|open|load|check)|freez|stopped"),
    ("ethics_policy", r"plastic|carbon|climate|greenwash|union|discriminat|advert"),
    ("press_partner", r"journalist|reporter|press|deadline for my piece|partnership|collab"),
    ("praise", r"thank(s| you)|thx|love|great|awesome|amazing|brilliant|well done|kudos|shout ?out|lovely|best"),
    ("feature_feedback", r"please add|bring back|i wish|would be (nice|great|good)|suggestion|feature|should (add|have)|feedback"),
    ("question_howto", r"\?|how do|how to|can i|is there"),
)  # fmt: skip
_CALM = frozenset({"praise", "feature_feedback", "question_howto", "press_partner", "noise"})
_SIGNALS = (
    ("asks_for_human", r"(speak|talk) to a (real )?(human|person)|real person|actual human"),
    ("asks_for_executive", r"\bceo\b|your manager|a manager|supervisor|your boss"),
    ("churn_threat", r"never (fly|use|buy|order).{0,20}again|switching to|cancel(l?ing)? my (subscription|membership|account)|last time"),
    ("legal_threat", r"lawyer|solicitor|sue\b|court|legal action"),
    ("repeat_contact", r"again|third time|second time|still (not|no|waiting)|keep(s)? happening|already (told|dm|email|contact)"),
    ("high_arousal", r"!!|[A-Z]{5,}|disgust|furious|ridiculous|joke|wtf|fuck|shit|worst"),
    ("stop_request", r"stop (replying|messaging|contacting)"),
    ("about_our_automation", r"\bbot\b|automated|copy.?paste|canned"),
)  # fmt: skip
_FOREIGN = (
    ("de", r"\b(der|die|das|und|nicht|ich|ist|mein|wir|bitte|seit)\b"), ("fr", r"\b(le|les|est|pas|je|vous|mon|une|bonjour|merci|depuis)\b"),
    ("es", r"\b(el|los|que|mi|por|gracias|hola|está|pero|una)\b"), ("it", r"\b(il|che|sono|mio|grazie|non|della|per)\b"),
    ("nl", r"\b(het|een|niet|ik|mijn|jullie|is er|al)\b"), ("pt", r"\b(não|meu|minha|obrigado|está|você|uma|isso)\b"),
)  # fmt: skip


def stub_reading(text: str, lang: str | None = None) -> Reading:
    """A rough reading of a post, by a few words."""
    low = text.lower().replace("’", "'")
    primary = next((label for label, pattern in _INTENTS if re.search(pattern, low)), "noise")
    signals = [
        label for label, pattern in _SIGNALS if re.search(pattern, text if label == "high_arousal" else low)
    ]
    calm = primary in _CALM
    urgency = (
        "P4"
        if primary in ("praise", "noise")
        else "P3"
        if calm
        else "P0"
        if primary == "safety_hazard"
        else "P2"
    )
    wait = re.search(r"\b(\d{1,3}) ?(min|minutes|hours?|hrs?|days?|weeks?)\b", low)
    size = {"m": 1, "h": 60, "d": 1440, "w": 10080}
    return reading(
        primary,
        lang=lang or _lang(low),
        complaint=0.1 if calm else 0.9,
        severity=0 if calm else 2,
        urgency=urgency,
        signals=signals,
        wait=int(wait[1]) * size[wait[2][0]] if wait and not calm else None,
    )


def _lang(low: str) -> str:
    hits = {code: len(re.findall(pattern, low)) for code, pattern in _FOREIGN}
    best = max(hits, key=lambda code: hits[code])
    english = len(re.findall(r"\b(the|and|is|my|to|i|you|it|of|for|not|this|a)\b", low))
    return best if hits[best] > max(2, english) else "en"


def posts(path: Path) -> Iterator[dict[str, str]]:
    """The rows of an archive file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def as_conversation(row: dict[str, str], number: int, platform: str | None = None) -> Conversation:
    """One post of an archive as a case of its own."""
    read = stub_reading(row["text"], row.get("lang"))
    return conversation(
        row["text"],
        read=read,
        platform=platform or row["platform"],
        case_id=number,
        in_reply_to=row.get("in_reply_to"),
    )


def with_reading(base: Reading, **changes: object) -> Reading:
    """A copy of a reading."""
    return replace(base, **changes)  # type: ignore[arg-type]
