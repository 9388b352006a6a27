"""Tags: everything that can carry them says whose it is and whether it survives."""

import functools
import importlib
import inspect

from infra.rehearsal import Declared
from infra.tags import LIFETIME_TAG, STACK_TAG

from .program import declared


@functools.cache
def taggable(kind: str) -> bool:
    package, module, name = kind.split(":")[0], kind.split(":")[1].split("/")[0], kind.split(":")[2]
    made = getattr(importlib.import_module(f"pulumi_{package}.{module}"), name)
    return "tags" in inspect.signature(made._internal_init).parameters


def from_aws() -> list[Declared]:
    return [thing for thing in declared() if thing.kind.startswith("aws:")]


def test_everything_that_can_be_tagged_names_its_stack():
    untagged = [
        f"{thing.kind} {thing.name}"
        for thing in from_aws()
        if taggable(thing.kind) and thing.inputs.get("tags", {}).get(STACK_TAG) != "genai-ops/dev"
    ]
    assert untagged == []


def test_the_lifetime_tag_says_what_the_room_says():
    for thing in from_aws():
        if tags := thing.inputs.get("tags"):
            assert tags[LIFETIME_TAG] == ("durable" if thing.room == "durable" else "rented"), thing.name


def test_the_cluster_component_hands_the_tags_on():
    (cluster,) = (thing for thing in declared() if thing.kind == "eks:index:Cluster")
    assert cluster.inputs["tags"][STACK_TAG] == "genai-ops/dev"


def test_machines_and_disks_that_the_node_group_makes_are_tagged_too():
    (template,) = (thing for thing in declared() if thing.kind == "aws:ec2/launchTemplate:LaunchTemplate")
    tagged = {spec["resourceType"]: spec["tags"][STACK_TAG] for spec in template.inputs["tagSpecifications"]}
    assert tagged == dict.fromkeys(("instance", "volume", "network-interface"), "genai-ops/dev")
