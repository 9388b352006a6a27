"""The program as a Terraform plan: nothing left out, names and shapes as Terraform has them."""

import json
from dataclasses import replace

import pytest

from scripts.policies import terraform
from tests.infra.program import WIDEST, declared


def test_every_resource_of_the_widest_program_has_a_place_in_the_plan():
    things = declared("prod", *WIDEST)
    resources = terraform.plan(things)["planned_values"]["root_module"]["resources"]
    expected = [thing for thing in things if thing.kind.startswith("aws:") or thing.kind == terraform.CLUSTER]
    assert len(resources) == len({resource["address"] for resource in resources}) == len(expected)
    assert json.loads(json.dumps(resources)) == resources


def test_a_type_without_a_terraform_name_stops_the_check():
    (first, *_) = declared("dev")
    unknown = replace(first, kind="aws:new/thing:Thing", name="new")
    with pytest.raises(terraform.NotTranslated, match="aws:new/thing:Thing"):
        terraform.plan([unknown])


def test_repeated_blocks_have_the_singular_nested_ones_a_list_and_maps_stay():
    assert terraform.block(
        {
            "tags": {"genai-ops:stack": "a"},
            "rules": [{"noncurrentVersionExpiration": {"noncurrentDays": 30.0}}],
            "cidrBlocks": ["10.0.0.0/8"],
            "absent": None,
        }
    ) == {
        "tags": {"genai-ops:stack": "a"},
        "rule": [{"noncurrent_version_expiration": [{"noncurrent_days": 30}]}],
        "cidr_blocks": ["10.0.0.0/8"],
    }


def test_the_graph_knows_which_bucket_a_policy_belongs_to():
    configuration = terraform.plan(declared("dev"))["configuration"]["root_module"]["resources"]
    policies = [one for one in configuration if one["type"] == "aws_s3_bucket_public_access_block"]
    assert len(policies) >= 3
    for one in policies:
        assert any(named.startswith("aws_s3_bucket.") for named in one["expressions"]["bucket"]["references"])
