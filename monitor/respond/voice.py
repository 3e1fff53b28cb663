"""The brand's voice, as `voice.toml` states it: how we speak, what is fact, who answers for a promise.

A brand keeps its own `voice.toml`; what it leaves out comes from the neutral one shipped here, which
knows no facts and no links. `monitor/sample/voice.toml` is a full one to start from.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from monitor.domain.errors import ConfigInvalid, ConfigProblem
from monitor.domain.reading import Urgency

DEFAULT_VOICE = Path(__file__).with_name("voice.toml")


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(_Frozen):
    """Something the brand lets every reply say. The text stands in replies word for word."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    text: str = Field(description="One or two whole sentences that answer the question.")
    keywords: tuple[str, ...] = Field(description="Each: words that must all be in the post, in any order.")
    intents: tuple[str, ...] = Field(default=("question_howto",), description="Used for these intents only.")
    link: str | None = Field(default=None, description="Id of the one link that goes with it.")
    say: Mapping[str, str] = Field(
        default_factory=dict,
        description="The same in other languages: de = …. Keywords hold their words too.",
    )

    def text_in(self, lang: str) -> str | None:
        """The fact in a language, or None where nobody has written it."""
        return self.text if lang == "en" else self.say.get(lang)


class Link(_Frozen):
    """A link that replies may carry."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    url: str = Field(pattern=r"^https?://\S+$")
    when: str = Field(description="For people: when a reply needs it.")


class Contact(_Frozen):
    """How a customer reaches a person on one platform."""

    say: tuple[str, ...] = Field(min_length=1, description="Whole sentences, the preferred one first.")
    dm_allowed: bool = Field(default=True, description="False: replies never mention private messages.")
    private: str = Field(
        default="",
        description="A whole sentence that offers to go on in private; said after two public replies.",
    )


class SignOff(_Frozen):
    """Closing words in the house style; empty means none."""

    warm: tuple[str, ...] = Field(default=(), description="After praise, feedback and answers.")
    serious: tuple[str, ...] = Field(default=(), description="After complaints.")


class Branch(_Frozen):
    """A shop, station or hotel that posts name, and who answers for it."""

    place: str = Field(description="As posts name it: Oslo.")
    say: str = Field(description="As replies name it: our Oslo shop.")
    manager: str = Field(default="", description="Who runs it, if customers may read the name.")
    aliases: tuple[str, ...] = Field(default=(), description="Other names of the place.")


class Desk(_Frozen):
    """A named desk that answers in its own name, never in an executive's."""

    name: str
    owner: str = Field(description="The person who owns what arrives there.")


class PromiseTerms(_Frozen):
    """Who owns a promise when nobody else does, and how soon it falls due."""

    owner: str
    hours: Mapping[Urgency, float] = Field(description="Hours until the next word, per urgency.")
    around_the_clock: frozenset[Urgency] = Field(
        default=frozenset({Urgency.P0, Urgency.P1}), description="These don't wait for business hours."
    )

    @model_validator(mode="after")
    def _every_level(self) -> PromiseTerms:
        missing = [u.value for u in Urgency if u is not Urgency.P4 and u not in self.hours]
        if missing or any(h <= 0 for h in self.hours.values()):
            raise ValueError(
                f"hours needs a positive number for each of P0 to P3 (missing: {missing or 'none'})"
            )
        return self


class Emoji(_Frozen):
    """Which emoji a reply may hold."""

    policy: Literal["never", "warm_only", "any"] = "never"
    allowed: tuple[str, ...] = ()


class Favourite(_Frozen):
    """A wording the brand likes to see for a move; tried before the macro's own."""

    move: str
    say: str


