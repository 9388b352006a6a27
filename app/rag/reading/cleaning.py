"""Makes decoded text safe to store, show and compare; every offset in the product counts these characters."""

import re

# Tab and line feed stay. The rest has no glyph: C0 and C1 controls, lone surrogates, the byte-order mark,
# and non-characters, which JSON and XML writers refuse.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def clean(text: str) -> str:
    """The text without what no reader can see, lines ended by a line feed. Letters are left as they are.

    No Unicode normalisation: a quote has to be found by eye and by search in the original.
    """
    return _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """The text with every run of white space made one space."""
    return " ".join(text.split())
