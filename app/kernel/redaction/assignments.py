# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Finds values by the names they are given to: variables, fields of JSON and YAML, headers, exported variables."""

import re
from collections.abc import Iterable, Iterator

from app.kernel.redaction import headers
from app.kernel.redaction.spans import NO_SECRET, Secret, Text
from app.kernel.redaction.vendors import is_random

# Whatever stands behind such a name is secret.
_STRONG = (
    r"passwords?|passwd|passphrase|passwort|passcode|kennwort|dbpass|(?<=[_\-.])pw(?=[\"'\s]*[=:])|psk(?=[\"'\s]*[=:])|(?<=[_\-.])pass(?=[\"'\s]*[=:])|pass(?=[\"']?\s?=)|(?<=[\"'])pass(?=[\"'])|pwd|secrets?|api[_\-.]?keys?|apikey"
    r"|access[_\-.]?keys?(?:[_\-.]?id)?|secret[_\-.]?access[_\-.]?key|account[_\-.]?key|shared[_\-.]?access[_\-.]?key"
    r"|private[_\-.]?key(?:[_\-.]?id)?|signing[_\-.]?key|encryption[_\-.]?key|master[_\-.]?key|client[_\-.]?secret"
    r"|auth[_\-.]?tokens?|access[_\-.]?tokens?|refresh[_\-.]?tokens?|id[_\-.]?tokens?|session[_\-.]?tokens?"
    r"|bearer[_\-.]?tokens?|(?:identity|registry)[_\-.]?token|authtoken|pre-?shared[_\-.]?key|(?:otp|mfa|2fa)[_\-. ]?seed|keytab|phpsessid|aspsessionid|bindpw|connection[_\-.]?strings?|conn[_\-.]?str|client-key-data|webhook[_\-.]?url|dockerconfigjson"
    r"|pgpassword|requirepass|masterauth|_auth"
)
# Behind these stands a secret when it looks like one.
_WEAK = (
    r"tokens?|keys?|credentials?|creds?|auth|salt|session(?:[_\-.]?id)?|cookies?|license|pat|pin|otp|nonce|cert"
    r"|signature|authorization|database_url|db_url|(?<=[_\-.])b(?:ase)?64"
)
# One of these stands in each of those names.
_ROOTS = ("pass", "pwd", "secret", "token", "key", "cred", "auth", "salt", "session", "cookie", "license", "_pat", "_pin", "otp", "nonce",
          "cert", "signature", "_pw", "-pw", ".pw", "psk", "kennwort", "seed", "keytab", "phpsessid", "bindpw", "b64", "base64", "connection", "conn_str", "webhook", "dockerconfigjson", "database_url", "db_url")  # fmt: skip
