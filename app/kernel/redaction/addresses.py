# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Finds addresses: of machines, of people, and URLs that carry credentials."""

import ipaddress
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from app.kernel.redaction.spans import NO_SECRET, Secret, Text

_USERINFO = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]{1,30})://(?P<user>[^\s/@:\"'<>`]{0,256})"
    r"(?::(?P<pass>(?!\d{1,5}(?:[/\"'\s]|$))[^\s\"'<>`@]{0,512}(?:@[^\s\"'<>`@/]{1,256}){0,2}))?@(?=[\w\[*.$%/])"
)
_SCHEME_BEFORE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]{1,30}$")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62})\.){1,8}[A-Za-z]{2,24}(?![\w@])(?!\.\d)")
_LOCAL = re.compile(r"(?<![\w.+%\-])[^\W_][\w.+%\-]{0,63}$")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32,64}")
_IPV4 = re.compile(
    r"(?<![\w.\-+])(?P<a>\d{1,3})\.(?P<b>\d{1,3})\.(?P<c>\d{1,3})\.(?P<d>\d{1,3})(?![\w]|\.\d|-[a-zA-Z0-9])"
)
_IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:{1,2}){2,7}[0-9A-Fa-f]{0,4}(?:/\d{1,3})?(?![\w:])|(?<![\w:.])[23f][0-9A-Fa-f]{3}::[0-9A-Fa-f]{1,4}(?![\w:])"
)
_MAC = re.compile(r"(?<![\w:.\-])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![\w:])")
# In the outlines of digits and of hexadecimal digits.
_DOTS = (re.compile(rb"0\.0{1,3}\.0{1,3}\.0"),)
_COLONS = (re.compile(rb"h:h{0,4}:h{0,4}:"), re.compile(rb"hhhh::h"))
# What stands before an address, and what stands before or around a version of four numbers.
_NETWORK_BEFORE = re.compile(
    r"(?i)(?:://|@|\b(?:from|to|at|on|via|host|hostname|ip|ips|addr|address|addresses|peer|client|server|tcp|udp|dial|connect|connecting"
    r"|connection|ping|trying|bind|listen|listening|dns|gateway|node|endpoint|remote|local|src|dst|proxy|subnet|cidr|inet|for|upstream)\b"
    r"['\"]?[\s:=(\[]{0,3}(?:\w{2,4}:/?/?)?|ip[-_ ]?address\w*[\s:=\"']{0,4})$"
)
_VERSION_BEFORE = re.compile(
    r"(?i)(?:version|release|released|ver|tag|v|==|>=|<=|~=|!=|@|build|upgrade[d]?|install\w*|package|requirement|[a-z0-9]+-|[\"']?version[\"']?\s?[:=])[\s:=\"'(]{0,3}$"
)
_VERSION_AFTER = re.compile(
    r"[ ]?(?:released|release|is now|\(from|->|=>|,\s?\d+\.\d+\.\d|\)?\s?is available)"
)
# Loopback, "any" and masks say nothing about anybody; the others are services that everybody knows.
_NOBODYS = (0, 127, 255)
_PUBLIC_KNOWN = frozenset(("169.254.169.254", "1.1.1.1", "8.8.8.8", "8.8.4.4"))
_MOST_OCTET = 255
_LEAST_SURE = 20
_PRIVATE_TEN = 10
LITERALS = ("://", "@")


def find_url_credentials(text: Text) -> Iterator[Secret]:
    for at in text.places("://"):
        before = _SCHEME_BEFORE.search(text.raw[max(0, at - 31) : at])
        if before is None or text.raw.find("@", at, at + 1_400) < 0:
            continue
        match = _USERINFO.match(text.raw, at - len(before[0]))
        if match is None:
            continue
        if match["pass"] is not None:
            if match["pass"] and not NO_SECRET.fullmatch(match["pass"]):
                begin = match.start("user") if _is_token(match["user"]) else match.start("pass")
                yield Secret(begin, match.end("pass"), "url_credentials")
            elif _is_token(match["user"]):
                yield Secret(match.start("user"), match.end("user"), "url_credentials")
        elif match["scheme"].lower() in ("http", "https") and _is_token(match["user"]):
            yield Secret(match.start("user"), match.end("user"), "url_credentials")


