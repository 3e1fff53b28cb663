from __future__ import annotations

import pytest

from nlp.folding import fold
from nlp.private_data import private_span


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mail me at jo.smith82@mail.example", "mail"),
        ("my number is 07700 900123", "told_phone"),
        ("try +44 20 7946 0018 after six", "phone"),
        ("card 4929 1234 5678 9012 got blocked", "card"),
        ("IBAN DE89 3704 0044 0532 0130 00", "iban"),
        ("I live at 12 Elm Street", "told_address"),
        ("dob 12/03/1984", "born"),
        ("my password is hunter22", "password"),
        ("the passcode is tulipgarden, let yourself in", "password"),
        ("write to jo.smith@mail.example instead", "mail"),
        ("sort code 20-11-33", "sortcode"),
        ("refund to 20-00-00 88451200 please", "account"),
        ("my acct 40113399 is with the other lot", "account"),
        ("post it to 5 Harrow Mews, Penwell PW3 9ZZ", "postal"),
        ("send to 1188 Tamarack Ct Unit B, Boise ID 83704", "postal"),
        ("call 07700 900519, not the desk", "phone"),
        ("mob 98765 00123", "phone"),
        ("Orla Prentice, born 14/02/1961", "born"),
        ("pass Kettle!Fish88, you try it", "password"),
        ("my pin is 4471", "password"),
        ("my password is apple77", "password"),
    ],
)
def test_private_data_is_seen(text: str, kind: str) -> None:
    found = private_span(fold(text).text)
    assert found is not None
    assert found[0] == kind


@pytest.mark.parametrize(
    "text",
    [
        "order 4929123456789012 never came",
        "I called your number 0800 111 2222 twice",
        "wrote to support@kestrel.example, no reply",
        "my password is not working",
        "the pin is bent on the cable machine",
        "called 0800 111 2222, no answer",
        "your shop at 12 High Street, Penwell PW3 9ZZ was shut",
        "from 8 to 9 may, ref 12",
        "@jo.smith thanks",
        "tracking 00340434292135100186",
        "it cost 1,299.00 in 2024",
    ],
)
def test_what_is_not_private_stays_quiet(text: str) -> None:
    assert private_span(fold(text).text) is None
