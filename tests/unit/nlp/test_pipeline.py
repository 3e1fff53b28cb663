from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from monitor.domain.errors import ModelUnusable
from monitor.domain.reading import INTENTS, SIGNALS, Post, Reader, Reading, Urgency
from nlp.decision import Decider
from nlp.notes import notes_of
from nlp.pipeline import MAX_CHARS, SpacyReader, doc_of, load_reader
from nlp.weights import HEADS


@pytest.fixture(scope="module")
def reader() -> SpacyReader:
    return load_reader(own_handles=["@NorthwindAir"], products=["Sky Plus"])


def read(reader: Reader, text: str, **more: object) -> Reading:
    return reader.read([Post(text, **more)])[0]  # type: ignore[arg-type]


def test_importing_the_package_does_not_import_spacy() -> None:
    code = "import sys, nlp, nlp.pipeline; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_words_nobody_says_again_are_forgotten(reader: SpacyReader) -> None:
    forgetful = SpacyReader(load_reader().nlp, reader.weights, words_kept=0)
    posts = [Post(f"my parcel qzvx{n} never came, on hold {n + 10} minutes") for n in range(300)]
    readings = forgetful.read(posts)
    assert readings == reader.read(posts)
    assert [r.claimed_wait_minutes for r in readings] == [n + 10 for n in range(300)]
    assert "qzvx7" not in forgetful.nlp.vocab.strings
    assert "qzvx7" in reader.nlp.vocab.strings


def test_a_reading_has_the_whole_contract_and_survives_its_dict(reader: SpacyReader) -> None:
    reading = read(
        reader, "@northwindair 50 minutes on hold, flight NW482 leaves today. call me please!", has_media=True
    )
    assert reading.claimed_wait_minutes == 50
    assert reading.urgency.level is Urgency.P1
    assert {"summoned", "media_attached", "asks_for_human"} <= reading.signal_labels
    assert [e.text for e in reading.entities if e.label == "ORDER"] == ["NW482"]
    assert reading.model == reader.model
    assert reading.model.startswith("presszero-reading-")
    assert Reading.from_dict(reading.to_dict()) == reading


def test_every_reading_keeps_to_the_vocabulary(reader: SpacyReader) -> None:
    texts = [
        "",
        " ",
        "😂",
        "ok",
        "WHY",
        "\u200b",
        "https://x.example",
        "a" * 500,
        "שלום איפה ההזמנה שלי",
        "привет",
    ]
    for text, reading in zip(texts, reader.read([Post(t) for t in texts]), strict=True):
        assert reading.primary in INTENTS
        assert reading.intents[0].label == reading.primary
        assert {i.label for i in reading.intents} <= set(INTENTS)
        assert reading.signal_labels <= set(SIGNALS)
        assert 0 <= reading.complaint <= 1
        assert (reading.severity > 0) <= (reading.complaint >= 0.3)
        for span in (*reading.urgency.reasons, *reading.signals, *reading.entities):
            assert span.text == text[span.start : span.end]


def test_nothing_visible_is_noise(reader: SpacyReader) -> None:
    for text in ("", "\n \t", "\u200b\u200d"):
        reading = read(reader, text)
        assert (reading.primary, reading.urgency.level, reading.complaint) == ("noise", Urgency.P4, 0.0)


def test_p0_has_its_reason_as_a_span_of_the_original(reader: SpacyReader) -> None:
    text = "since your letter… “I cаn’t go on” 😢"  # the second a is Cyrillic
    reading = read(reader, text)
    assert reading.urgency.level is Urgency.P0
    assert reading.primary == "safety_hazard"
    reason = reading.urgency.reasons[0]
    assert reason.rule == "p0.selfharm.oblique"
    assert reason.text == text[reason.start : reason.end] == "I cаn’t go on"


def test_other_languages_are_flagged_and_never_left_without_a_look(reader: SpacyReader) -> None:
    reading = read(reader, "seit drei Wochen warte ich auf eine Antwort von euch")
    assert reading.lang == "de"
    assert "unsupported_language" in reading.signal_labels
    assert reading.urgency.level.rank <= Urgency.P3.rank
    assert "unsupported_language" in read(reader, "где мой заказ").signal_labels


@pytest.mark.parametrize("text", ["@prairiejet 🙌🙌", "@okuda_uk 128", "#newcarday 🚗🎉", "@kestrel"])
def test_a_handle_is_in_no_language_that_a_person_would_have_to_read(reader: SpacyReader, text: str) -> None:
    assert "unsupported_language" not in read(reader, text).signal_labels