def _is_token(user: str) -> bool:
    """A user's name that is the secret itself, as hosts of repositories take it."""
    return len(user) >= 12 and any(map(str.isdigit, user)) and not NO_SECRET.fullmatch(user)


def find(text: Text) -> Iterator[Secret]:
    if "@" in text.lowered:
        yield from _emails(text)
    yield from _ipv4(text)
    for start, end in text.lines_where(text.hexes, _COLONS):
        for match in _IPV6.finditer(text.raw, start, end):
            if _is_ipv6(match[0]):
                yield Secret(match.start(), match.end(), "ip")
        for match in _MAC.finditer(text.raw, start, end):
            yield Secret(match.start(), match.end(), "mac")


def _emails(text: Text) -> Iterator[Secret]:
    for at in text.places("@"):
        domain = _DOMAIN.match(text.raw, at + 1)
        if domain is None:
            continue
        local = _LOCAL.search(text.raw[max(0, at - 64) : at])
        if local is None:
            continue
        # `git@host:path` is where a repository lives.
        if local[0] == "git" or _UUID.fullmatch(local[0]) or domain[0].lower().endswith(_FILES):
            continue
        yield Secret(at - len(local[0]), domain.end(), "email")


_FILES = (".js", ".ts", ".tsx", ".jsx", ".mjs", ".cjs", ".json", ".py", ".rb", ".go", ".rs", ".md", ".yml", ".yaml", ".service", ".html",
          ".css", ".lock", ".txt", ".sh", ".tgz", ".zip", ".timer", ".socket", ".target", ".mount")  # fmt: skip


# Words before, words after, the first two octets -> whether this is a machine's address.
_Judge = Callable[[str, str, int, int], bool]


def _ipv4(text: Text) -> Iterator[Secret]:
    # A log says the same around thousands of addresses. For this text only: its words are not kept.
    judge = lru_cache(maxsize=4_096)(_is_machine)
    for start, end in text.lines_where(text.digits, _DOTS):
        yield from _ipv4_in(text, start, end, judge)


def _ipv4_in(text: Text, start: int, end: int, judge: _Judge) -> Iterator[Secret]:
    for match in _IPV4.finditer(text.raw, start, end):
        octets = [int(part) for part in match.groups()]
        if max(octets) > _MOST_OCTET or any(len(part) > 1 and part[0] == "0" for part in match.groups()):
            continue
        if octets[0] in _NOBODYS or match[0] in _PUBLIC_KNOWN:
            continue
        before = text.raw[max(0, match.start() - 28) : match.start()]
        after = text.raw[match.end() : match.end() + 24]
        if judge(before[before.rfind("\n") + 1 :], after, octets[0], octets[1]):
            yield Secret(match.start(), match.end(), "ip")


def _is_machine(before: str, after: str, first: int, second: int) -> bool:
    """Versions may have four numbers too: what stands around them decides, else how large the first is."""
    if _VERSION_BEFORE.search(before) and not before.endswith("://"):
        return False
    if _NETWORK_BEFORE.search(before) or re.match(r":\d{2,5}\b|/\d{1,2}\b", after):
        return not _VERSION_AFTER.match(after)
    if _VERSION_AFTER.match(after):
        return False
    if first == _PRIVATE_TEN or (first, second) == (192, 168):
        return not re.search(r"(?i)[\w]-[\w]+\s$|version|install|package|require|download", before)
    return first >= _LEAST_SURE


def _is_ipv6(found: str) -> bool:
    address = found.partition("/")[0]
    if not any(map(str.isdigit, address)) or address.count(":") < 2:
        return False
    try:
        known = ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return (
        known.is_global
        or known.is_link_local
        or (known.is_private and not known.is_loopback and int(known) >> 112 >= 0x2000)
    )
