"""Where a person's words come from: an option, a file, or their editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from monitor.domain.errors import WrongUse


def new_text(text: str | None, file: Path | None, before: str) -> str:
    """The text as given, from `file`, or as a person leaves it in their editor. Raises WrongUse."""
    if text is not None:
        return text
    if file is not None:
        return sys.stdin.read() if str(file) == "-" else _read_text(file)
    if not sys.stdin.isatty():
        raise WrongUse("There is no new text.", action="Give it with --text or --file.")
    return _in_editor(before)


def _in_editor(before: str) -> str:
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reply.txt"
        file.write_text(before, encoding="utf-8")
        try:
            ended = subprocess.run([*editor, str(file)], check=False).returncode
        except OSError as exc:
            hint = "Set EDITOR, or give the text with --text."
            raise WrongUse(f"The editor {editor[0]} can't be started.", action=hint) from exc
        if ended:
            raise WrongUse("The editor was left with an error.", action="Nothing was changed.")
        return _read_text(file)


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise WrongUse(f"{file} can't be read: {exc}.", action="Give a text file in UTF-8.") from exc
