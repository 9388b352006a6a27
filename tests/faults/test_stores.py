"""Each store of the service slow, away, resetting, cutting and trickling: nothing acknowledged is lost, and it heals."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.faults.proxy import Cut, Down, Latency, Mode, Reset, Trickle
from tests.faults.scene import Opened, Scene, aws, on_aws, side_by_side, suffer

STORES = ("objects", "records", "work")
MODES: dict[str, Mode] = {
    "down": Down(),
    "reset": Reset(),
    "cut": Cut(40),
    "latency": Latency(60),
    "trickle": Trickle(10),
}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Scene]]:
    """Three services, each with another store behind a proxy: their waiting for time-outs overlaps."""
    with ExitStack() as stack:
        server, opened, scenes = stack.enter_context(aws()), Opened(), []
        stack.callback(opened.close)

        def open_one(store: str) -> None:
            scenes.append(opened.enter(on_aws(server, tmp_path_factory.mktemp(store), store)))

        side_by_side(*[lambda store=store: open_one(store) for store in STORES])
        yield scenes


# A store that hangs or drips costs each call its whole time-out: a minute of waiting that `make eval` can afford.
SLOW = {"latency", "trickle"}


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param(mode, id=name, marks=[pytest.mark.eval] if name in SLOW else [])
        for name, mode in MODES.items()
    ],
)
def test_a_store_that_fails_loses_nothing_answers_503_and_is_back_within_seconds(
    scenes: list[Scene], mode: Mode
) -> None:
    side_by_side(*[lambda scene=scene: suffer(scene, mode) for scene in scenes])
