"""The real program in its own process, in a folder of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.bootstrap import App, open_app
from monitor.cli.lanes import rows_of
from monitor.domain.case import Lane
from monitor.stages.people import add_user
from tests.integration.cli.process import ROOT, Done, in_forked_process, in_new_interpreter
from tests.integration.stages.house import PlainReader

PASSWORD = "tide pool lantern"

CONFIG = """
[brand]
name = "Northwind Air"
timezone = "Europe/Berlin"
handles = { x = "northwindair" }

[review]
undo = "0s"

[[sources]]
name = "export"
kind = "archive"
path = "posts.jsonl"
"""


class Program:
    """`presszero`, called in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"

    def run(
        self,
        *args: str,
        stdin: str | bytes = b"",
        env: Mapping[str, str] | None = None,
        code: int | None = 0,
        fresh: bool = False,
    ) -> Done:
        """Runs one command in a process of its own, and checks its exit code unless `code` is None.

        The process is forked from one that has imported the program already, which saves a second
        each time; `fresh` starts a new interpreter, as people do.
        """
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PRESSZERO_") and k != "USER"}
        environ = kept | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])} | dict(env or {})
        given = stdin.encode() if isinstance(stdin, str) else stdin
        run = in_new_interpreter if fresh else in_forked_process
        done = run(args, self.folder, environ, given)
        if code is not None:
            assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *args: str, code: int | None = 0) -> Any:
        """What a command prints with --json."""
        return json.loads(self.run(*args, "--json", code=code).stdout)

    def write_config(self, text: str = CONFIG) -> None:
        self.config.write_text(text, encoding="utf-8")

    def write_posts(self, *texts: str, name: str = "posts.jsonl") -> None:
        """An export with one post for each text, a minute apart, the last one a minute ago."""
        now = datetime.now(UTC)
        rows = [
            {
                "platform": "x",
                "id": str(100 + n),
                "text": text,
                "created_at": (now - timedelta(minutes=len(texts) - n)).isoformat(),
                "author": f"ann{n}",
                "author_id": f"id{n}",
            }
            for n, text in enumerate(texts)
        ]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (self.folder / name).write_text(text, encoding="utf-8")

    @contextmanager
    def opened(self) -> Iterator[App]:
        """The same folder, opened here."""
        app = open_app(self.config)
        try:
            yield app
        finally:
            app.close()

    def fill(self, *texts: str) -> None:
        """Collects, reads (by single words, quickly), triages and drafts `texts`; adds the approver bo."""
        self.write_config()
        self.write_posts(*texts)
        with self.opened() as app:
            app.reader = PlainReader()
            app.run_collect()
            app.run_pipeline()
            add_user(app.store, "bo", "approver", PASSWORD, app.clock)

    def row(self, words: str) -> dict[str, Any]:
        """The case with these words as a row of the queue."""
        with self.opened() as app:
            rows = [r for lane in Lane for r in rows_of(app, lane, 100, app.clock.now())]
        return next(r.to_dict() for r in rows if words in r.words)
