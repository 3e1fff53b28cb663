"""Values as exports really have them: times in five notations, numbers as text, media as bare addresses."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from monitor.domain.errors import BadMoment, NotAMention
from monitor.domain.mention import Media, Quoted
from monitor.domain.moments import parse_moment

ID_LIMIT = 512  # characters; a Bluesky URI has some 70

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"-?\d{9,}(?:\.\d+)?")  # eight digits are a date: 20171031
_WHOLE_FLOAT = re.compile(r"\d+\.0+")  # what a spreadsheet or data frame makes of an id
_X_TIME = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2}) (\d{4})"
)
_MONTHS = {m: i // 3 + 1 for i in range(0, 36, 3) if (m := "JanFebMarAprMayJunJulAugSepOctNovDec"[i : i + 3])}
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}")
_PLATFORM_NAMES = {"twitter": "x", "x.com": "x", "twitter.com": "x", "bsky": "bluesky", "hn": "hackernews"}

_MEDIA_KINDS = {
    "photo": "photo",
    "image": "photo",
    "picture": "photo",
    "video": "video",
    "gif": "gif",
    "gifv": "gif",
    "animated_gif": "gif",
    "link": "link",
    "card": "link",
    "file": "file",
}
_SUFFIX_KINDS = {"jpg": "photo", "jpeg": "photo", "png": "photo", "webp": "photo", "heic": "photo"} | {
    "gif": "gif",
    "mp4": "video",
    "mov": "video",
    "webm": "video",
    "pdf": "file",
    "zip": "file",
}
_URL_PARTS = re.compile(r"[\s|]+")


@lru_cache(maxsize=256)
def platform_of(name: str) -> str:
    """`name` as our own word for the platform, lower case. Raises NotAMention."""
    lower = name.strip().lower()
    lower = _PLATFORM_NAMES.get(lower, lower)
    if not _PLATFORM.fullmatch(lower):
        raise NotAMention(f"`platform` is no name of a platform: {name[:40]!r}")
    return lower


def clean(text: str) -> str:
    """`text` as the store can keep it: without NUL, halves of surrogate pairs replaced."""
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)


def moment_of(value: object) -> datetime:
    """Aware UTC from ISO-8601, epoch seconds or (milli-, micro-, nano-) seconds, X's or the mail format.

    Text without a zone is UTC. Raises BadMoment.
    """
    if isinstance(value, bool) or value is None:
        raise BadMoment(f"{value!r} is no time.")
    if isinstance(value, int | float):
        return _from_epoch(value)
    if not isinstance(value, str):
        raise BadMoment(f"a {type(value).__name__} is no time.")
    text = value.strip().removesuffix(" UTC")
    if _NUMBER.fullmatch(text):
        return _from_epoch(float(text) if "." in text else int(text))
    try:
        return parse_moment(text)
    except BadMoment:
        return _from_words(text)


def _from_epoch(number: float) -> datetime:
    if isinstance(number, float) and not math.isfinite(number):
        raise BadMoment(f"{number} is no time.")
    size = abs(number)
    # 1e11 seconds is the year 5138: what is larger counts in smaller units.
    per_second = 1 if size < 1e11 else 1e3 if size < 1e14 else 1e6 if size < 1e17 else 1e9
    try:
        whole, part = divmod(number, per_second)
        return _EPOCH + timedelta(seconds=whole, microseconds=round(part / per_second * 1e6))
    except OverflowError as exc:
        raise BadMoment("that number lies outside the calendar.") from exc


def _from_words(text: str) -> datetime:
    try:
        if match := _X_TIME.fullmatch(text):
            month, day, hour, minute, second, sign, off_h, off_m, year = match.groups()
            local = datetime(
                int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC
            )
            offset = timedelta(hours=int(off_h), minutes=int(off_m))
            return local - offset if sign == "+" else local + offset
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as exc:
        raise BadMoment(f"{text[:60]!r} is no time.") from exc


def id_of(value: object, name: str) -> str | None:
    """An id as text; None when there is none. Raises NotAMention."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NotAMention(f"`{name}` is neither text nor a number")
    if isinstance(value, float):
        if not value.is_integer():
            return None if math.isnan(value) else _too_odd(name)
        value = int(value)
    text = clean(str(value)).strip()
    if _WHOLE_FLOAT.fullmatch(text):
        text = text.partition(".")[0]
    if len(text) > ID_LIMIT:
        raise NotAMention(f"`{name}` is longer than {ID_LIMIT} characters")
    return text or None


