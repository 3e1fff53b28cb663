"""The pages of the inbox over 100,000 cases and 1,000,000 posts, asked for by 20 people at once.

The real server in a process of its own, over HTTP on loopback; what is measured is the time to the last
byte of the page. First each person pauses about a second between two pages, as nobody is faster; then
nobody pauses at all, which shows how much the server could take. The database is made once (some minutes,
2 GB) and kept in .bench; `python -m tests.bench inbox` runs this alone.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from monitor.runtime.clock import SystemClock
from monitor.stages import people
from monitor.store.sqlite import SqliteStore
from tests.bench import big_inbox

FOLDER = Path(__file__).parents[2] / ".bench"
USERS = 20
ROUNDS = 2  # times each person opens every view
AIM = 100  # ms, p95
PASSWORD = "tide pool lantern"

CONFIG = """
[brand]
name = "Northwind Air"
handles = { x = "northwindair" }

[store]
url = "sqlite:///inbox.db"
"""

VIEWS = {
    "lane: now": "/?lane=now",
    "lane: needs approval": "/?lane=needs_approval",
    "lane: by hand": "/?lane=by_hand",
    "lane: waiting": "/?lane=waiting",
    "lane: problems": "/?lane=problems",
    "lane: done (82,000 cases)": "/?lane=done",
    "lane: aside": "/?lane=aside",
    "all open": "/?lane=open",
    "all open, deep page": "/?lane=open&after={open_case}",
    "filter: place": "/?lane=done&place=Oslo",
    "filter: five at once": "/?lane=done&urgency=P1&lang=en&verdict=postable&assignee=agent&photo=yes",
    "filter that lets nothing through": "/?lane=done&intent=praise&urgency=P0&lang=xx",
    "filter: tag": "/?lane=open&tag=tag-7",
    "for me": "/me",
    "search: one rare word": "/search?q=seat",
    "search: three common words": "/search?q=bag+order+late",
    "search: beginning of a word": "/search?q=ord",
    "palette": "/palette?q=refund",
    "case, ten posts": "/cases/{small_case}",
    "case, 400 posts": "/cases/{large_case}",
    "news of a lane": "/rows?lane=open",
    "sources": "/sources",
    "account": "/account",
}


def database() -> Path:
    """The large inbox, made when there is none. One of an older schema is migrated by the server."""
    path, stamp = FOLDER / "inbox.db", FOLDER / "made"
    if not (path.exists() and stamp.exists() and stamp.read_text() == big_inbox.EDITION):
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
        big_inbox.make(path)
        store = SqliteStore(f"sqlite:///{path}")
        for name, role in (("agent", "agent"), ("approver", "approver")):
            people.add_user(store, name, role, PASSWORD, SystemClock())
        store.close()
        (FOLDER / "config.toml").write_text(CONFIG)
        stamp.write_text(big_inbox.EDITION)
    return path


def _like(db: sqlite3.Connection, what: str) -> int:
    """A case to look at."""
    return int(db.execute(what).fetchone()[0])


def addresses(path: Path) -> dict[str, str]:
    """The views with real cases in them."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        sized = (
            "SELECT case_id FROM glances g JOIN cases c ON c.id = g.case_id "
            "WHERE c.lane = 'needs_approval' AND g.posts"
        )
        by_hand = "SELECT id FROM cases WHERE lane = 'by_hand' ORDER BY due_key"
        cases = {
            "small_case": _like(db, f"{sized} BETWEEN 7 AND 8 LIMIT 1"),
            "large_case": big_inbox.CASES,
            "open_case": _like(db, f"{by_hand} LIMIT 1 OFFSET 500"),
        }
    return {name: address.format(**cases) for name, address in VIEWS.items()}


@contextlib.contextmanager
def server() -> Iterator[tuple[int, int]]:
    """The real program: the port it listens on, and its process id."""
    command = [sys.executable, "-m", "monitor.cli", "web", "--port", "0"]
    with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = next(x for x in process.stdout if x.startswith("Inbox:"))
            port = int(line.rsplit(":", 1)[1])
            _until_there(port)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(10)


def server_seconds(pid: int) -> float:
    """Seconds of CPU that a process has used (Linux; elsewhere 0)."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _until_there(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            get(http.client.HTTPConnection("127.0.0.1", port), "/healthz", "")
            return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def get(connection: http.client.HTTPConnection, path: str, cookie: str) -> int:
    """Asks for a page and reads all of it; returns the status."""
    connection.request("GET", path, headers={"cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def sign_in(port: int) -> str:
    """The cookie of an approver."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    body = f"name=approver&password={PASSWORD.replace(' ', '+')}"
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    connection.request("POST", "/sign-in", body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 303:
        raise SystemExit(f"sign-in failed: {answer.status}")
    return answer.headers["set-cookie"].split(";")[0]


def visit(port: int, cookie: str, views: dict[str, str], pause: float) -> dict[str, list[float]]:
    """Milliseconds per view, of everybody together."""
    took: dict[str, list[float]] = {name: [] for name in views}

    def one(seed: int) -> None:
        rng, connection = random.Random(seed), http.client.HTTPConnection("127.0.0.1", port)
        names = list(views) * ROUNDS
        rng.shuffle(names)
        time.sleep(rng.uniform(0, pause))
        for name in names:
            started = time.perf_counter()
            status = get(connection, views[name], cookie)
            took[name].append(1000 * (time.perf_counter() - started))
            assert status == 200, (name, status)
            time.sleep(rng.uniform(0.5, 1.5) * pause)

    everybody = [threading.Thread(target=one, args=(n,)) for n in range(USERS)]
    for person in everybody:
        person.start()
    for person in everybody:
        person.join()
    return took


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def run() -> None:
    """Prints p50 and p95 per view."""
    path = database()
    views = addresses(path)
    print(f"{path.stat().st_size / 1e9:.1f} GB, {big_inbox.CASES:,} cases, {big_inbox.POSTS:,} posts")
    with server() as (port, process):
        cookie = sign_in(port)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for address in views.values():  # the cache of a server that has been up for a while
            get(connection, address, cookie)
        calm = visit(port, cookie, views, pause=1.0)
        started, worked = time.perf_counter(), server_seconds(process)
        storm = visit(port, cookie, views, pause=0.0)
        pages = sum(map(len, storm.values()))
        rate, worked = pages / (time.perf_counter() - started), server_seconds(process) - worked
    print(
        f"the server works {1000 * worked / pages:.1f} ms of CPU for a page, whatever else the machine does"
    )
    print(f"{USERS} people, a second between two pages | nobody pauses ({rate:.0f} pages/s)")
    for name in views:
        p50, p95 = percentile(calm[name], 0.5), percentile(calm[name], 0.95)
        mark = "" if p95 < AIM else "  over the aim"
        hard = f"{percentile(storm[name], 0.5):4.0f} {percentile(storm[name], 0.95):4.0f}"
        print(f"  {name:34} p50 {p50:4.0f} ms  p95 {p95:4.0f} ms | {hard}{mark}")
    every = [t for times in calm.values() for t in times]
    worst = max(percentile(times, 0.95) for times in calm.values())
    print(f"all views: median {statistics.median(every):.0f} ms, p95 {percentile(every, 0.95):.0f} ms")
    print(f"slowest view: p95 {worst:.0f} ms (aim: under {AIM})")
