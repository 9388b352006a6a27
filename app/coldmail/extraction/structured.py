"""Finds JobPosting items in a page: JSON-LD, microdata and RDFa, as written or as broken in the wild."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from app.coldmail.extraction import loose_json, posting
from app.coldmail.extraction.html_text import blocks, blocks_text
from app.coldmail.extraction.values import Job, Tier

_MOST_NODES = 100_000


def json_ld(scripts: Iterable[str], *, base: str | None, headed: Collection[str] = ()) -> list[Job]:
    """The jobs of all JSON-LD blocks, in order; references between blocks (@id) are followed."""
    values = [value for text in scripts if (value := loose_json.loads(text)) is not None]
    named = {
        one["@id"]: one
        for value in values
        for one in loose_json.walk(value)
        if isinstance(one, dict) and isinstance(one.get("@id"), str) and len(one) > 1
    }
    found = [
        posting.job(_resolved(one, named), Tier.JSON_LD, base=base, headed=headed)
        for value in values
        for one in loose_json.walk(value)
        if isinstance(one, dict) and posting.is_posting(one)
    ]
    return [job for job in found if job]


def _resolved(item: Mapping[str, Any], named: Mapping[str, Any]) -> Mapping[str, Any]:
    def follow(value: Any, depth: int) -> Any:
        if isinstance(value, list):
            return [follow(one, depth) for one in value[:200]]
        if isinstance(value, dict) and depth < 3:
            if set(value) <= {"@id", "@type"} and value.get("@id") in named:
                value = named[value["@id"]]
            return {name: follow(part, depth + 1) for name, part in value.items()}
        return value

    return {name: follow(value, 0) for name, value in item.items()}


@dataclass(frozen=True, slots=True)
class _Syntax:
    """The attributes that open an item, name its type and name a property."""

    scope: str
    kind: str
    name: str
    selector: str
    tier: Tier


_MICRODATA = _Syntax("itemscope", "itemtype", "itemprop", "[itemtype*=JobPosting]", Tier.MICRODATA)
_RDFA = _Syntax("typeof", "typeof", "property", "[typeof*=JobPosting]", Tier.RDFA)


def microdata(tree: LexborHTMLParser, *, base: str | None, headed: Collection[str] = ()) -> list[Job]:
    return _jobs(tree, _MICRODATA, base, headed)


def rdfa(tree: LexborHTMLParser, *, base: str | None, headed: Collection[str] = ()) -> list[Job]:
    return _jobs(tree, _RDFA, base, headed)


def _jobs(tree: LexborHTMLParser, syntax: _Syntax, base: str | None, headed: Collection[str]) -> list[Job]:
    found = []
    for node in tree.css(syntax.selector):
        item = _item(node, syntax, tree)
        if posting.is_posting(item) and (job := posting.job(item, syntax.tier, base=base, headed=headed)):
            found.append(job)
    return found


def _item(root: LexborNode, syntax: _Syntax, tree: LexborHTMLParser, depth: int = 0) -> dict[str, Any]:
    kinds = (root.attributes.get(syntax.kind) or "").split()
    item: dict[str, Any] = {"@type": kinds}
    referred = (root.attributes.get("itemref") or "").split() if syntax is _MICRODATA else []
    starts = [
        root,
        *(
            one
            for name in referred[:20]
            if _NAME.fullmatch(name) and (one := tree.css_first(f"[id='{name}']"))
        ),
    ]
    for start in starts:
        for node, names in _properties(start, syntax, inclusive=start is not root):
            value = _value(node, syntax, tree, depth)
            for name in names:
                name = name.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1]
                item[name] = [*_list(item[name]), value] if name in item else value
    return item


_NAME = re.compile(r"[\w:.-]+")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _properties(
    root: LexborNode, syntax: _Syntax, *, inclusive: bool
) -> Iterator[tuple[LexborNode, list[str]]]:
    """Elements with a property of this item; what lies inside an item of its own belongs to that one."""
    todo = [root] if inclusive else list(root.iter())[::-1]
    visited = 0
    while todo and visited < _MOST_NODES:
        node = todo.pop()
        visited += 1
        attributes = node.attributes
        names = (attributes.get(syntax.name) or "").split()
        if names:
            yield node, names
        if syntax.scope not in attributes:
            todo.extend(list(node.iter())[::-1])


def _value(node: LexborNode, syntax: _Syntax, tree: LexborHTMLParser, depth: int) -> Any:
    attributes = node.attributes
    if syntax.scope in attributes and depth < 6:
        item = _item(node, syntax, tree, depth + 1)
        # An item without properties of its own says what it is as text.
        return item if len(item) > 1 else blocks_text(blocks(node)) or attributes.get("content") or ""
    for name in ("content", "datetime"):
        if attributes.get(name):
            return attributes[name]
    if (
        node.tag in ("a", "link", "area")
        and attributes.get("href")
        and "url" in (attributes.get(syntax.name) or "").lower()
    ):
        return attributes["href"]
    if node.tag == "link" and attributes.get("href"):
        return attributes["href"]
    if node.tag in ("data", "meter") and attributes.get("value"):
        return attributes["value"]
    return blocks_text(blocks(node))
