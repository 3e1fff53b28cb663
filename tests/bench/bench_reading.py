"""How fast posts are read, everything on: ``python -m tests.bench reading``.

The posts are those of our corpus that a tweet could hold. CPU seconds are counted, not the clock's, so that
a busy machine disturbs less; each figure is the best of several rounds. "Fresh" posts bring words that the
process has not met, as at its start; "known" ones are read again, as in a process that has run for a while.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

TWEET = 280
POSTS = 4_000
ROUNDS = 5
LENGTHS = (100, 1_000, 10_000)

LOAD = """
import time
began = time.perf_counter()
from nlp.pipeline import load_reader
load_reader()
print(time.perf_counter() - began)
"""
READ = """
import sys, time
from tests.bench.bench_reading import tweets
from nlp.pipeline import load_reader
reader, posts = load_reader(), tweets()
reader.read(posts)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(3):
    reader.read(posts)
print("done", flush=True)
"""


def tweets() -> list[Any]:
    """Posts of the length of a tweet, drawn evenly over the corpus, the same ones each time."""
    from monitor.domain.reading import Post
    from nlp.corpus import load

    short = [Post(p.text, p.platform) for p in load() if len(p.text) <= TWEET]
    return short[:: len(short) // POSTS][:POSTS]


def cpu_seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The least CPU time that `work` took."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def run() -> None:
    """Prints the figures."""
    loads = [float(_python(LOAD)) for _ in range(3)]
    print(f"load: {min(loads):.2f} s, spaCy's import included")
    _speed()
    _linear()
    one, two = _together(1), _together(2)
    print(f"two processes read {2 * one / two:.2f} times what one reads")


def _speed() -> None:
    import spacy

    from nlp.pipeline import load_reader

    posts = tweets()
    texts = [p.text for p in posts]
    reader, bare = load_reader(), spacy.blank("en")
    fresh = (
        cpu_seconds(lambda: [bare.make_doc(t) for t in texts], 1),
        cpu_seconds(lambda: reader.read(posts), 1),
    )
    known = (cpu_seconds(lambda: [bare.make_doc(t) for t in texts]), cpu_seconds(lambda: reader.read(posts)))
    mean = sum(map(len, texts)) / len(texts)
    print(f"{len(posts):,} posts of {mean:.0f} characters on average, in posts per core-second:")
    for name, (tokenizer, reading) in (("fresh", fresh), ("known", known)):
        print(
            f"  {name}: whole reading {len(posts) / reading:>7,.0f}, spaCy's bare tokenizer "
            f"{len(posts) / tokenizer:>7,.0f}, ratio {tokenizer / reading:.3f}"
        )


def _linear() -> None:
    from monitor.domain.reading import Post
    from nlp.pipeline import load_reader

    reader = load_reader()
    whole = " ".join(p.text for p in tweets()[:800])
    for length in LENGTHS:
        posts = [Post(whole[i : i + length]) for i in range(0, min(len(whole), 60_000) - length + 1, length)]
        reader.read(posts)
        seconds = cpu_seconds(lambda posts=posts: reader.read(posts), 3)  # type: ignore[misc]
        print(f"posts of {length:>6,} characters: {seconds / len(posts) / length * 1e9:>6,.0f} µs per 1,000")


def _together(count: int) -> float:
    """Wall-clock seconds that `count` processes take, each reading all posts three times."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", READ], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()
    began = time.perf_counter()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        process.communicate()
    return time.perf_counter() - began


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    run()
