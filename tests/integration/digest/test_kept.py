"""A kept digest holds numbers and ids; whatever its author removes is gone from it."""

import json
import sqlite3

from monitor.digest import render
from monitor.digest.figures import gather, keep, kept
from monitor.domain.mention import MentionKey
from monitor.store.statements import statements
from tests.unit.digest.world import BRAND, DAY, NOISE, PRAISE, ZONE, World, at, reading

SECRET = "zanzibar"  # a word that only customers write


def full_of_words(world: World) -> list[str]:
    posts = [
        world.post(at(hour), f"{SECRET} complaint {hour}", who=f"{SECRET}-{hour}", read=reading(claimed=20))
        for hour in range(4)
    ]
    posts.append(world.post(at(5), f"thanks to {SECRET}", reading(0.02, "P4", "praise", staff=SECRET)))
    posts.append(world.post(at(6), f"lovely {SECRET}", PRAISE))
    posts.append(world.post(at(7), f"{SECRET} coins", NOISE))
    posts.append(world.post(at(8), f"your bot {SECRET}", reading(signals=("about_our_automation",))))
    world.promise(posts[0], at(9), at(1))
    return posts


def formats(world: World, *, from_kept: bool) -> list[str]:
    with world.store.read() as session:
        found = kept(session, DAY) if from_kept else gather(session, DAY, ZONE, world.clock.now(), "test")
    assert found is not None
    return [f(found, BRAND) for f in (render.html, render.text, render.markdown, render.json_text)]


def keep_it(world: World) -> None:
    with world.store.write() as session:
        keep(session, gather(session, DAY, ZONE, world.clock.now(), "test"))


def test_no_word_of_a_customer_is_kept(world: World) -> None:
    full_of_words(world)
    keep_it(world)
    with sqlite3.connect(world.store.path) as db:
        (body,) = db.execute("SELECT body FROM digests").fetchone()
    db.close()
    assert SECRET not in body
    assert json.loads(body)["complaining"] == 5


def test_a_kept_digest_reads_as_it_was_made(world: World) -> None:
    full_of_words(world)
    keep_it(world)
    made = formats(world, from_kept=False)
    world.post(at(10), "one more complaint")
    assert formats(world, from_kept=True) == made
    assert formats(world, from_kept=False) != made


def test_what_is_removed_is_gone_from_every_format_of_every_digest(world: World) -> None:
    posts = full_of_words(world)
    keep_it(world)
    assert all(SECRET in page for page in formats(world, from_kept=True))
    for post in posts:
        world.remove(post, at(40))
    for from_kept in (True, False):
        for page in formats(world, from_kept=from_kept):
            assert SECRET not in page
    assert "removed by its author" in formats(world, from_kept=True)[1]


def test_a_removed_post_leaves_the_rest_of_its_conversation(world: World) -> None:
    first = world.post(at(9), "they lost my bag", who="ann")
    world.reply(first, at(10), "Which flight was it?")
    second = world.post(at(11), f"{SECRET} NW12", who="ann", to=first)
    world.remove(second, at(12))
    said = render.text(world.digest(), BRAND)
    assert "they lost my bag" in said and "Which flight was it?" in said
    assert SECRET not in said
    assert world.digest().numbers.volume.removed == 1


def test_numbers_of_an_older_version_are_made_anew(world: World) -> None:
    world.post(at(9))
    with world.store.write() as session:
        session.digests.keep(DAY, "k", '{"day":"2026-03-05"}')
        assert kept(session, DAY) is None
        assert session.digests.days() == [DAY]


def test_an_erased_case_is_no_error(world: World) -> None:
    post = world.post(at(9), SECRET)
    keep_it(world)
    case_id = world.case(post).id
    with world.store.write() as session:
        assert session.mentions.by_key(MentionKey("x", post)) is not None
    with sqlite3.connect(world.store.path) as db:
        for table in ("case_mentions WHERE case_id", "cases WHERE id"):
            db.execute(f"DELETE FROM {table} = ?", (case_id,))
    db.close()
    assert all(SECRET not in page for page in formats(world, from_kept=True))


def test_the_figures_are_counted_without_functions_of_one_database() -> None:
    ours = {n: s for n, s in statements("sqlite").items() if n.startswith(("figure_", "digest_"))}
    assert len(ours) > 20
    for name, statement in ours.items():
        for word in (
            "strftime",
            "julianday",
            "ifnull",
            "group_concat",
            "json_",
            "rowid",
            "glob",
            "unixepoch",
            "iif(",
        ):
            assert word not in statement.lower(), f"{name}: {word}"


def test_our_half_of_a_removed_conversation_is_not_shown_either(world: World) -> None:
    post = world.post(at(9), SECRET)
    world.reply(post, at(10), f"So sorry about the {SECRET}!")
    keep_it(world)
    world.remove(post, at(40))
    assert all(SECRET not in page for page in formats(world, from_kept=True))
    assert "1 of those that were drawn was removed by the author" in formats(world, from_kept=True)[1]
