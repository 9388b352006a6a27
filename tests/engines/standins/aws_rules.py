"""What AWS refuses to make: what names things that are not there, or could never come to life."""

import functools
import ipaddress
import json
import re
from typing import Any

from . import aws_entrance, aws_identities, aws_rds, aws_scaling, aws_workflows
from .cloud import Refused
from .wire import strings

Objects = dict[str, dict[str, Any]]

ACCOUNT = "123456789012"
# Ids that AWS makes up itself; a program can only have got one from a resource that exists.
PREFIXES = {
    "aws:ec2/vpc:Vpc": "vpc-",
    "aws:ec2/subnet:Subnet": "subnet-",
    "aws:ec2/securityGroup:SecurityGroup": "sg-",
    "aws:ec2/internetGateway:InternetGateway": "igw-",
    "aws:ec2/natGateway:NatGateway": "nat-",
    "aws:ec2/eip:Eip": "eipalloc-",
    "aws:ec2/routeTable:RouteTable": "rtb-",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "rtbassoc-",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce-",
    "aws:ec2/launchTemplate:LaunchTemplate": "lt-",
    "aws:ec2/flowLog:FlowLog": "fl-",
    "aws:ec2/instance:Instance": "i-",
    "aws:ebs/volume:Volume": "vol-",
}
ID = re.compile("(?:" + "|".join(re.escape(prefix) for prefix in PREFIXES.values()) + r")[0-9a-f]{8,17}")
# Services whose objects live in moto: moto knows whether they are there.
_ELSEWHERE = (
    "s3",
    "dynamodb",
    "ecr",
    "secretsmanager",
    "budgets",
    "sts",
    "bedrock",
    "kms",
    "logs",
    "sns",
    "ce",
    "acm",
)

# property -> type of the object that must bear this name
_NAMED = {
    "aws:eks/nodeGroup:NodeGroup": {"clusterName": "aws:eks/cluster:Cluster"},
    "aws:eks/addon:Addon": {"clusterName": "aws:eks/cluster:Cluster"},
    "aws:eks/accessEntry:AccessEntry": {"clusterName": "aws:eks/cluster:Cluster"},
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {"clusterName": "aws:eks/cluster:Cluster"},
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {"clusterName": "aws:eks/cluster:Cluster"},
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {"role": "aws:iam/role:Role"},
    "aws:iam/rolePolicy:RolePolicy": {"role": "aws:iam/role:Role"},
    "aws:iam/instanceProfile:InstanceProfile": {"role": "aws:iam/role:Role"},
    "aws:autoscaling/attachment:Attachment": {"autoscalingGroupName": "aws:autoscaling/group:Group"},
    "aws:autoscaling/schedule:Schedule": {"autoscalingGroupName": "aws:autoscaling/group:Group"},
    "aws:autoscaling/policy:Policy": {"autoscalingGroupName": "aws:autoscaling/group:Group"},
}


def refuse_creation(token: str, inputs: dict[str, Any], objects: Objects) -> None:
    """Raises: Refused when an input names what does not exist, or when the thing could never come to life."""
    _references(inputs, objects)
    for name, wanted in _NAMED.get(token, {}).items():
        if not _has_name(objects, wanted, inputs.get(name)):
            raise Refused(f"ResourceNotFoundException: {name} {inputs.get(name)!r} names no {wanted}")
    special = {
        "aws:ec2/subnet:Subnet": _subnet_fits,
        "aws:eks/cluster:Cluster": _cluster_can_start,
        "aws:eks/nodeGroup:NodeGroup": _nodes_can_join,
        "aws:eks/addon:Addon": _addon_can_start,
        "aws:eks/podIdentityAssociation:PodIdentityAssociation": _once_per_service_account,
        "aws:lb/loadBalancer:LoadBalancer": _balancer_can_start,
        "aws:ec2/natGateway:NatGateway": _nat_has_internet,
        "aws:ec2/flowLog:FlowLog": _flow_log_can_write,
    }.get(token)
    if special:
        special(inputs, objects)
    aws_entrance.refuse_creation(token, inputs, objects)
    aws_workflows.refuse_creation(token, inputs, objects)
    aws_rds.refuse_creation(token, inputs, objects)
    aws_scaling.refuse_creation(token, inputs, objects)


