"""What a killed run left behind: found when it lives and state does not know it, never when state does."""

import json
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ReadTimeoutError

from infra import leftovers, removal
from infra.adopt import Stop
from infra.removal import REMOVALS
from infra.snapshot import Snapshot
from infra.tags import Tags

from .accounts import ACCOUNT, REGION, Account, broken, clients, pairs

OWNER = "genai-ops/dev"
RENTED = Tags(owner=OWNER, project="genai-ops", stack="dev", contact="me", cost_centre="none").rented()
NOTHING = Snapshot({})


def network(aws: Account, *, tags: dict[str, str] = RENTED) -> str:
    spec = [{"ResourceType": "vpc", "Tags": pairs(tags)}]
    made: str = aws.cloud("ec2").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=spec)["Vpc"]["VpcId"]
    return made


def arns_of(service: str, *names: str) -> list[str]:
    return [f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}" for name in names]


def found(aws: Account, *, state: Snapshot = NOTHING) -> list[str]:
    return [left.command for left in leftovers.find(OWNER, cloud=aws.cloud, state=state)]


def test_what_a_test_puts_into_a_slow_account_is_put_there_once(aws: Account):
    """A create that is sent again makes a second thing, and the look then finds one more than the test made."""
    sent: list[Any] = []
    with broken(aws.url, service="ec2", hang=True) as url:
        ec2 = Account(url, read_s=0.2).cloud("ec2")
        ec2.meta.events.register("before-send.ec2.CreateVpc", lambda **request: sent.append(request))
        with pytest.raises(ReadTimeoutError):
            ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert len(sent) == 1


def test_a_network_that_state_does_not_know_is_listed_with_the_command_that_removes_it(aws: Account):
    vpc = network(aws)
    (command,) = found(aws)
    assert command.startswith(f"aws ec2 delete-vpc --vpc-id {vpc}")


def test_what_state_knows_is_no_leftover(aws: Account):
    vpc = network(aws)
    assert found(aws, state=Snapshot({"urn:pulumi:dev::p::aws:ec2/vpc:Vpc::n": {"id": vpc}})) == []


def test_what_another_stack_or_another_lifetime_owns_is_no_leftover(aws: Account):
    network(aws, tags=RENTED | {"genai-ops:stack": "genai-ops/prod"})
    network(aws, tags=RENTED | {"genai-ops:lifetime": "durable"})
    assert found(aws) == []


def test_a_cluster_is_not_taken_for_known_because_the_budget_has_its_name():
    arn = "arn:aws:eks:us-east-1:123456789012:cluster/genai-ops-dev"
    budget = Snapshot({"urn:pulumi:dev::p::aws:budgets/budget:Budget::b": {"name": "genai-ops-dev"}})
    cluster = Snapshot({"urn:pulumi:dev::p::aws:eks/cluster:Cluster::c": {"arn": arn}})
    assert not leftovers._in_state(arn, "genai-ops-dev", state=budget)
    assert leftovers._in_state(arn, "genai-ops-dev", state=cluster)


def test_something_the_index_still_names_but_that_is_gone_is_no_leftover(aws: Account):
    vpc = network(aws)
    arn = arns_of("ec2", f"vpc/{vpc}")[0]
    assert REMOVALS["ec2:vpc/"](aws.cloud, arn)
    aws.cloud("ec2").delete_vpc(VpcId=vpc)
    assert not REMOVALS["ec2:vpc/"](aws.cloud, arn)


def test_a_running_stack_stops_at_a_leftover_and_a_pausing_one_only_warns(aws: Account):
    network(aws)
    said: list[str] = []
    with pytest.raises(Stop, match="aws ec2 delete-vpc"):
        leftovers.refuse(OWNER, cloud=aws.cloud, state=NOTHING, warn=said.append, stop=True)
    assert said == []
    leftovers.refuse(OWNER, cloud=aws.cloud, state=NOTHING, warn=said.append, stop=False)
    assert "aws ec2 delete-vpc" in said[0]


