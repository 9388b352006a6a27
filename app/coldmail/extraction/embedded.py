"""Finds jobs in the state that a page carries for its own scripts: Next, Nuxt, Remix, Apollo, Inertia and kin."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.coldmail.extraction import loose_json, records
from app.coldmail.extraction.ats import answers
from app.coldmail.extraction.called_state import uncalled
from app.coldmail.extraction.listed import marks
from app.coldmail.extraction.values import Job, Tier

# A script that says none of these holds no jobs.
_JOBBISH = re.compile(
    r"job|position|vacanc|posting|opening|requisition|offer|stelle|career|employment", re.IGNORECASE
)
_ASSIGNED = re.compile(
    r"=\s{0,20}(?=[\[{])|\b(?:push|hydrate|init|render|mount|setup|start|DataTable|dataTable)\(\s{0,5}(?:[\w$.]{1,60}\s{0,5},\s{0,5}){0,3}(?=[\[{])"
)
_PARSED_TEXT = re.compile(r"""JSON\.parse\(\s*(?=(["'`]))""")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|`(?:[^`\\]|\\.)*+`""", re.DOTALL)
_TOKEN = re.compile(r""""(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|`(?:[^`\\]|\\.)*+`|[\[\]{}]""", re.DOTALL)
_NEXT_FLIGHT = re.compile(r"""__next_f\.push\(\[1,\s*(?=")""")
_FLIGHT_ROW = re.compile(r"(?:^|\n)[0-9a-f]{1,6}:(?=[\[{])")
_MOST_LITERALS, _NAME_CHARS = 200, 60
_NAME = re.compile(r"""([\w$.-]+)["']?\]?\s*[=:]?\s*\Z""")
_MOST_REVIVED, _DEEPEST_REVIVED, _DEEPEST_UNTAGGED = 200_000, 8, 40
_LEAST_CHARS = 40
# Looked at for the ends of all literals of a script together: one that is never closed runs to the script's end.
_MOST_SCANNED = 4
# How many kinds of things that only a posting has make a row one: fewer where the list is named for jobs.
_SURE, _NAMED = 4, 2
_LISTS = re.compile(
    r"jobs?\b|jobs?[A-Z_]|jobs?list|lever|greenhouse|ashby|workable|personio|positions?|vacanc|postings?|openings?|requisitions?|offers?|stellen",
    re.IGNORECASE,
)
# Say nothing themselves: the name around them does.
_PLAIN_LISTS = frozenset(
    (
        "byid",
        "entities",
        "items",
        "nodes",
        "edges",
        "results",
        "data",
        "list",
        "hits",
        "content",
        "records",
        "rows",
        "all",
    )
)
# "jobsByDepartment": lists of jobs, each under its department.
_BY = re.compile(
    r"[_-]?(?:by|per|for)[_-]?(?:department|team|location|categor|office|cit)\w*\Z", re.IGNORECASE
)
_OFFERS = re.compile(r"\W*(?:\w+[_-])?(?:all|our|special)?offers?\W*", re.IGNORECASE)
_NO_LISTS = re.compile(
    r"related|similar|recommend|recent|categor|filter|facet|location|department|menu|nav"
    r"|\bposts\b|articles?\b|news|blog|stories|courses?\b|lessons|products?\b|events?\b|templates?\b|testimonials",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """Jobs of the list of this name, or one job that stands alone."""

    jobs: tuple[Job, ...]
    listed: bool
    named: str = ""


def jobs(
    scripts: Iterable[tuple[str, str]], attributes: Iterable[tuple[str, str]], *, base: str | None
) -> list[Found]:
    """All lists of jobs and single jobs in scripts (type, text) and in attributes (name, text) that hold JSON; the longest list first."""
    found: list[Found] = []
    for named, value in _values(scripts, attributes):
        answer = answers.read(value, url=base)
        if answer and answer.jobs:
            state = tuple(_as_state(job) for job in answer.jobs)
            found.append(Found(state, listed=not answer.single))
            continue
        found += _found(value, base, named=named)
    return sorted(found, key=lambda one: -len(one.jobs))


def jobs_of(value: Any, *, base: str | None) -> Found | None:
    """The jobs in an answer of no known system: all its lists of jobs as one, or the job that it is about."""
    found = _found(value, base)
    lists = [one for one in found if one.listed]
    if lists:
        return Found(tuple(job for one in lists for job in one.jobs), listed=True)
    return found[0] if found else None


def _as_state(job: Job) -> Job:
    return replace(job, sources=dict.fromkeys(job.sources, Tier.STATE))


def _values(
    scripts: Iterable[tuple[str, str]], attributes: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, Any]]:
    """Every value with the name that the script gives it, or none."""
    flight = []
    for kind, text in scripts:
        if not _JOBBISH.search(text):
            continue
        if "json" in kind and "ld+json" not in kind:
            value = loose_json.loads(text)
            if value is not None:
                yield "", _revived(value)
        elif "__next_f" in text:
            flight += [_unquoted(match) for match in _quoted_at(text, _NEXT_FLIGHT)]
        elif "__NUXT__" in text and (literal := uncalled(text)):
            yield "", loose_json.javascript(literal, 0)
        elif "ld+json" not in kind:
            yield from _literals(text)
    for value in _flight_values("".join(flight)):
        yield "", value
    for name, text in attributes:
        if _JOBBISH.search(f"{name} {text}") and (value := loose_json.loads(text)) is not None:
            yield name, _untagged(value) if name == "props" else value


def _untagged(value: Any, depth: int = 0) -> Any:
    """Astro writes each property of an island with the number of its kind: [0, value], or [1, [values]]."""
    if depth > _DEEPEST_UNTAGGED:
        return None
    if isinstance(value, dict):
        return {name: _untagged(part, depth + 1) for name, part in value.items()}
    match value:
        case [1, [*parts]]:
            return [_untagged(part, depth + 1) for part in parts]
        case [int(), part]:
            return _untagged(part, depth + 1)
    return value


def _literals(script: str) -> Iterator[tuple[str, Any]]:
    """The object and array literals that a script assigns, and the JSON texts that it parses."""
    at = scanned = 0
    pushed: dict[str, list[Any]] = {}
    for _ in range(_MOST_LITERALS):
        match = _ASSIGNED.search(script, at)
        if not match or scanned > _MOST_SCANNED * len(script):
            break
        at = match.end()
        end = _literal_end(script, at)
        scanned += end - at
        literal = script[at:end]
        if len(literal) >= _LEAST_CHARS and _JOBBISH.search(script, max(0, match.start() - 100), end):
            value = loose_json.javascript(literal, 0)
            if value:
                name = _name_before(script, match.start())
                if match.group().startswith("push"):
                    pushed.setdefault(name, []).append(value)
                else:
                    yield name, value
                at = end
    yield from pushed.items()
    for place in list(_PARSED_TEXT.finditer(script))[:_MOST_LITERALS]:
        quoted = _QUOTED.match(script, place.end())
        value = loose_json.loads(_unquoted(quoted.group())) if quoted else None
        if value is not None:
            yield _name_before(script, place.start()), value


def _name_before(script: str, at: int) -> str:
    """What a script calls the value that it assigns or pushes at this place; empty where it has no name."""
    match = _NAME.search(script[max(0, at - _NAME_CHARS) : at])
    return match[1].rstrip(".") if match else ""


def _literal_end(script: str, at: int) -> int:
    depth = 0
    for match in _TOKEN.finditer(script, at):
        sign = match.group()
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
            if depth <= 0:
                return match.end()
    return len(script)


def _quoted_at(script: str, before: re.Pattern[str]) -> list[str]:
    found = []
    for place in before.finditer(script):
        if match := _QUOTED.match(script, place.end()):
            found.append(match.group())
    return found[:_MOST_LITERALS]


def _unquoted(literal: str) -> str:
    text = literal[1:-1]
    if literal[0] != '"':
        text = text.replace("\\'", "'").replace("\\`", "`").replace('"', '\\"').replace('\\\\"', '\\"')
    text = re.sub(r"\\x([0-9a-fA-F]{2})", r"\\u00\1", text)
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return ""


def _flight_values(text: str) -> Iterator[Any]:
    """The rows of a React server-component stream: `1a:{...}` and `1b:[...]`, one a line."""
    for row in text.split("\n"):
        if match := _FLIGHT_ROW.match(row):
            try:
                yield json.loads(row[match.end() :], strict=False)
            except (ValueError, RecursionError):
                continue


def _revived(value: Any) -> Any:
    """Nuxt 3 writes its state as one flat list in which numbers stand for places of the list."""
    if not (isinstance(value, list) and len(value) > 10 and isinstance(value[0], list | dict)):
        return value
    flat = [one for one in value if isinstance(one, dict)]
    if not flat or not all(isinstance(part, int) for one in flat[:20] for part in one.values()):
        return value

    left = _MOST_REVIVED

    def at(index: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(value):
            return None
        one = value[index]
        if depth > _DEEPEST_REVIVED:
            return None
        if isinstance(one, dict):
            return {name: at(part, depth + 1) for name, part in one.items()}
        if isinstance(one, list):
            reactive = (
                len(one) == 2 and isinstance(one[0], str) and one[0].lower().endswith(("reactive", "ref"))
            )
            return at(one[1], depth) if reactive else [at(part, depth + 1) for part in one[:2_000]]
        return one

    # From the root, where lists have their names; then whatever of it lies too deep.
    whole = at(0, 0)
    left = _MOST_REVIVED
    rows = [at(index, 5) for index, one in enumerate(value) if isinstance(one, dict) and len(one) > 2]
    return {"whole": whole, "rows": rows}


def _found(value: Any, base: str | None, *, named: str = "") -> list[Found]:
    """Lists whose rows are jobs, and objects that are one, walking from the outside; what is taken is not walked again."""
    found: list[Found] = []
    singles: list[Mapping[str, Any]] = []
    references = value if isinstance(value, dict) else {}
    todo: list[tuple[str, Any]] = [(named, value)]
    budget = 200_000
    while todo and budget > 0:
        budget -= 1
        name, one = todo.pop()
        if isinstance(one, dict) and _keyed(one, name):
            one = list(one.values())
        if isinstance(one, list):
            rows = [_row(_followed(row, references), references) for row in one if isinstance(row, Mapping)]
            if (
                rows
                and not _NO_LISTS.search(name)
                and sum(_likely(row, name) for row in rows) > len(rows) / 2
            ):
                made = tuple(
                    job
                    for row in rows
                    if (job := records.job(row, Tier.STATE, base=base))
                    and not marks.SPONTANEOUS.fullmatch(job.title)
                )
                if len(rows) > 1 or _LISTS.search(name):
                    found.append(Found(made, listed=True, named=name))
                else:
                    found.append(Found(made, listed=False))
                continue
            todo.extend((name, part) for part in reversed(one) if isinstance(part, dict | list))
        elif isinstance(one, dict):
            row = _row(one, references)
            if not _NO_LISTS.search(name) and records.likeness(row) >= _SURE and records.only_a_posting(row):
                singles.append(row)
                continue
            grouped = bool(_BY.search(name)) and all(isinstance(part, list) for part in one.values())
            inherited = _BY.sub("", name)
            todo.extend(
                (inherited if grouped or str(key).lower() in _PLAIN_LISTS else str(key), part)
                for key, part in reversed(one.items())
                if isinstance(part, dict | list)
            )
    made = tuple(job for row in singles if (job := records.job(row, Tier.STATE, base=base)))
    if made:
        found.append(Found(made, listed=len(made) > 1))
    return _joined(found)


def _keyed(value: Mapping[str, Any], name: str) -> bool:
    """Whether an object is a list of jobs that has them under their numbers."""
    named = bool(_LISTS.search(name)) and not _BY.search(name)
    return named and len(value) > 1 and all(isinstance(part, dict) for part in value.values())


def _joined(found: list[Found]) -> list[Found]:
    """Lists of the same name as one: a page that groups its jobs has a list for each group."""
    lists: dict[str, Found] = {}
    for one in found:
        if one.listed and one.named:
            before = lists.get(one.named)
            lists[one.named] = replace(one, jobs=before.jobs + one.jobs) if before else one
    return [*lists.values(), *(one for one in found if not (one.listed and one.named))]


def _likely(row: Mapping[str, Any], name: str) -> bool:
    """Whether a row of the list of this name is a job."""
    if _LISTS.search(name):
        # Offers may be of anything.
        if _OFFERS.fullmatch(name) and not records.only_a_posting(row):
            return False
        alike = records.likeness(row)
        return alike >= _NAMED or (
            alike == 1 and (records.names_a_role(row) or records.names_an_employer(row))
        )
    return records.likeness(row) >= _SURE and records.only_a_posting(row)


def _row(row: Mapping[str, Any], references: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row without its wrapper (`node`, `_source`), with Apollo's references followed one step."""
    for wrapper in ("node", "fields", "_source", "job", "posting", "data", "attributes"):
        inner = row.get(wrapper)
        if isinstance(inner, Mapping) and len(row) <= 4 and records.likeness(inner) > records.likeness(row):
            row = inner
            break
    if not any(
        (isinstance(part, dict) and "__ref" in part) or isinstance(part, list) for part in row.values()
    ):
        return row
    return {name: _followed(part, references) for name, part in row.items()}


def _followed(part: Any, references: Mapping[str, Any]) -> Any:
    if isinstance(part, dict) and isinstance(part.get("__ref"), str):
        return references.get(part["__ref"], part)
    if isinstance(part, list):
        return [_followed(one, references) for one in part]
    return part
