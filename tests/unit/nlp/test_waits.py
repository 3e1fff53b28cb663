from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from monitor.domain.errors import ModelUnusable
from monitor.domain.reading import Post
from nlp.clocks import clock_spans
from nlp.durations import Duration
from nlp.folding import fold
from nlp.pipeline import load_reader
from nlp.waits import MODEL_FILE, claimed, claimed_wait, read_weights


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("on hold 50 minutes", 50),
        ("waited an hour and a half", 90),
        ("hour and a half in the queue", 90),
        ("2 hrs 20 and counting, still on hold", 140),
        ("half an hour in the queue", 30),
        ("3 days for a reply", 4320),
        ("two weeks since I returned it, no refund", 20160),
        ("waiting a couple of hours", 120),
        ("almost 3 hours waiting", 180),
        ("over a week and no refund", 10080),
        ("a month without internet", 43200),
        ("been on hold for 1h15", 75),
        ("1.5 hours on hold", 90),
        ("forty-five minutes waiting for a starter", 45),
        ("it's been three weeks since you said two days", 30240),
        ("train 35 mins late again", 35),
        ("been a customer 12 years and now 40 minutes on hold", 40),
        ("on hold 20 min, then another 45 minutes in the queue", 65),
        ("40 minutes on hold then cut off, 40 minutes and then another 20 after it dropped", 60),
        ("ordered at ten past six. It's twenty past seven", 70),
        ("quarter past seven we ordered. it's half eight", 75),
        ("from 9.40 until noon waiting for tablets you had on the shelf", 140),
        ("took a ticket at 10:05. Called at 11:45", 100),
        ("an hour n a half on the council tax line", 90),
        ("2½ hours on live chat", 150),
        ("waiting 1 ½ hours", 90),
        ("boiler man two hrs ten late and counting", 130),
        ("2 and a quarter hours in the queue and the match still won't load", 135),
        ("been on with day 12 with the same ticket", 17280),
        ("I've been asking for 2 months for one invoice", 86400),
        ("my dinner is on a tour of downtown. 1 hr 20 so far.", 80),
        ("order cancelled by rider after 1hr 50, chat closed on me", 110),
        ("I returned it, that was 3 weeks ago and nobody has replied", 30240),
        ("emailed three times in two weeks about my refund and nobody has replied", 20160),
        ('mine says "label created" for 9 days', 12960),
        ("refund arrived, finally. 5 weeks is too long", 50400),
        ("nearly a fortnight and still no refund", 20160),
        ("hour and a quarter waiting for your tech line", 75),
        ("restore stuck at 0% for 26 hours, 1.2 TB", 1560),
        ("twenty one days since you said I'd be paid", 30240),
        ("ordered at 12.10 and it's 13:25 now, nothing", 75),
        ("no hot water since Friday. Sunday now.", None),
        ("the fitter was booked for 8.30, it's gone 11 and nobody", 150),
        ("they said 9-12, it's 2.15", 135),
        ("promised by noon. It's now 1.30 pm and no van", 90),
        ("completion was for noon, it's half three and the van is on the drive", 210),
        ("fitter booked for seven thirty, turned up at twenty to nine", 70),
        ("stood in the yard from quarter past 2 till half 3", 75),
        ("due between 7 and 11, it's half past one", 150),
        ("standing order from 20-00-00 to 30-00-00", None),
        ("back on by 9, it was out at 8", None),
        ("you said 3 to 5 days, it's been 16", 23040),
        ("14 weeks they told us. It's been 22.", 221760),
        ("no claims proof says 4 years, it's 9", None),
        ("takes 5 days and I'm 71", None),
        ("open at 9, it's 20 minutes on foot", None),
        ("table for 2 at 8, it's 12.50 a head", None),
        ("on hold an hour and thirty five minutes", 95),
        ("35 late into Crewe, again", 35),
        ("45 on hold, dropped, back to the queue", 45),
        ("turned up an hour and forty minutes late, naan like a roof tile", 100),
        ("three hours and a quarter late", 195),
        ("hr and a half wait for the bill", 90),
        ("waited a quarter of an hr for the bus", 15),
        ("Eight flaming days without a reply", 11520),
        ("second night no heating", 2880),
        ("arrived 4:45 it is now 6pm and no nasal spray", 75),
        ("joined the queue 12.05, served at 1", 55),
        ("slot was 8 till 1, it's 2.35", 95),
        ("still waiting after three Sundays", 30240),
        ("open on Sundays, three of us came", None),
        ("two and half hrs on hold to the tax office", 150),
        ("an hour and seven minutes on hold", 67),
        ("hour and 3 quarters in the queue", 105),
        ("30 minutes on hold and then another 15 with the manager", 45),
        ("waited half an hour plus ten for the bill", 40),
        ("AN HOUR AND TEN OF PAN PIPES and then it cut me off", 70),
        ("sat in the queue, that was two hours and three quarters ago", 165),
        ("an hour and ten of us stood there waiting", 60),
        ("72 hours, 2 webforms, 0 humans", 4320),
        ("CHECK IN WAS AT 3!!! ITS 5 NOW AND IM SITTING ON MY CASE", 120),
        ("week now, nobody has replied", 10080),
        ("Week on week your prices climb", None),
        ("no reply. month since I sent it back", 43200),
        ("I'm at minute 41 of your hold music", 41),
        ("ordered at twenty past six. Eight o'clock now and no food", 100),
        ("appointment ten sharp, seen quarter past eleven", 75),
        ("table booked 18:30, seated 19:10, no apology", 40),
        ("boarded 6.20. it's 7.50 and we haven't moved", 90),
        ("slot 8-12. Ten to two now", 110),
        ("were told 20 min, been 50 on this bench", 50),
        ("room ready at 11.30 night he said, still waiting", None),
        ("my talk is at 9 tomorrow and the train gets in at 11.10", None),
        ("ordered size 8, came a 6 and an 11", None),
        ("better at 12 sec, why is the most 6 now", None),
        ("ticket open for 1,000 hours, no reply", 60_000),
        ("12 trips, 7 late by a bit", None),
        ("delayed by 2 hours and we danced at the gate, 10/10", 120),
        ("you said to wait 3 days", None),
        ("bought it 2 yrs ago and it still works", None),
        ("it has 6 years of pictures on it", None),
        ("we trialled it for 30 days", None),
        ("customer for 9 years, never a problem", None),
        ("took me 10 mins to set up", None),
        ("battery lasts 2 hours", None),
        ("my nails are still perfect after 3 weeks", None),
        ("is the parking big enough for a van of 2,40 m?", None),
        ("what am I doing wrong? I am stuck on step 3", None),
        ("waiting forever", None),
        ("customer for 10 years", None),
        ("6 hour flight was great", None),
        ("delivery takes 5 days", None),
        ("told to wait 3 days", None),
        ("my phone lasted 2 hours", None),
        ("flight is in 3 hours and i can't check in", None),
        ("2 years I have been with you", None),
        ("it cost me £45 m", None),
        ("", None),
        ("six weeks and three days since I posted it back and no refund", 64_800),
        ("2 wks + 1 day without the right sides of the bookcase, still waiting", 21_600),
        ("half a dozen months waiting for my refund", 259_200),
        ("eight sleeps since my note to claims, no reply", 11_520),
        ("50th minute of hold music", 50),
        ("month of silence from the deposit team", 43_200),
        ("aircon off three hours, 34 degrees in here, nobody came", 180),
        ("2 hours, 4 drivers, zero cars", 120),
        ("told 10 mins, been on this bench 33", 33),
        ("bought two weeks ago, never turned up", 20_160),
        ("No heating 6 days, baby 5 weeks old, not one call back", 8_640),
        ("table was booked for 7, sat down at 7.40", 40),
        ("catering for 30, due noon. 1.30pm now and my boss is looking at me", 90),
        ("9.05 I took a number. 10.30 and the number's grown a beard", 85),
        ("Appointment 9.30, called in at 10.40", 70),
        ("bag drop: joined 5.40, dropped 6.35", 55),
        ("open 9 to 5 on weekdays", None),
        ("train departs 9.15 arrives 11.40", None),
        ("gym class 7 to 8.15 was great", None),
        ("flight is at 6.20 and lands 8.45, is there a meal?", None),
    ],
)
def test_claimed_wait(text: str, minutes: int | None) -> None:
    found = claimed_wait(fold(text).text)
    assert (found[0] if found else None) == minutes


