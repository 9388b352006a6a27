# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Finds secrets that are given to programs: options, credential files, pipes into a login."""

import re
from collections.abc import Iterator

from app.kernel.redaction.spans import NO_SECRET, Secret, Text

_VALUE = r"""(?:"(?P<d>[^"\n]{1,4096})"|'(?P<s>[^'\n]{1,4096})'|(?P<p>[^\s"'`;|&]{1,4096}))"""
_OPTION = (
    r"--?(?:[a-z0-9]{1,24}[-_.]){0,4}(?:password|passwd|passphrase|pass|pwd|secret|token|api[-_]?key|apikey|access[-_]?key"
    r"|secret[-_]?key|account[-_]?key|auth[-_]?key|private[-_]?key|client[-_]?secret|secret-string|credentials?|storepass|keypass|sas)"
)
# What a usage text has in the place of a value.
_SHOWN = re.compile(r"[A-Z][A-Z_]{1,30}\]")
_ROOTS = ("pass", "pwd", "secret", "token", "key", "credential", "-sas")
# Lower-case literals, pattern. The value is the group d, s or p.
_TABLE: tuple[tuple[tuple[str, ...], str], ...] = (
    (_ROOTS, rf"(?<![\w\-]){_OPTION}(?:\s{{1,3}}|=){_VALUE}"),
    (("login", "sshpass", "twine ", "mongo", "influx", "sqlcmd"), rf"\b(?:login|sshpass|twine|mongo\w*|influx|sqlcmd)\s(?:[^\n]{{0,300}}?\s)?(?:-p|-P|--sp)(?:\s{{0,3}}|=)(?!ort|rofile|ull|refix){_VALUE}"),
    (("mysql", "mariadb"), r"(?<!\S)-p(?P<p>(?!roto|ort|assword)[^\s\"'=]{1,256})"),
    (("poetry publish", "hatch publish", "flit publish", "uv publish", "twine upload"), rf"\bpublish\s(?:[^\n]{{0,300}}?\s)?(?-i:-p|-a|--auth)\s{_VALUE}"),
    (("vault login", "snyk auth", "activate-refresh-token"), rf"\b(?:vault login|snyk auth|activate-refresh-token \S{{1,128}})\s{{1,3}}(?!-){_VALUE}"),
    (("sonar.login",), r"(?<![a-ce-z])sonar\.login=(?P<p>[0-9a-f]{40})\b"),
    (("_header ", "requestheader set "), rf"(?:proxy_set_header|add_header|more_set_input_headers|requestheader set)\s[\w\-]{{0,60}}(?:key|token|secret|auth)\s{{1,3}}{_VALUE}"),
    (("set password for",), r"\bset password for \S{1,128}\s{0,3}=\s{0,3}'(?P<p>[^'\n]{1,512})'"),
    (("psk \"", "psk '"), r"(?<![\w.])psk\s{1,3}(?:\"(?P<d>[^\"\n]{4,256})\"|'(?P<s>[^'\n]{4,256})')"),
    (("encrypt",), r"\bencrypt[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<p>[a-z0-9+/]{22,43}={1,2})(?![a-z0-9+/=])"),
    (("redis-cli", "valkey-cli"), rf"(?<!\S)-a\s{{1,3}}{_VALUE}"),
    (("curl", "wget", "--user"), r"(?<!\S)(?:(?-i:-[A-Za-z]{0,8}u)|--user|--proxy-user)[ =]?[\"']?[^\s:\"']{0,128}:(?P<p>[^\s\"']{1,1024})"),
    (("http ", "https ", "xh "), r"\b(?:https?|xh)\s(?:[^\n]{0,200}?\s)?(?:-a|--auth)[ =][\"']?[^\s:\"']{1,128}:(?P<p>[^\s\"']{1,1024})"),
    (("put-parameter", "keyvault secret", "pipeline variable"), rf"\s--value[ =]{_VALUE}"),
    (("secret set", "variable set"), rf"\b(?:secret|variable) set\s(?:[^\n]{{0,200}}?\s)?(?:--body[ =]|(?-i:-b)\s?|(?-i:-v)\s|--value[ =]){_VALUE}"),
    (("ldapsearch", "ldapmodify", "ldapadd", "ldapdelete", "ldappasswd", "ldapwhoami"), rf"\bldap\w+\s(?:[^\n]{{0,300}}?\s)?(?-i:-w)\s{_VALUE}"),
    (("zip ",), rf"\b(?:un)?zip\s(?:[^\n]{{0,200}}?\s)?(?-i:-P)\s?{_VALUE}"),
    (("7z ", "7za ", "7zz ", "rar "), r"\b(?:7z[az]?|(?:un)?rar)\s(?:[^\n]{0,200}?\s)?-h?p(?P<p>[^\s\"']{4,256})"),
    (("lftp ", "ncftp"), r"\b(?:lftp|ncftp\w*)\s(?:[^\n]{0,200}?\s)?(?:-u\s[\"']?[^\s,]{1,64},|-p\s)(?P<p>[^\s\"']{1,256})"),
    (("smbclient", "mount.cifs", "rpcclient"), r"\s-U\s?[\"']?[^\s%]{1,64}%(?P<p>[^\s\"']{1,256})"),
    (("net use", "net user"), r"\bnet use[r]?\s(?:[^\n]{0,80}\s)?(?:\\\\\S{1,200}|[\w.\-]{1,64})\s(?P<p>[^\s/*]{4,128})(?=\s/|\s*$)"),
    (("sqlplus", "sqlldr", "expdp", "impdp", "rman"), r"\b(?:sqlplus|sqlldr|expdp|impdp|rman)\s(?:[^\n]{0,120}?[\s=])?[\w$#]{1,64}/[\"']?(?P<p>[^\s@/\"']{2,128})[\"']?@"),
    (("mc alias", "mc config"), r"\bmc (?:alias set|config host add)\s\S{1,64}\s\S{1,200}\s(?P<p>[^\s\"']{4,128}\s{1,3}[^\s\"'-][^\s\"']{3,128})"),
    (("rootpw", "user --"), rf"\b(?:rootpw|user\s[^\n]{{0,120}}?--password=?)\s(?:--\w{{1,12}}\s){{0,3}}(?!--){_VALUE}"),
    (("@tcp(", "@unix("), r"(?<![\w.:/])[\w.\-]{1,64}:(?P<p>[^\s:@/\"']{1,256})@(?:tcp|unix)\("),
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
    (("password-stdin", "--with-token", "passwd", "sudo -s", "--passphrase-fd", "kinit", "cryptsetup", "| su"), rf"\b(?:echo|printf)(?:\s-\w+)*\s(?:'%s'\s|\"%s\"\s|%s\s)?{_VALUE}(?=[^|\n]{{0,40}}\|)"),
    (("| base64",), rf"\b(?:echo|printf)(?:\s-\w+)*\s(?:'%s'\s|\"%s\"\s|%s\s)?(?-i:(?=[\"']?[^\s|]{{0,60}}\d)(?=[\"']?[^\s|]{{0,60}}[A-Z])(?=[\"']?[^\s|]{{0,60}}[a-z])(?=[^\s|]{{14}})){_VALUE}(?=\s?\| base64)"),
    (("<<<",), rf"(?:login|passw|token|secret|auth|gpg)[^\n<]{{0,200}}<<<\s?{_VALUE}"),
    (("chpasswd",), r"\b[a-z_][\w\-]{0,31}:(?P<p>[^\s\"'|]{1,256})(?=[\"']?\s*\|\s*(?:sudo\s)?chpasswd)"),
    (("identified by",), rf"(?i)identified\s+by\s+(?:password\s+)?{_VALUE}"),
    (("password '", 'password "', "password e'"), rf"(?i)\bpassword\s+e?{_VALUE}"),
    ((":",), r"(?<![\w.:*\-])[\w.*\-]{1,128}:(?:[1-6]\d{3}|\*):[\w*\-]{1,64}:[\w*\-]{1,64}:(?P<p>[^\s:]{3,256})$"),
    (('"auth"', '\\"auth'), r"\\{0,3}\"auth\\{0,3}\"\s{0,3}:\s{0,3}\\{0,3}\"(?-i:(?=[A-Za-z]*[0-9+/=])(?=[a-z0-9]*[A-Z]))(?P<p>[a-z0-9+/]{16,2000}={0,2})\\{0,3}\""),
    (("keychain", "security import"), rf"\bsecurity\s(?:[^\n]{{0,200}}?\s)?(?:-p|(?-i:-P))\s{{1,3}}{_VALUE}"),
    (("set-key-partition-list",), rf"(?<!\S)-k\s{{1,3}}{_VALUE}"),
    (("signtool",), rf"(?<!\S)/p\s{{1,3}}{_VALUE}"),
    (("bundle_", "bundle config "), r"(?:\bBUNDLE_\w{1,80}__\w{1,80}\s?[=:]\s{0,3}[\"']?|\bbundle config (?:set )?(?:--?\w{1,12} )?[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,5}\s{1,3})[\w.\-]{1,80}:(?P<p>[^\s\"'/][^\s\"']{5,512})"),
    (("jdbc:oracle",), r"\bjdbc:oracle:\w{2,8}:[^\s/@]{1,80}/(?P<p>[^\s@\"']{1,256})@"),
    (("-oauth\"", "gitlab-token\"", "\"bearer\""), r"\"(?:github-oauth|gitlab-oauth|gitlab-token|bearer)\"\s{0,3}:\s{0,3}\{\s{0,3}\"[\w.\-]{1,120}\"\s{0,3}:\s{0,3}\"(?P<p>[^\"\s]{8,512})\""),
    (("password>", "passphrase>", "token>", "secret>", "apikey>"),
     r"<(?:[\w.\-]{0,40})(?:password|passphrase|token|secret|apikey)(?:\s[^<>\n]{1,120})?>\s{0,3}(?P<p>[^<>\s$][^<>\s]{3,1024})\s{0,3}</"),
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
