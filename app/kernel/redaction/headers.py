# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Finds what HTTP's headers carry: credentials of every scheme, keys of vendors, cookies."""

import re
from collections.abc import Iterable, Iterator

from app.kernel.redaction.spans import NO_SECRET, Secret, Text

_HEADER = re.compile(
    r"""(?ix)
    (?: (?:proxy-)?authorization ["']? \s{0,3} [:=] \s{0,3} ["']? (?: (?:basic|bearer|token|digest|negotiate|apikey|aws4-hmac-sha256|splunk|sso-key|private-token)\s{1,3} )?+
      | \b bearer \s{1,3}
      | \b (?:x-[a-z0-9\-]{0,40}(?:token|key|secret|auth|password|signature)|private-token|job-token|deploy-token|api-key|apikey|dd-api-key|circle-token) ["']? \s{0,3} [:=] \s{0,3} ["']?
      | \b (?:set-)?cookie2? ["']? \s{0,3} : \s{0,3} ["']? [\w.\-]{1,80} =
    )
    (?P<value> (?!realm=|charset=) [^\s"'`,;<>\[][^\s"'`,;<>]{0,8191} )
    """
)
_MORE_COOKIES = re.compile(
    r";\s{0,3}(?!(?:path|domain|expires|max-age|samesite|priority)=)[\w.\-]{1,80}=([^\s;\"']{1,4096})",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+[.,;:!?]?")


def find_in(text: Text, lines: Iterable[tuple[int, int]]) -> Iterator[Secret]:
    """Of these lines: whoever looks for assignments has found them already."""
    for start, end in lines:
        for match in _HEADER.finditer(text.raw, start, end):
            value = match["value"]
            cookie = "cookie" in match[0].lower()
            word = _WORD.fullmatch(value) and (cookie or match[0].lower().startswith("bearer"))
            if not NO_SECRET.fullmatch(value) and not word:
                yield Secret(match.start("value"), match.end("value"), "authorization")
            if cookie:
                for more in _MORE_COOKIES.finditer(text.raw, match.end(), end):
                    yield Secret(more.start(1), more.end(1), "authorization")
