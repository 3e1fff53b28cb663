"""A house with a rota, whose alerts go to a real HTTP server through apprise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.domain.alert import ONCALL, AlertKind, Channel, Route
from monitor.domain.rota import Rota
from monitor.stages.alerting import NoticeReport, SendReport, Watch, notice, send
from monitor.stages.alerting.carrying import AppriseCarrier
from monitor.store.alerts import AlertMessage
from tests.fakes.receiver import Receiver
from tests.integration.stages.house import House

BERLIN = ZoneInfo("Europe/Berlin")
EVERYTHING = frozenset(AlertKind)


class Duty:
    """Bo is on call, then Ann, then Cy; "team" is everybody's."""

    def __init__(self, folder: Path, receiver: Receiver) -> None:
        self.house = House(folder)
        with self.house.store.write() as session:
            session.brands.assign({"src": "Northwind Air"})
        self.receiver = receiver
        people = ("bo", "ann", "cy")
        here = self.house.clock.now().astimezone(BERLIN).replace(tzinfo=None)
        self.watch = Watch(
            rota=Rota(BERLIN, people, here.replace(hour=0, minute=0)),
            channels=(self.channel("team"), *(self.channel(p, person=p) for p in people)),
            routes=(
                Route(frozenset({AlertKind.P0}), (ONCALL,)),
                Route(EVERYTHING - {AlertKind.P0}, ("team",)),
            ),
            zone=BERLIN,
            public_url="https://inbox.example/",
            started=self.house.clock.now(),
        )

    def channel(self, name: str, **changes: object) -> Channel:
        address = f"json://127.0.0.1:{self.receiver.port}/{name}"
        return Channel(name, address, **changes)  # type: ignore[arg-type]

    def set(self, **changes: object) -> None:
        self.watch = replace(self.watch, **changes)  # type: ignore[arg-type]

    def patience(self, **changes: object) -> None:
        self.set(patience=replace(self.watch.patience, **changes))  # type: ignore[arg-type]

    def look(self) -> NoticeReport:
        return notice(self.house.store, self.watch, self.house.clock)

    def send(self) -> SendReport:
        return send(self.house.store, self.watch, AppriseCarrier(), self.house.clock)

    def tick(self) -> SendReport:
        """What `presszero run` does every three seconds."""
        self.look()
        return self.send()

    def forward(self, minutes: float) -> None:
        """So long the scheduler runs, a tick every half minute."""
        for _ in range(int(minutes * 2)):
            self.house.clock.forward(seconds=30)
            self.tick()

    def burned(self, count: int = 1) -> list[int]:
        """So many P0 cases, by different customers; their numbers."""
        posts = [
            self.house.write("you burned my hand, I bleed", author=f"u{next(self.house._ids)}")
            for _ in range(count)
        ]
        self.house.work(drafting=False)
        return [self.house.case(post).id for post in posts]

    def lost(self, at: datetime | None = None) -> str:
        """A P2 case; the id of its post."""
        post = self.house.write("you lost my suitcase", author=f"u{next(self.house._ids)}", at=at)
        self.house.work(drafting=False)
        return post

    # --- looking ---

    def told(self, *names: str) -> list[tuple[str, str]]:
        """(channel, title) of every message that arrived, in order."""
        found = [(t.path.strip("/"), t.json["title"]) for t in self.receiver.taken]
        return [f for f in found if not names or f[0] in names]

    def bodies(self) -> list[str]:
        return [t.json["message"] for t in self.receiver.taken]

    def forget(self) -> None:
        self.receiver.taken.clear()

    def messages(self) -> list[AlertMessage]:
        with self.house.store.read() as session:
            alerts = session.alerts.page(1000)
            return [m for a in reversed(alerts) for m in session.alerts.messages(a.id)]

    def states(self) -> Iterable[str]:
        return sorted(m.state for m in self.messages())