PLAIN = {
    "your app crashes every time I open my basket": "outage_bug",
    "locked out of my account, the reset code never comes": "account_access",
    "you charged me twice this month, I want a refund": "billing_refund",
    "where is my parcel? it was due on Tuesday": "delivery_order",
    "the agent was rude and hung up on me": "staff_or_process",
    "the kettle gave me an electric shock": "safety_hazard",
    "someone hacked my account and bought vouchers": "security_privacy_scam",
    "what time do you open on Sundays?": "question_howto",
    "please add a dark mode to the app": "feature_feedback",
    "thank you so much Amy, brilliant service": "praise",
    "journalist here, who can I speak to about a story we're running?": "press_partner",
}


def test_plain_posts_are_read_plainly(reader: SpacyReader) -> None:
    readings = reader.read([Post(text) for text in PLAIN])
    wrong = [(t, r.primary) for (t, i), r in zip(PLAIN.items(), readings, strict=True) if r.primary != i]
    assert not wrong
    complaints = {r.primary for r in readings if r.severity}
    assert complaints >= {"outage_bug", "billing_refund", "staff_or_process"}
    assert complaints.isdisjoint({"question_howto", "praise", "press_partner"})


def test_every_process_names_the_same_rule_and_span() -> None:
    """Two rules find somebody in charge here; which is named may not hang on the order of a set."""
    code = (
        "from nlp.pipeline import load_reader; from monitor.domain.reading import Post; "
        "print(load_reader().read([Post('Get the manager to ring me, your area manager, a person, now')]))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert len(told) == 1


def test_order_is_kept_and_reading_again_changes_nothing(reader: SpacyReader) -> None:
    posts = [Post(f"parcel {i} is late, {'still ' * (i % 7)}nothing") for i in range(700)]
    first = reader.read(posts)
    assert first == reader.read(posts)
    assert first[3] == reader.read([posts[3]])[0]
    assert reader.read([]) == []


def test_long_posts_take_time_in_proportion(reader: SpacyReader) -> None:
    sentence = "the train was late again and nobody told us why, which is not good enough. "

    def seconds(chars: int) -> float:
        post = Post((sentence * (chars // len(sentence) + 1))[:chars])
        begin = time.process_time()
        for _ in range(3):
            reader.read([post])
        return time.process_time() - begin

    seconds(1_000)
    short, long = seconds(2_000), seconds(16_000)
    assert long < 8 * short * 2.5
    read(reader, sentence * 2_000)
    assert len(sentence * 2_000) > MAX_CHARS


def test_missing_weights_are_named(tmp_path: object) -> None:
    from pathlib import Path

    with pytest.raises(ModelUnusable, match="PZ-701"):
        load_reader(model=Path(str(tmp_path)) / "absent")


def test_capitals_are_rage_only_where_something_is_wrong(reader: SpacyReader) -> None:
    joy, rage = reader.read(
        [Post("WE GOT THE SEA VIEW ROOM AND THE GULLS SANG"), Post("WHERE IS MY REFUND IT HAS BEEN WEEKS")]
    )
    assert "high_arousal" not in [s.label for s in joy.signals]
    assert "high_arousal" in [s.label for s in rage.signals]


def test_a_goodbye_to_life_is_no_request_for_silence(reader: SpacyReader) -> None:
    """A stop request would keep us from ever answering this person, however sure of it the model is."""
    decider = Decider(reader.weights.thresholds, "surely")

    def decided(text: str) -> Reading:
        (doc,) = reader.nlp.pipe([doc_of(reader.nlp, Post(text))])
        row = list(notes_of(doc).probabilities)
        row[HEADS.index("signal:stop_request")] = 0.99
        return decider.decide(notes_of(doc), row)

    goodbye = decided(
        "@northwindair you took everything from me, I don't want to live any more. tonight I end it"
    )
    assert goodbye.urgency.level is Urgency.P0
    assert "stop_request" not in goodbye.signal_labels
    assert "stop_request" in decided("no more of this please").signal_labels


@pytest.mark.parametrize(
    "text",
    [
        "hi my order hasn't arrived",
        "@EmberHelp couldn't be more useless!",
        "the lady on the tills was so rude and unhelpful",
        "I really regret changing my internet provider. Shocking connection",
        "my headphones have been powering off on their own? Help?",
    ],
)
def test_plain_words_of_a_complaint_are_heard(reader: SpacyReader, text: str) -> None:
    assert read(reader, text).severity > 0


@pytest.mark.parametrize(
    "text",
    [
        "Northwind is the best insurer there is",
        "how do i change my address",
        "couldn't be happier with @EmberHelp",
        "it's the Elm Road branch, near the station",
    ],
)
def test_their_calm_twins_are_none(reader: SpacyReader, text: str) -> None:
    assert read(reader, text).severity == 0
