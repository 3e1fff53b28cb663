"""The small marks of the pages: icons, faces, urgency. Functions, because a page holds hundreds of them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from markupsafe import Markup, escape

from monitor.domain.reading import Urgency


@cache
def static_version() -> str:
    """A hash over every static file: new content gets a new address, so browsers may keep what they have."""
    digest = hashlib.sha256()
    root = resources.files("monitor.web") / "static"
    for entry in sorted(root.iterdir(), key=lambda e: e.name):
        digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return digest.hexdigest()[:12]


@cache
def icon(name: str) -> Markup:
    """An icon of static/icons.svg; what it means is said beside it."""
    address = f"/static/{static_version()}/icons.svg#{name}"
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>').format(address)


@cache
def urgency(level: Urgency) -> Markup:
    """The level as a badge."""
    return Markup('<span class="urgency is-{}">{}</span>').format(level.value.lower(), level.value)


# As many hues as a team has people that one tells apart at a glance.
_HUES = 8


def face(name: str) -> Markup:
    """A person as two letters on a colour of their own; the name is told to whoever can't see it."""
    parts = name.split()
    letters = (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else parts[0][1:2])).upper() if parts else "?"
    hue = int(hashlib.sha256(name.encode()).hexdigest()[:4], 16) % _HUES
    return Markup('<span class="face is-hue-{}" role="img" aria-label="{}" title="{}">{}</span>').format(
        hue, name, name, escape(letters)
    )