class Voice(_Frozen):
    """How the brand speaks. Every text is one the brand wrote or accepted."""

    brand: str = Field(default="", description="Empty: `[brand] name` of config.toml.")
    person: Literal["I", "we"] = Field(default="I", description='"I" beats "we" (Packard & Berger).')
    greeting: str = Field(default="", description="A whole sentence, or nothing.")
    sign_off: SignOff = SignOff()
    signature: Literal["none", "initials", "first_name"] = Field(
        default="none", description="Added for the person who approves, never for anybody else."
    )
    forbidden_phrases: tuple[str, ...] = ()
    favourites: tuple[Favourite, ...] = ()
    emoji: Emoji = Emoji()
    languages: tuple[str, ...] = ("en",)
    reading_level: float = Field(default=9.0, gt=0, description="Highest US school grade (Flesch-Kincaid).")
    affiliation: Mapping[str, str] = Field(
        default_factory=dict,
        description="Per platform: a sentence that says whom we speak for, where that isn't plain to see.",
    )
    teams: Mapping[str, str] = Field(
        default_factory=dict, description='What our teams are called: "technical team" = "app crew".'
    )
    branches: tuple[Branch, ...] = Field(default=(), description="Places with people of their own.")
    products: tuple[str, ...] = Field(default=(), description="Product names, to spot a wrong one.")
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()
    contact: Mapping[str, Contact] = Field(description='Per platform; "*" for all others.')
    executive_desk: Desk
    press_desk: Desk
    promise: PromiseTerms

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> Voice:
        if "*" not in self.contact:
            raise ValueError('contact needs an entry "*" for platforms that have none of their own')
        known = {link.id for link in self.links}
        dangling = [f"{f.id} → {f.link}" for f in self.facts if f.link is not None and f.link not in known]
        if dangling:
            raise ValueError(f"facts name links that [[links]] doesn't have: {', '.join(dangling)}")
        return self

    def contact_on(self, platform: str) -> Contact:
        """How a person is reached on `platform`."""
        return self.contact.get(platform) or self.contact["*"]

    def branch_in(self, text: str) -> Branch | None:
        """The branch that a text names, or None."""
        for branch in self.branches:
            for name in (branch.place, *branch.aliases):
                if re.search(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", text):
                    return branch
        return None

    def url_of(self, link_id: str) -> str:
        """The address of a listed link. Raises KeyError."""
        return {link.id: link.url for link in self.links}[link_id]

    @property
    def signature_room(self) -> int:
        """Characters that a draft leaves free for the signature of whoever approves it."""
        return {"none": 0, "initials": 4, "first_name": 14}[self.signature]

    def signature_for(self, approver: str) -> str:
        """What `approver` signs with: ``^AB``, ``– Anna`` or nothing."""
        words = approver.replace(".", " ").replace("_", " ").split()
        if self.signature == "none" or not words:
            return ""
        if self.signature == "first_name":
            return f"– {words[0].capitalize()}"
        return "^" + "".join(w[0] for w in words).upper()


def load_voice(path: Path | None = None, *, brand: str | None = None) -> Voice:
    """The voice of `path` over the shipped one; `brand` fills in an empty name. Raises ConfigInvalid."""
    data = _toml(DEFAULT_VOICE)
    if path is not None:
        data |= _toml(path)
    if brand and not data.get("brand"):
        data["brand"] = brand
    try:
        return Voice.model_validate(data)
    except ValidationError as exc:
        shown = path or DEFAULT_VOICE
        raise ConfigInvalid([_problem(shown, dict(e)) for e in exc.errors(include_url=False)]) from exc


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise ConfigInvalid(
            [ConfigProblem(str(path), "-", "no such file", "give the path of a voice.toml")]
        ) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigInvalid([ConfigProblem(str(path), "-", str(exc), "must be TOML in UTF-8")]) from exc


def _problem(path: Path, error: Mapping[str, Any]) -> ConfigProblem:
    key = ".".join(str(part) for part in error["loc"]) or "-"
    found = "nothing" if error["type"] == "missing" else repr(error["input"])[:80]
    return ConfigProblem(str(path), key, found, str(error["msg"]))
