"""Two ways to start the program in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
PATIENCE = 600  # seconds: the demo lives through six days on a machine that may be busy

_WARM = (
    "__main__",
    __name__,
    "monitor.bootstrap",
    "monitor.cli.root",
    "monitor.stages.people",
    "monitor.store.sqlite",
    "nlp.pipeline",
    "rich.table",
    "spacy",
)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def in_new_interpreter(args: Sequence[str], folder: Path, environ: Mapping[str, str], stdin: bytes) -> Done:
    """`python -m monitor.cli`."""
    done = subprocess.run(
        [sys.executable, "-m", "monitor.cli", *args],
        cwd=folder,
        env=dict(environ),
        input=stdin,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def in_forked_process(args: Sequence[str], folder: Path, environ: Mapping[str, str], stdin: bytes) -> Done:
    """The same `main`, in a child of a process that has done the imports."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_WARM))
    with tempfile.TemporaryDirectory() as place:
        streams = [Path(place, name) for name in ("stdin", "stdout", "stderr")]
        streams[0].write_bytes(stdin)
        child = context.Process(target=_child, args=(list(args), folder, dict(environ), streams))
        child.start()
        child.join(PATIENCE)
        if child.exitcode is None:
            child.kill()
            child.join()
        assert child.exitcode is not None
        return Done(child.exitcode, *(s.read_text(encoding="utf-8") for s in streams[1:]))


def _child(args: list[str], folder: Path, environ: dict[str, str], streams: list[Path]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    for number, (stream, flags) in enumerate(
        zip(streams, (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT), strict=True)
    ):
        os.dup2(os.open(stream, flags, 0o600), number)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(n, mode, encoding="utf-8", closefd=False) for n, mode in enumerate("rww")
    )
    sys.argv = ["presszero", *args]
    from monitor.cli import main

    main()
