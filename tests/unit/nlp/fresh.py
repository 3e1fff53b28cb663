"""How well P0, hard negatives, waits and order numbers are read in posts written for this measure alone.

`python -m tests.unit.nlp.fresh` prints the figures of two sets, `-v` their mistakes: `fresh.jsonl`, whose
mistakes rules were mended by, and `unread.jsonl`, written when those rules stood. Don't mend rules by the
mistakes of the second: it is the honest measure.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from monitor.domain.reading import Post
from nlp.pipeline import load_reader

HERE = Path(__file__).parent


def measure(name: str) -> tuple[dict[str, float], list[str]]:
    """The figures, 0–1, and a line for each mistake."""
    posts: list[dict[str, Any]] = [
        json.loads(line) for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    readings = list(load_reader().read([Post(post["text"]) for post in posts]))
    counts = dict.fromkeys(["p0", "p0 found", "calm", "calm raised", "wait", "wait exact"], 0)
    orders, mistakes = [0, 0, 0], []
    for post, reading in zip(posts, readings, strict=True):
        level = reading.urgency.level
        wrong = False
        if "urgency" in post:
            counts["p0"] += 1
            counts["p0 found"] += (found := str(level) == post["urgency"])
            wrong = not found
        if "calm" in post:
            counts["calm"] += 1
            counts["calm raised"] += (wrong := str(level) in ("P0", "P1"))
        if "wait" in post:
            counts["wait"] += 1
            counts["wait exact"] += (exact := reading.claimed_wait_minutes == post["wait"])
            wrong = not exact
        if "entities" in post:
            true = {e["text"] for e in post["entities"]}
            seen = {e.text for e in reading.entities if e.label == "ORDER"}
            orders = [orders[0] + len(true & seen), orders[1] + len(true), orders[2] + len(seen)]
            wrong = true != seen
        if wrong:
            got = [e.text for e in reading.entities if e.label == "ORDER"]
            rules = [f"{r.rule} {r.text!r}" for r in reading.urgency.reasons]
            mistakes.append(f"{level} wait={reading.claimed_wait_minutes} {got} {rules} | {post['text']}")
    figures = {
        "P0 recall": counts["p0 found"] / counts["p0"],
        "hard negatives raised": counts["calm raised"] / counts["calm"],
        "order numbers F1": 2 * orders[0] / (orders[1] + orders[2]),
    }
    if counts["wait"]:
        figures["claimed wait exact"] = counts["wait exact"] / counts["wait"]
    return figures, mistakes


if __name__ == "__main__":
    for name in ("fresh", "unread"):
        found, wrong = measure(name)
        print(f"{name}:", *(f"{what} {value:.3f}" for what, value in found.items()), sep="  ")
        if "-v" in sys.argv:
            print(*wrong, sep="\n")
