"""A log's lines without what a runner put around them; numbered as in the log."""

import re

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_STAMP = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z? ?")


def plain_lines(log: str) -> list[str]:
    return [_STAMP.sub("", _ANSI.sub("", line).rstrip("\r")) for line in log.split("\n")]
