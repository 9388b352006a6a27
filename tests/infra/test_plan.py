"""`make plan`: what it shows is what the program declares, and the price in the stack file is the price it prints."""

import io
import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from infra.plan.__main__ import main
from infra.plan.titles import PARTS, title
from infra.project import ROOT

from .program import SEVERAL, WIDEST, declared


def shown(*arguments: str) -> str:
    out = io.StringIO()
    assert main(["--stack", *arguments], out=out) == 0
    return out.getvalue()


def as_json(*arguments: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(shown(*arguments, "--json"))
    return result


def test_the_price_in_the_dev_file_is_the_price_of_the_plan():
    first = (ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8").splitlines()[0]
    hour, month = re.findall(r"\$([0-9.]+)", first)
    total = as_json("dev")["total"]
    assert (hour, month) == (f"{total['usd_per_hour']:.4f}", f"{total['usd_per_month_paused']:.2f}")


def test_the_table_names_every_part_once_and_adds_up():
    text = shown("dev", *(word for key, value in WIDEST for word in ("--set", f"{key}={value}")))
    for thing in (thing for thing in declared("dev", *WIDEST) if thing.component):
        assert text.count(f"    {title(thing.kind, thing.name)} ") == 1
    text = shown("dev")
    figures = as_json("dev")
    assert f"{figures['total']['usd_per_hour']:.4f}" in text
    assert sum(part["usd_per_hour"] for part in figures["parts"]) == pytest.approx(
        figures["total"]["usd_per_hour"]
    )


@pytest.mark.parametrize(
    ("stack", "changes"),
    [("dev", WIDEST), ("dev", SEVERAL), ("dev", (("airflow", "mwaa"), ("nat", "single"))), ("local", ())],
    ids=["widest", "chat machines", "managed Airflow", "laptop"],
)
def test_every_part_has_a_title_that_people_read(stack: str, changes: tuple[tuple[str, str], ...]):
    assert {thing.kind for thing in declared(stack, *changes) if thing.component} <= set(PARTS)


def test_every_resource_of_the_program_is_counted_in_exactly_one_part():
    things = [thing for thing in declared("dev") if not thing.component and thing.room]
    assert sum(part["resources"] for part in as_json("dev")["parts"]) == len(things)


def test_exactly_the_durable_room_survives():
    for part in as_json("dev")["parts"]:
        assert part["survives"] == (part["room"] == "durable"), part["title"]


def test_a_paused_stack_shows_only_what_stays():
    paused = as_json("dev", "--set", "paused=true")
    assert {part["room"] for part in paused["parts"]} == {"durable"}
    assert paused["total"]["usd_per_month_paused"] == as_json("dev")["total"]["usd_per_month_paused"]
    assert paused["total"]["usd_per_hour"] < 0.01


def test_without_keep_data_the_plan_says_that_data_is_deleted():
    assert "DELETES the data" in shown("dev", "--set", "keepData=false")
    assert not any(part["survives"] for part in as_json("dev", "--set", "keepData=false")["parts"])


def test_more_data_costs_more_while_paused():
    more = as_json("dev", "--data-gb", "110")["total"]["usd_per_month_paused"]
    assert more - as_json("dev")["total"]["usd_per_month_paused"] == pytest.approx(100 * 0.023)


def test_two_plans_of_the_same_stack_read_the_same():
    assert shown("prod") == shown("prod")


def test_configured_values_that_could_be_private_are_not_printed():
    private = ["--set", "alertEmail=private@example.org", "--set", "owner=private-owner"]
    assert "private" not in shown("dev", *private) + shown("dev", *private, "--json")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], ["Pulumi.nope.yaml", "dev, local, prod"]),
        (["dev", "--set", "nodeCount=9"], ["nodeCount is 9", "nodeMaxCount is 2"]),
        (["dev", "--set", "nodeInstanceType=x9.huge"], ["'x9.huge'", "infra/prices/lists.py"]),
    ],
)
def test_what_cannot_be_planned_is_one_line_and_exit_code_2(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
):
    assert main(["--stack", *arguments], out=io.StringIO()) == 2
    said = capsys.readouterr().err
    assert all(word in said for word in words)
    assert said.count("\n") == 1


def test_the_command_needs_no_credentials_no_network_and_no_engine(tmp_path):
    bare = {"PATH": str(tmp_path), "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    bare |= {name: os.environ[name] for name in ("PYTHONPATH", "SYSTEMROOT") if name in os.environ}
    command = [sys.executable, "-m", "infra.plan", "--stack", "dev"]
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "TOTAL" in done.stdout
    assert done.stderr == ""
