"""The rented room: the switches that keep the component small, closed doors, and a destroy order that AWS accepts."""

import json

import pytest

from infra.naming import NODE_PORTS

from .graph import after, every, one

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
PUBLIC = (("allowedCidrs", '["203.0.113.7/32"]'),)
TLS = (("allowedCidrs", '["0.0.0.0/0"]'), ("certificateArn", CERTIFICATE))


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


def test_without_addresses_the_load_balancer_is_internal():
    balancer = one("LoadBalancer")
    assert balancer.inputs["internal"] is True
    assert {rule.inputs.get("cidrIpv4") for rule in every("SecurityGroupIngressRule")} == {
        "10.40.0.0/16",
        None,
    }


def test_with_addresses_it_is_public_for_these_and_nobody_else():
    assert one("LoadBalancer", *PUBLIC).inputs["internal"] is False
    opened = {rule.inputs.get("cidrIpv4") for rule in every("SecurityGroupIngressRule", *PUBLIC)}
    assert opened == {"203.0.113.7/32", None}


def test_with_a_certificate_plain_http_only_redirects():
    listeners = {thing.inputs["port"]: thing.inputs for thing in every("Listener", *TLS)}
    assert listeners[80]["defaultActions"][0]["type"] == "redirect"
    assert listeners[443]["certificateArn"] == CERTIFICATE
    assert listeners[443]["defaultActions"][0]["type"] == "forward"


def test_the_load_balancer_reaches_the_nodes_on_node_ports_only():
    between = [
        rule.inputs
        for rule in every("SecurityGroupIngressRule")
        if rule.inputs.get("referencedSecurityGroupId")
    ]
    assert {(rule["fromPort"], rule["toPort"]) for rule in between} == {
        (port, port) for port in NODE_PORTS.values()
    }
    assert {rule["securityGroupId"] for rule in between} == {"sg-cluster"}


def test_targets_are_the_machines_of_the_group_and_not_what_a_controller_registers():
    assert one("Attachment").inputs["autoscalingGroupName"] == "scaling-group"
    assert one("TargetGroup").inputs["targetType"] == "instance"