@pytest.mark.parametrize(
    ("text", "lang", "minutes"),
    [
        ("seit drei Wochen keine Antwort", "de", 30240),
        ("je n'ai aucune nouvelle depuis deux jours", "fr", 2880),
        ("llevo una hora y media esperando", "es", 90),
        ("aspetto da due ore", "it", 120),
        ("al vier dagen geen internet", "nl", 5760),
        ("há três dias sem resposta", "pt", 4320),
        ("in drei Wochen fliegen wir", "de", None),
        ("ha 40 minutes of free parking, lovely", "en", None),
        ("AL in section 4: 20 minutes of pure joy", "en", None),
    ],
)
def test_a_wait_in_another_language(text: str, lang: str, minutes: int | None) -> None:
    found = claimed_wait(fold(text).text, lang=lang)
    assert (found[0] if found else None) == minutes


def test_the_reader_knows_the_language_it_looks_for_waits_in() -> None:
    post = "Guten Tag, meine Bestellung ist seit drei Wochen nicht da und ich bekomme keine Antwort von euch"
    assert load_reader().read([Post(post)])[0].claimed_wait_minutes == 30240


def test_times_of_day_are_told_from_other_figures() -> None:
    told = [(span.minutes, span.kind) for span in clock_spans("from 8 to 1, it's ten past two")]
    assert told == [(300, "clock"), (370, "clock"), (70, "clock")]
    for text in (
        "gates 12 and 14",
        "12 trips, 7 late by a bit",
        "£9.40 then £11.20",
        "at 9",
    ):
        assert list(clock_spans(text)) == [], text


