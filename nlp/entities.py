# ruff: noqa: E501  (patterns are easier to check unbroken)
"""Things named in a post: orders, amounts, dates, places, products, staff.

Patterns over the original text (capitals matter here). Products and further places come from the
brand's configuration. Nothing here says anything about the author.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.domain.reading import Entity

_REF_WORD = (
    r"(?:orders?|booking|reservation|confirmation|ticket|case|claim|tracking|reference|refs?|pnr(?!\d)|invoice|parcel|consignment|"
    r"shipment|(?:po|rma)(?!\d)|return|policy|account|acct|job|incident|complaint|enquiry|purchase|receipt|record locator|locator|"
    r"membership|transaction|appointment|meter|serial|request|application|flight|train|service request|cancellation|player id|match|"
    r"vin|pcn|rx|prescription|bag tag|tag|bib|report|listing)"
)
_CODE = r"(?=[A-Za-z0-9/-]*\d)[A-Za-z0-9](?:[A-Za-z0-9]|[-/](?=[A-Za-z0-9])){3,29}"
# Money, and the states before their ZIP codes: "TX 78664" is part of an address.
_NO_PREFIX = (
    r"(?:USD|GBP|EUR|CHF|AUD|CAD|NZD|ZAR|INR|KES|NGN|RS|AM|PM|A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|"
    r"S[CD](?! \d{4}-)|T[NX]|UT|V[AT]|W[AIVY])"
)
_BANK = re.compile(r"\b(?:routing|ifsc|iban|sort ?code|swift|bank account)\b", re.IGNORECASE)
ORDER = re.compile(
    rf"\b{_REF_WORD}(?![A-Za-z])(?:\s+(?:number|no|num|nr|id|ref|reference|code|is|was|ending|ending in)(?:['’]?s\b)?)*\.?\s*[:=]?\s*[(\"“]?(?P<named>#?\s?{_CODE}|(?-i:[A-Z]{{1,3}})\s(?:\d{{5,12}}|\d{{4}}-\d{{3,5}}))(?![\w@])"
    rf"|\b(?:pnr|booking(?: ref(?:erence)?)?|locator|confirmation(?: code)?|ref(?:erence)?)\s*(?:is\s*|code\s*)?[:=]?\s*(?P<pnr>(?-i:[A-Z]{{6}}|(?=[A-Z]*\d)[A-Z0-9]{{5,8}}))\b"
    rf"|(?<![\w&/@])(?P<hash>#(?=(?-i:[A-Z-]{{0,6}}|[a-z]{{1,2}}-?)(?:\d[A-Z/-]*){{3}}){_CODE})(?!\w)"
    r"|(?<![\w@#/.-])(?P<coded>(?-i:(?!R\d{2,6}\b)[A-Z]{1,5}-?\d{3,}(?:-?[A-Z0-9]+)*|[A-Z]{2,5}-\d{2,}(?:-\d+)+|\d{3}-\d{7}-\d{7}|1Z[A-Z0-9]{16}|[A-Z]{2}\d{9}[A-Z]{2}"
    # letters and figures in groups, four figures or more; letters, a space, five figures; two groups of figures
    rf"|(?=(?:[A-Za-z/-]*\d){{4}})(?=[\d/-]*[A-Z])[A-Z0-9]{{2,8}}(?:[-/][A-Za-z0-9]+)+|(?!{_NO_PREFIX}\b)[A-Z]{{2,3}} (?:\d{{5,9}}|\d{{4}}-\d{{3,5}})"
    r"|(?!(?:19|20)\d\d-)\d{4}-\d{3}(?:\d{2,3})?|\d{2}-\d{6}|\d{2}-\d{4}-\d{4}"
    # a record locator: six characters, letters and figures mixed
    r"|(?=(?:[A-Z]+\d+[A-Z]+\d|\d+[A-Z]+\d+[A-Z]))[A-Z0-9]{6}|(?=[A-Z0-9]*\d{4})(?=\d*[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{17}))(?![\w@]|-\d)"
    r"|\b(?:on|aboard|onto|of)\s(?P<aboard>(?-i:[A-Z]{2}\d{2}))(?![\w@-])"
    r"|(?<![\w@#/.£$€+-])(?P<long>\d{8,22})(?![\w@.,]\d|\w)"
    r"|\b(?:flight|train)\s+(?P<flight>(?-i:[A-Z0-9]{2}\s?\d{1,4}))\b"
    r"|\b(?:flight|train|bib|bike)\s+(?P<counted>\d{1,4})(?![\w:.,/%-]*\d|\w|\s?(?:hours?|hrs?|h|minutes|mins?|days?|weeks?|months?|years?|times|of|people|am|pm|x|out)\b)",
    re.IGNORECASE,
)
_MORE = re.compile(
    rf"\s*(?:,|and|&|\+|or)+\s*(?P<named>#?(?=[A-Za-z0-9-]*\d{{4}}){_CODE})(?![\w@]|[.,]\d)", re.IGNORECASE
)  # "orders 48812 and 48813"
_OTHER_CODE = re.compile(
    r"\b(?:error|fault|promo\w*|voucher|discount|coupon|batch|lot|models?|part|sku|version|firmware|series|seat|room|flat|gate|stand|unit|booth|stall|suite|apt|"
    r"apartment|bay|locker|aisle|shelf|hall|store|old|manual for the(?: old)?|acct|routing|sort)(?:\s(?:code|no\.?|number|is|was|the|on the \w+))*\s?[,:#]*\s?$",
    re.IGNORECASE,
)
_GOODS = re.compile(
    r"\s(?:vacuum|headphones?|headset|earbuds?|laptop|phone|tv|printer|camera|monitor|router|washer|fridge|oven|gpu|listing|drill|mower|speaker|watch|tablet|keyboard|mouse|console)s?\b",
    re.IGNORECASE,
)
_BARE = ("coded", "hash", "long")  # without a word that says what they are
_DEVICE = re.compile(  # posts that describe what something runs on name models, not orders
    r"\b(?:android|ios|windows \d+|win\d+|macos|mac ?book|chromebook|laptop|ultrabook|galaxy|xperia|oneplus|firmware|receiver|amplifier)\b",
    re.IGNORECASE,
)
_YEARISH = re.compile(r"^(?:19|20)\d\d$")
_CURRENCY = r"(?:[£$€]|US\$|A\$|C\$|USD|GBP|EUR|CHF|AUD|CAD|R\$|₹|Rs\.?|(?-i:R)(?=\d))"
_FIGURE = r"\d{1,3}(?:[,.]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
AMOUNT = re.compile(
    rf"(?<![\w.,]){_CURRENCY}\s?(?:{_FIGURE})(?:\s?(?:k|m|bn)\b)?"
    rf"|(?<![\w.,£$€])(?:{_FIGURE})\s?(?:[£€]|euros?|eur|pounds?|quid|dollars?|bucks|usd|gbp|pence|cents|grand|chf|reais|rupees)(?!\w)"
    r"|(?<![\w.,£$€])\d{1,3}p(?!\w)",
    re.IGNORECASE,
)
_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_DAY = r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day|(?-i:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b"
_TIME = r"\d{1,2}(?:[:.]\d{2})?\s?(?:am|pm)\b|(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?!\d)|noon\b|midnight\b"
DATE = re.compile(
    rf"(?<!\w)(?:\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}\b(?:,?\s\d{{4}})?"
    rf"|{_MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}})?"
    rf"|\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?|\d{{1,2}}\.\d{{1,2}}\.(?:\d{{2,4}})?"
    rf"|(?:(?:last|next|this)\s)?(?:{_DAY})(?:\s(?:{_TIME}))?"
    rf"|(?:tomorrow|tonight|today|yesterday|tmrw)(?:\s(?:morning|afternoon|evening|night))?(?:\s(?:at\s)?(?:{_TIME}))?"
    rf"|(?:last|next|this)\s(?:week(?:end)?|month|year|night|{_MONTH})\b|{_TIME})",
    re.IGNORECASE,
)
_NAME = r"(?-i:(?:[A-Z]['’])?[A-Z][a-zéèüöäñ'’]+(?:[ -](?:upon|on|of|the|de|la|St)?[ -]?[A-Z][a-zéèüöäñ'’]+){0,2})"
_PLACE_KIND = (
    r"(?:branch|store|shop|station|airport|terminal|street|road|avenue|lane|square|mall|centre|center|office|depot|restaurant|"
    r"hotel|location|warehouse|clinic|pharmacy|platform|outlet|superstore|gym|campus|park|plaza)"
)
PLACE = re.compile(
    rf"\b(?:(?:in|at|from|to|near|outside|your|the|via|around|of)\s)(?P<kind>{_NAME}\s{_PLACE_KIND})\b"
    rf"|\b(?P<numbered>(?:gate|terminal|platform|store|branch|stop)\s(?:no\.?\s|#)?(?:[A-Z]{{0,2}}\d{{1,5}}[A-Z]?))\b"
    rf"|\b(?:stuck|stranded|live|living|here|branch|store|shop|office|down|outage|based|arrived|landed|landing|flying|fly|flight|train|travelling|driver|deliver\w*)\s(?:is\s)?(?:in|at|to|from|near|into)\s(?P<after>(?!(?:The|Your|My|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|September|October|November|December)\b){_NAME})"
    r"|(?<!\w)(?P<postcode>(?-i:[A-Z]{1,2}\d{1,2}[A-Z]?\s\d[A-Z]{2}))\b",
    re.IGNORECASE,
)
STAFF = re.compile(
    r"\b(?:(?:agent|driver|manager|advis[eo]r|rep|barista|waiter|waitress|server|pharmacist|colleague|assistant|steward(?:ess)?|conductor|"
    r"guard|engineer|technician|courier|cashier|host|supervisor|trainer|nurse|teacher|receptionist|operator|lady|guy|man|woman|chap|"
    r"someone|person|member of staff)\s(?:was\s|is\s)?(?:called\s|named\s|by the name of\s)?|(?:thanks?(?: you)?|shout ?out|kudos|props|cheers|spoke|speaking|spoken|chatted|talked|"
    r"dealt|thank)\s(?:to|with|so much to)\s|(?:thanks|thank you|cheers)[, ]+|(?:name (?:was|is)|named|called)\s)(?P<name>(?-i:[A-Z][a-z]{2,14}))(?=\s(?:in|at|from|who|on|for|was|is|and|told|said|hung|sorted|helped|again|the|today|yesterday|@|has|had|got)\b|\s*[.,!?:)👏❤🙏]|\s*$)"
    r"|(?<=[\s(])(?-i:\^)(?P<initials>(?-i:[A-Z]{2}))\b|(?P<before>(?-i:\b[A-Z][a-z]{2,14}))\s(?:at (?:the |your )?(?:desk|counter|till|reception|help ?desk|call cent(?:re|er)|front desk|store|branch|bar|checkout)\b|(?:in|from) (?:your )?(?:customer (?:service|support|care)|support|the \w+ (?:branch|store|office)))",
    re.IGNORECASE,
)
_NOT_NAMES_TEXT = (
    "the you your all everyone guys team again god for very and but this that not just customer "
    "support service someone somebody anyone nobody monday tuesday wednesday thursday friday "
    "saturday sunday heaven mum mom dad him her them please still when lol love sorry will can what "
    "why how from yes now great hello however they overheard interrogated "
)
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())


class EntityFinder:
    """Finds entities; `products` and `places` are the brand's own names for things."""

    def __init__(self, products: Iterable[str] = (), places: Iterable[str] = ()) -> None:
        self._listed = [
            (label, re.compile("|".join(rf"(?<!\w){re.escape(n)}(?!\w)" for n in names), re.IGNORECASE))
            for label, names in (
                ("PRODUCT", sorted(products, key=lambda n: (-len(n), n))),
                ("PLACE", sorted(places, key=lambda n: (-len(n), n))),
            )
            if names
        ]

    def find(self, text: str, starts: set[str] | None = None) -> list[Entity]:
        """Entities in the order of the text; where two overlap, the one that was looked for first.

        `starts` are the word beginnings of the folded text (`nlp.anchors`): by them, most searches are
        skipped. Without them every search is made, which is slow and finds the same.
        """
        found: list[Entity] = []
        for label, listed in self._listed:
            found += [Entity(label, m.group(), m.start(), m.end()) for m in listed.finditer(text)]
        figures = _DIGIT.search(text) is not None
        if starts is None or _may_be_ordered(text, starts, figures):
            found += _grouped("ORDER", ORDER, text)
        if figures and (starts is None or _may_be_money(text, starts)):
            found += [Entity("AMOUNT", m.group(), m.start(), m.end()) for m in AMOUNT.finditer(text)]
        if starts is None or _may_be_dated(text, starts, figures):
            found += [Entity("DATE", m.group(), m.start(), m.end()) for m in DATE.finditer(text)]
        if starts is None or _may_be_placed(text, starts, figures):
            found += _grouped("PLACE", PLACE, text)
        if starts is None or ((not _STAFF_STARTS.isdisjoint(starts) or "^" in text) and _NAMED.search(text)):
            found += [e for e in _grouped("STAFF", STAFF, text) if e.text.lower() not in _NOT_NAMES]
        return _disjoint(found) if len(found) > 1 else found