def _references(inputs: dict[str, Any], objects: Objects) -> None:
    arns = {item["outputs"].get("arn") for item in objects.values()}
    for text in strings(inputs):
        if ID.fullmatch(text) and text not in objects:
            raise Refused(f"InvalidParameterValue: {text!r} does not exist")
        if not text.startswith("arn:aws:") or " " in text or "*" in text:
            continue
        service, owner, name = text.split(":", 5)[2], text.split(":", 5)[4], text.split(":", 5)[5]
        if service == "iam" and owner == "aws" and not _is_managed_policy(text):
            raise Refused(f"NoSuchEntity: there is no AWS managed policy {text!r}")
        if (
            owner == ACCOUNT
            and service not in _ELSEWHERE
            and text not in arns
            and name != "root"
            and not (service == "iam" and name.startswith(aws_identities.KEPT))
        ):
            raise Refused(f"InvalidParameterValue: {text!r} does not exist")


@functools.cache
def _managed_policies() -> frozenset[str]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies = json.loads(aws_managed_policies_data)
    return frozenset(f"arn:aws:iam::aws:policy{policy['Path']}{name}" for name, policy in policies.items())


def _is_managed_policy(arn: str) -> bool:
    return arn in _managed_policies()


def _has_name(objects: Objects, token: str, name: Any) -> bool:
    return any(
        item["type"] == token and (id == name or item["inputs"].get("name") == name)
        for id, item in objects.items()
    )


def _of(objects: Objects, token: str, **inputs: Any) -> list[dict[str, Any]]:
    return [
        item
        for item in objects.values()
        if item["type"] == token and all(item["inputs"].get(k) == v for k, v in inputs.items())
    ]


def _subnet_fits(inputs: dict[str, Any], objects: Objects) -> None:
    net = ipaddress.ip_network(inputs["cidrBlock"])
    whole = ipaddress.ip_network(objects[inputs["vpcId"]]["inputs"]["cidrBlock"])
    if not net.subnet_of(whole):
        raise Refused(f"InvalidSubnet.Range: {net} is not inside {whole}")
    for other in _of(objects, "aws:ec2/subnet:Subnet", vpcId=inputs["vpcId"]):
        if net.overlaps(ipaddress.ip_network(other["inputs"]["cidrBlock"])):
            raise Refused(f"InvalidSubnet.Conflict: {net} overlaps {other['inputs']['cidrBlock']}")


def _zones(subnets: list[str], objects: Objects) -> set[str]:
    return {objects[subnet]["inputs"].get("availabilityZone", subnet) for subnet in subnets}


def _cluster_can_start(inputs: dict[str, Any], objects: Objects) -> None:
    subnets = inputs["vpcConfig"].get("subnetIds") or []
    if len(_zones(subnets, objects)) < 2:
        raise Refused("InvalidParameterException: Subnets specified must be in at least two different AZs")
    if "AmazonEKSClusterPolicy" not in _policies_of(inputs["roleArn"], objects):
        raise Refused(
            f"the cluster's role {inputs['roleArn']!r} lacks AmazonEKSClusterPolicy: the cluster would never become ACTIVE"
        )


def _balancer_can_start(inputs: dict[str, Any], objects: Objects) -> None:
    _two_zones(inputs, objects)
    if not inputs.get("internal"):
        _internet(objects[inputs["subnets"][0]]["inputs"]["vpcId"], objects)


def _nat_has_internet(inputs: dict[str, Any], objects: Objects) -> None:
    if inputs.get("connectivityType", "public") == "public":
        _internet(objects[inputs["subnetId"]]["inputs"]["vpcId"], objects)


def _internet(vpc: str, objects: Objects) -> None:
    if not _of(objects, "aws:ec2/internetGateway:InternetGateway", vpcId=vpc):
        raise Refused(f"Gateway.NotAttached: Network {vpc!r} has no Internet gateway attached")


def _flow_log_can_write(inputs: dict[str, Any], objects: Objects) -> None:
    if inputs.get("logDestinationType", "cloud-watch-logs") != "cloud-watch-logs":
        return
    roles = [
        id
        for id, item in objects.items()
        if item["type"] == "aws:iam/role:Role" and item["outputs"]["arn"] == inputs.get("iamRoleArn")
    ]
    if not roles or "vpc-flow-logs.amazonaws.com" not in objects[roles[0]]["inputs"]["assumeRolePolicy"]:
        raise Refused("InvalidParameter: Access error: the flow-logs service cannot assume the given role")


def _two_zones(inputs: dict[str, Any], objects: Objects) -> None:
    if (
        inputs.get("loadBalancerType", "application") == "application"
        and len(_zones(inputs.get("subnets") or [], objects)) < 2
    ):
        raise Refused(
            "ValidationError: At least two subnets in two different Availability Zones must be specified"
        )