def test_the_longest_wait_counts_unless_it_is_far_less_sure_and_one_pair_of_times_alone() -> None:
    def span(minutes: int, kind: str = "span") -> Duration:
        return Duration(minutes, 0, 1, kind)

    assert claimed([]) is None
    assert claimed([(span(40), 3.0), (span(60), 1.5)]) == span(60)
    assert claimed([(span(40), 3.0), (span(60), 0.5)]) == span(40)
    slot = [(span(300, "clock"), 0.1), (span(370, "clock"), 0.2), (span(70, "clock"), 0.9)]
    assert claimed(slot) == span(70, "clock")
    assert claimed([*slot, (span(90), 0.1)]) == span(90)


def test_the_span_is_the_duration() -> None:
    text = "so that was 50 minutes on hold"
    found = claimed_wait(text)
    assert found is not None
    assert text[found[1] : found[2]] == "50 minutes"


def test_weights_that_are_damaged_are_named(tmp_path: Path) -> None:
    whole = MODEL_FILE.read_bytes()
    other = gzip.compress(b'{"weights": {}}')
    for number, damaged in enumerate((whole[: len(whole) // 2], b"{}", b"", whole[:40] + b"x" * 40, other)):
        file = tmp_path / f"{number}.json.gz"
        file.write_bytes(damaged)
        with pytest.raises(ModelUnusable, match=file.name):
            read_weights(file)
    with pytest.raises(ModelUnusable):
        read_weights(tmp_path / "none")
    assert read_weights(MODEL_FILE)[0]
