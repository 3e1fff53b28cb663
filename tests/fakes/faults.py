"""Faults on demand, for every fake: which request goes wrong, how, and how often.

A fault is a small JSON object, for example ``{"on": "search", "after": 3, "do": "429", "times": 1}``:
the first three requests to the endpoint named *search* pass, the next one gets a 429, then all is well.

| `do` | what the caller sees |
|---|---|
| `400` … `599` | that status, with the platform's own error body and headers |
| `429-bare` | a 429 without any header that says when to come back |
| `503-after` | (any status with `-after`) the effect takes place, the answer says it failed |
| `hang`, `hang-after` | no answer for `seconds`, then the line is cut; before or after the effect |
| `drop`, `drop-after` | the line is cut at once, before or after the effect |
| `truncate` | a correct answer of which only the first half arrives |
| `html` | status 200 with an HTML page instead of JSON |
| `skew` | the server's clock jumps by `seconds`, before the request |
| anything else | left to the fake: `duplicate`, `empty`, `shuffle`, `add`, `edit`, `delete`, … |

`on` is the name of an endpoint or ``*``; `after` counts matching requests that pass first; `times` is
how often it strikes (null: for ever). Every other key is an argument (`seconds`, `posts`, `ids`, …).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# These are done by the server itself, the same for every platform.
WIRE = frozenset({"hang", "hang-after", "drop", "drop-after", "truncate", "html"})


@dataclass
class Fault:
    """One thing that goes wrong. `passed` and `struck` count what happened so far."""

    do: str
    on: str = "*"
    after: int = 0
    times: int | None = 1
    args: dict[str, Any] = field(default_factory=dict)
    passed: int = 0
    struck: int = 0

    @classmethod
    def parse(cls, spec: Mapping[str, Any]) -> Fault:
        """A fault from its JSON object. Raises KeyError without `do`."""
        rest = {k: v for k, v in spec.items() if k not in {"do", "on", "after", "times", "passed", "struck"}}
        times = spec.get("times", 1)
        return cls(str(spec["do"]), str(spec.get("on", "*")), int(spec.get("after", 0)), times, rest)

    @property
    def status(self) -> int | None:
        """The HTTP status it answers with, or None when it is none of that sort."""
        head = self.do.partition("-")[0]
        return int(head) if head.isdigit() else None

    @property
    def is_wire(self) -> bool:
        """True when the server, not the fake, carries it out."""
        return self.status is not None or self.do in WIRE

    @property
    def after_effect(self) -> bool:
        """True when the request takes effect and only its answer is spoilt."""
        return self.do.endswith("-after") or self.do == "truncate"

    def to_dict(self) -> dict[str, Any]:
        """Its JSON object, with the counts."""
        return {
            "do": self.do,
            "on": self.on,
            "after": self.after,
            "times": self.times,
            "passed": self.passed,
            "struck": self.struck,
            **self.args,
        }


class Faults:
    """The faults of one server, in the order they were set. Safe to use from several threads."""

    def __init__(self, specs: Iterable[Mapping[str, Any]] = ()) -> None:
        self._lock = threading.Lock()
        self._faults = [Fault.parse(s) for s in specs]

    def add(self, *specs: Mapping[str, Any], **spec: Any) -> None:
        """Sets further faults: ``add({"do": "503"})`` or ``add(do="503", on="search")``."""
        with self._lock:
            self._faults += [Fault.parse(s) for s in (*specs, *([spec] if spec else []))]

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._faults.clear()

    def strike(self, endpoint: str) -> list[Fault]:
        """The faults that hit this request, at most one of them a wire fault."""
        hits: list[Fault] = []
        wire = False
        with self._lock:
            for fault in self._faults:
                if fault.on not in ("*", endpoint):
                    continue
                if fault.times is not None and fault.struck >= fault.times:
                    continue
                if fault.passed < fault.after:
                    fault.passed += 1
                    continue
                if fault.is_wire and wire:
                    continue
                fault.struck += 1
                wire = wire or fault.is_wire
                hits.append(fault)
        return hits

    def listing(self) -> list[dict[str, Any]]:
        """Every fault with its counts, as JSON objects."""
        with self._lock:
            return [f.to_dict() for f in self._faults]


def read_faults(spec: str | None) -> list[dict[str, Any]]:
    """The faults of a command line: a JSON array or object, or the path of a file that holds one."""
    if not spec:
        return []
    text = spec if spec.lstrip().startswith(("[", "{")) else Path(spec).read_text(encoding="utf-8")
    loaded = json.loads(text)
    return [loaded] if isinstance(loaded, dict) else list(loaded)
