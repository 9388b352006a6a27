"""Where in the project the log's lines point to: files and lines, without those of tools, runners and libraries."""

import re
from collections.abc import Iterable, Iterator, Sequence

from app.devops.extraction.priors import is_harmless

# Lines beyond this are data; a place stands at their beginning.
_CHARS = 400
_ERROR_MARK = "##[error]"
_PLACE = re.compile(
    r"(?<![\w@])((?:[A-Za-z]:)?[\w@.+\\/\[\]()-]{1,160}\.(?:pyi?|rs|go|[cm]?[jt]sx?|vue|svelte|java|kts?|scala|rb|php|cs|c|cc"
    r"|cpp|cxx|h|hpp|swift|m|mm|dart|exs?|erl|hs|ml|rst|md|mdx|ipynb|ya?ml|toml|json|tf|sh|gradle|txt|cmake|proto|css|scss"
    r"|html|snap|stderr|lock)(?![\w.])|(?:[\w./-]{0,80}/)?Dockerfile[\w.-]{0,30})(?::(\d{1,6})|\((\d{1,6})[,)]|, line (\d{1,6}))?"
)
_FOREIGN_PLACE = re.compile(
    r"site-packages|node_modules|/rustc/|dist-packages|/usr/(?:lib|local|include)|\.cargo/registry|/opt/|go/pkg/mod"
    r"|^\W{0,12}at (?:hudson|jenkins|org\.(?:jenkinsci|gradle|apache|junit|codehaus|springframework))\."
    r"|^\W{0,12}at (?:javax?|jdk|sun|groovy|scala|kotlin)\."
    r"|_temp/|hostedtoolcache|node:internal|miniconda|lib/python3|/lib/x86_64"
)
# Where runners check out: it says nothing of the file.
_WORKSPACE = re.compile(r"^/(?:home/runner/work|__w|builds)/[^/]+/[^/]+/")


def places(lines: Sequence[str], near: Iterable[int]) -> Iterator[str]:
    for index in near:
        line = lines[index][:_CHARS].replace(_ERROR_MARK, "")
        if _FOREIGN_PLACE.search(line):
            continue
        if numbered := _LISTED.match(line):
            yield from (f"{path}:{numbered[1]}" for path in _above(lines, index))
        for found in _PLACE.finditer(line):
            number = found[2] or found[3] or found[4]
            path = found[1] if ")" in found[1] else found[1].rpartition("(")[2]
            path = _WORKSPACE.sub("", path)
            if number:
                yield f"{path}:{number}"
            elif FILE_ALONE.match(line):
                yield path


# A finding that tells line and column only: its file stands above all findings of it.
_LISTED = re.compile(r"^\s+(\d{1,6}):\d{1,5}\s+(?:error|warning|✖|×|[A-Z]\d{3})\b")
_PATH = re.compile(r"^[^\s.]{0,200}(?:\.[^\s.]{0,200}){0,20}\.\w{1,8}$")
FINDINGS = 60


# A list of files, as formatters print it; prettier calls each a warning.
FILE_ALONE = re.compile(r"^\s*(?:\[warn\] )?[\w@.-]+(?:/[\w@.()\[\]-]+)+\.[A-Za-z]\w{0,7}$")


def is_of_failure(line: str) -> bool:
    return not is_harmless(line) or FILE_ALONE.match(line[:_CHARS]) is not None


def _above(lines: Sequence[str], index: int) -> Iterator[str]:
    for line in reversed(lines[max(0, index - FINDINGS) : index]):
        if not _LISTED.match(line):
            path = line[:_CHARS].strip()
            if _PATH.match(path):
                yield _WORKSPACE.sub("", path)
            return


def longest(places: Sequence[str]) -> list[str]:
    """Without those that another tells with more of its path."""
    return [
        place
        for place in places
        if not any(other != place and other.endswith(f"/{place}") for other in places)
    ]
