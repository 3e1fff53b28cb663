"""Who is meant: a post that names somebody else with a name like ours is not about us."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    found = sorted({w.strip() for w in words if w.strip()}, key=len, reverse=True)
    whole = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in found)
    return re.compile(rf"(?<!\w)(?:{whole})(?!\w)", re.IGNORECASE) if found else None


@dataclass(frozen=True)
class Naming:
    """`ours`: the brand's name, aliases, handles (without @). `others`: phrases that mean somebody else."""

    ours: tuple[str, ...]
    others: tuple[str, ...]
    _ours: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    _others: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ours", _any_of(self.ours))
        object.__setattr__(self, "_others", _any_of(self.others))

    def means_others(self, text: str) -> bool:
        """True when `text` names somebody else, and nothing of ours besides."""
        if self._others is None or not self._others.search(text):
            return False
        rest = self._others.sub(" ", text)
        return self._ours is None or self._ours.search(rest) is None
