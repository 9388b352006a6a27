"""The network: ranges that never move, a way out as the stack chose it, and doors to AWS that need none."""

import ipaddress
import json

from infra.cluster.network import subnet_ranges

from .graph import after, every, named, one

THREE = (("zones", '["a","b","c"]'),)
PER_AZ = (*THREE, ("nat", "per_az"))
ENDPOINTS = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "secretsmanager", "sts"]
CLOSED = (("nat", "none"), ("interfaceEndpoints", json.dumps(ENDPOINTS)))
LOGGED = (("flowLogs", "true"), ("flowLogDays", "7"))


def test_subnets_do_not_overlap_and_lie_in_the_network():
    for cidr in ("10.40.0.0/16", "172.16.0.0/20"):
        sides = subnet_ranges(cidr, zones=3)
        ranges = [ipaddress.ip_network(part) for side in sides for part in side]
        assert len(set(ranges)) == 6
        assert all(part.subnet_of(ipaddress.ip_network(cidr)) for part in ranges)
        assert not any(a.overlaps(b) for a in ranges for b in ranges if a is not b)


def test_a_third_zone_moves_no_subnet_of_the_first_two():
    two, three = subnet_ranges("10.40.0.0/16", zones=2), subnet_ranges("10.40.0.0/16", zones=3)
    assert [side[:2] for side in three] == [list(side) for side in two]


def test_three_zones_have_a_public_and_a_private_subnet_each():
    zones = [subnet.inputs["availabilityZone"] for subnet in every("Subnet", *THREE)]
    assert sorted(zones) == sorted(["us-east-1a", "us-east-1b", "us-east-1c"] * 2)


def test_subnets_tell_kubernetes_which_load_balancers_belong_in_them():
    roles = {
        subnet.name: {tag for tag in subnet.inputs["tags"] if "kubernetes.io" in tag}
        for subnet in every("Subnet")
    }
    assert roles["public-a"] == {"kubernetes.io/role/elb"}
    assert roles["private-a"] == {"kubernetes.io/role/internal-elb"}


def test_a_single_nat_lies_in_the_first_zone_and_all_zones_go_through_it():
    assert one("NatGateway", *THREE).inputs["subnetId"] == "public-a-id"
    through = {route.inputs.get("natGatewayId") for route in every("Route", *THREE)}
    assert through == {None, "nat-a-id"}


def test_a_nat_in_each_zone_serves_the_machines_of_its_zone():
    assert {nat.inputs["subnetId"] for nat in every("NatGateway", *PER_AZ)} == {
        "public-a-id",
        "public-b-id",
        "public-c-id",
    }
    for zone in "abc":
        route = named("Route", f"network-private-{zone}", *PER_AZ)
        joined = named("RouteTableAssociation", f"private-{zone}", *PER_AZ)
        assert route.inputs["natGatewayId"] == f"nat-{zone}-id"
        assert route.inputs["routeTableId"] == joined.inputs["routeTableId"]


def test_every_nat_and_its_address_go_before_the_internet_gateway():
    for thing in (*every("NatGateway", *PER_AZ), *every("Eip", *PER_AZ)):
        assert "InternetGateway network" in after(thing, *PER_AZ)


def test_machines_wait_for_the_way_out_of_every_zone():
    before = after(one("NodeGroup", *PER_AZ), *PER_AZ)
    assert {f"Route network-private-{zone}" for zone in "abc"} <= before


def test_without_nat_nothing_private_leads_outwards_and_machines_wait_for_the_endpoints():
    assert every("NatGateway", *CLOSED) == every("Eip", *CLOSED) == []
    assert [route.name for route in every("Route", *CLOSED)] == ["network-public"]
    before = after(one("NodeGroup", *CLOSED), *CLOSED)
    assert {f"VpcEndpoint {service}" for service in ENDPOINTS} <= before


def test_data_traffic_does_not_pass_the_gateway_that_bills_by_the_gigabyte():
    services = {thing.inputs["serviceName"].rsplit(".", 1)[1] for thing in every("VpcEndpoint", *THREE)}
    assert services == {"s3", "dynamodb"}
    assert all(len(thing.inputs["routeTableIds"]) == 4 for thing in every("VpcEndpoint", *THREE))


def test_an_endpoint_answers_to_the_name_of_its_service_in_every_zone_and_to_the_network_only():
    door = named("VpcEndpoint", "ecr.dkr", *CLOSED).inputs
    assert door["serviceName"] == "com.amazonaws.us-east-1.ecr.dkr" and door["privateDnsEnabled"] is True
    assert len(door["subnetIds"]) == 2
    rule = named("SecurityGroupIngressRule", "endpoints", *CLOSED).inputs
    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"]) == ("10.40.0.0/16", 443, 443)


def test_flow_logs_are_kept_for_the_chosen_days_and_written_by_a_role_that_cannot_bring_the_group_back():
    (group,) = (thing for thing in every("LogGroup", *LOGGED) if thing.room == "cluster")
    assert group.inputs["retentionInDays"] == 7
    assert one("FlowLog", *LOGGED).inputs["trafficType"] == "ALL"
    policy = json.loads(named("RolePolicy", "network-flow-logs", *LOGGED).inputs["policy"])
    assert "logs:CreateLogGroup" not in policy["Statement"][0]["Action"]
    assert "RolePolicy network-flow-logs" in after(one("FlowLog", *LOGGED), *LOGGED)


def test_without_the_choice_nothing_is_logged():
    assert every("FlowLog") == [thing for thing in every("LogGroup") if thing.room == "cluster"] == []
