"""Metadata as sortable words in one field, so that any metadata fits one mapping, and filters as queries on them."""

import hashlib
import math
import struct
from typing import Any

from app.kernel.documents import DocumentVersion
from app.kernel.filters import Condition, Filter

FIELD = "facts"

# Lucene refuses words of more than 32,766 bytes. A longer text is told apart by its digest; beyond its first
# characters it is not ordered any more.
_LONGEST_TEXT = 1_000
_LAST = "\U0010ffff"
_NOTHING: dict[str, Any] = {"match_none": {}}


def facts_of(document: DocumentVersion) -> list[str]:
    """One word for each field that is there and for each of its values, the kind of value in front."""
    fields = {**document.metadata, "document_id": document.document_id, "filename": document.filename}
    found: dict[str, None] = {}
    for name, value in fields.items():
        if value is None:
            continue
        found[_named("e", name)] = None
        for item in value if isinstance(value, list) else [value]:
            if (word := _word(name, item)) is not None:
                found[word] = None
    return list(found)


def clauses(wanted: Filter) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What must hold and what must not, as queries that any OpenSearch filter takes."""
    must: list[dict[str, Any]] = []
    must_not: list[dict[str, Any]] = []
    for condition in wanted.conditions:
        absent = condition.operator == "exists" and not condition.values[0]
        (must_not if condition.operator == "ne" or absent else must).append(_query(condition))
    return must, must_not


def _query(condition: Condition) -> dict[str, Any]:
    """The query that finds what has the value, is in the range or has the field; who asks turns it round."""
    name, operator = condition.field, condition.operator
    if operator == "exists":
        return {"term": {FIELD: _named("e", name)}}
    if operator in ("eq", "ne", "in"):
        words = [word for value in condition.values if (word := _word(name, value)) is not None]
        return {"terms": {FIELD: words}} if words else _NOTHING
    return _range(name, operator, condition.values[0])


def _range(name: str, operator: str, value: Any) -> dict[str, Any]:
    """Words of one field and one kind lie side by side in order: a range of values is a range of words."""
    word = None if isinstance(value, bool) else _word(name, value)
    if word is None:  # true and false have no order, and nothing compares with not-a-number
        return _NOTHING
    whole = _named("s" if isinstance(value, str) else "n", name)
    open_end = {"gt": "lt", "gte": "lt", "lt": "gte", "lte": "gte"}[operator]
    return {"range": {FIELD: {operator: word, open_end: whole + _LAST if open_end == "lt" else whole}}}


def _word(name: str, value: Any) -> str | None:
    if isinstance(value, bool):
        return _named("b", name) + ("1" if value else "0")
    if isinstance(value, str):
        return _named("s", name) + _short(value)
    # Not-a-number equals nothing, itself included; math.isnan does not take every integer.
    if isinstance(value, int | float) and value == value:
        return _named("n", name) + _sortable(value)
    return None


def _named(kind: str, name: str) -> str:
    # The length keeps ("a", "b=c") and ("a=b", "c") apart.
    return f"{kind}{len(name)}:{_short(name)}="


def _short(text: str) -> str:
    if len(text) <= _LONGEST_TEXT:
        return text
    return text[:_LONGEST_TEXT] + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sortable(value: int | float) -> str:
    """Hexadecimal digits in the order of the numbers; 1 and 1.0 are the same, large integers stay apart."""
    try:
        near = float(value) + 0.0  # -0.0 is 0.0
    except OverflowError:
        near = math.inf if value > 0 else -math.inf
    bits = int.from_bytes(struct.pack(">d", near), "big")
    bits = bits ^ 0xFFFFFFFFFFFFFFFF if bits >> 63 else bits | 1 << 63
    rest = value - int(near) if isinstance(value, int) and math.isfinite(near) else 0
    return f"{bits:016x}{min(max(rest + (1 << 63), 0), (1 << 64) - 1):016x}"
