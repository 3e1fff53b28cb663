"""Compiled patterns, kept beside the rules: of thousands, a process meets a thousand in its first minutes.

Compiling one takes `re` a sixth of a millisecond to some milliseconds, taking it from the table a
hundredth. ``python -m nlp.rulefile`` writes the table, as Python writes its ``.pyc`` files: it holds what the
`re` module made of each pattern, and the number by which that module tells its versions apart. Under a
Python of another number, or for a pattern that isn't in the table, `re.compile` does it as always.
"""

from __future__ import annotations

import _sre  # type: ignore[import-not-found]
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

import numpy as np
import numpy.typing as npt

from nlp.arrays import read_arrays

FILE = Path(__file__).parent / "rules" / "compiled.npz"
_PLAIN = int(re.UNICODE)  # the flags of a pattern that was given none


@cache
def read_compiled(file: Path = FILE) -> dict[str, npt.NDArray[np.uint32]]:
    """What `re` made of each pattern; {} if there is no table, or if it is another Python's."""
    try:
        stored = read_arrays(file)
        if stored["magic"].tolist() != [_sre.MAGIC, _sre.CODESIZE]:
            return {}
        patterns = stored["patterns"].tobytes().decode("utf-8").split("\0")
        codes = np.split(stored["code"], stored["ends"])
    except (OSError, ValueError, KeyError):
        return {}
    return dict(zip(patterns, codes, strict=False))


def compiled(pattern: str, file: Path = FILE) -> re.Pattern[str]:
    """The same as ``re.compile(pattern)``."""
    code = read_compiled(file).get(pattern)
    if code is None:
        return re.compile(pattern)
    found: re.Pattern[str] = _sre.compile(pattern, _PLAIN, code.tolist(), 0, {}, (None,))
    return found


def write_compiled(patterns: Iterable[str], file: Path = FILE) -> int:
    """Writes the table of these patterns; returns how many are in it: those without groups and flags."""
    kept: dict[str, list[int]] = {}
    for pattern in sorted(set(patterns)):
        parsed = parser.parse(pattern, 0)
        if parsed.state.groups == 1 and parsed.state.flags == _PLAIN:
            kept[pattern] = compiler._code(parsed, 0)
    sizes = [len(code) for code in kept.values()]
    np.savez_compressed(
        file,
        magic=np.array([_sre.MAGIC, _sre.CODESIZE]),
        patterns=np.frombuffer("\0".join(kept).encode(), np.uint8),
        ends=np.cumsum(sizes)[:-1],
        code=np.array([number for code in kept.values() for number in code], dtype=np.uint32),
    )
    return len(kept)
