"""The rented room: the switches that keep the component small, closed doors, and a destroy order that AWS accepts."""

import ipaddress
import json

import pytest

from infra.cluster.network import subnet_ranges
from infra.naming import NODE_PORTS
from infra.rehearsal import Declared

from ..program import declared

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
PUBLIC = (("allowedCidrs", '["203.0.113.7/32"]'),)
TLS = (("allowedCidrs", '["0.0.0.0/0"]'), ("certificateArn", CERTIFICATE))


def every(kind: str, *changes: tuple[str, str]) -> list[Declared]:
    return [thing for thing in declared("dev", *changes) if thing.kind.split(":")[-1] == kind]


def one(kind: str, *changes: tuple[str, str]) -> Declared:
    (thing,) = every(kind, *changes)
    return thing


def after(thing: Declared, *changes: tuple[str, str]) -> set[str]:
    """Everything that exists before the thing does and goes after it went, by type and name."""
    by_urn = {other.urn: other for other in declared("dev", *changes)}
    seen: set[str] = set()
    todo = list(thing.dependencies)
    while todo:
        urn = todo.pop()
        if urn not in seen and urn in by_urn:
            seen.add(urn)
            todo += by_urn[urn].dependencies
    return {f"{by_urn[urn].kind.split(':')[-1]} {by_urn[urn].name}" for urn in seen}


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


def test_nodes_come_after_routes_nat_and_their_addons_and_go_before_them():
    before = after(one("NodeGroup"))
    wanted = {"Route network-private", "Route network-public", "NatGateway nat", "InternetGateway network"}
    wanted |= {"Addon vpc-cni", "Addon kube-proxy", "Addon eks-pod-identity-agent", "Cluster control-plane"}
    assert wanted <= before
    assert "Addon coredns" not in before


def test_coredns_comes_after_the_nodes_it_runs_on():
    (dns,) = (addon for addon in every("Addon") if addon.name == "coredns")
    assert "NodeGroup nodes" in after(dns)


@pytest.mark.parametrize("kind", ["Addon", "NodeGroup", "PodIdentityAssociation"])
def test_whatever_lives_in_the_cluster_carries_an_edge_to_it(kind: str):
    assert all("Cluster control-plane" in after(thing) for thing in every(kind))


@pytest.mark.parametrize("kind", ["NatGateway", "Eip", "LoadBalancer"])
def test_what_holds_a_public_address_goes_before_the_internet_gateway(kind: str):
    assert "InternetGateway network" in after(one(kind, *PUBLIC), *PUBLIC)


def test_the_next_up_leaves_the_sizes_of_the_pool_alone():
    assert one("NodeGroup").ignored == ("scalingConfig",)


def test_pods_cannot_reach_the_credentials_of_their_node():
    inputs = one("LaunchTemplate").inputs
    assert inputs["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    (disk,) = inputs["blockDeviceMappings"]
    assert disk["ebs"]["encrypted"] == "true" and disk["ebs"]["volumeType"] == "gp3"


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


def test_subnets_do_not_overlap_and_lie_in_the_network():
    for cidr in ("10.40.0.0/16", "172.16.0.0/20"):
        ranges = [ipaddress.ip_network(part) for side in subnet_ranges(cidr) for part in side]
        assert len(set(ranges)) == 4
        assert all(part.subnet_of(ipaddress.ip_network(cidr)) for part in ranges)
        assert not any(a.overlaps(b) for a in ranges for b in ranges if a is not b)


def test_data_traffic_does_not_pass_the_gateway_that_bills_by_the_gigabyte():
    services = {thing.inputs["serviceName"].rsplit(".", 1)[1] for thing in every("VpcEndpoint")}
    assert services == {"s3", "dynamodb"}
    assert all(len(thing.inputs["routeTableIds"]) == 2 for thing in every("VpcEndpoint"))
