"""The code of the cost guard, run against the real API of scaling groups (moto): what has cards stops, what has none goes on."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.functions import stop_gpu

from .accounts import REGION, Account

# What a budget sends; the function reads none of it.
EVENT = {
    "Records": [
        {"Sns": {"Subject": "AWS Budgets", "Message": "genai-ops-dev has exceeded your alert threshold"}}
    ]
}


@pytest.fixture
def scaling(aws: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    yield aws.cloud("autoscaling")
    boto3.DEFAULT_SESSION = None


def group(scaling: Any, name: str, *, most: int = 3, wanted: int = 0) -> None:
    scaling.create_launch_configuration(
        LaunchConfigurationName=name, ImageId="ami-1", InstanceType="g4dn.xlarge"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchConfigurationName=name,
        MinSize=0,
        MaxSize=most,
        DesiredCapacity=wanted,
        AvailabilityZones=[f"{REGION}a"],
    )


def sizes(scaling: Any) -> dict[str, tuple[int, int, int]]:
    found = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    return {
        one["AutoScalingGroupName"]: (one["MinSize"], one["DesiredCapacity"], one["MaxSize"]) for one in found
    }


def told(monkeypatch: pytest.MonkeyPatch, *groups: str) -> None:
    pools = [{"group": f"pool-of-{name}", "scaling_group": name} for name in groups]
    monkeypatch.setenv("POOLS", json.dumps(pools))


def test_running_machines_with_cards_stop_and_none_can_start(scaling: Any, monkeypatch: pytest.MonkeyPatch):
    for name in ("cards-spot", "cards-full"):
        group(scaling, name, wanted=1)
    group(scaling, "main", wanted=2)
    told(monkeypatch, "cards-spot", "cards-full")
    assert stop_gpu.stop(EVENT, None) == {"stopped": ["pool-of-cards-spot", "pool-of-cards-full"]}
    assert sizes(scaling) == {"cards-spot": (0, 0, 0), "cards-full": (0, 0, 0), "main": (0, 2, 3)}


def test_the_schedule_of_off_hours_gives_no_machine_back_the_next_morning(
    scaling: Any, monkeypatch: pytest.MonkeyPatch
):
    group(scaling, "cards")
    group(scaling, "main")
    told(monkeypatch, "cards")
    stop_gpu.stop(EVENT, None)
    groups = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    asleep = {
        one["AutoScalingGroupName"]: [item["ProcessName"] for item in one["SuspendedProcesses"]]
        for one in groups
    }
    assert asleep == {"cards": ["ScheduledActions"], "main": []}


def test_a_second_alert_does_no_more_than_the_first(scaling: Any, monkeypatch: pytest.MonkeyPatch):
    group(scaling, "cards", wanted=1)
    told(monkeypatch, "cards")
    assert stop_gpu.stop(EVENT, None) == stop_gpu.stop(EVENT, None)
    assert sizes(scaling) == {"cards": (0, 0, 0)}


def test_a_pool_that_cannot_be_stopped_is_named_and_keeps_no_other_running(
    scaling: Any, monkeypatch: pytest.MonkeyPatch
):
    group(scaling, "cards", wanted=1)
    told(monkeypatch, "", "cards")
    with pytest.raises(RuntimeError, match=r"stopped \['pool-of-cards'\], could not stop \['pool-of-: "):
        stop_gpu.stop(EVENT, None)
    assert sizes(scaling) == {"cards": (0, 0, 0)}


def test_what_the_message_says_changes_nothing(scaling: Any, monkeypatch: pytest.MonkeyPatch):
    group(scaling, "cards", wanted=1)
    group(scaling, "main", wanted=1)
    told(monkeypatch, "cards")
    stop_gpu.stop({"Records": [{"Sns": {"Message": '{"POOLS": [{"scaling_group": "main"}]}'}}]}, None)
    assert sizes(scaling)["main"] == (0, 1, 3)