def _may_be_ordered(text: str, starts: set[str], figures: bool) -> bool:
    """Whether a number of an order, a booking or the like may stand in the text."""
    if figures:
        if _CODEISH.search(text) or not _COUNTED_STARTS.isdisjoint(starts):
            return True
        if not _ORDER_STARTS.isdisjoint(starts) and _PART_OF_CODE.search(text):
            return True
    return not _CODE_STARTS.isdisjoint(starts)


def _may_be_money(text: str, starts: set[str]) -> bool:
    """Whether a sum of money may stand in a text with figures."""
    return not _MONEY_STARTS.isdisjoint(starts) or ("R" in text and _RAND.search(text) is not None)


def _may_be_dated(text: str, starts: set[str], figures: bool) -> bool:
    """Whether a date, a day or a time of day may stand in the text."""
    if not _DATE_STARTS.isdisjoint(starts) or (figures and _DATEISH.search(text)):
        return True
    if not _DAY_STARTS.isdisjoint(starts) and _SHORT_DAY.search(text):
        return True
    near = not _NEAR_STARTS.isdisjoint(starts)
    if near and not _STRETCH_STARTS.isdisjoint(starts):
        return True
    return (figures or near) and not _MONTH_STARTS.isdisjoint(starts)


def _may_be_placed(text: str, starts: set[str], figures: bool) -> bool:
    """Whether a place may be named in the text: a postcode, or a name or number beside a word of places."""
    if figures and _POSTCODE.search(text):
        return True
    return not _PLACE_STARTS.isdisjoint(starts) and (figures or _INNER_NAME.search(text) is not None)


