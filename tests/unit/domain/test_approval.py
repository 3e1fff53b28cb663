from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.approval import ConversationItem, conversation_hash, text_hash

items = st.builds(
    ConversationItem,
    platform=st.sampled_from(["x", "reddit"]),
    native_id=st.text(min_size=1, max_size=5),
    revision=st.integers(1, 3),
    text=st.text(max_size=20),
    own=st.booleans(),
    removed=st.booleans(),
)


@given(st.lists(items, max_size=6), st.randoms())
def test_the_order_of_arrival_does_not_matter(conversation: list[ConversationItem], random: object) -> None:
    shuffled = list(conversation)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert conversation_hash(conversation) == conversation_hash(shuffled)


@given(items)
def test_any_change_changes_the_hash(item: ConversationItem) -> None:
    item = replace(item, removed=False)
    before = conversation_hash([item])
    assert conversation_hash([replace(item, text=item.text + "!")]) != before
    assert conversation_hash([replace(item, revision=item.revision + 1)]) != before
    assert conversation_hash([replace(item, removed=True)]) != before
    assert conversation_hash([replace(item, own=not item.own)]) != before
    assert conversation_hash([]) != before


def test_the_text_hash_is_of_the_bytes() -> None:
    assert text_hash("\u00e9") != text_hash("e\u0301")  # look alike, are not
    assert text_hash("a") != text_hash("a ")
    assert len(text_hash("\ud800")) == 64  # half a character is hashed, not a crash
