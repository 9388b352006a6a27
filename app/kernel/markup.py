"""Says whether a browser's parser would take too long over a page; needs one pass and no parser."""

import re

_TAG_START = re.compile(r"<!--|<(/?)([a-zA-Z][^\s/>]*+)")
# Possessive, and a quote that is never closed can only be the last one: each character is looked at a few times.
_ATTRIBUTE = re.compile(r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+))?""")
_RAW = frozenset(("script", "style", "textarea", "title"))
_UNCLOSED = frozenset(
    " ".join(
        (
            "area base br col dd dt embed hr img input li link meta option p source",
            "tbody td tfoot th thead tr track wbr",
        )
    ).split()
)
# Lexbor takes quadratic time in both: 12 s for 100,000 nested div, 14 s for 100,000 attributes of one tag.
_MAX_DEPTH = 5_000
_MAX_ATTRIBUTES = 5_000


def overloaded(source: str) -> bool:
    """Whether a tag has more attributes, or tags are nested deeper, than a parser takes in reasonable time."""
    at = depth = 0
    while match := _TAG_START.search(source, at):
        closing, name = match.groups()
        at, attributes = match.end(), 0
        while name and attributes <= _MAX_ATTRIBUTES and (attribute := _ATTRIBUTE.match(source, at)):
            at, attributes = attribute.end(), attributes + 1
        if attributes > _MAX_ATTRIBUTES or depth > _MAX_DEPTH:
            return True
        if name is None:
            at = source.find("-->", match.end())
        elif name.lower() in _RAW and not closing:
            at = source.find("</", at)
        elif name.lower() not in _UNCLOSED:
            depth = max(0, depth - 1) if closing else depth + 1
        if at < 0:
            break
    return depth > _MAX_DEPTH