def test_when_the_tagging_index_is_closed_to_us_the_program_warns_and_goes_on(aws: Account):
    said: list[str] = []
    with broken(aws.url, service="tagging", status=400, code="AccessDeniedException") as url:
        leftovers.refuse(OWNER, cloud=clients(url), state=NOTHING, warn=said.append, stop=True)
    assert "Could not look for all leftovers" in said[0]


def test_what_was_found_before_a_service_refused_is_listed_all_the_same(aws: Account):
    network(aws)
    said: list[str] = []
    with broken(aws.url, service="iam", code="AccessDenied") as url, pytest.raises(Stop, match="delete-vpc"):
        leftovers.refuse(OWNER, cloud=clients(url), state=NOTHING, warn=said.append, stop=True)
    assert "Could not look for all leftovers" in said[0]


class Index:
    """The tagging index over an account, which moto's own knows too little for: the ARNs it is given."""

    def __init__(self, aws: Account, arns: list[str]) -> None:
        self.aws, self.arns = aws, arns

    def __call__(self, service: str) -> Any:
        return self if service == "resourcegroupstaggingapi" else self.aws.cloud(service)

    def get_paginator(self, _: str) -> "Index":
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"ResourceTagMappingList": [{"ResourceARN": arn} for arn in self.arns]}]


def whole_room(aws: Account) -> list[str]:
    """What infra/cluster makes, of every kind; the ARNs as the tagging index names them, in no useful order."""
    ec2, elb, eks, iam = (aws.cloud(service) for service in ("ec2", "elbv2", "eks", "iam"))
    vpc = network(aws)
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{at}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
        for at, zone in enumerate("ab")
    ]  # fmt: skip
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3", VpcEndpointType="Gateway", RouteTableIds=[table]
    )["VpcEndpoint"]["VpcEndpointId"]
    group = ec2.create_security_group(GroupName="entrance", Description="entrance", VpcId=vpc)["GroupId"]
    logs = f"genai-ops-dev-flow-logs-{vpc[-7:]}"
    aws.cloud("logs").create_log_group(logGroupName=logs)
    traffic = ec2.create_flow_logs(
        ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogGroupName=logs,
        DeliverLogsPermissionArn=f"arn:aws:iam::{ACCOUNT}:role/flow-logs",
    )["FlowLogIds"][0]  # fmt: skip
    template = ec2.create_launch_template(
        LaunchTemplateName="nodes", LaunchTemplateData={"InstanceType": "m7g.large"}
    )
    balancer = elb.create_load_balancer(Name="entrance", Subnets=subnets, SecurityGroups=[group])[
        "LoadBalancers"
    ][0]
    target = elb.create_target_group(Name="rag", Protocol="HTTP", Port=30080, VpcId=vpc)["TargetGroups"][0]
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(
        RoleName="genai-ops-dev-nodes-1a2b3c4", AssumeRolePolicyDocument=trust, Tags=pairs(RENTED)
    )
    allowed = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
    }
    policy = iam.create_policy(PolicyName="nodes", PolicyDocument=json.dumps(allowed))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="genai-ops-dev-nodes-1a2b3c4", PolicyArn=policy)
    iam.put_role_policy(
        RoleName="genai-ops-dev-nodes-1a2b3c4", PolicyName="rag", PolicyDocument=json.dumps(allowed)
    )
    cluster = eks.create_cluster(
        name="genai-ops-dev", roleArn=role["Role"]["Arn"], resourcesVpcConfig={"subnetIds": subnets}
    )["cluster"]
    nodes = eks.create_nodegroup(
        clusterName="genai-ops-dev", nodegroupName="nodes-1", nodeRole=role["Role"]["Arn"], subnets=subnets
    )["nodegroup"]
    names = [f"vpc/{vpc}", *(f"subnet/{subnet}" for subnet in subnets), f"internet-gateway/{gateway}",
             f"route-table/{table}", f"elastic-ip/{address}", f"natgateway/{nat}", f"vpc-endpoint/{endpoint}",
             f"vpc-flow-log/{traffic}", f"security-group/{group}",
             f"launch-template/{template['LaunchTemplate']['LaunchTemplateId']}"]  # fmt: skip
    queue = (
        aws.cloud("sqs").create_queue(QueueName="genai-ops-dev-work-1a2b3c4")["QueueUrl"].rsplit("/", 1)[1]
    )
    rds = aws.cloud("rds")
    places = rds.create_db_subnet_group(
        DBSubnetGroupName="genai-ops-dev-database", DBSubnetGroupDescription="two", SubnetIds=subnets
    )["DBSubnetGroup"]
    settings = rds.create_db_parameter_group(
        DBParameterGroupName="genai-ops-dev-database", DBParameterGroupFamily="postgres18", Description="tls"
    )["DBParameterGroup"]
    database = rds.create_db_instance(
        DBInstanceIdentifier="genai-ops-dev-database", DBInstanceClass="db.t4g.micro", Engine="postgres",
        MasterUsername="postgres", ManageMasterUserPassword=True, DBSubnetGroupName="genai-ops-dev-database",
    )["DBInstance"]  # fmt: skip
    others = [
        database["DBInstanceArn"],
        places["DBSubnetGroupArn"],
        settings["DBParameterGroupArn"],
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        cluster["arn"],
        nodes["nodegroupArn"],
        balancer["LoadBalancerArn"],
        target["TargetGroupArn"],
    ]
    return arns_of("ec2", *names) + arns_of("logs", f"log-group:{logs}") + others


