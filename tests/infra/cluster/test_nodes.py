"""The machines: pools apart by what they cost, closed to their own pods, and never resized by an `up`."""

import pytest

from infra.cluster.pools import GPU_TAINT
from infra.prices import INSTANCES
from infra.project import project

from .graph import after, every, named, one

BOTH = (("gpu", "both"), ("autoscaler", "true"), ("zones", '["a","b","c"]'), ("gpuMaxCount", "2"))
POOLS = ["nodes", "gpu-spot", "gpu-on-demand"]


def test_nodes_come_after_routes_nat_and_their_addons_and_go_before_them():
    before = after(one("NodeGroup"))
    wanted = {
        "Route network-private-a",
        "Route network-public",
        "NatGateway nat-a",
        "InternetGateway network",
    }
    wanted |= {"Addon vpc-cni", "Addon kube-proxy", "Addon eks-pod-identity-agent", "Cluster control-plane"}
    assert wanted <= before
    assert "Addon coredns" not in before


@pytest.mark.parametrize("name", POOLS)
def test_the_next_up_leaves_the_sizes_of_every_pool_alone(name: str):
    assert named("NodeGroup", name, *BOTH).ignored == ("scalingConfig",)


@pytest.mark.parametrize("name", POOLS)
def test_pods_cannot_reach_the_credentials_of_their_node_and_its_disk_is_encrypted(name: str):
    inputs = named("LaunchTemplate", f"genai-ops-dev-{name}", *BOTH).inputs
    assert inputs["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    (disk,) = inputs["blockDeviceMappings"]
    assert disk["ebs"]["encrypted"] == "true" and disk["ebs"]["volumeType"] == "gp3"
    assert not inputs.get("vpcSecurityGroupIds") and not inputs.get("networkInterfaces")


def test_without_the_choice_there_is_one_pool_and_it_stands_in_the_first_zone():
    assert one("NodeGroup").inputs["subnetIds"] == ["private-a-id"]


def test_machines_spread_over_as_many_zones_as_chosen():
    assert one("NodeGroup", ("nodeZones", "2")).inputs["subnetIds"] == ["private-a-id", "private-b-id"]


@pytest.mark.parametrize(
    ("choice", "names"),
    [("spot", ["gpu-spot"]), ("on_demand", ["gpu-on-demand"]), ("both", ["gpu-on-demand", "gpu-spot"])],
)
def test_spot_and_on_demand_are_pools_apart(choice: str, names: list[str]):
    changes = (("gpu", choice), ("autoscaler", "true"))
    groups = {group.name: group.inputs for group in every("NodeGroup", *changes) if group.name != "nodes"}
    assert sorted(groups) == names
    kinds = {"gpu-spot": "SPOT", "gpu-on-demand": "ON_DEMAND"}
    assert all(inputs["capacityType"] == kinds[name] for name, inputs in groups.items())


def test_machines_with_cards_start_at_none_and_only_pods_that_want_a_card_wake_them():
    group = named("NodeGroup", "gpu-spot", *BOTH).inputs
    assert group["scalingConfig"] == {"minSize": 0, "desiredSize": 0, "maxSize": 2}
    assert group["taints"] == [dict(GPU_TAINT)] and not named("NodeGroup", "nodes", *BOTH).inputs.get(
        "taints"
    )
    assert group["amiType"] == "AL2023_x86_64_NVIDIA"
    assert len(group["subnetIds"]) == 3


def test_every_pool_waits_for_the_same_and_the_add_ons_for_the_main_one_only():
    main, cards = (after(named("NodeGroup", name, *BOTH), *BOTH) for name in ("nodes", "gpu-spot"))
    assert {kind for kind in main ^ cards if not kind.startswith("LaunchTemplate")} == set()
    assert "NodeGroup gpu-spot" not in after(named("Addon", "coredns", *BOTH), *BOTH)


def test_the_default_types_of_machines_with_cards_are_in_order_of_price():
    types = project()["config"]["gpuInstanceTypes"]["default"]
    for prices in INSTANCES.values():
        assert [prices[kind] for kind in types] == sorted(prices[kind] for kind in types)