def _too_odd(name: str) -> str:
    raise NotAMention(f"`{name}` is a fraction")


def handle_of(value: object, name: str) -> str | None:
    """A handle without its @; an object is asked for its user name."""
    if isinstance(value, Mapping):
        value = next(
            (value[k] for k in ("username", "screen_name", "handle", "acct", "name") if k in value), None
        )
    text = id_of(value, name)
    return text.removeprefix("@") or None if text else None


def words_of(value: object) -> str | None:
    """Free text such as a place or a language tag, or None."""
    if isinstance(value, Mapping):
        value = next((value[k] for k in ("full_name", "name") if k in value), None)
    if value is None or isinstance(value, bool | list | dict):
        return None
    return clean(str(value)).strip() or None


def count_of(value: object) -> int | None:
    """A whole number from a number or its text (``1,234`` too), or None."""
    if isinstance(value, str):
        value = value.replace(",", "").strip()
    try:
        number = int(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < 1 << 62 else None


def url_of(value: object) -> str | None:
    """An http(s) address, or None: no other scheme has a business in a link that people click."""
    if not isinstance(value, str):
        return None
    text = clean(value).strip()
    return text if text[:8].lower().startswith(("http://", "https://")) else None


def metrics_of(value: object) -> dict[str, int]:
    """Counts by name; what isn't a number is left out. A CSV cell holds a JSON object."""
    value = _from_cell(value)
    if not isinstance(value, Mapping):
        return {}
    counts = ((clean(str(name)), count_of(number)) for name, number in value.items())
    return {name: number for name, number in counts if number is not None}


def media_of(value: object) -> tuple[Media, ...]:
    """Media from a list of addresses or objects, or one of them. A CSV cell parts them by spaces or ``|``."""
    value = _from_cell(value)
    if isinstance(value, str):
        value = _URL_PARTS.split(value.strip())
    elif isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, list | tuple):
        return ()
    return tuple(m for m in map(_one_media, value) if m is not None)


def _one_media(item: object) -> Media | None:
    if not isinstance(item, Mapping):
        url = url_of(item)
        return None if url is None else Media(_kind_of(None, url), url)
    url = next(
        (u for k in ("url", "media_url_https", "media_url", "src") if (u := url_of(item.get(k)))), None
    )
    if url is None:
        return None
    alt = words_of(item.get("alt") or item.get("alt_text") or item.get("description"))
    return Media(_kind_of(item.get("kind") or item.get("type"), url), url, alt)


def _kind_of(named: object, url: str) -> str:
    if isinstance(named, str) and named.lower() in _MEDIA_KINDS:
        return _MEDIA_KINDS[named.lower()]
    suffix = url.partition("?")[0].rpartition(".")[2].lower()
    return _SUFFIX_KINDS.get(suffix, "link")


def quoted_of(value: object) -> Quoted | None:
    """The quoted post from an object, or from its bare text."""
    value = _from_cell(value)
    if isinstance(value, str) and value.strip():
        return Quoted(None, None, clean(value))
    if not isinstance(value, Mapping):
        return None
    native_id = id_of(value.get("native_id") or value.get("id"), "quoted.id")
    text = value.get("text")
    author = handle_of(value.get("author"), "quoted.author")
    if native_id is None and not text:
        return None
    return Quoted(native_id, author, clean(text) if isinstance(text, str) else "")


def _from_cell(value: object) -> Any:
    """A CSV cell that holds JSON, decoded."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