_SIGN_AHEAD = re.compile(r"[\w.\-]{0,60}\\{0,3}[\"']?\]?\s{0,40}(?:=|:)(?!:)")
_ASSIGNED = re.compile(
    rf"""(?ix)
    (?P<name> (?P<strong>{_STRONG}) | (?P<weak>{_WEAK}) )
    (?P<rest> (?:[_\-.][A-Za-z0-9]{{1,24}}){{0,3}} | \d{{1,3}} )
    (?P<close> \\{{0,3}}["']? \]? )
    (?P<sign> \s{{0,3}} (?: [ ]{{1,37}}(?==) )? (?: => | :=(?!=) | =(?!=) | :(?!:) ) (?: [ \t]{{4,40}} | \s{{0,3}} ) )
    (?P<value> \\{{0,3}}" (?:[^"\\\n]|\\(?!")[^\n]){{1,4096}} | \\{{0,3}}' [^'\n]{{1,4096}} | ` [^`\n]{{1,4096}} | [^\s"'`]{{1,4096}} )
    """
)
_OPENING = re.compile(r"\\{0,3}[\"'`]")
# A name that these begin tells no secret: `cache-key`, `public_key`; `registry` is harmless before a key, not before a token.
_HARMLESS_BEFORE_KEY = re.compile(
    r"(?i)(?:cache|primary|foreign|partition|sort|host|restore|object|s3|routing|idempotency|group|hash|dict|map"
    r"|index|unique|composite|lookup|registry|i18n|translation|config|json|query|react)[_\-. ]?$"
)
_HARMLESS_BEFORE = re.compile(
    r"(?i)(?:public|missing|unknown|duplicate|invalid|unexpected|such|next|sub|csrf|pagination|continuation|syntax|cache|json"
    r"|restore|the|a|no|by)[_\-. ]?$"
)
# `COOKIE_SECRET`, `key-password`: what stands first in the name does not weaken what stands last.
_STRONG_END = re.compile(r"(?i)[_\-.](?:password|passwd|passphrase|pass|pwd|secret)$")
# `checksum/secret` and the like are of the secret, and are not it.
_OF_A_SECRET = re.compile(r"(?i)(?:checksum|digest|fingerprint|sha256)[/_\-.]$")
# And neither does one that ends in these: `TOKEN_FILE`.
_HARMLESS_AFTER = re.compile(
    r"(?i)[_\-.](?:file|path|dir|name|names|url|uri|type|length|size|count|ttl|expiry|expires|expiration|expires_in|algorithm|alg"
    r"|arn|ref|store|provider|manager|version|rotation|policy|prompt|hint|field|header|lifetime|format|stdin|ring|usages?|id)$"
)
_ARGUMENTS = re.compile(r"[;&](?=[A-Za-z_][\w.\- ]{0,40}=)|[;,&)}\]]+$|,(?=[A-Za-z_][\w.\-]{0,40}[=:])")
# Looked for in place: a copy of the line's rest for each name made a line of a megabyte take eight seconds.
_MORE = re.compile(r"\S")
_WORD = re.compile(r"[A-Za-z]+[.,;:!?]?")
_PLAIN = re.compile(
    r"""(?ix)
    [\d.,:_\-/]+ | v?\d+(?:\.\d+)+\S* | [a-z+#.\-]+\d{0,4}(?:\.\d+)* | (?:[a-z]:)?[./~\\]\S* | \w+://[^\s@]* | [\w.\-]+(?:/[\w.\-@+]*)+
    | [0-9a-f]{7,128} | sha\d{1,3}[-:].* | [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12} | \d{4}-\d\d-\d\d.* | [\w.\-]+\.[a-z]{1,4}
    | [a-z_]\w*\([^)]*\)?.* | [A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+ | [a-z]{2}_[A-Z]{2}\S* | \w+\.\w+(?:\.\w+)* | [a-z0-9_]+:[a-z0-9_./:\-]+
    | [-@].* | [\w.\-]+=(?!=*$).* | [\w.+\-]+(?:[,:;|][\w.+\-]*)+ | [\w\-]+@[~^]?v?\d[\w.\-]*
    """
)
_EXPORT = re.compile(
    r"""(?x)
    (?: \b (?:export|declare\s+-x|setx?|typeset\s+-x) \s{1,4} | ^\+{1,8} \s (?:export\s)? | \$env: | ^\s*(?:ENV|ARG)\s{1,4} | (?:^|\s)-e\s | --env[= ] | --build-arg[= ] )
    (?P<name> [A-Za-z_][A-Za-z0-9_]{0,80} ) (?: \s?=\s? | (?<=\w)\s(?=["']) )
    (?P<value> " [^"\n]{1,4096} " | ' [^'\n]{1,4096} ' | \$'[^'\n]{1,4096}' | [^\s"';]{1,4096} )
    """,
    re.MULTILINE,
)
_BEARER = "bearer "
_EXPORT_LITERALS = (
    "export ",
    "declare -x",
    "set ",
    "setx ",
    "typeset -x",
    "$env:",
    "env ",
    "arg ",
    "-e ",
    "--env",
    "--build-arg",
)
LITERALS = (*_ROOTS, _BEARER, *_EXPORT_LITERALS)
_EXPORT_AHEAD = re.compile(r"[ =]{0,3}(?:export )?[A-Za-z_]\w{0,80}(?: ?=|(?<=\w) [\"'])")


