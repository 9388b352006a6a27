"""The service on shared stores, on the real engine: made in order, left alone by a second up, and gone with a pause."""

import json
from typing import Any

import pytest

from . import account
from .bench import Bench
from .fake_aws import FakeAws
from .standins.cloud import Cloud

pytestmark = pytest.mark.engines

CHOICES: dict[str, Any] = {
    "search": "opensearch",
    "ragReplicas": 2,
    "ragMaxReplicas": 4,
    "chatModel": "nova-2-lite",
    "embedder": "bedrock",
}


def test_shared_stores_come_in_order_stay_as_they_are_and_go_with_a_pause(bench: Bench, aws: FakeAws) -> None:
    bench.configure(paused=True, **CHOICES).up()
    account.push_image(aws)
    account.set_keys(aws)
    bench.configure(paused=False).up()
    made = [call["urn"].split("::", 2)[2].split("$")[-1] for call in bench.calls("Create")]
    for first, later in (
        ("aws:sqs/queue:Queue::genai-ops-dev-work", "kubernetes:batch/v1:Job::reindex"),
        ("kubernetes:batch/v1:Job::reindex", "kubernetes:apps/v1:Deployment::rag"),
        ("kubernetes:batch/v1:Job::reindex", "kubernetes:apps/v1:Deployment::rag-worker"),
        ("kubernetes:apps/v1:StatefulSet::opensearch", "kubernetes:apps/v1:Deployment::rag"),
        ("kubernetes:batch/v1:Job::reindex", "kubernetes:batch/v1:CronJob::reindex"),
    ):
        assert made.index(first) < made.index(later), f"{later} came before {first}"

    scale(bench, "rag/rag", replicas=4)
    calls = len(bench.calls())
    second = bench.up()
    assert set(second.counts()) == {"same"}
    assert {call["call"] for call in bench.calls()[calls:]} & {"Create", "Update", "Delete"} == set()
    assert replicas(bench, "rag/rag") == 4, "the autoscaler's choice was undone"
    assert redrive(bench)["maxReceiveCount"] >= 10

    bench.destroy()
    assert bench.rented() == {}
    assert account.names(aws) == account.DURABLE


def scale(bench: Bench, name: str, *, replicas: int) -> None:
    """What an autoscaler does: it writes the number into the object, past Pulumi."""
    with Cloud(str(bench.cloud), "[]").changing() as content:
        (key,) = (key for key in content["objects"] if key.endswith(f"|Deployment|{name}"))
        content["objects"][key]["outputs"]["spec"]["replicas"] = replicas


def replicas(bench: Bench, name: str) -> int:
    (item,) = (item for key, item in bench.rented().items() if key.endswith(f"|Deployment|{name}"))
    found: int = item["outputs"]["spec"]["replicas"]
    return found


def redrive(bench: Bench) -> dict[str, Any]:
    (text,) = (
        item["inputs"]["redrivePolicy"]
        for item in bench.rented().values()
        if item["type"] == "aws:sqs/queue:Queue" and "redrivePolicy" in item["inputs"]
    )
    found: dict[str, Any] = json.loads(text)
    return found
