"""Every signature finds its good sample, passes its bad one by, and cannot be made slow."""

import re
from pathlib import Path
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from app.devops.patching.templates import TEMPLATES
from app.devops.signatures import Signature, SignatureLibrary, Strength, read_library, search
from app.devops.signatures.entry import filled
from app.kernel.errors import StartError

LIBRARY = read_library()
ENTRIES = LIBRARY.entries
# A repetition that may take more than this is taken for open; lines are cut to 2,000 characters.
OPEN = 500
# What is taken out of a word on purpose: NAME of a linker's -lNAME, a number without its unit.
WITHIN_A_WORD = {"c.cannot-find-lib", "tests.pytest-timeout"}
PLATFORMS = {
    "github", "gitlab", "jenkins", "docker", "kubernetes", "terraform", "pulumi", "aws", "python", "node", "java",
    "go", "rust", "ruby", "c", "tests", "linters", "network", "machine",
}  # fmt: skip


def each(entry: Signature) -> str:
    return entry.id


def test_the_library_is_as_broad_as_promised() -> None:
    assert len(ENTRIES) >= 150
    assert {entry.id.partition(".")[0] for entry in ENTRIES} >= PLATFORMS
    assert len({entry.id for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=each)
def test_a_signature_finds_its_good_sample_and_not_its_bad_one(entry: Signature) -> None:
    alone = SignatureLibrary.of([entry])
    assert [hit.signature.id for hit in search(["before", entry.good, "after"], alone)] == [entry.id]
    assert not search([entry.bad], alone)


@pytest.mark.parametrize("entry", [one for one in ENTRIES if one.id not in WITHIN_A_WORD], ids=each)
def test_a_name_is_taken_out_of_its_line_whole(entry: Signature) -> None:
    match = re.search(entry.pattern, entry.good)
    assert match
    for group, text in match.groupdict().items():
        around = entry.good[: match.start(group)][-1:], entry.good[match.end(group) :][:1] if text else ""
        assert not text or not (re.match(r"[\w@]", around[0]) and re.match(r"\w", text)), text
        assert not text or not (re.match(r"\w", around[1]) and re.match(r"\w", text[-1])), text


@pytest.mark.parametrize("entry", ENTRIES, ids=each)
def test_cause_and_fix_speak_of_groups_that_the_pattern_has(entry: Signature) -> None:
    assert entry.places <= set(re.compile(entry.pattern).groupindex)


@pytest.mark.parametrize("entry", ENTRIES, ids=each)
def test_no_pattern_repeats_a_repetition_or_has_more_than_two_open_ones(entry: Signature) -> None:
    assert open_repeats(parser.parse(entry.pattern)) <= 2


def test_every_patch_that_a_signature_names_is_a_template() -> None:
    assert {patch for entry in ENTRIES for patch in entry.patches} <= set(TEMPLATES)


def test_every_template_is_named_by_a_signature() -> None:
    assert set(TEMPLATES) <= {patch for entry in ENTRIES for patch in entry.patches}


def open_repeats(parsed: Any, *, inside: bool = False) -> int:
    """How many repetitions without a near end there are. Raises AssertionError for one within another."""
    found = 0
    for operator, argument in parsed:
        if operator in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            _, most, body = argument
            is_open = most == constants.MAXREPEAT or most > OPEN
            assert not (is_open and inside), "an open repetition within an open repetition"
            found += is_open + open_repeats(body, inside=inside or is_open)
        elif operator is constants.SUBPATTERN:
            found += open_repeats(argument[-1], inside=inside)
        elif operator is constants.BRANCH:
            found += max(open_repeats(branch, inside=inside) for branch in argument[1])
        elif operator in (constants.ASSERT, constants.ASSERT_NOT):
            found += open_repeats(argument[1], inside=inside)
    return found


def test_a_literal_is_searched_for_once_though_several_entries_have_it() -> None:
    assert len(LIBRARY.by_literal) == len({literal for entry in ENTRIES for literal in entry.literals})


def test_the_same_text_is_one_hit_that_says_how_often_it_stands_there() -> None:
    line = "FAILED tests/test_a.py::test_adds - AssertionError: assert 3 == 4"
    hit = next(hit for hit in search([line, "", line], LIBRARY) if hit.signature.id == "tests.pytest")
    assert (hit.line, hit.count) == (1, 2)
    assert hit.signature.strength is Strength.FAILURE


def test_of_a_literal_that_stands_everywhere_the_first_and_last_places_are_looked_at() -> None:
    lines = [f"error TS{number}: x{number}" for number in range(1000, 3000)]
    found = {hit.line for hit in search(lines, LIBRARY)}
    assert {1, 60, 1_941, 2_000} <= found and len(found) < 200


def test_half_characters_and_those_beyond_a_plane_shift_no_line() -> None:
    lines = ["\ud800 ✓ 🎉", "ModuleNotFoundError: No module named 'yaml'"]
    assert [hit.line for hit in search(lines, LIBRARY) if hit.signature.id == "python.no-module"] == [2]


def test_what_a_log_says_fills_a_template_as_it_stands() -> None:
    assert filled("no {module} of {package}", {"module": "{package}"}) == "no {package} of package"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("platform: odd\nsignatures: [{id: odd.one}]\n")
    with pytest.raises(StartError, match=r"odd\.yaml"):
        read_library(tmp_path)