_DIGIT = re.compile(r"\d")
_CODE_STARTS = frozenset("pnr book loca conf ref refe".split())  # a code of letters alone follows these words
_DATE_STARTS = frozenset("mond tues wedn thur frid satu sund toda toni tomo yest tmrw noon midn".split())
_DAY_STARTS = frozenset("mon tue wed thu fri sat sun".split())
_SHORT_DAY = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b")
_NEAR_STARTS = frozenset("last next this".split())  # before a stretch of time, or a month
_STRETCH_STARTS = frozenset("week mont year nigh".split())
_MONTH_STARTS = frozenset("jan feb mar apr may jun jul aug sep oct nov dec".split())
_DATEISH = re.compile(r"\d[:./-]\d|\d\s?[AaPp][Mm]\b")
_MONEY_STARTS = frozenset("£ $ € ₹ usd gbp eur chf aud cad rs qui pou dol buc pen cen gra rea rup p".split())
_RAND = re.compile(r"\bR\d")
_ORDER_STARTS_TEXT = (
    "orde book rese conf tick case clai trac refe ref refs pnr invo parc cons ship po rma retu poli acco acct job inci "
    "comp enqu purc rece reco loca memb tran appo mete seri requ appl flig trai serv canc play matc vin pcn rx pres bag "
    "tag bib bike repo list "
)
_ORDER_STARTS = frozenset(_ORDER_STARTS_TEXT.split())  # a figure after these words may be an order's
_COUNTED_STARTS = frozenset("flig trai bib bike".split())  # so may a short figure after these
_PART_OF_CODE = re.compile(r"\d{3}|[A-Za-z/-]\d|\d[A-Za-z/-]")  # which has four characters or more
_CODEISH = re.compile(
    r"#\w|[A-Z][-/ ]?\d|\d[-/]?[A-Z]|[A-Z0-9][-/]\w|\d{8}"
)  # so do codes look that stand alone
_POSTCODE = re.compile(r"\d[A-Z]?\s\d[A-Z]{2}\b")
_INNER_NAME = re.compile(r"\s[A-Z][a-zéèüöäñ'’]")
_NAMED = re.compile(r"[^\W\d_][,\s]+[A-Z][a-z]{2}|\b[A-Z][a-z]{2,14}\s(?:at|in|from)\b|\^[A-Z]{2}", re.ASCII)
_PLACE_STARTS_TEXT = (
    "bran stor shop stat airp term stre road aven lane squa mall cent offi depo rest hote loca ware "
    "clin phar plat outl supe gym camp park plaz gate stop stuc stra live livi here down outa base "
    "arri land flyi fly flig trai trav driv deli post "
)
_PLACE_STARTS = frozenset(_PLACE_STARTS_TEXT.split())
_STAFF_STARTS_TEXT = (
    "agen driv mana advi rep bari wait serv phar coll assi stew cond guar engi tech cour cash host "
    "supe trai nurs teac rece oper lady guy man woma chap some pers memb than shou kudo prop chee "
    "spok spea chat talk deal name call desk coun till cust supp bran stor offi "
)
_STAFF_STARTS = frozenset(_STAFF_STARTS_TEXT.split())
_PHONE = re.compile(r"^0\d{9,10}$")


def _grouped(label: str, pattern: re.Pattern[str], text: str) -> list[Entity]:
    found = []
    for match in pattern.finditer(text):
        group = match.lastgroup
        if group is None:
            continue
        value = match.group(group)
        start = match.start(group) + len(value) - len(value.lstrip())
        if label == "ORDER" and (_YEARISH.match(value.strip()) or (group == "long" and _PHONE.match(value))):
            continue
        if match.group()[:2].lower() == "ac" and _BANK.search(text):
            continue  # the number of a bank account, which is nobody's order
        if group == "coded" and "-" not in value and _DEVICE.search(text):
            continue
        if group in _BARE and (_OTHER_CODE.search(text[:start][-24:]) or _GOODS.match(text, match.end())):
            continue
        found.append(Entity(label, value.strip(), start, start + len(value.strip())))
        while group == "named" and (match := _MORE.match(text, match.end(group))):  # type: ignore[assignment]
            if not _YEARISH.match(match.group(group)):
                found.append(Entity(label, match.group(group), match.start(group), match.end(group)))
    return found


def _disjoint(found: list[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in found:
        if all(entity.end <= k.start or entity.start >= k.end for k in kept):
            kept.append(entity)
    return sorted(kept, key=lambda e: e.start)
