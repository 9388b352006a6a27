# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Finds values that stand beside their name, as containers' variables and configuration files have them: `name`, then `value`."""

import re
from collections.abc import Iterator

from app.kernel.redaction.spans import NO_SECRET, Secret, Text

_NAME = (
    r"[\w.\-]{0,80}?(?:password|passwort|passwd|passphrase|(?<![a-z])pass|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key"
    r"|private[_-]?key|auth[_-]?key|account[_-]?key|encryption[_-]?key|signing[_-]?key)"
)
_Q = r"\\{0,3}\""
_SEP = rf"{_Q}\s{{0,3}}:\s{{0,3}}{_Q}"
_JSON_VALUE, _YAML_VALUE, _XML_VALUE, _PARAMETER = '"value', "value:", " value=", "parametervalue"
# What closes a tag of XML whose attribute names its text: properties of Java, strings of Android, Hibernate's settings.
_NAMED_TEXT = ("</property>", "</entry>", "</string>", "</setting>", "</param>", "</prop>")
_ON_ONE_LINE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (literal, re.compile(pattern, re.IGNORECASE))
    for literal, pattern in (
        (_JSON_VALUE, rf"{_Q}(?:name|key){_SEP}{_NAME}{_Q}\s{{0,3}},\s{{0,3}}{_Q}value{_SEP}(?P<value>[^\"\\\n]{{4,4096}})"),
        (_JSON_VALUE, rf"{_Q}value{_SEP}(?P<value>[^\"\\\n]{{4,1024}}){_Q}\s{{0,3}},\s{{0,3}}{_Q}(?:name|key){_SEP}{_NAME}{_Q}"),
        (_YAML_VALUE, rf"\b(?:name|key):\s{{0,3}}[\"']?{_NAME}[\"']?\s{{0,3}},\s{{0,3}}value:\s{{0,3}}[\"']?(?P<value>[^\s\"',}}]{{4,1024}})"),
        (_PARAMETER, rf"\bParameterKey{_Q}?(?:=|:\s{{0,3}}){_Q}?{_NAME}{_Q}?\s{{0,3}},\s{{0,3}}{_Q}?ParameterValue{_Q}?(?:=|:\s{{0,3}}){_Q}?(?P<value>[^\s\"',}}]{{4,1024}})"),
        *((end, rf"<\w{{1,24}}\s[^<>\n]{{0,80}}?(?:name|key)=[\"']{_NAME}[\"'][^<>\n]{{0,80}}>\s{{0,3}}(?P<value>[^<>\s$@][^<>\n]{{3,1024}}){end}") for end in _NAMED_TEXT),
        (_XML_VALUE, rf"\b(?:name|key)=[\"']{_NAME}[\"']\s{{1,3}}value=[\"'](?P<value>[^\"'\n]{{4,1024}})[\"']"),
    )
)  # fmt: skip
_NAME_LINE = re.compile(
    rf"(?i)[\"']?\b(?:name|(?:Parameter)?key)[\"']?:\s{{0,3}}[\"']?{_NAME}[\"']?,?\s{{0,3}}$"
)
_VALUE_LINE = re.compile(
    r"(?i)[^\n]{0,80}?(?<![\w.])[\"']?(?:Parameter)?value[\"']?:[ \t]{1,3}[\"']?(?P<value>[^\s\"'][^\n\"']{3,4095})"
)
# A line of this length is no name of a variable, whatever stands before it.
_NAME_LINE_CHARS = 300
LITERALS = (_JSON_VALUE, _YAML_VALUE, _XML_VALUE, _PARAMETER, *_NAMED_TEXT)


def find(text: Text) -> Iterator[Secret]:
    for literal, pattern in _ON_ONE_LINE:
        for start, end in text.lines_with((literal,)):
            for match in pattern.finditer(text.raw, start, end):
                yield from _secret(match)
    for start, end in text.lines_with((_YAML_VALUE, _JSON_VALUE, _PARAMETER)):
        above = text.line_start(start - 1) if start else 0
        if (
            start - above <= _NAME_LINE_CHARS
            and _NAME_LINE.search(text.raw, above, max(above, start - 1))
            and (below := _VALUE_LINE.match(text.raw, start, end))
        ):
            yield from _secret(below)


def _secret(match: re.Match[str]) -> Iterator[Secret]:
    if not NO_SECRET.fullmatch(match["value"]):
        yield Secret(match.start("value"), match.end("value"), "secret")