def run(aws: Account, command: str) -> None:
    """Do what the AWS command line would: `aws SERVICE OPERATION --name value`."""
    for one in command.replace("$(date -u +%Y%m%dt%H%M%Sz)", "20261127t120000z").split(" && "):
        _, service, operation, *rest = one.split()
        if operation == "wait":
            continue
        given = dict(zip([word.removeprefix("--") for word in rest[::2]], rest[1::2], strict=True))
        client = aws.cloud(service)
        method = operation.replace("-", "_")
        shape = client.meta.service_model.operation_model(
            client.meta.method_to_api_mapping[method]
        ).input_shape
        arguments = {}
        for name, member in shape.members.items():
            if (value := given.pop(xform_name(name, "-"), None)) is not None:
                arguments[name] = [value] if member.type_name == "list" else value
        assert not given, f"{operation} has no {given}"
        getattr(client, method)(**arguments)


def test_every_kind_of_the_cluster_room_is_listed_and_the_commands_remove_it_in_their_order(aws: Account):
    arns = whole_room(aws)
    index = Index(aws, arns)
    listed = list(leftovers.find(OWNER, cloud=index, state=NOTHING))
    assert {left.arn for left in listed} == {
        *arns,
        f"arn:aws:iam::{ACCOUNT}:role/genai-ops-dev-nodes-1a2b3c4",
    }
    for left in listed:
        run(aws, left.command)
    assert list(leftovers.find(OWNER, cloud=index, state=NOTHING)) == []
    # A database is never let go without one.
    (kept,) = aws.cloud("rds").describe_db_snapshots()["DBSnapshots"]
    assert kept["DBSnapshotIdentifier"] == "genai-ops-dev-database-20261127t120000z"


def test_what_needs_something_else_comes_before_it():
    order = list(REMOVALS)
    for first, then in (
        ("elasticloadbalancing:loadbalancer/", "elasticloadbalancing:targetgroup/"),
        ("eks:nodegroup/", "eks:cluster/"),
        ("eks:nodegroup/", "ec2:launch-template/"),
        ("ec2:natgateway/", "ec2:elastic-ip/"),
        ("elasticloadbalancing:loadbalancer/", "ec2:security-group/"),
        ("ec2:natgateway/", "ec2:subnet/"),
        ("ec2:subnet/", "ec2:route-table/"),
        ("rds:db:", "rds:subgrp:"),
        ("rds:db:", "rds:pg:"),
        ("rds:db:", "ec2:security-group/"),
        ("rds:subgrp:", "ec2:subnet/"),
        ("ec2:elastic-ip/", "ec2:internet-gateway/"),
    ):
        assert order.index(first) < order.index(then)
    assert order[-1] == "ec2:vpc/"


