"""Finds secrets in the query of an address: `?token=`, `&key=`, `&code=`."""

import re
from collections.abc import Iterator

from app.kernel.redaction.spans import NO_SECRET, Secret, Text

_NAMES = (
    "key", "token", "auth", "code", "secret", "password", "passwd", "pwd", "signature", "hmac", "sid", "session", "ticket",
    "apikey", "jwt", "st", "credential",
)  # fmt: skip
LITERALS = tuple(f"{sign}{name}=" for name in _NAMES for sign in "?&")
_PARAMETER = re.compile(rf"(?i)[?&](?P<name>{'|'.join(_NAMES)})=(?P<value>[A-Za-z0-9%+/=_.~\-]{{12,4096}})")
_WORDS = re.compile(r"[A-Za-z]+(?:[._\-/%](?:[A-Za-z]+\d{0,4}|\d{1,8}))*|[\d.\-]+|v?\d+(?:\.\d+)+\S*")


def find(text: Text) -> Iterator[Secret]:
    for start, end in text.lines_with(LITERALS):
        for match in _PARAMETER.finditer(text.raw, start, end):
            value = match["value"]
            if (
                any(map(str.isdigit, value))
                and not _WORDS.fullmatch(value)
                and not NO_SECRET.fullmatch(value)
            ):
                yield Secret(match.start("value"), match.end("value"), "url_parameter")