def _policies_of(role_arn: str, objects: Objects) -> set[str]:
    names = {
        item["inputs"]["name"]
        for item in _of(objects, "aws:iam/role:Role")
        if item["outputs"]["arn"] == role_arn
    }
    attached = {
        i["inputs"]["policyArn"]
        for i in _of(objects, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if i["inputs"]["role"] in names
    }
    attached |= {arn for name in names for arn in (objects[name]["inputs"].get("managedPolicyArns") or [])}
    return {arn.rsplit("/", 1)[-1] for arn in attached}


def _nodes_can_join(inputs: dict[str, Any], objects: Objects) -> None:
    """A node group is ready when its nodes have joined: they need a route out, permissions, and a network plugin."""
    cluster = inputs["clusterName"]
    for subnet in inputs["subnetIds"]:
        if not has_way_out(subnet, objects) and not _has_doors(subnet, objects):
            raise Refused(
                f"NodeCreationFailure: Instances failed to join the kubernetes cluster: {subnet} has no route to a gateway"
            )
    policies = _policies_of(inputs["nodeRoleArn"], objects)
    missing = {"AmazonEKSWorkerNodePolicy"} - policies
    if not policies & {
        "AmazonEC2ContainerRegistryReadOnly",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEC2ContainerRegistryPowerUser",
    }:
        missing.add("AmazonEC2ContainerRegistryPullOnly")
    cni = [
        a
        for a in _of(objects, "aws:eks/addon:Addon", clusterName=cluster)
        if a["inputs"]["addonName"] == "vpc-cni"
    ]
    cni_has_own_role = any(
        a["inputs"].get("serviceAccountRoleArn") or a["inputs"].get("podIdentityAssociations") for a in cni
    )
    if not cni_has_own_role and not _pod_identity(cluster, "aws-node", objects):
        missing |= {"AmazonEKS_CNI_Policy"} - policies
    if missing:
        raise Refused(f"NodeCreationFailure: Unhealthy nodes: the node role lacks {sorted(missing)}")
    if not cni and not objects[cluster]["inputs"].get("bootstrapSelfManagedAddons", True):
        raise Refused(
            "NodeCreationFailure: Unhealthy nodes: container runtime network not ready: cni plugin not initialized"
        )


def _pod_identity(cluster: str, service_account: str, objects: Objects) -> bool:
    token = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
    return bool(_of(objects, token, clusterName=cluster, serviceAccount=service_account))


def has_way_out(subnet: str, objects: Objects) -> bool:
    for association in _of(objects, "aws:ec2/routeTableAssociation:RouteTableAssociation", subnetId=subnet):
        table = association["inputs"]["routeTableId"]
        inline = objects[table]["inputs"].get("routes") or []
        for route in [
            *inline,
            *(item["inputs"] for item in _of(objects, "aws:ec2/route:Route", routeTableId=table)),
        ]:
            everything = "0.0.0.0/0" in (route.get("cidrBlock"), route.get("destinationCidrBlock"))
            if everything and (route.get("natGatewayId") or route.get("gatewayId")):
                return True
    return False


def _has_doors(subnet: str, objects: Objects) -> bool:
    """Private addresses of what a machine cannot join without, in a network that leads nowhere."""
    vpc = objects[subnet]["inputs"]["vpcId"]
    endpoints = _of(objects, "aws:ec2/vpcEndpoint:VpcEndpoint", vpcId=vpc)
    services = {item["inputs"]["serviceName"].split(".", 3)[3] for item in endpoints}
    return {"ec2", "ecr.api", "ecr.dkr", "s3", "sts", "eks-auth"} <= services


def _addon_can_start(inputs: dict[str, Any], objects: Objects) -> None:
    # Deployments wait for nodes; after twenty minutes the add-on is DEGRADED and the creation fails.
    needs_nodes = inputs["addonName"] in ("coredns", "metrics-server", "aws-ebs-csi-driver")
    if needs_nodes and not _of(objects, "aws:eks/nodeGroup:NodeGroup", clusterName=inputs["clusterName"]):
        raise Refused(
            f"unexpected state 'DEGRADED': InsufficientNumberOfReplicas: {inputs['addonName']} found no nodes"
        )


def _once_per_service_account(inputs: dict[str, Any], objects: Objects) -> None:
    key = {name: inputs[name] for name in ("clusterName", "namespace", "serviceAccount")}
    if _of(objects, "aws:eks/podIdentityAssociation:PodIdentityAssociation", **key):
        raise Refused(f"ResourceInUseException: an association for {key} exists")
