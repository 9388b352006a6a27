# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Finds secrets that are given to programs: options, credential files, pipes into a login."""

import re
from collections.abc import Iterator

from app.kernel.redaction.spans import NO_SECRET, Secret, Text

_VALUE = r"""(?:"(?P<d>[^"\n]{1,4096})"|'(?P<s>[^'\n]{1,4096})'|(?P<p>[^\s"'`;|&]{1,4096}))"""
_OPTION = (
    r"--?(?:[a-z0-9]{1,24}[-_.]){0,4}(?:password|passwd|passphrase|pass|pwd|secret|token|api[-_]?key|apikey|access[-_]?key"
    r"|secret[-_]?key|account[-_]?key|auth[-_]?key|private[-_]?key|client[-_]?secret|credentials?|storepass|keypass|sas)"
)
# What a usage text has in the place of a value.
_SHOWN = re.compile(r"[A-Z][A-Z_]{1,30}\]")
_ROOTS = ("pass", "pwd", "secret", "token", "key", "credential", "-sas")
# Lower-case literals, pattern. The value is the group d, s or p.
_TABLE: tuple[tuple[tuple[str, ...], str], ...] = (
    (_ROOTS, rf"(?<![\w\-]){_OPTION}(?:\s{{1,3}}|=){_VALUE}"),
    (("login", "sshpass", "twine ", "mongo", "influx", "sqlcmd"), rf"\b(?:login|sshpass|twine|mongo\w*|influx|sqlcmd)\s(?:[^\n]{{0,300}}?\s)?(?:-p|-P|--sp)(?:\s{{0,3}}|=)(?!ort|rofile|ull|refix){_VALUE}"),
    (("mysql", "mariadb"), r"(?<!\S)-p(?P<p>(?!roto|ort|assword)[^\s\"'=]{1,256})"),
    (("redis-cli", "valkey-cli"), rf"(?<!\S)-a\s{{1,3}}{_VALUE}"),
    (("curl", "wget", "--user"), r"(?<!\S)(?:(?-i:-u)|--user|--proxy-user)[ =]?[\"']?[^\s:\"']{0,128}:(?P<p>[^\s\"']{1,1024})"),
    (("pass:",), r"(?<!\S)(?:-pass|-passin|-passout|-k)\s{1,3}[\"']?pass:(?P<p>[^\s\"']{1,512})"),
    (("-storepass", "-keypass", "-srcstorepass", "-deststorepass"), rf"-(?:src|dest)?(?:store|key)pass\s{{1,3}}{_VALUE}"),
    (("ssh-keygen",), rf"(?<!\S)-[NP]\s{{1,3}}{_VALUE}"),
    (("--from-literal",), rf"--from-literal[= ][\"']?[\w.\-]{{1,128}}={_VALUE}"),
    (("htpasswd",), r"\bhtpasswd\s(?:-\S+\s){0,5}(?:\S+\s)?[\w.\-]+\s(?P<p>[^\s\-\"']\S{2,256})\s*$"),
    (("config", " set ", "helm repo add", "cargo login"),
     rf"\b(?:configure set|config(?: set)?|(?:npm|pnpm|yarn|snap) set|repo add|cargo)\s(?:[^\n]{{0,80}}?[ \w.:\-])??(?:_key|_token|:_authtoken|_auth|_password|password|token|secret|api-?key"
     rf"|\blogin|(?:pypi-token|http-basic|github-oauth)\.\S+(?:\s[\w\-]+)?)\s{{1,3}}(?:--\s)?(?!-){_VALUE}"),
    (("login ",), r"\blogin\s{1,4}\S{1,256}\s{1,4}password\s{1,4}(?P<p>\S{1,512})"),
    (("password ",), r"^\s{0,8}password\s{1,4}(?P<p>\S{1,512})\s*$"),
    (("password-stdin", "--with-token", "passwd", "sudo -s", "--passphrase-fd"), rf"\b(?:echo|printf)(?:\s-\w+)*\s(?:'%s'\s|\"%s\"\s|%s\s)?{_VALUE}(?=[^|\n]{{0,40}}\|)"),
    (("<<<",), rf"(?:login|passw|token|secret|auth|gpg)[^\n<]{{0,200}}<<<\s?{_VALUE}"),
    (("chpasswd",), r"\b[a-z_][\w\-]{0,31}:(?P<p>[^\s\"'|]{1,256})(?=[\"']?\s*\|\s*(?:sudo\s)?chpasswd)"),
    (("identified by",), rf"(?i)identified\s+by\s+(?:password\s+)?{_VALUE}"),
    (("password '", 'password "', "password e'"), rf"(?i)\bpassword\s+e?{_VALUE}"),
    ((":",), r"^[\w.*\-]{1,128}:(?:[1-6]\d{3}|\*):[\w*\-]{1,64}:[\w*\-]{1,64}:(?P<p>[^\s:]{3,256})$"),
    (('"auth"', '\\"auth'), r"\\{0,3}\"auth\\{0,3}\"\s{0,3}:\s{0,3}\\{0,3}\"(?-i:(?=[A-Za-z]*[0-9+/=])(?=[a-z0-9]*[A-Z]))(?P<p>[a-z0-9+/]{16,2000}={0,2})\\{0,3}\""),
    (("keychain", "security import"), rf"\bsecurity\s(?:[^\n]{{0,200}}?\s)?(?:-p|(?-i:-P))\s{{1,3}}{_VALUE}"),
    (("set-key-partition-list",), rf"(?<!\S)-k\s{{1,3}}{_VALUE}"),
    (("signtool",), rf"(?<!\S)/p\s{{1,3}}{_VALUE}"),
    (("bundle_", "bundle config "), r"(?:\bBUNDLE_\w{1,80}__\w{1,80}\s?[=:]\s{0,3}[\"']?|\bbundle config (?:set )?(?:--?\w{1,12} )?[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,5}\s{1,3})[\w.\-]{1,80}:(?P<p>[^\s\"'/][^\s\"']{5,512})"),
    (("jdbc:oracle",), r"\bjdbc:oracle:\w{2,8}:[^\s/@]{1,80}/(?P<p>[^\s@\"']{1,256})@"),
    (("-oauth\"", "gitlab-token\"", "\"bearer\""), r"\"(?:github-oauth|gitlab-oauth|gitlab-token|bearer)\"\s{0,3}:\s{0,3}\{\s{0,3}\"[\w.\-]{1,120}\"\s{0,3}:\s{0,3}\"(?P<p>[^\"\s]{8,512})\""),
    (("password>", "passphrase>", "token>", "secret>", "apikey>"),
     r"<(?:[\w.\-]{0,40})(?:password|passphrase|token|secret|apikey)>\s{0,3}(?P<p>[^<>\s$][^<>\s]{3,1024})\s{0,3}</"),
    (("env ",), r"\b(?-i:ENV)\s{1,4}\w{0,40}(?:password|passwd|secret|token|key)\w{0,20}\s{1,3}(?=[^\s\d]{0,60}\d)(?P<p>[^\s=$]{8,1024})\s*$"),
    (("//", "_auth"), r"(?::_authToken|:_auth|:_password)\s{0,2}[= ]\s{0,2}\"?(?P<p>[^\s\"]{4,1024})"),
)  # fmt: skip
_COMPILED = tuple(
    (literals, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for literals, pattern in _TABLE
)
_VALUE_AHEAD = re.compile(r"[\w.\-]{0,20}(?:\s{1,3}|=)\S")
_PGPASS_PORTS = (":5432:", ":5433:", ":6432:", ":*:")
LITERALS = (*(literal for literals, _ in _TABLE for literal in literals if literal != ":"), *_PGPASS_PORTS)


def find(text: Text) -> Iterator[Secret]:
    for literals, pattern in _COMPILED:
        wanted = _PGPASS_PORTS if literals == (":",) else literals
        for start, end in text.lines_with(wanted, followed_by=_VALUE_AHEAD if literals is _ROOTS else None):
            if literals is _ROOTS and text.raw.find("-", start, end) < 0:
                continue
            for match in pattern.finditer(text.raw, start, end):
                group = match.lastgroup
                if group and not NO_SECRET.fullmatch(match[group]) and not _SHOWN.fullmatch(match[group]):
                    yield Secret(match.start(group), match.end(group), "password")
