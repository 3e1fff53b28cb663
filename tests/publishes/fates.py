"""What befalls a reply between its approval and the platform's books."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fate:
    """One way for it to go.

    `fault` strikes the request that creates the reply. `happens` befalls the customer's post after the
    approval. `may_post` says whether a reply may stand on the platform afterwards; it never has to.
    """

    name: str
    weight: int = 1
    only: tuple[str, ...] = ()
    fault: dict[str, Any] = field(default_factory=dict)
    happens: str = ""
    killed: str = ""  # "at a step", or "during the call"
    approved: bool = True
    may_post: bool = True


_HANGS: dict[str, Any] = {"do": "hang", "seconds": 1.5}
_HANGS_AFTER: dict[str, Any] = {"do": "hang-after", "seconds": 1.5}

ALL = (
    Fate("nothing goes wrong", 3),
    Fate("answer lost after the effect", 2, fault={"do": "drop-after"}),
    Fate("answer cut in half", 1, fault={"do": "truncate"}),
    Fate("time-out after the effect", 1, fault={"do": "hang-after", "seconds": 1.2}),
    Fate("500 after the effect", 2, fault={"do": "500-after"}),
    Fate("time-out before the effect", 1, fault={"do": "hang", "seconds": 1.2}),
    Fate("line cut before the effect", 1, fault={"do": "drop"}),
    Fate("503 before the effect", 1, fault={"do": "503"}),
    Fate("HTML with status 200", 1, fault={"do": "html"}),
    Fate("duplicate content", 2, only=("x",), fault={"do": "duplicate-403"}),
    Fate("rate limit", 2, fault={"do": "429", "seconds": 90}),
    Fate("rate limit that says nothing", 1, fault={"do": "429-bare"}),
    Fate("refused by the platform", 1, fault={"do": "403"}),
    Fate("post locked", 2, only=("reddit",), happens="lock", may_post=False),
    Fate("post deleted", 2, happens="delete", may_post=False),
    Fate("post edited", 2, only=("x", "reddit", "mastodon"), happens="edit", may_post=False),
    Fate("customer wrote again", 2, happens="writes again", may_post=False),
    Fate("answered by hand meanwhile", 2, happens="by hand", may_post=False),
    Fate("credential refused, then renewed", 2, happens="revoke"),
    Fate("never approved", 1, approved=False, may_post=False),
    Fate("approval undone", 1, happens="undone", may_post=False),
    Fate("text changed after the approval", 1, happens="reworded", may_post=False),
    Fate("killed at a step", 8, killed="at a step"),
    Fate("killed during the call, no effect", 2, fault=_HANGS, killed="during the call"),
    Fate("killed during the call, after the effect", 2, fault=_HANGS_AFTER, killed="during the call"),
)


def on(platform: str) -> list[Fate]:
    """Those that platform knows."""
    return [fate for fate in ALL if not fate.only or platform in fate.only]
