"""What a newcomer must meet in the sample week is in it: one case per line, found by its own words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest

from tests.unit.sample.rows import Row, is_own, load

ROWS = load()
CUSTOMERS = [row for row in ROWS if not is_own(row)]

# ingredient → words that the posts of that kind contain (any of them), and how many posts at least
WRITTEN = {
    "P0 allergy": (["allergic reaction"], 1),
    "P0 smoke": (["burning smell", "electrical smell"], 2),
    "P0 child not met": (["unaccompanied minor"], 1),
    "P0 self-harm, oblique": (["fed the fish for the last time"], 1),
    "P0 worried bystander": (["Is someone with you tonight"], 1),
    "P0 account takeover": (["IN my account right now"], 1),
    "P0 threat": (["coming over the counter"], 1),
    "P0 injury": (["6 stitches", "Brandwond", "rotto il polso", "fainted"], 4),
    "P0 leak": (["shows other people's receipts"], 1),
    "P1 stranded": (["nowhere to sleep", "stranded in", "Onde é que dormimos", "scrapped"], 4),
    "P1 money and rent": (["My rent goes out", "mijn hypotheek"], 2),
    "P1 locked out before a flight": (["I'm locked out", "Locked out and flying"], 2),
    "P1 medicine": (["insulin"], 1),
    "P1 funeral": (["funeral", "memorial is"], 2),
    "P1 scam on customers": (["northwind-payout.example", "Northwind Sicherheit"], 2),
    "praise for named crew": (
        ["Annika", "Marek", "Beatriz", "Fiona", "Leroy", "Farid", "Iker", "Henrike"],
        10,
    ),
    "sarcasm": (["Oh brilliant, a delay", "love a bargain", "Cheers @northwind"], 3),
    "understatement": (["I'd never say a bad word", "a bit agricultural", "did not care for"], 3),
    "polite complaint": (["I'm sure it's my fault", "may I gently", "not a complaint, just sad"], 3),
    "spam": (["northwind-vouchers", "fast-claim-northwind", "#ad"], 3),
    "Northwind Traders": (["northwind traders"], 5),
    "news": (["BREAKING", "A Northwind Air flight to Hamburg returned"], 2),
    "job-seekers": (["cabin crew with @northwind", "send a CV", "From the ramp to the cabin"], 3),
    "press enquiry": (["I'm a reporter", "We go live at"], 2),
    "influencers": (["Collab announcement", "podcast"], 2),
    "lawyer threats": (["Letter before action", "small claims", "rather not publish"], 3),
    "asks for a human": (
        ["an actual person", "Mag ik een mens", "a human being", "hablar con una persona"],
        4,
    ),
    "asks for the top": (["chief executive", "responsável"], 3),
    "the chat bot": (["Gale", "chatbot", "Chat robot", "your bot", "Chat thing"], 10),
    "stop": (["stop replying to me", "leave me alone"], 2),
    "by staff": (["I flew for northwind 6 years", "Ground staff here"], 2),
    "about staff": (["clipping", "sunshine", "joke about my weight", "tore my paper pass"], 4),
    "hold time": (["50 minutes", "50 Minuten", "an hour and ten", "1hr45", "55 min"], 5),
    "no answer before": (["5th message", "fourth time in two weeks", "fifth time", "Third time lucky"], 4),
    "dialect": (["couldnae", "Nae bother"], 2),
    "children": (["i am 10", "my teacher says", "im 16"], 3),
    "the elderly": (["I am 79", "Bin 83", "I wish to commend"], 3),
    "typos": (["everythin", "wednesdya", "tomorow"], 2),
    "figures of speech": (["legroom killed me", "phone battery died", "Absolute bomb", "absolute fire"], 4),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_is_there(name: str) -> None:
    needles, at_least = WRITTEN[name]
    posts = [r for r in CUSTOMERS if any(n.lower() in r["text"].lower() for n in needles)]
    assert len(posts) >= at_least, name
    unused = [n for n in needles if not any(n.lower() in r["text"].lower() for r in CUSTOMERS)]
    assert unused == []


def test_languages() -> None:
    spoken = Counter(r["lang"] for r in CUSTOMERS if "lang" in r)
    assert {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "ar"} <= set(spoken)
    assert all(spoken[lang] >= 3 for lang in ("de", "fr", "es", "it", "pt", "nl"))


def test_photos_say_what_they_show() -> None:
    media = [m for r in ROWS for m in r.get("media", ())]
    assert len(media) >= 15
    assert all(len(m["alt"]) > 20 for m in media)
    assert {m["kind"] for m in media} == {"photo", "video"}


def test_references_and_emoji() -> None:
    flights = {f for r in ROWS for f in re.findall(r"\bNW\d{4}\b", r["text"])}
    bookings = {b for r in CUSTOMERS for b in re.findall(r"\b(?=[A-Z]*[QXZVKW])[A-Z]{6}\b", r["text"])}
    emoji = [r for r in CUSTOMERS if re.search("[\U0001f300-\U0001faff]", r["text"])]
    assert len(flights) >= 30
    assert len(bookings) >= 6
    assert len(emoji) >= 15


def threads() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in ROWS:
        if "conversation" in row:
            found[row["conversation"]].append(row)
    return found


def test_the_brand_answers_some_and_people_come_back() -> None:
    answered = [t for t in threads().values() if any(map(is_own, t))]
    returned = [t for t in answered if not is_own(t[-1]) and any(map(is_own, t[:-1]))]
    assert len(answered) >= 25
    assert len(returned) >= 20
    assert sum(map(is_own, ROWS)) < 0.2 * len(ROWS), "most people must still be waiting"


def test_some_answers_make_things_worse() -> None:
    worse = ["As previously stated", "Unfortunately our policy", "Have a great day!", "Please DM us"]
    for words in worse:
        [reply] = [r for r in ROWS if is_own(r) and words in r["text"]]
        thread = threads()[reply["conversation"]]
        after = [r for r in thread if r["created_at"] > reply["created_at"] and not is_own(r)]
        assert after, words


def test_reviews_carry_their_stars() -> None:
    stars = [r["metrics"]["rating"] for r in ROWS if r["platform"] == "appstore"]
    assert {1, 2, 3, 4, 5} == set(stars)
    assert all("\n" in r["text"] for r in ROWS if r["platform"] == "appstore")
