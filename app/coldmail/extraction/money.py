"""Writes what a posting pays as one line of text, from structured values or from the text itself."""

import re
from collections.abc import Mapping
from typing import Any

from app.coldmail.extraction.html_text import plain

_UNITS = {
    "hour": "hour", "day": "day", "week": "week", "month": "month", "year": "year", "annum": "year", "annual": "year",
    "hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annually": "year",
    "hr": "hour", "yr": "year", "mo": "month",
}  # fmt: skip
_AMOUNT = r"\d{1,3}(?:[.,'\s]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?\s?[kK]?"
_CURRENCY = r"US\$|CA\$|A\$|[$€£¥₹₽₩]|\b(?:USD|EUR|GBP|CHF|SEK|NOK|DKK|PLN|CZK|INR|JPY|CAD|AUD|BRL|SGD|AED|zł|kr|Kč|Rs\.?)(?!\w)"
_RANGE = re.compile(
    rf"(?:(?:{_CURRENCY})\s?(?:{_AMOUNT})|(?:{_AMOUNT})\s?(?:{_CURRENCY}))"
    rf"(?:\s?(?:-|–|—|to|bis|a|à|until|/)\s?(?:{_CURRENCY})?\s?(?:{_AMOUNT})\s?(?:{_CURRENCY})?)?"
    r"(?:\s?(?:/|per|pro|par|an|al|brut/|Brut/)\s?(?:hour|hr|day|week|month|year|annum|yr|Jahr|Monat|Stunde|any|año|an|mois|mes))?"
)
_ABOUT_PAY = re.compile(
    r"salar|compensat|\bpay\b|base|gehalt|vergütung|entgelt|rémunération|retribu|stipend|wage|lön|lønn?|wynagrodz"
    r"|per (?:hour|year|annum)",
    re.IGNORECASE,
)
_MOST_CHARS = 120


def pay(value: Any, *, currency: str | None = None) -> str | None:
    """A line such as "EUR 50000-60000 per year" from schema.org's MonetaryAmount or its kin; text stays as it is written."""
    if isinstance(value, list):
        return next((line for one in value if (line := pay(one, currency=currency))), None)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _line(currency, _number(value), None, None) if value > 0 else None
    if isinstance(value, str):
        line = plain(value)
        if not line or len(line) > _MOST_CHARS or not any(sign.isdigit() for sign in line):
            return None
        bare = re.fullmatch(r"[\d.,\s'-]+", line)
        return f"{currency} {line}" if currency and bare else line if line.strip("0.") else None
    return _amount(value, currency) if isinstance(value, Mapping) else None


def pay_in(text: str) -> str | None:
    """The first amount in a line that speaks of pay; amounts of revenue or funding are not."""
    for line in text.split("\n"):
        if len(line) <= 600 and _ABOUT_PAY.search(line) and (match := _RANGE.search(line)):
            found = match.group().strip()
            if sum(sign.isdigit() for sign in found) >= 2:
                return found
    return None


def _amount(value: Mapping[str, Any], currency: str | None) -> str | None:
    currency = (
        _first(value, "currency", "currencyCode", "salary_currency", "currency_code", "priceCurrency")
        or currency
    )
    inner = value.get("value")
    if isinstance(inner, list):
        inner = next((one for one in inner if one), None)
    unit = _first(value, "unitText", "interval", "period", "unit", "frequency")
    if isinstance(inner, Mapping):
        unit = _first(inner, "unitText", "unitCode") or unit
        currency = _first(inner, "currency") or currency
    within = inner if isinstance(inner, Mapping) else value
    low = _number(
        _first(within, "minValue", "min", "salary_from", "from", "minimum", "min_value", "minPrice")
    )
    high = _number(_first(within, "maxValue", "max", "salary_to", "to", "maximum", "max_value", "maxPrice"))
    exact = _number(_first(within, "value", "price"))
    return _line(currency, low or exact, high, unit)


def _first(value: Mapping[str, Any], *names: str) -> Any:
    return next(
        (value[name] for name in names if isinstance(value.get(name), str | int | float) and value[name]),
        None,
    )


def _number(value: Any) -> str | None:
    if isinstance(value, bool) or value is None:
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else plain(str(value))
    return text if text.strip("0., ") and any(sign.isdigit() for sign in text) and len(text) < 40 else None


def _line(currency: Any, low: str | None, high: str | None, unit: Any) -> str | None:
    amount = f"{low}-{high}" if low and high and low != high else low or high
    if not amount:
        return None
    said = (plain(str(currency)) if currency else "", amount, _per(plain(str(unit)).lower()) if unit else "")
    return " ".join(part for part in said if part)


def _per(unit: str) -> str:
    """ "per year" for a unit in any of its spellings: YEAR, annually, per-year-salary."""
    for word in re.split(r"[^a-z]+", unit):
        if word in _UNITS:
            return f"per {_UNITS[word]}"
    return ""
