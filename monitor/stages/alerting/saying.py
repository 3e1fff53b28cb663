"""What a message says: short enough for a lock screen, and nothing that a stranger may not read there.

Of a case it says where, how urgent and until when; never who, what they wrote, or why it is a P0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.alert import Alert, AlertKind, Notice
from monitor.domain.errors import action_for
from monitor.domain.moments import parse_moment, say_duration
from monitor.stages.alerting.watch import Watch

LINES = 6  # of a bundle

# One of them, several of them.
COUNTED: dict[AlertKind, tuple[str, str]] = {
    AlertKind.P0: ("P0 case", "P0 cases"),
    AlertKind.SLA: ("case at risk", "cases at risk"),
    AlertKind.STORM: ("storm", "storms"),
    AlertKind.CREDENTIALS: ("source with refused credentials", "sources with refused credentials"),
    AlertKind.SOURCE: ("source that stopped", "sources that stopped"),
    AlertKind.GAP: ("gap", "gaps"),
    AlertKind.PAUSED: ("pause", "pauses"),
    AlertKind.DISK: ("full disk", "full disks"),
    AlertKind.STORE: ("database in trouble", "databases in trouble"),
    AlertKind.BACKFILL: ("backfill ended", "backfills ended"),
}


def say(alerts: Sequence[Alert], watch: Watch, now: datetime) -> Notice:
    """One message about one alert, or about many."""
    if len(alerts) == 1:
        title, body = _one(alerts[0], watch, now)
        return Notice(title, body)
    counts = Counter(a.kind for a in alerts)
    parts = [f"{n} {COUNTED[kind][n > 1]}" for kind, n in counts.items()]
    lines = [_one(alert, watch, now)[0] for alert in alerts[:LINES]]
    if len(alerts) > LINES:
        lines.append(f"and {len(alerts) - LINES} more")
    link = watch.link("/alerts")
    return Notice(", ".join(parts), "\n".join([*lines, *([link] if link else [])]))


def _one(alert: Alert, watch: Watch, now: datetime) -> tuple[str, str]:
    title, body, path = WORDS[alert.kind](_Speaker(alert, watch, now))
    brand = f"{alert.brand}: " if watch.many_brands and alert.brand else ""
    if alert.over_at is not None:
        title = f"{title} (over)"
    return brand + title, "\n".join(part for part in (body, watch.link(path)) if part)


Said = tuple[str, str, str]  # title, body, path of a page


@dataclass(frozen=True, slots=True)
class _Speaker:
    """The words for one alert at one moment."""

    alert: Alert
    watch: Watch
    now: datetime

    @property
    def detail(self) -> Mapping[str, Any]:
        return self.alert.detail

    def clock(self, moment: datetime | str) -> str:
        """The time of day on the clock of the house."""
        at = parse_moment(moment) if isinstance(moment, str) else moment
        return f"{at.astimezone(self.watch.zone):%H:%M}"

    def p0(self) -> Said:
        number, where = self._number, self._platform
        title = f"P0 on {where}: {self._by()}"
        if self.alert.round > 1:
            title = f"P0 on {where}, unacknowledged for {say_duration(self.now - self.alert.began_at)}"
        return title, f"Case {number} needs a person now. Alert {self.alert.id}.", f"/cases/{number}"

    def _by(self) -> str:
        due = self.detail.get("due")
        if not due:
            return "answer now"
        at = parse_moment(due)
        return f"answer by {self.clock(at)}" if at > self.now else f"overdue since {self.clock(at)}"

    def sla(self) -> Said:
        number, due = self._number, parse_moment(self.detail["due"])
        when = f"overdue since {self.clock(due)}"
        if due > self.now:
            when = f"is due in {say_duration(due - self.now)}, {self.clock(due)}"
        has = f"{self.detail['has']} has it" if self.detail.get("has") else "nobody has it"
        title = f"{self.detail['urgency']} on {self._platform} {when}"
        about = str(self.detail["intent"]).replace("_", " ")
        return title, f"Case {number}, {about}; {has}.", f"/cases/{number}"

    def storm(self) -> Said:
        intent = self.detail.get("intent")
        about = f" about {intent.replace('_', ' ')}" if intent else " of one cause"
        usual = f"usually {self.detail['expected']} in half an hour"
        path = f"/storms/{self._number}"
        return (
            f"Storm: {self.detail['cases']} cases{about}",
            f"Since {self.clock(self.detail['since'])}; {usual}.",
            path,
        )

    def trouble(self) -> Said:
        code = self.detail.get("code")
        if code is None:
            since = self.detail.get("since")
            last = f"Last tried {self.clock(since)}." if since else "Never tried."
            title = f"{self.alert.source} {self.detail['fails']}"
            return title, f"{last} See the log of `presszero run`.", "/sources"
        refused = self.alert.kind is AlertKind.CREDENTIALS
        what = "credentials refused" if refused else self.detail["fails"]
        title = f"{self.alert.source}: {what}"
        body = f"It {self.detail['fails']} ({code}). {action_for(code)}"
        return title, body, "/sources"

    def gap(self) -> Said:
        minutes = int(self.detail["minutes"])
        long = f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
        then = "It stays." if self.detail["stays"] else "What can be filled is filled by itself."
        return f"{self.alert.source}: {long} not covered in 24 h", then, "/sources"

    def paused(self) -> Said:
        since = parse_moment(self.detail["since"])
        what = f"Posting on {self.alert.source}" if self.alert.source else "All posting"
        by = f"{self.detail['by']} paused it at {self.clock(since)}. Approved replies wait."
        return f"{what} is paused for {say_duration(self.now - since)}", by, "/sources"

    def disk(self) -> Said:
        free = f"Less than {int(self.detail['free_mb']) + 50} MB left"
        return f"{free} where the database is", "Make room; without it nothing is collected.", "/sources"

    def store(self) -> Said:
        return "The database takes nothing", str(self.detail.get("why", "")), ""

    def backfill(self) -> Said:
        name = self.alert.subject.partition(":")[2]
        ended = "is complete" if self.detail["state"] == "complete" else "has stopped; --resume goes on"
        return f"Backfill {name} {ended}", "", "/sources"

    @property
    def _number(self) -> str:
        return self.alert.subject.partition(":")[2]

    @property
    def _platform(self) -> str:
        return str(self.detail["platform"]).capitalize()


WORDS: dict[AlertKind, Callable[[_Speaker], Said]] = {
    AlertKind.P0: _Speaker.p0,
    AlertKind.SLA: _Speaker.sla,
    AlertKind.STORM: _Speaker.storm,
    AlertKind.CREDENTIALS: _Speaker.trouble,
    AlertKind.SOURCE: _Speaker.trouble,
    AlertKind.GAP: _Speaker.gap,
    AlertKind.PAUSED: _Speaker.paused,
    AlertKind.DISK: _Speaker.disk,
    AlertKind.STORE: _Speaker.store,
    AlertKind.BACKFILL: _Speaker.backfill,
}
