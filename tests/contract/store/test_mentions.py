from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.mention import Media, Mention, MentionKey, Origin, Quoted
from monitor.store.mentions import COLLECTED, DONE, READ
from monitor.store.protocol import Store
from tests.contract.store.samples import NOON, add, mention, reading


def everything_about(text: str = "Look at this") -> Mention:
    return Mention(
        platform="bluesky",
        native_id="at://did:plc:1/app.bsky.feed.post/2",
        text=text,
        created_at=NOON,
        author="bo.example",
        author_id="did:plc:1",
        author_name="Bo 🦊",
        author_followers=12,
        url="https://bsky.example/2",
        in_reply_to="at://1",
        conversation="at://0",
        lang="de",
        media=(
            Media("photo", "https://img.example/1.jpg", "a torn bag"),
            Media("video", "https://v.example"),
        ),
        location="Gate 4",
        metrics={"likes": 3, "replies": 0},
        quoted=Quoted("9", "cy", "old news"),
        edited_at=NOON + timedelta(minutes=5),
    )


def test_a_mention_comes_back_as_it_was(store: Store) -> None:
    given = everything_about()
    with store.write() as session:
        add(session, given)
    with store.read() as session:
        stored = session.mentions.by_key(given.key)
    assert stored is not None
    assert stored.mention == given
    assert (stored.revision, stored.own, stored.origin, stored.removed_at) == (1, False, Origin.LIVE, None)


def test_each_identity_is_stored_once(store: Store) -> None:
    batch = [mention(str(i)) for i in range(50)]
    with store.write() as session:
        first = session.mentions.add(
            batch, source="s", origin=Origin.LIVE, seen_at=NOON, is_own=lambda _: False
        )
        again = session.mentions.add(
            [*batch, *batch, mention("50")],
            source="t",
            origin=Origin.LIVE,
            seen_at=NOON,
            is_own=lambda _: False,
        )
        assert session.mentions.count() == 51
    assert (first.new, first.known) == (50, 0)
    assert (again.new, again.known, again.revised) == (1, 100, [])


def test_the_same_id_on_another_platform_is_another_mention(store: Store) -> None:
    with store.write() as session:
        add(session, mention("1"), Mention("reddit", "1", "hello", NOON))
        assert session.mentions.count() == 2


def test_an_edit_becomes_a_revision_and_is_read_anew(store: Store) -> None:
    with store.write() as session:
        (mention_id,) = add(session, mention("1", "My bag is lost"))
        session.mentions.move_on(session.mentions.waiting(COLLECTED, 9), DONE)
        add(session, mention("1", "My bag is found", edited_at=NOON + timedelta(minutes=1)))
        stored = session.mentions.get(mention_id)
        assert stored is not None
        assert (stored.mention.text, stored.revision) == ("My bag is found", 2)
        assert [text for _, text, _ in session.mentions.revisions(mention_id)] == ["My bag is lost"]
        assert [m.id for m in session.mentions.waiting(COLLECTED, 9)] == [mention_id]
        assert session.mentions.search("lost") == []
        assert len(session.mentions.search("found")) == 1


def test_an_older_copy_does_not_undo_an_edit(store: Store) -> None:
    with store.write() as session:
        add(session, mention("1", "new words", edited_at=NOON + timedelta(minutes=1)))
        add(session, mention("1", "old words"))
        stored = session.mentions.by_key(MentionKey("x", "1"))
    assert stored is not None
    assert (stored.mention.text, stored.revision) == ("new words", 1)


def test_a_mention_edited_while_it_was_read_is_read_again(store: Store) -> None:
    with store.write() as session:
        add(session, mention("1", "one"))
        looked_at = session.mentions.waiting(COLLECTED, 9)
        add(session, mention("1", "two", edited_at=NOON))
        session.mentions.move_on(looked_at, READ)
        assert [m.mention.text for m in session.mentions.waiting(COLLECTED, 9)] == ["two"]
        assert session.mentions.waiting(READ, 9) == []


