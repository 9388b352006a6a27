"""A log is cut into stretches of whole lines, and never within what is understood as a whole only."""

import pytest

from app.devops.masked import Masking
from app.devops.reading.stretches import STRETCH_CHARS, Stretches

_PLANTED = "czNjcjN0LXZhbHVlLTAxNzM="
_SECRET = (
    f"apiVersion: v1\ndata:\n  first: {_PLANTED}\n  second: {_PLANTED}\nkind: Secret\nmetadata:\n  name: db\n"
)
_CHUNK = 300_000


def _log(block: str, *, before_the_cut: int) -> str:
    """Plain lines, with the block so many characters before the first stretch's end, and plain lines again."""
    line = "Step 1: nothing to see in this line of the log\n"
    filling = line * ((STRETCH_CHARS - before_the_cut) // len(line))
    return filling + "." * (STRETCH_CHARS - before_the_cut - len(filling) - 1) + "\n" + block + line * 3_000


def _cut(log: str) -> list[str]:
    stretches, found = Stretches(), []
    data = log.encode()
    for start in range(0, len(data), _CHUNK):
        found += stretches.feed(data[start : start + _CHUNK])
    return [*found, stretches.finish()]


@pytest.mark.parametrize("before_the_cut", range(1, len(_SECRET) + 20, 7))
def test_the_data_of_a_secret_is_masked_wherever_the_stretch_ends(before_the_cut: int):
    masking = Masking()
    log = _log(_SECRET, before_the_cut=before_the_cut)
    masking.feed(log.encode())
    assert _PLANTED not in "".join(masking.finish().texts())
    assert "\n".join(_cut(log)) == log


def test_an_object_without_an_end_does_not_keep_the_log_in_memory():
    log = "apiVersion: v1\n" + "  - an entry of a list that goes on\n" * 150_000
    found = _cut(log)
    assert "\n".join(found) == log
    assert max(map(len, found)) < 1.5 * STRETCH_CHARS


def test_a_log_of_nothing_but_beginnings_is_cut_near_the_end_of_each_stretch():
    found = _cut("apiVersion: v1\n" * 300_000)
    assert min(map(len, found[:-1])) > 0.9 * STRETCH_CHARS
