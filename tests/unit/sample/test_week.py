"""The sample week is well formed: ids, order, threads, shapes, and no text twice."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from itertools import combinations, pairwise
from urllib.parse import urlsplit

import pytest

from monitor.domain.errors import InputUnreadable
from monitor.domain.mention import Mention
from monitor.domain.moments import parse_moment
from monitor.sample import STORM_END, STORM_START, WEEK_END, WEEK_START, sample_path, week_path
from tests.unit.sample.rows import Row, is_own, load, mention_of

ROWS = load()
MENTIONS = [mention_of(row) for row in ROWS]
BY_KEY = {m.key: m for m in MENTIONS}

# Posts whose parent was written before the week, or by somebody who never named the brand.
PARENT_OUTSIDE = 11

REQUIRED = {"platform", "id", "text", "created_at"}
OPTIONAL = {
    "author", "author_id", "author_followers", "url", "in_reply_to", "conversation", "lang", "media",
    "location", "metrics", "quoted",
}  # fmt: skip
ID_SHAPES = {
    "x": r"\d{19}",
    "reddit": r"t[13]_[0-9a-z]{7}",
    "bluesky": r"at://did:plc:[a-z2-7]{24}/app\.bsky\.feed\.post/[a-z2-7]{13}",
    "mastodon": r"\d{18}",
    "hackernews": r"\d{8}",
    "appstore": r"\d{11}",
}
# What each platform lets a free account write; none stands for "longer than anybody has patience".
LONGEST = {
    "x": 280,
    "bluesky": 300,
    "mastodon": 500,
    "reddit": 10_000,
    "hackernews": 2_000,
    "appstore": 6_000,
}


def test_there_is_a_week_of_it() -> None:
    assert len(ROWS) >= 360
    assert all(WEEK_START <= m.created_at < WEEK_END for m in MENTIONS)
    per_day = Counter(m.created_at.date() for m in MENTIONS)
    assert len(per_day) == 7
    assert min(per_day.values()) >= 40


def test_only_fields_of_the_archive_format() -> None:
    for row in ROWS:
        assert set(row) >= REQUIRED
        assert set(row) <= REQUIRED | OPTIONAL
        assert all(isinstance(row[name], str) and row[name].strip() for name in REQUIRED)
        assert row["created_at"].endswith("Z")
        assert all(isinstance(n, int) and n >= 0 for n in row["metrics"].values())


def test_every_row_is_a_mention() -> None:
    assert all(isinstance(m, Mention) and m.created_at.utcoffset() == timedelta(0) for m in MENTIONS)


def test_ids_are_unique_and_shaped_like_their_platforms() -> None:
    assert len(BY_KEY) == len(ROWS)
    for m in MENTIONS:
        assert re.fullmatch(ID_SHAPES[m.platform], m.native_id), m.key


def test_oldest_first() -> None:
    assert all(a.created_at < b.created_at for a, b in pairwise(MENTIONS))


def test_parents_are_there_and_older_or_deliberately_outside() -> None:
    outside = 0
    for m in MENTIONS:
        if m.in_reply_to is None:
            continue
        parent = BY_KEY.get(m.key._replace(native_id=m.in_reply_to))
        if parent is None:
            outside += 1
            assert m.conversation == m.in_reply_to
        else:
            assert parent.created_at < m.created_at
            assert parent.conversation == m.conversation
    assert outside == PARENT_OUTSIDE


def test_a_root_names_itself_as_the_conversation() -> None:
    for m in MENTIONS:
        if m.in_reply_to is None:
            assert m.conversation == (None if m.platform == "appstore" else m.native_id)


def test_quoted_posts_are_the_posts_they_quote() -> None:
    quotes = [m for m in MENTIONS if m.quoted]
    assert len(quotes) >= 3
    for m in quotes:
        assert m.quoted
        original = BY_KEY[m.key._replace(native_id=m.quoted.native_id or "")]
        assert (m.quoted.author, m.quoted.text) == (original.author, original.text)
        assert original.created_at < m.created_at


def test_one_author_keeps_one_id_and_one_audience() -> None:
    seen: dict[tuple[str, str], tuple[object, ...]] = {}
    for row in ROWS:
        who = row["platform"], row["author"]
        what = row["author_id"], row.get("author_followers")
        assert seen.setdefault(who, what) == what, who
    assert len({what[0] for what in seen.values()}) == len(seen)


def test_texts_fit_their_platform() -> None:
    for m in MENTIONS:
        assert len(m.text) <= LONGEST[m.platform], (m.key, len(m.text))


def test_one_very_long_post() -> None:
    longest = max(MENTIONS, key=lambda m: len(m.text))
    assert longest.platform == "reddit"
    assert len(longest.text) > 2_500


def test_the_platforms_keep_their_proportions() -> None:
    share = Counter(m.platform for m in MENTIONS)
    assert set(share) == set(ID_SHAPES)
    assert 0.45 < share["x"] / len(MENTIONS) < 0.65
    assert share["bluesky"] > share["mastodon"]
    assert min(share.values()) >= 10


def test_people_write_at_all_hours_but_mostly_by_day() -> None:
    outside_storm = [m.created_at.hour for m in MENTIONS if not STORM_START <= m.created_at < STORM_END]
    hours = Counter(outside_storm)
    assert len(hours) == 24
    night = sum(hours[h] for h in range(5))
    assert 5 <= night < 0.1 * len(outside_storm)


def test_every_address_is_reserved_for_examples() -> None:
    for row in ROWS:
        links = [row["url"], *(m["url"] for m in row.get("media", ()))]
        links += re.findall(r"https?://\S+", row["text"])
        for link in links:
            host = urlsplit(link).hostname or ""
            assert host.endswith(".example"), link
    bare = {d for row in ROWS for d in re.findall(r"\b[\w-]+\.(?:com|net|org|io|eu|de|co)\b", row["text"])}
    assert bare == set()


def words_of(row: Row) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", re.sub(r"@\S+", "", row["text"].lower()))
    return {tuple(words[i : i + 2]) for i in range(len(words) - 1)} or {tuple(words)}


def test_no_two_texts_are_nearly_the_same() -> None:
    pairs = [words_of(row) for row in ROWS]
    for (i, a), (j, b) in combinations(enumerate(pairs), 2):
        assert len(a & b) < 0.3 * len(a | b), (ROWS[i]["text"], ROWS[j]["text"])


def test_no_opening_is_used_as_a_template() -> None:
    openings = Counter(
        tuple(re.findall(r"\w+", re.sub(r"@\S+", "", row["text"].lower()))[:4]) for row in ROWS
    )
    assert max(openings.values()) <= 2, openings.most_common(3)


def test_the_storm() -> None:
    storm = [r for r in ROWS if STORM_START <= parse_moment(r["created_at"]) < STORM_END and not is_own(r)]
    assert len(storm) >= 60
    assert len({r["author"] for r in storm}) >= 55
    assert len({r["platform"] for r in storm}) >= 4


def test_a_missing_file_is_named() -> None:
    assert week_path().parent.joinpath("README.md").is_file()
    with pytest.raises(InputUnreadable, match=r"no-such\.jsonl"):
        sample_path("no-such.jsonl")


def test_the_readme_counts_right() -> None:
    readme = sample_path("README.md").read_text(encoding="utf-8")
    threads = Counter(m.conversation for m in MENTIONS if m.conversation)
    assert f"- {len(ROWS)} mentions" in readme
    assert f"- {sum(n > 1 for n in threads.values())} conversations with replies" in readme
    assert f"{sum(map(is_own, ROWS))} posts are the brand's own" in readme