def test_removal_leaves_no_words_anywhere(store: Store) -> None:
    with store.write() as session:
        (mention_id,) = add(session, mention("1", "secretword one"))
        add(session, mention("1", "secretword two", edited_at=NOON))
        session.readings.add([(mention_id, 2, reading())], NOON)
        assert session.mentions.remove(MentionKey("x", "1"), at=NOON, reason="deleted") == mention_id
        assert session.mentions.remove(MentionKey("x", "1"), at=NOON, reason="deleted") == 0
    with store.read() as session:
        stored = session.mentions.get(mention_id)
        assert stored is not None
        assert stored.removed_at == NOON
        assert stored.mention.text == ""
        assert stored.mention.author is None
        assert session.mentions.revisions(mention_id) == []
        assert session.readings.latest(mention_id) is None
        assert session.mentions.search("secretword") == []


def test_a_removed_post_does_not_come_back(store: Store) -> None:
    with store.write() as session:
        add(session, mention("1", "gone"))
        session.mentions.remove(MentionKey("x", "1"), at=NOON, reason="deleted")
        add(session, mention("1", "gone"))
        stored = session.mentions.by_key(MentionKey("x", "1"))
    assert stored is not None
    assert stored.mention.text == ""


def test_reposts_add_reach_and_are_no_mentions(store: Store) -> None:
    reposts = [Mention("x", f"r{i}", "", NOON, author=f"u{i}", repost_of="1") for i in range(3)]
    with store.write() as session:
        add(session, mention("1"))
        session.mentions.add(reposts, source="s", origin=Origin.LIVE, seen_at=NOON, is_own=lambda _: False)
        added = session.mentions.add(
            reposts[:1], source="s", origin=Origin.LIVE, seen_at=NOON, is_own=lambda _: False
        )
        stored = session.mentions.by_key(MentionKey("x", "1"))
        assert session.mentions.count() == 1
    assert stored is not None
    assert (stored.reposts, added.reposts) == (3, 0)


def test_reposts_that_come_before_their_original_count_too(store: Store) -> None:
    reposts = [Mention("x", f"r{i}", "", NOON, author=f"u{i}", repost_of="1") for i in range(2)]
    with store.write() as session:
        session.mentions.add(reposts, source="s", origin=Origin.LIVE, seen_at=NOON, is_own=lambda _: False)
        add(session, mention("1"), mention("2"))
        reach = [m.reposts for i in "12" if (m := session.mentions.by_key(MentionKey("x", i)))]
    assert reach == [2, 0]


def test_context_is_not_worked_on_until_it_is_a_mention(store: Store) -> None:
    with store.write() as session:
        add(session, mention("1"), origin=Origin.CONTEXT)
        assert session.mentions.waiting(COLLECTED, 9) == []
        add(session, mention("1"), origin=Origin.LIVE)
        (waiting,) = session.mentions.waiting(COLLECTED, 9)
    assert waiting.origin is Origin.LIVE


@pytest.mark.parametrize("words", ['"', "a-b", "NEAR(", "*", "lost AND", "':'", "bag\0", "  ", "(", "^x"])
def test_any_text_can_be_searched_for(store: Store, words: str) -> None:
    with store.write() as session:
        add(session, mention("1"))
        assert isinstance(session.mentions.search(words), list)
        assert isinstance(session.inbox.search(words)[0], list)


def test_search_finds_all_words_and_the_last_as_a_prefix(store: Store) -> None:
    with store.write() as session:
        add(session, mention("1", "my suitcase is LOST"), mention("2", "lost my keys"))
        found = {m.mention.native_id for m, _ in session.mentions.search("lost suit")}
    assert found == {"1"}


def test_stop_is_for_ever(store: Store) -> None:
    with store.write() as session:
        assert session.mentions.opt_out("x", "a1", at=NOON, mention_id=None)
        assert not session.mentions.opt_out("x", "a1", at=NOON, mention_id=None)
        assert session.mentions.opted_out("x", "a1")
        assert not session.mentions.opted_out("reddit", "a1")
        assert not session.mentions.opted_out("x", None)


def test_hostile_text_is_stored_as_it_is(store: Store) -> None:
    texts = ["<script>", "'; DROP TABLE mentions; --", "\u202e gnp.exe", "🏳️‍🌈" * 100, "a" * 100_000, "\ufeff"]
    with store.write() as session:
        add(session, *(mention(str(i), text) for i, text in enumerate(texts)))
        for i, text in enumerate(texts):
            stored = session.mentions.by_key(MentionKey("x", str(i)))
            assert stored is not None
            assert stored.mention.text == text