def scaling_group(
    aws: Account, *, tags: dict[str, str] = RENTED, name: str = "genai-ops-dev-chat-machines"
) -> str:
    ec2, scaling = aws.cloud("ec2"), aws.cloud("autoscaling")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData={"InstanceType": "g4dn.xlarge", "ImageId": image}
    )
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateId": made["LaunchTemplate"]["LaunchTemplateId"]},
        MinSize=1,
        MaxSize=1,
        VPCZoneIdentifier=subnet,
        Tags=[
            {**tag, "PropagateAtLaunch": False, "ResourceId": name, "ResourceType": "auto-scaling-group"}
            for tag in pairs(tags)
        ],
    )
    (group,) = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    arn: str = group["AutoScalingGroupARN"]
    return arn


def test_a_scaling_group_is_found_by_its_own_tag_and_goes_with_its_machines_first_of_all(aws: Account):
    arn = scaling_group(aws)
    scaling_group(
        aws, tags=RENTED | {"genai-ops:stack": "genai-ops/prod"}, name="genai-ops-prod-chat-machines"
    )
    network(aws)
    first, *_ = leftovers.find(OWNER, cloud=aws.cloud, state=NOTHING)
    assert first.arn == arn
    delete, wait = first.command.split(" && ")
    assert delete.endswith("--auto-scaling-group-name genai-ops-dev-chat-machines --force-delete")
    assert wait.startswith("aws ec2 wait instance-terminated --instance-ids i-")
    known = Snapshot({"urn:pulumi:dev::p::aws:autoscaling/group:Group::g": {"arn": arn}})
    assert arn not in [left.arn for left in leftovers.find(OWNER, cloud=aws.cloud, state=known)]


def test_a_warm_pool_goes_before_its_group():
    group = {"AutoScalingGroupName": "g", "WarmPoolConfiguration": {"MinSize": 1}}
    commands = removal._group_removal(group).split(" && ")
    assert commands[0] == "aws autoscaling delete-warm-pool --auto-scaling-group-name g --force-delete"


def test_a_role_in_an_instance_profile_leaves_it_first(aws: Account):
    iam, trust = aws.cloud("iam"), json.dumps({"Version": "2012-10-17", "Statement": []})
    iam.create_role(RoleName="genai-ops-dev-chat-1", AssumeRolePolicyDocument=trust, Tags=pairs(RENTED))
    iam.create_instance_profile(InstanceProfileName="chat-1")
    iam.add_role_to_instance_profile(InstanceProfileName="chat-1", RoleName="genai-ops-dev-chat-1")
    (command,) = found(aws)
    run(aws, command)
    assert found(aws) == [] and iam.list_instance_profiles()["InstanceProfiles"] == []


def test_roles_of_others_and_roles_that_state_knows_are_no_leftovers(aws: Account):
    iam, trust = aws.cloud("iam"), json.dumps({"Version": "2012-10-17", "Statement": []})
    for name, tags in (
        ("genai-ops-dev-rag-1", RENTED | {"genai-ops:stack": "genai-ops/prod"}),
        ("genai-ops-dev-rag-2", {}),
        ("somebody-else", RENTED),
        # The role of the pipeline, which outlives a pause.
        ("genai-ops-dev-deploy", RENTED | {"genai-ops:lifetime": "durable"}),
    ):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, Tags=pairs(tags))
    made = iam.create_role(
        RoleName="genai-ops-dev-control-plane-12", AssumeRolePolicyDocument=trust, Tags=pairs(RENTED)
    )
    known = Snapshot({"urn:pulumi:dev::p::aws:iam/role:Role::r": {"arn": made["Role"]["Arn"]}})
    assert found(aws, state=known) == []
    assert found(aws) == ["aws iam delete-role --role-name genai-ops-dev-control-plane-12"]
