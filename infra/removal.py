"""The rented kinds of things: is one still alive, and which command removes it? In an order that lets each be removed.

Not here: what goes with something that is. Listeners go with their load balancer, rules with their security group, add-ons and
pod identities with the cluster, scaling group, instances and disks with their node group, routes with their table.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.adopt import Clients
from infra.tags import LIFETIME_TAG, STACK_TAG

# The command that removes the thing with this ARN; empty when it is gone, which the tagging index may not know for an hour.
Removal = Callable[[Clients, str], str]

_ENDED = ("deleted", "deleting")


def _identity(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _answer(ask: Callable[[], Any], *, gone: str) -> Any:
    """None when the service says that there is no such thing."""
    try:
        return ask()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == gone:
            return None
        raise


def _load_balancer(cloud: Clients, arn: str) -> str:
    ask = cloud("elbv2").describe_load_balancers
    if _answer(lambda: ask(LoadBalancerArns=[arn]), gone="LoadBalancerNotFound") is None:
        return ""
    return (
        f"aws elbv2 delete-load-balancer --load-balancer-arn {arn} && "
        f"aws elbv2 wait load-balancers-deleted --load-balancer-arns {arn}"
    )


def _target_group(cloud: Clients, arn: str) -> str:
    ask = cloud("elbv2").describe_target_groups
    found = _answer(lambda: ask(TargetGroupArns=[arn]), gone="TargetGroupNotFound")
    return f"aws elbv2 delete-target-group --target-group-arn {arn}" if found else ""


def _node_group(cloud: Clients, arn: str) -> str:
    cluster, group = arn.split("/")[1:3]
    ask = cloud("eks").describe_nodegroup
    found = _answer(lambda: ask(clusterName=cluster, nodegroupName=group), gone="ResourceNotFoundException")
    which = f"--cluster-name {cluster} --nodegroup-name {group}"
    return f"aws eks delete-nodegroup {which} && aws eks wait nodegroup-deleted {which}" if found else ""


def _cluster(cloud: Clients, arn: str) -> str:
    name = _identity(arn)
    ask = cloud("eks").describe_cluster
    if _answer(lambda: ask(name=name), gone="ResourceNotFoundException") is None:
        return ""
    return f"aws eks delete-cluster --name {name} && aws eks wait cluster-deleted --name {name}"


def _launch_template(cloud: Clients, arn: str) -> str:
    name = _identity(arn)
    ask = cloud("ec2").describe_launch_templates
    found = _answer(lambda: ask(LaunchTemplateIds=[name]), gone="InvalidLaunchTemplateId.NotFound")
    there = found and found["LaunchTemplates"]
    return f"aws ec2 delete-launch-template --launch-template-id {name}" if there else ""


def _endpoint(cloud: Clients, arn: str) -> str:
    name = _identity(arn)
    ask = cloud("ec2").describe_vpc_endpoints
    found = _answer(lambda: ask(VpcEndpointIds=[name]), gone="InvalidVpcEndpointId.NotFound")
    alive = found and found["VpcEndpoints"] and _alive(found["VpcEndpoints"][0])
    return f"aws ec2 delete-vpc-endpoints --vpc-endpoint-ids {name}" if alive else ""


def _log_group(cloud: Clients, arn: str) -> str:
    name = arn.split(":log-group:", 1)[1].removesuffix(":*")
    found = cloud("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    there = any(group["logGroupName"] == name for group in found)
    return f"aws logs delete-log-group --log-group-name {name}" if there else ""


def _function(cloud: Clients, arn: str) -> str:
    name = arn.rsplit(":", 1)[-1]
    ask = cloud("lambda").get_function
    found = _answer(lambda: ask(FunctionName=name), gone="ResourceNotFoundException")
    return f"aws lambda delete-function --function-name {name}" if found else ""


def _rds(cloud: Clients, arn: str) -> str:
    """With a snapshot, from which the next one begins: nobody knows whether data was written to it."""
    name = arn.rsplit(":", 1)[-1]
    ask = cloud("rds").describe_db_instances
    found = _answer(lambda: ask(DBInstanceIdentifier=name), gone="DBInstanceNotFound")
    if not found or found["DBInstances"][0]["DBInstanceStatus"] == "deleting":
        return ""
    return (
        f"aws rds delete-db-instance --db-instance-identifier {name} "
        f"--final-db-snapshot-identifier {name}-$(date -u +%Y%m%dt%H%M%Sz) && "
        f"aws rds wait db-instance-deleted --db-instance-identifier {name}"
    )


def _rds_subnets(cloud: Clients, arn: str) -> str:
    name = arn.rsplit(":", 1)[-1]
    ask = cloud("rds").describe_db_subnet_groups
    found = _answer(lambda: ask(DBSubnetGroupName=name), gone="DBSubnetGroupNotFoundFault")
    return f"aws rds delete-db-subnet-group --db-subnet-group-name {name}" if found else ""


def _rds_settings(cloud: Clients, arn: str) -> str:
    name = arn.rsplit(":", 1)[-1]
    ask = cloud("rds").describe_db_parameter_groups
    found = _answer(lambda: ask(DBParameterGroupName=name), gone="DBParameterGroupNotFound")
    there = found and found["DBParameterGroups"]
    return f"aws rds delete-db-parameter-group --db-parameter-group-name {name}" if there else ""


def _queue(cloud: Clients, arn: str) -> str:
    ask = cloud("sqs").get_queue_url
    gone = "AWS.SimpleQueueService.NonExistentQueue"
    found = _answer(lambda: ask(QueueName=arn.rsplit(":", 1)[-1]), gone=gone)
    return f"aws sqs delete-queue --queue-url {found['QueueUrl']}" if found else ""


def _alive(thing: Mapping[str, Any]) -> bool:
    return str(thing.get("State", "")).lower() not in _ENDED


def _in_ec2(operation: str, *, listed: str, by: str, command: str, filters: str = "Filters") -> Removal:
    """Of what EC2 lists by a filter. `command` has {id} where the id belongs; `filters`: what the operation calls them."""

    def removal(cloud: Clients, arn: str) -> str:
        name = _identity(arn)
        found = getattr(cloud("ec2"), operation)(**{filters: [{"Name": by, "Values": [name]}]})[listed]
        alive = any(_alive(thing) for thing in found)
        return command.format(id=name) if alive else ""

    return removal


def _internet_gateway(cloud: Clients, arn: str) -> str:
    name = _identity(arn)
    filters = [{"Name": "internet-gateway-id", "Values": [name]}]
    found = cloud("ec2").describe_internet_gateways(Filters=filters)["InternetGateways"]
    detached = [
        f"aws ec2 detach-internet-gateway --internet-gateway-id {name} --vpc-id {held['VpcId']}"
        for gateway in found
        for held in gateway["Attachments"]
    ]
    return (
        " && ".join([*detached, f"aws ec2 delete-internet-gateway --internet-gateway-id {name}"])
        if found
        else ""
    )


REMOVALS: Mapping[str, Removal] = {
    "elasticloadbalancing:loadbalancer/": _load_balancer,
    "elasticloadbalancing:targetgroup/": _target_group,
    "eks:nodegroup/": _node_group,
    "eks:cluster/": _cluster,
    "ec2:launch-template/": _launch_template,
    "sqs:": _queue,
    "rds:db:": _rds,
    "rds:subgrp:": _rds_subnets,
    "rds:pg:": _rds_settings,
    "ec2:natgateway/": _in_ec2(
        "describe_nat_gateways",
        listed="NatGateways",
        by="nat-gateway-id",
        filters="Filter",
        command="aws ec2 delete-nat-gateway --nat-gateway-id {id} && "
        "aws ec2 wait nat-gateway-deleted --nat-gateway-ids {id}",
    ),
    "ec2:elastic-ip/": _in_ec2(
        "describe_addresses",
        listed="Addresses",
        by="allocation-id",
        command="aws ec2 release-address --allocation-id {id}",
    ),
    "ec2:vpc-flow-log/": _in_ec2(
        "describe_flow_logs",
        listed="FlowLogs",
        by="flow-log-id",
        filters="Filters",
        command="aws ec2 delete-flow-logs --flow-log-ids {id}",
    ),
    "lambda:function:": _function,
    "logs:log-group:": _log_group,
    "ec2:vpc-endpoint/": _endpoint,
    "ec2:security-group/": _in_ec2(
        "describe_security_groups",
        listed="SecurityGroups",
        by="group-id",
        command="aws ec2 delete-security-group --group-id {id}",
    ),
    "ec2:subnet/": _in_ec2(
        "describe_subnets",
        listed="Subnets",
        by="subnet-id",
        command="aws ec2 delete-subnet --subnet-id {id}",
    ),
    "ec2:route-table/": _in_ec2(
        "describe_route_tables",
        listed="RouteTables",
        by="route-table-id",
        command="aws ec2 delete-route-table --route-table-id {id}",
    ),
    "ec2:internet-gateway/": _internet_gateway,
    "ec2:vpc/": _in_ec2(
        "describe_vpcs", listed="Vpcs", by="vpc-id", command="aws ec2 delete-vpc --vpc-id {id}"
    ),
}


def group_removals(owner: str, *, cloud: Clients) -> Iterator[tuple[str, str]]:
    """(ARN, command) of scaling groups with this stack's tag, machines included: the tagging index does not hold them either.

    Those of managed node groups carry tags of EKS only, and go with the node group.
    """
    pages = cloud("autoscaling").get_paginator("describe_auto_scaling_groups")
    for page in pages.paginate(Filters=[{"Name": f"tag:{STACK_TAG}", "Values": [owner]}]):
        for group in page["AutoScalingGroups"]:
            yield group["AutoScalingGroupARN"], _group_removal(group)


def _group_removal(group: Mapping[str, Any]) -> str:
    name = f"--auto-scaling-group-name {group['AutoScalingGroupName']}"
    machines = " ".join(machine["InstanceId"] for machine in group.get("Instances", []))
    warm = group.get("WarmPoolConfiguration")
    return " && ".join(
        [
            *([f"aws autoscaling delete-warm-pool {name} --force-delete"] if warm else []),
            f"aws autoscaling delete-auto-scaling-group {name} --force-delete",
            *([f"aws ec2 wait instance-terminated --instance-ids {machines}"] if machines else []),
        ]
    )


def role_removals(owner: str, *, cloud: Clients) -> Iterator[tuple[str, str]]:
    """(ARN, command) of rented roles with this stack's tag: the tagging index does not hold them.

    Only names that the program gives are looked at: one question a role is too many in an account with a thousand.
    """
    iam = cloud("iam")
    ours = owner.replace("/", "-") + "-"
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if role["RoleName"].startswith(ours) and _rented(iam, role["RoleName"], owner):
                yield role["Arn"], _role_removal(iam, role["RoleName"])


def _rented(iam: Any, role: str, owner: str) -> bool:
    tags = iam.list_role_tags(RoleName=role)["Tags"]
    return {"Key": STACK_TAG, "Value": owner} in tags and {"Key": LIFETIME_TAG, "Value": "rented"} in tags


def _role_removal(iam: Any, role: str) -> str:
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    inline = iam.list_role_policies(RoleName=role)["PolicyNames"]
    profiles = [
        found["InstanceProfileName"]
        for found in iam.list_instance_profiles_for_role(RoleName=role)["InstanceProfiles"]
    ]
    return " && ".join(
        [
            *(
                f"aws iam detach-role-policy --role-name {role} --policy-arn {policy['PolicyArn']}"
                for policy in attached
            ),
            *(f"aws iam delete-role-policy --role-name {role} --policy-name {policy}" for policy in inline),
            *(
                f"aws iam remove-role-from-instance-profile --instance-profile-name {profile} --role-name {role} && "
                f"aws iam delete-instance-profile --instance-profile-name {profile}"
                for profile in profiles
            ),
            f"aws iam delete-role --role-name {role}",
        ]
    )
