"""What a thing that was made is called, what it tells, and what AWS makes along with it."""

import hashlib
import secrets
from typing import Any

from . import aws_rds
from .aws_rules import ACCOUNT, PREFIXES

SCALING_GROUP = "aws:autoscaling/group:Group"


def made_id(token: str, inputs: dict[str, Any], sequence: int) -> str:
    if token in PREFIXES:
        return f"{PREFIXES[token]}{sequence:017x}"
    if token == "aws:sqs/queue:Queue":
        return f"https://sqs.amazonaws.com/{ACCOUNT}/{inputs['name']}"
    made_of = {
        "aws:eks/nodeGroup:NodeGroup": ("clusterName", "nodeGroupName"),
        "aws:eks/addon:Addon": ("clusterName", "addonName"),
        "aws:eks/accessEntry:AccessEntry": ("clusterName", "principalArn"),
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": (
            "clusterName",
            "principalArn",
            "policyArn",
        ),
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role", "policyArn"),
        "aws:iam/rolePolicy:RolePolicy": ("role", "name"),
        "aws:ec2/route:Route": ("routeTableId", "destinationCidrBlock"),
        "aws:autoscaling/attachment:Attachment": ("autoscalingGroupName", "lbTargetGroupArn"),
    }.get(token)
    if made_of:
        return ":".join(str(inputs.get(name, "")) for name in made_of)
    if token.startswith(
        (
            "aws:iam/",
            "aws:eks/cluster",
            "aws:autoscaling/group",
            "aws:cloudwatch/logGroup",
            "aws:mwaa/environment",
            "aws:lb/targetGroup",
            "aws:lb/loadBalancer",
        )
    ):
        return (
            inputs["name"]
            if not token.startswith("aws:lb/")
            else f"{token.split(':')[-1].lower()}:{inputs['name']}"
        )
    return f"{token.split(':')[-1].lower()}-{sequence:08x}"


def computed(token: str, id: str, inputs: dict[str, Any], region: str) -> dict[str, Any]:
    """Outputs that programs build on."""
    if token == "aws:eks/cluster:Cluster":
        issuer = f"https://oidc.eks.{region}.amazonaws.com/id/{hashlib.sha256(id.encode()).hexdigest()[:32].upper()}"
        subnets = inputs["vpcConfig"]["subnetIds"]
        group = "sg-" + hashlib.sha256(f"{id}{subnets}".encode()).hexdigest()[:17]
        return {
            "arn": f"arn:aws:eks:{region}:{ACCOUNT}:cluster/{id}",
            "endpoint": f"https://{hashlib.sha256(id.encode()).hexdigest()[:32].upper()}.gr7.{region}.eks.amazonaws.com",
            "certificateAuthority": {"data": "U1RBTkQtSU4="},
            "certificateAuthorities": [{"data": "U1RBTkQtSU4="}],
            "identities": [{"oidcs": [{"issuer": issuer}]}],
            "status": "ACTIVE",
            "version": inputs.get("version") or "1.34",
            "vpcConfig": {**inputs["vpcConfig"], "clusterSecurityGroupId": group},
        }
    if token == "aws:cloudwatch/logGroup:LogGroup":
        return {"arn": f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{id}"}
    if token == SCALING_GROUP:
        return {"arn": f"arn:aws:autoscaling:{region}:{ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/{id}"}
    if token == "aws:eks/nodeGroup:NodeGroup":
        group = f"eks-{inputs['nodeGroupName']}-{hashlib.sha256(id.encode()).hexdigest()[:12]}"
        return {
            "status": "ACTIVE",
            "resources": [{"autoscalingGroups": [{"name": group}], "remoteAccessSecurityGroupId": ""}],
        }
    if token == "aws:lb/loadBalancer:LoadBalancer":
        name = inputs["name"]
        tail = f"loadbalancer/app/{name}/{hashlib.sha256(id.encode()).hexdigest()[:16]}"
        arn = f"arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:{tail}"
        return {
            "arn": arn,
            "dnsName": f"{name}-1.{region}.elb.amazonaws.com",
            "zoneId": "Z35SXDOTRQ7X7K",
            "arnSuffix": arn.split(":loadbalancer/")[1],
        }
    if token == "aws:lb/targetGroup:TargetGroup":
        tail = f"targetgroup/{inputs['name']}/{hashlib.sha256(id.encode()).hexdigest()[:16]}"
        return {"arn": f"arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:{tail}", "arnSuffix": tail}
    if token in (aws_rds.SUBNETS, aws_rds.SETTINGS):
        kind = "subgrp" if token == aws_rds.SUBNETS else "pg"
        return {"arn": aws_rds.arn(inputs["name"], region=region, account=ACCOUNT, kind=kind)}
    if token == "aws:sqs/queue:Queue":
        return {"url": id, "arn": f"arn:aws:sqs:{region}:{ACCOUNT}:{inputs['name']}"}
    if token == "aws:ec2/vpcEndpoint:VpcEndpoint" and inputs.get("vpcEndpointType") == "Gateway":
        return {"prefixListId": "pl-63a5400a", "cidrBlocks": ["192.0.2.0/24", "198.51.100.0/24"]}
    if token == "aws:mwaa/environment:Environment":
        arn = f"arn:aws:airflow:{region}:{ACCOUNT}:environment/{inputs['name']}"
        return {
            "arn": arn,
            "status": "AVAILABLE",
            "webserverUrl": f"{inputs['name']}.airflow.{region}.on.aws",
        }
    if token == "aws:ec2/eip:Eip":
        return {"allocationId": id, "publicIp": "203.0.113.10"}
    if token == "aws:ec2/vpc:Vpc":
        number = secrets.token_hex(4)
        return {"defaultSecurityGroupId": f"sg-default{number}", "mainRouteTableId": f"rtb-main{number}"}
    return {}


def byproducts(token: str, id: str, outputs: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What AWS makes by itself along with a resource, and takes away with it."""
    if token == "aws:eks/cluster:Cluster":
        group = outputs["vpcConfig"]["clusterSecurityGroupId"]
        # The group EKS makes lives in the cluster's VPC, but goes with the cluster: it is not what keeps the VPC alive.
        return {
            group: {"type": "aws:ec2/securityGroup:SecurityGroup", "owner": id, "inputs": {}, "outputs": {}}
        }
    if token == "aws:eks/nodeGroup:NodeGroup":
        group = outputs["resources"][0]["autoscalingGroups"][0]["name"]
        return {group: {"type": SCALING_GROUP, "owner": id, "inputs": {"name": group}, "outputs": {}}}
    return {}