# No name has more letters before its root: `shared_access_` of `shared_access_key` has fourteen.
_LEAD = 24


def find(text: Text) -> Iterator[Secret]:
    found = text.first_places(_ROOTS, followed_by=_SIGN_AHEAD)
    lines = [(start, end) for start, _, end in found]
    yield from headers.find_in(text, [*lines, *text.lines_with((_BEARER,))])
    yield from _assigned(text, [(max(start, first - _LEAD), end) for start, first, end in found])
    yield from _exported(text)


def _assigned(text: Text, lines: Iterable[tuple[int, int]]) -> Iterator[Secret]:
    for start, end in lines:
        at, looked_into = start, 0
        while match := _ASSIGNED.search(text.raw, at, end):
            at = match.end()
            begin, stop = _value(text.raw, match)
            if begin < stop and _is_secret(text.raw, match, begin, stop, end):
                kind = _kind((match["strong"] or match["rest"][1:]).lower())
                yield Secret(begin, stop, kind)
                if became := _BECOMES.match(text.raw, match.end(), end):
                    yield Secret(became.start("value"), became.end("value"), kind)
            elif text.raw[begin : begin + 1] in ("{", "[") and looked_into < _MOST_LOOKED_INTO:
                at, looked_into = begin, looked_into + 1


# What a plan of Terraform says: `password = "before" -> "after"`.
_BECOMES = re.compile(r"\"?\s{1,3}->\s{1,3}\"(?P<value>[^\"\n]{1,4096})\"")
# A value may be JSON with assignments of its own; each is read again at most so often in a line.
_MOST_LOOKED_INTO = 20


def _kind(name: str) -> str:
    return "password" if name.startswith(("pass", "pwd", "pgpass")) else "secret"


def _value(raw: str, match: re.Match[str]) -> tuple[int, int]:
    begin, end = match.span("value")
    if opening := _OPENING.match(raw, begin, end):
        return opening.end(), end - (raw[end - 1] == "\\" and end - 1 > opening.end())
    if cut := _ARGUMENTS.search(raw, begin, end):
        end = cut.start()
    return begin, end


# The version in coordinates of Maven: `com.acme:auth-token:1.2.3`.
_VERSION = re.compile(r"v?\d{1,6}\.\d{1,6}[\w.\-+]{0,40}[\"')\]]{0,3}$")
# The name of a secret in an ARN: `arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop-a1b2c3`.
_IN_ARN = re.compile(r":\d{12}:$")


def _is_secret(raw: str, match: re.Match[str], begin: int, stop: int, line_end: int) -> bool:
    value = raw[begin:stop]
    before = raw[max(0, match.start() - 24) : match.start()]
    quoted = begin > match.start("value")
    if (
        (before.endswith(":") and _VERSION.match(value))
        or _IN_ARN.search(before)
        or _OF_A_SECRET.search(before)
        or NO_SECRET.fullmatch(value)
        or (_HARMLESS_AFTER.search(match["rest"]) and not _is_secret_id(match, value))
    ):
        return False
    if (
        match["strong"]
        and match["strong"].lower() in ("pwd", "pass")
        and (_FOLDER.match(value) or before.lower().endswith("ask"))
    ):
        return False
    if before.lower().endswith("no such ") and ":" in match["sign"]:
        return False
    if match["weak"] and not _STRONG_END.search(match["rest"]):
        return _weak_is_secret(match, value, before)
    if (
        before[-1:].isalnum()
        and not (match["name"][0].isupper() or _compound(match))
        and not before[-1:].isdigit()
    ):
        # `bypass: x`, `compass=`: the name only ends like one.
        return match["name"].lower() not in ("pass", "pwd", "secret")
    if quoted or "=" in match["sign"]:
        return not _code(value)
    # A colon stands in prose too: "Invalid password: must be longer".
    prose = _WORD.fullmatch(value) and _MORE.search(raw, stop, line_end)
    return not prose and not _code(value)


