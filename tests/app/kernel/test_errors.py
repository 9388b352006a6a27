"""The error tree: drawn as it is, each with a code of its own."""

import inspect
import re

from app.kernel import errors

_KINDS = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.GenaiError)
}


def test_the_drawing_names_every_error_below_its_parent() -> None:
    drawn: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"([│├└─ ]*)([A-Z]\w+)", line):
            drawn.append((len(found[1]), found[2]))
    tree = [(depth, name) for depth, name in drawn if name in _KINDS]
    assert {name for _, name in tree} == set(_KINDS)
    above: list[tuple[int, str]] = []
    for depth, name in tree:
        above = [one for one in above if one[0] < depth]
        if above:
            assert _KINDS[name].__bases__[0].__name__ == above[-1][1]
        above.append((depth, name))


def test_codes_are_stable_words_and_nobody_shares_one() -> None:
    codes = [kind.code for kind in _KINDS.values()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


def test_a_code_may_be_narrowed_and_the_words_are_kept() -> None:
    error = errors.BadInput("What; do this.", code="bad_thing", retry_after_s=3)
    assert (error.detail, str(error), error.code, error.retry_after_s) == (
        "What; do this.",
        "What; do this.",
        "bad_thing",
        3,
    )
    assert errors.BadInput.code == "bad_input"
