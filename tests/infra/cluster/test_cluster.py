"""The rented room: the switches that keep the component small, closed doors, and a destroy order that AWS accepts."""

import json

import pytest

from .graph import after, every, one

PUBLIC = (("allowedCidrs", '["203.0.113.7/32"]'),)


def test_the_component_makes_nothing_of_its_own_that_is_declared_here():
    made = one("Cluster").inputs if one("Cluster").kind == "eks:index:Cluster" else {}
    assert made["authenticationMode"] == "API"
    assert made["useDefaultVpcCni"] and made["skipDefaultSecurityGroups"] and made["skipDefaultNodeGroup"]
    assert made["bootstrapSelfManagedAddons"] is False
    assert made["kubeProxyAddonOptions"] == made["corednsAddonOptions"] == {"enabled": False}
    assert made["upgradePolicy"] == {"supportType": "STANDARD"}


def test_network_policies_are_enforced_and_not_just_accepted():
    (cni,) = (addon for addon in every("Addon") if addon.name == "vpc-cni")
    assert json.loads(cni.inputs["configurationValues"]) == {"enableNetworkPolicy": "true"}


@pytest.mark.parametrize("kind", ["Addon", "NodeGroup", "PodIdentityAssociation"])
def test_whatever_lives_in_the_cluster_carries_an_edge_to_it(kind: str):
    assert all("Cluster control-plane" in after(thing) for thing in every(kind))


@pytest.mark.parametrize("kind", ["NatGateway", "Eip", "LoadBalancer"])
def test_what_holds_a_public_address_goes_before_the_internet_gateway(kind: str):
    assert "InternetGateway network" in after(one(kind, *PUBLIC), *PUBLIC)
