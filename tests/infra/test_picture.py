"""The picture of README: everything that the program may declare is on it, and what ties the parts is read, not told."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from infra.doors import DOORS
from infra.plan import titles
from scripts.picture import svg, words
from scripts.picture.drawing import draw
from scripts.picture.reading import BEDROCK, BY_NAME, House, Part, Program

from .program import WIDEST, declared

PARTS = tuple(
    Part(part, room, always=part == "DataBucket")
    for room, shelf in words.SHELVES
    for thing in shelf
    for part in words.parts_of(thing)
)
DOORS_OF = {part: BY_NAME for card in (*words.APPS, words.CHAT) for part in card.parts}
SMALL = Program(PARTS, DOORS_OF, {}, usd_per_hour=0.5, usd_per_month_paused=1.5, prices_as_of="2026-01-01")


@pytest.fixture
def house() -> House:
    return House(declared("dev", *WIDEST))


def texts(picture: str) -> list[str]:
    return [
        element.text or ""
        for element in ElementTree.fromstring(picture).iter()
        if element.tag.endswith("text")
    ]


def test_every_kind_of_part_that_the_plan_knows_has_its_place():
    known = {kind.rsplit(":", 1)[-1] for kind in titles.PARTS}
    assert {part.key.split()[0] for part in PARTS} == known - {*words.LAPTOP, *words.SEVERAL}
    assert {*words.LAPTOP, *words.SEVERAL} <= known


def test_every_door_leads_to_the_part_that_answers_there(house: House):
    doors = house.doors()
    assert len(list(house.doors())) == len(DOORS)
    assert dict(doors) == {
        "AppService rag": "/",
        "AppService coldmail": "/coldmail",
        "AppService devops": "/devops",
        "AppService console": BY_NAME,
        "AppService open-webui": BY_NAME,
        "Monitoring": BY_NAME,
        "ChatMachines": BY_NAME,
    }


def test_who_asks_whom_is_read_from_permissions_and_from_openings_in_the_network(house: House):
    asks = house.asks()
    # Its role names the bucket, the table, the queue and the models; its pods carry the marks of search and cache.
    assert asks["AppService rag"] >= {
        "DataBucket",
        "Records",
        "Queue",
        "ApiKeys",
        "OpenSearch",
        "Valkey",
        BEDROCK,
    }
    assert "Postgres" not in asks["AppService rag"]
    assert asks["AppService open-webui"] >= {"AppService rag", "Postgres"}
    assert "DataBucket" not in asks["AppService open-webui"]
    assert not any(part in asked for part, asked in asks.items())


def test_a_part_without_a_place_and_a_place_without_a_part_are_refused():
    with pytest.raises(words.NotDrawn, match=r"without a place.*Teapot"):
        draw(replace(SMALL, parts=(*PARTS, Part("Teapot", "cluster", always=False))))
    with pytest.raises(words.NotDrawn, match=rf"without a part.*{PARTS[0].key}"):
        draw(replace(SMALL, parts=PARTS[1:]))


def test_a_part_in_another_room_than_the_program_puts_it_is_refused():
    moved = [replace(part, room="cluster") if part.key == "DataBucket" else part for part in PARTS]
    with pytest.raises(words.NotDrawn):
        draw(replace(SMALL, parts=tuple(moved)))


def test_the_picture_says_who_asks_and_what_it_costs():
    picture = draw(replace(SMALL, asks={"AppService devops": frozenset({"Records"})}))
    assert texts(draw(SMALL)).count("for DevOps") == 0
    assert texts(picture).count("for DevOps") == 1
    assert "$0.50 an hour for the smallest stack" in texts(picture)
    assert "$1.50 a month for the smallest stack" in texts(picture)


def test_only_what_is_not_in_the_smallest_stack_is_dashed():
    def dashed(program: Program) -> int:
        return draw(program).count(' choice"')

    everything = replace(SMALL, parts=tuple(replace(part, always=True) for part in PARTS))
    # One box of the legend shows what a dashed line means.
    assert dashed(everything) == 1
    boxes = len({thing for _, shelf in words.SHELVES for thing in shelf})
    assert dashed(SMALL) == boxes - 1 + 1


def test_the_same_program_gives_the_same_bytes_whatever_order_it_was_declared_in():
    assert draw(SMALL) == draw(replace(SMALL, parts=PARTS[::-1], doors=dict(reversed(DOORS_OF.items()))))


def test_words_that_do_not_fit_their_box_are_refused(monkeypatch: pytest.MonkeyPatch):
    long = replace(
        words.KEPT[0], told="much too much to say in the few lines that there are on a box of this size"
    )
    monkeypatch.setattr(words, "KEPT", (long, *words.KEPT[1:]))
    with pytest.raises(words.NotDrawn, match="does not fit"):
        draw(SMALL)


def test_lines_break_between_words_and_are_no_wider_than_asked():
    lines = svg.wrapped("what the program declares and who asks whom", 100)
    assert " ".join(lines) == "what the program declares and who asks whom"
    assert len(lines) > 1
    assert all(svg.width(line) <= 100 for line in lines)