def _is_secret_id(match: re.Match[str], value: str) -> bool:
    """Vault's AppRoles log in with a `secret_id`, a UUID; elsewhere it is the name of a secret."""
    return (
        match["name"].lower() == "secret" and match["rest"].lower() == "_id" and bool(_UUID.fullmatch(value))
    )


def _weak_is_secret(match: re.Match[str], value: str, before: str) -> bool:
    of_key = match["weak"].lower().startswith("key")
    if (
        len(value) < _LEAST_WEAK
        or match["rest"][:1].isdigit()
        or value.startswith(_PICTURE)
        or _HARMLESS_BEFORE.search(before)
        or (of_key and _HARMLESS_BEFORE_KEY.search(before))
    ):
        return False
    if (
        match["weak"].lower() in ("key", "keys", "auth", "session")
        and before[-1:] not in ("_", "-", ".")
        and not match["rest"]
    ):
        return False
    compound = before[-1:] in ("_", "-", ".") or match["rest"] != ""
    if before[-1:].isalpha() and not match["weak"][0].isupper():
        return False
    if compound and (_DIGEST.fullmatch(value) or _is_base64(value)):
        return True
    return (
        not _PLAIN.fullmatch(value)
        and (any(map(str.isdigit, value)) or is_random(value))
        and not _code(value)
    )


_LEAST_WEAK = 8
_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,4096}={0,2}")


def _is_base64(value: str) -> bool:
    """Random letters among which strokes stand, as in a path."""
    return bool(_BASE64.fullmatch(value)) and is_random(value)


_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PICTURE = ("iVBORw0KGgo", "/9j/", "R0lGOD", "PHN2Zy", "UklGR")
_DIGEST = re.compile(r"[0-9a-fA-F]{20,128}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FOLDER = re.compile(r"/|[A-Za-z]:[\\/]|:")


def _compound(match: re.Match[str]) -> bool:
    return any(mark in match["name"] for mark in "_-.")


def _code(value: str) -> bool:
    """An expression of a program, not a value: `getenv("X")`, `self.password`, `options.token,`."""
    return bool(
        re.match(
            r"[A-Za-z_][\w.]*[(\[]|(?:self|this|os|process|env|options|config|args|settings|secrets|vars?|local|data|module|each|inputs|github|steps)\.\w",
            value,
        )
    )


def _exported(text: Text) -> Iterator[Secret]:
    for start, end in _lines_with_exports(text):
        for match in _EXPORT.finditer(text.raw, start, end):
            begin = match.start("value")
            value = match["value"].strip("\"'") if match["value"][0] != "$" else ""
            if match["value"].startswith("$'"):
                value = match["value"][2:-1]
            if (
                value
                and not _VARIABLE.search(value)
                and not NO_SECRET.fullmatch(value)
                and " " not in value
                and looks_secret(value)
            ):
                offset = match["value"].index(value)
                yield Secret(begin + offset, begin + offset + len(value), "variable")


def _lines_with_exports(text: Text) -> list[tuple[int, int]]:
    lines = dict(text.lines_with(_EXPORT_LITERALS, followed_by=_EXPORT_AHEAD))
    if text.raw.startswith("+"):
        lines[0] = text.line_end(0)
    # Traces: every command that a shell repeats begins a line with `+ `.
    for trace in ("\n+ ", "\n++ "):
        at = text.raw.find(trace)
        while at >= 0:
            end = text.line_end(at + 1)
            if _EXPORT_AHEAD.match(text.raw, at + len(trace)):
                lines[at + 1] = end
            at = text.raw.find(trace, at + 1)
    return sorted(lines.items())


def looks_secret(value: str) -> bool:
    """Neither path, number, version, digest nor plain word."""
    return len(value) >= _LEAST_EXPORTED and not _PLAIN.fullmatch(value) and not value.startswith(("/", "."))


def is_plain(value: str) -> bool:
    """Whether this is a word, a path, a number, a version, a digest, a name in a program."""
    return bool(_PLAIN.fullmatch(value))


_LEAST_EXPORTED = 6
_VARIABLE = re.compile(r"\$[A-Za-z_{(]|%[A-Z_]+%")
