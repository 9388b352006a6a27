"""Turns the dates that postings carry into ISO dates, and leaves those that could mean two days alone."""

import re
from datetime import UTC, date, datetime
from typing import Any

_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_COMPACT = re.compile(r"\A(20\d\d)(\d\d)(\d\d)\Z")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([-/. ])\s?(\d{1,2})[-/. ]\s?((?:19|20)\d\d)(?!\d)")
_WORDS = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|\.)?[\s\-/]+(?:de |of |d')?([^\W\d_]{3,12})\.?,?[\s\-/]+(?:de |del )?((?:19|20)\d\d)"
)
_AMERICAN = re.compile(
    r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:\d\d:\d\d:\d\d\s+\w{1,5}\s+)?((?:19|20)\d\d)"
)
# By their first letters, in the languages that career pages come in.
_MONTHS = {
    1: "jan ene gen sty led tam",
    2: "feb fév fev lut úno hel",
    3: "mar mär maa mrz mrt bře",
    4: "apr avr abr kwi dub huh",
    5: "may mai mag maj mei kvě tou",
    6: "jun juin giu cze čer kes",
    7: "jul juil lug lip čvc hei",
    8: "aug aoû aou ago sie srp elo",
    9: "sep set wrz zář syy",
    10: "oct okt ott out paź říj lok",
    11: "nov lis",
    12: "dec dez déc dic gru pro jou des",
}
_MONTH = {prefix: month for month, prefixes in _MONTHS.items() for prefix in prefixes.split()}
# 2000 to 2100: a number outside is no moment in time.
_SECONDS = range(946_684_800, 4_102_444_800)


def iso_date(value: Any) -> str | None:
    """The day as YYYY-MM-DD; None for what is relative ("3 days ago"), ambiguous (05/06/2026) or no date at all."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _moment(value)
    text = str(value).strip()[:80]
    if text.isdigit() and len(text) in (10, 13):
        return _moment(int(text))
    if match := _COMPACT.match(text) or _ISO.search(text):
        return _day(*map(int, match.groups()))
    if match := _NUMBERS.search(text):
        return _numbers(int(match[1]), match[2], int(match[3]), int(match[4]))
    if match := _WORDS.search(text):
        return _named(match[2], int(match[1]), int(match[3]))
    if match := _AMERICAN.search(text):
        return _named(match[1], int(match[2]), int(match[3]))
    return None


def _moment(seconds: float) -> str | None:
    whole = int(seconds / 1000 if seconds > _SECONDS.stop else seconds)
    return datetime.fromtimestamp(whole, UTC).date().isoformat() if whole in _SECONDS else None


def _numbers(first: int, mark: str, second: int, year: int) -> str | None:
    # Full stops part days from months in that order everywhere; slashes do not.
    if mark == "." or first > 12 or first == second:
        return _day(year, second, first)
    return _day(year, first, second) if second > 12 else None


def _named(word: str, day: int, year: int) -> str | None:
    lowered = word.lower()
    month = _MONTH.get(lowered[:4]) or _MONTH.get(lowered[:3])
    return _day(year, month, day) if month else None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
