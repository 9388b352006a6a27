# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Finds numbers that belong to people: cards, accounts, telephones, papers."""

import re
from collections.abc import Iterator

from app.kernel.redaction.spans import Secret, Text

_CARD = re.compile(r"(?<![\w.\-/+])\d(?:[ \-]?\d){11,18}(?![\w\-]|[.,/:]\d)")
# Which numbers banks give out: by the leading digits, with the lengths each network has.
_NETWORKS = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|2[2-7]"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"3(?:0[0-5]|[689])"), (14, 16, 19)),
    (re.compile(r"6(?:011|4[4-9]|5)|62|81"), (16, 17, 18, 19)),
    (re.compile(r"35"), (16, 17, 18, 19)),
    (re.compile(r"2131|1800"), (15,)),
    (re.compile(r"5[06-8]|6[0-9]"), (12, 13, 14, 15, 16, 17, 18, 19)),
)
# In the outline of digits: which lines are worth a closer look.
_CARD_OUTLINES = tuple(
    map(re.compile, (b"000000000000", b"0000 0000", b"0000-0000", b"0000 000000 0", b"0000-000000-0"))
)
_IBAN_OUTLINES = (re.compile(rb"aa00[a0]{11}"), re.compile(rb"aa00 [a0]{4} [a0]{4} [a0]{3}"))
_PHONE_OUTLINES = (
    re.compile(rb"000-00-0000|000-000-0000|000\.000\.0000"),
    re.compile(rb"\(000\)"),
    re.compile(rb"\+0"),
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_SSN = re.compile(r"(?<![\w\-.])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w\-]|\.\d)")
_SSN_NAMED = re.compile(
    r"(?i)\b(?:ssn|social security(?: number| no\.?)?)\W{0,4}(?:is\s|was\s)?\W{0,3}(\d{3}[ .]?\d{2}[ .]?\d{4})\b"
)
_SSN_LITERALS = ("ssn", "social security")
# These numbers look like nothing in particular: the word before them tells.
_NAMED = re.compile(
    r"(?i)\b(?:passport|driver'?s?'?\s+licen[cs]e|driving\s+licen[cs]e|licen[cs]e\s+plate|national\s+id|tax\s+id|nhs|nino|"
    r"health\s+(?:card|insurance)|medical\s+record|member\s+id|account\s+(?:number|no)|routing\s+number|sort\s+code|itin|ein|vat|dob)\b"
    r"(?:\s+(?:number|no|num|id|is|nr)\b\.?){0,3}\s*[:#=]?\s*([A-Z0-9][A-Z0-9 \-]{4,20}[A-Z0-9])(?![A-Za-z0-9])"
)
_NAMED_LITERALS = ("passport", "licen", "national id", "tax id", "health ", "medical record", "member id", "account n", "routing number",
                   "sort code", "nhs ", "itin ", "vat ")  # fmt: skip
_PHONE_SURE = re.compile(
    r"(?<![\w.\-/+=(])(?:\+\d{1,3}[ .\-]?(?:\(\d{1,4}\)[ .\-]?)?\d{1,4}(?:[ .\-]?\d{2,4}){2,4}(?:\s?x\d{1,5})?"
    r"|\(\d{3}\) ?\d{3}[ .\-]\d{4}(?:\s?x\d{1,5})?|(?:00\d[ \-])?\d{3}-\d{3}-\d{4}(?:x\d{1,5})?|\d{3}\.\d{3}\.\d{4})(?![\w\-]|\.\d)"
)
_PHONE_NAMED = re.compile(
    r"(?i)\b(?:phones?|telephone|tel|mobile|cell|fax|desk|call(?: me)?(?: at| on)?|dial|whatsapp|sms|text me(?: at| on)?|messages to|reach me(?: at| on)?"
    r"|contact(?: number)?|phone number(?: is)?|my number is)\b\.?\s*[:#]?\s*(?:number|no\.?|is)?\s*[:#]?\s*([+(]?\d[\d ().\-]{5,20}\d(?:x\d{1,5})?)(?![\w])"
)
_PHONE_LITERALS = ("phone", "tel:", "tel.", "mobile", "fax", "cell:", "desk:", "whatsapp", "call me", "dial ", "text me", "messages to",
                   "reach me", "contact", "my number")  # fmt: skip
_PHONE_AHEAD = re.compile(r"[a-z ]{0,20}[.:#]{0,2}\s{0,2}(?:number|no\.?|is|at|on)?[ :#]{0,3}\s{0,2}[+(]?\d")
_PHONE_LABELLED = re.compile(
    r"(?im)^\s*([+(]?\d[\d ().\-]{5,20}\d(?:x\d{1,5})?)\s+(?:office|fax|mobile|home|work|cell|tel|phone)\s*$"
)
_LABELS = (" office\n", " fax\n", " mobile\n", " home\n", " work\n", " cell\n", " phone\n")
LITERALS = (*_SSN_LITERALS, *_NAMED_LITERALS, *_PHONE_LITERALS, *_LABELS)
_DIGITS = range(7, 16)
_VERSION = re.compile(r"(?!\d{3}\.\d{3}\.\d{4})\d+(?:\.\d+)+")


def find(text: Text) -> Iterator[Secret]:
    for start, end in text.lines_where(text.digits, _CARD_OUTLINES):
        for match in _CARD.finditer(text.raw, start, end):
            if is_card(match[0]):
                yield Secret(match.start(), match.end(), "card")
    for start, end in text.lines_where(text.digits, _IBAN_OUTLINES):
        for match in _IBAN.finditer(text.raw, start, end):
            yield from _iban(match)
    for start, end in text.lines_where(text.digits, _PHONE_OUTLINES):
        for match in _SSN.finditer(text.raw, start, end):
            yield Secret(match.start(), match.end(), "ssn")
        for match in _PHONE_SURE.finditer(text.raw, start, end):
            if sum(map(str.isdigit, match[0])) in _DIGITS:
                yield Secret(match.start(), match.end(), "phone")
    yield from _named(text)


def _named(text: Text) -> Iterator[Secret]:
    for start, end in text.lines_with(_SSN_LITERALS):
        for match in _SSN_NAMED.finditer(text.raw, start, end):
            yield Secret(match.start(1), match.end(1), "ssn")
    for start, end in text.lines_with(_NAMED_LITERALS):
        for match in _NAMED.finditer(text.raw, start, end):
            if sum(map(str.isdigit, match[1])) >= _FEW_DIGITS:
                yield Secret(match.start(1), match.end(1), "identity_number")
    for start, end in text.lines_with(_PHONE_LITERALS, followed_by=_PHONE_AHEAD):
        # A label may stand alone on the line before its number.
        stop = text.line_end(end + 1) if text.raw[start:end].rstrip().endswith(":") else end
        for match in _PHONE_NAMED.finditer(text.raw, start, stop):
            if sum(map(str.isdigit, match[1])) in _DIGITS and not _VERSION.fullmatch(match[1]):
                yield Secret(match.start(1), match.end(1), "phone")
    for start, end in text.lines_with(_LABELS):
        for match in _PHONE_LABELLED.finditer(text.raw, start, end):
            if sum(map(str.isdigit, match[1])) in _DIGITS:
                yield Secret(match.start(1), match.end(1), "phone")


_FEW_DIGITS = 4


def is_card(found: str) -> bool:
    """A number of a length that its network has, whose check digit is right."""
    digits = found.replace(" ", "").replace("-", "")
    known = any(pattern.match(digits) and len(digits) in lengths for pattern, lengths in _NETWORKS)
    return known and _luhn(digits)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _iban(match: re.Match[str]) -> Iterator[Secret]:
    """The longest beginning whose check digits are right: words in capitals may follow."""
    found = match[0]
    for end in range(len(found), _LEAST_IBAN - 1, -1):
        candidate = found[:end].replace(" ", "")
        if len(candidate) >= _LEAST_IBAN and _iban_checks(candidate):
            yield Secret(match.start(), match.start() + len(found[:end].rstrip()), "iban")
            return


_LEAST_IBAN = 15


def _iban_checks(candidate: str) -> bool:
    turned = candidate[4:] + candidate[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1
