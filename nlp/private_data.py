# ruff: noqa: E501  (patterns are easier to check unbroken)
"""Private data that somebody put into a public post: the reviewer must tell them, and never repeat it."""

from __future__ import annotations

import re

_DIGIT = re.compile(r"\d")
_FIGURES = re.compile(r"\d(?:\d{3}|\d\d[ -]\d|\d[ -]\d\d| ?\d[a-z][a-z]\b)")
_MAIL = re.compile(r"@[\w-]+\.\w")
_SAID = ("passw", "pass ", "pin", "dob", "d.o.b", "address", "live at", "deliver", "birth")
_PRIVATE = re.compile(
    r"(?P<mail>(?<![\w@.])[\w.+-]+@[\w-]+\.[a-z]{2,}(?:\.[a-z]{2,})?\b)"
    r"|(?P<card>(?<![\w-])(?:\d{4}[ -]?){3}\d{1,4}(?![\w-]))"
    r"|(?P<iban>\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){3,7}(?: ?[a-z0-9]{1,3})?\b)"
    r"|(?P<sortcode>\bsort(?: ?code)?\D{0,6}\d\d[ -]?\d\d[ -]?\d\d\b)"
    r"|(?P<account>\b(?:\d\d-\d\d-\d\d\W{1,3}(?:account |acct? )?\d{7,8}|(?:account|acc|acct)(?: number| no| num)\D{0,5}\d{8,12}|acct?\D{0,3}\d{8})\b)"
    r"|(?P<licence>\b[a-z9]{5}\d{6}[a-z9]{2}\d[a-z]{2}\b)"
    r"|(?P<phone>(?<![\w#/.£$€-])(?:\+\d{1,3}[ .-]?(?:\(0\))?\d{1,4}(?:[ .-]?\d{2,4}){2,4}|0\d{2,4}[ .-]?\d{3,4}[ .-]?\d{3,4}|"
    r"\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[ .-]\d{3}[ .-]\d{4}|[6-9]\d{4} \d{5})(?![\w-]))"
    r"|(?P<told_phone>\b(?:my (?:mobile|cell|phone|number|tel)|(?:call|ring|text|phone|reach) me on|(?:mobile|cell|tel)(?: no| number)?)\b\D{0,12}\d[\d ()-]{7,14}\d)"
    r"|(?P<address>\b\d{1,4}[a-z]? (?:[a-z'-]+ ){1,3}(?:street|st|road|rd|avenue|ave|lane|ln|drive|close|crescent|court|way|place|terrace|gardens|"
    r"boulevard|blvd|grove|hill)\b(?=.{0,60}(?:\b[a-z]{1,2}\d{1,2}[a-z]? ?\d[a-z]{2}\b|\b\d{5}\b|\bflat\b|\bapt\b|my address|i live)))"
    r"|(?P<postal>\b\d{1,4}[a-z]?,? (?!to |of |and |at )(?:[a-z'-]+\.? ?,? ){1,6}(?:(?:apt|unit|flat) \w+,? )?(?:[a-z]{1,2}\d{1,2}[a-z]? ?\d[a-z]{2}|[a-z]{2} \d{5}(?!-))\b)"
    r"|(?P<told_address>\b(?:my (?:home )?address(?: is|:)|i live at|we live at|deliver(?:ed)? to:?) \d{1,4}[a-z]? [a-z])"
    r"|(?P<born>\b(?:dob|d\.o\.b\.?|date of birth|born(?: on)?|birthdate)\b\D{0,6}\d{1,2}[/. -](?:\d{1,2}|[a-z]{3,9})[/. -]\d{2,4})"
    r"|(?P<password>\b(?:(?:my )?(?:password|passcode)(?: is|:| =) ?(?!not|wrong|reset|incorrect|invalid|always|still|being|too|the|never|required|expired|no|blocked|locked|correct|right|fine|n't|asking|bent)\S{3,}|"
    r"(?:password|passcode|pass)(?:,? it's|:)? (?=\S*[a-z])(?=\S*[\d!$&*_+])[^\s.,?%/]{6,}|pin(?: is|:| =)? \d{4}\b))"
    r"|(?P<passport>\bpassport(?: number| no|:)?\D{0,5}[a-z]?\d{7,9}\b)"
    r"|(?P<national>\b(?:ssn|social security(?: number)?|national insurance(?: number)?|ni number|nhs number)\D{0,6}[a-z]{0,2}\d[\d -]{5,12})"
)
_PUBLIC_BEFORE = re.compile(
    r"(?:your|you(?: guys)?(?: on| at)?|the|helpline|hotline|call(?:ed|ing)?(?: you on| the)?|dial(?:led)?) (?:\w+ )?(?:number|line|helpline)?\W*$"
)
_REFERENCE_BEFORE = re.compile(
    r"(?:orders?|tracking|ref(?:erence)?|case|ticket|booking|claim|invoice|parcel|consignment)(?: number| no\.?| num| id|#)?[ :#.]*$"
)
_OUR_DOOR = re.compile(
    r"\b(?:your|the|our local) (?:\w+ )?(?:shop|store|branch|office|depot|restaurant|site|salon|gym)\b.{0,16}$"
)
_OUR_MAIL = re.compile(
    r"^(?:support|help|info|care|contact|hello|customer|service|complaints?|noreply|no-reply|press|team|sales)"
)


def private_span(folded: str) -> tuple[str, int, int] | None:
    """(kind, start, end) of the first private datum in folded text, or None."""
    if _DIGIT.search(folded):
        maybe = _FIGURES.search(folded) or any(said in folded for said in _SAID)
    else:  # all private data but a mail address or a password holds a figure
        maybe = "passw" in folded or "passc" in folded or "pin" in folded
    if not maybe and not ("@" in folded and _MAIL.search(folded)):
        return None
    for match in _PRIVATE.finditer(folded):
        kind = match.lastgroup or ""
        before = folded[max(0, match.start() - 30) : match.start()]
        if kind in ("address", "postal") and _OUR_DOOR.search(before):
            continue
        if kind == "mail" and _OUR_MAIL.match(match.group()):
            continue
        if kind in ("phone", "card", "iban") and _REFERENCE_BEFORE.search(before):
            continue
        if kind == "phone" and not match.group().startswith("07") and _PUBLIC_BEFORE.search(before):
            continue
        return kind, match.start(), match.end()
    return None
