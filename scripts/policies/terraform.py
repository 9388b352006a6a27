"""Writes what the program declares as a Terraform plan, the form that policy scanners read.

The AWS provider of Pulumi is made from Terraform's, so names and shapes differ by rule: snake case instead of camel case, one
name for a repeated block instead of its plural, and a list around every nested block.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pulumi import Archive

from infra.rehearsal import Declared

# Pulumi sorts Terraform's names into modules; there is no rule back. A type that is missing here stops the check:
# what is not translated would pass unread.
TYPES: Mapping[str, str] = {
    "acm/certificate:Certificate": "aws_acm_certificate",
    "acm/certificateValidation:CertificateValidation": "aws_acm_certificate_validation",
    "autoscaling/attachment:Attachment": "aws_autoscaling_attachment",
    "autoscaling/group:Group": "aws_autoscaling_group",
    "autoscaling/policy:Policy": "aws_autoscaling_policy",
    "autoscaling/schedule:Schedule": "aws_autoscaling_schedule",
    "budgets/budget:Budget": "aws_budgets_budget",
    "cloudformation/stack:Stack": "aws_cloudformation_stack",
    "cloudwatch/dashboard:Dashboard": "aws_cloudwatch_dashboard",
    "cloudwatch/logGroup:LogGroup": "aws_cloudwatch_log_group",
    "cloudwatch/metricAlarm:MetricAlarm": "aws_cloudwatch_metric_alarm",
    "costexplorer/anomalyMonitor:AnomalyMonitor": "aws_ce_anomaly_monitor",
    "costexplorer/anomalySubscription:AnomalySubscription": "aws_ce_anomaly_subscription",
    "costexplorer/costAllocationTag:CostAllocationTag": "aws_ce_cost_allocation_tag",
    "dynamodb/table:Table": "aws_dynamodb_table",
    "ebs/volume:Volume": "aws_ebs_volume",
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": "aws_default_security_group",
    "ec2/eip:Eip": "aws_eip",
    "ec2/flowLog:FlowLog": "aws_flow_log",
    "ec2/internetGateway:InternetGateway": "aws_internet_gateway",
    "ec2/launchTemplate:LaunchTemplate": "aws_launch_template",
    "ec2/natGateway:NatGateway": "aws_nat_gateway",
    "ec2/route:Route": "aws_route",
    "ec2/routeTable:RouteTable": "aws_route_table",
    "ec2/routeTableAssociation:RouteTableAssociation": "aws_route_table_association",
    "ec2/securityGroup:SecurityGroup": "aws_security_group",
    "ec2/subnet:Subnet": "aws_subnet",
    "ec2/vpc:Vpc": "aws_vpc",
    "ec2/vpcEndpoint:VpcEndpoint": "aws_vpc_endpoint",
    "ecr/lifecyclePolicy:LifecyclePolicy": "aws_ecr_lifecycle_policy",
    "ecr/pullThroughCacheRule:PullThroughCacheRule": "aws_ecr_pull_through_cache_rule",
    "ecr/repository:Repository": "aws_ecr_repository",
    "eks/accessEntry:AccessEntry": "aws_eks_access_entry",
    "eks/accessPolicyAssociation:AccessPolicyAssociation": "aws_eks_access_policy_association",
    "eks/addon:Addon": "aws_eks_addon",
    "eks/nodeGroup:NodeGroup": "aws_eks_node_group",
    "eks/podIdentityAssociation:PodIdentityAssociation": "aws_eks_pod_identity_association",
    "iam/instanceProfile:InstanceProfile": "aws_iam_instance_profile",
    "iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
    "iam/policy:Policy": "aws_iam_policy",
    "iam/role:Role": "aws_iam_role",
    "iam/rolePolicy:RolePolicy": "aws_iam_role_policy",
    "iam/rolePolicyAttachment:RolePolicyAttachment": "aws_iam_role_policy_attachment",
    "kms/alias:Alias": "aws_kms_alias",
    "kms/key:Key": "aws_kms_key",
    "lambda/function:Function": "aws_lambda_function",
    "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "aws_lambda_function_event_invoke_config",
    "lambda/permission:Permission": "aws_lambda_permission",
    "lb/listener:Listener": "aws_lb_listener",
    "lb/listenerRule:ListenerRule": "aws_lb_listener_rule",
    "lb/loadBalancer:LoadBalancer": "aws_lb",
    "lb/targetGroup:TargetGroup": "aws_lb_target_group",
    "rds/instance:Instance": "aws_db_instance",
    "rds/parameterGroup:ParameterGroup": "aws_db_parameter_group",
    "rds/subnetGroup:SubnetGroup": "aws_db_subnet_group",
    "route53/record:Record": "aws_route53_record",
    "s3/bucket:Bucket": "aws_s3_bucket",
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "aws_s3_bucket_lifecycle_configuration",
    "s3/bucketOwnershipControls:BucketOwnershipControls": "aws_s3_bucket_ownership_controls",
    "s3/bucketPolicy:BucketPolicy": "aws_s3_bucket_policy",
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "aws_s3_bucket_public_access_block",
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "aws_s3_bucket_server_side_encryption_configuration"
    ),
    "s3/bucketVersioning:BucketVersioning": "aws_s3_bucket_versioning",
    "mwaa/environment:Environment": "aws_mwaa_environment",
    "secretsmanager/secret:Secret": "aws_secretsmanager_secret",
    "sns/topic:Topic": "aws_sns_topic",
    "sns/topicPolicy:TopicPolicy": "aws_sns_topic_policy",
    "sns/topicSubscription:TopicSubscription": "aws_sns_topic_subscription",
    "sqs/queue:Queue": "aws_sqs_queue",
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": "aws_vpc_security_group_egress_rule",
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": "aws_vpc_security_group_ingress_rule",
    "wafv2/webAcl:WebAcl": "aws_wafv2_web_acl",
    "wafv2/webAclAssociation:WebAclAssociation": "aws_wafv2_web_acl_association",
}
CLUSTER = "eks:index:Cluster"
# Values with free keys: not blocks.
_MAPS = {"tags", "labels", "variables", "parameters"}
# Blocks that keep their plural in Terraform.
_PLURAL = {"tagSpecifications", "blockDeviceMappings", "metadataOptions", "ebs"}


class NotTranslated(Exception):
    """A type that the tables above lack."""


def plan(declared: Iterable[Declared]) -> dict[str, Any]:
    """A Terraform plan (JSON format 1.2) that makes all of `declared`; Kubernetes objects and components are left out.

    Raises: NotTranslated.
    """
    things = [thing for thing in declared if thing.kind == CLUSTER or thing.kind.startswith("aws:")]
    addresses = _addresses(things)
    resources = [_resource(thing, addresses) for thing in things]
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": [
            {
                **_head(resource),
                "change": {"actions": ["create"], "before": None, "after": resource["values"]},
            }
            for resource in resources
        ],
        "configuration": {
            "root_module": {"resources": [_configuration(thing, addresses) for thing in things]}
        },
    }


def _addresses(things: Iterable[Declared]) -> dict[str, str]:
    """URN -> address. Two components may have children of one name; Terraform's addresses know no parents."""
    addresses: dict[str, str] = {}
    taken: Counter[str] = Counter()
    for thing in things:
        address = f"{_type(thing)}.{_name(thing)}"
        taken[address] += 1
        addresses[thing.urn] = address if taken[address] == 1 else f"{address}-{taken[address]}"
    return addresses


def _type(thing: Declared) -> str:
    if thing.kind == CLUSTER:
        return "aws_eks_cluster"
    short = thing.kind.removeprefix("aws:")
    if short not in TYPES:
        raise NotTranslated(
            f"{thing.kind} ({thing.name}) has no Terraform name in scripts/policies/terraform.py; without it the resource "
            f"would be scanned by nobody. Add it to TYPES."
        )
    return TYPES[short]


def _name(thing: Declared) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", thing.name)


def _head(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {key: resource[key] for key in ("address", "mode", "type", "name")}


def _resource(thing: Declared, addresses: Mapping[str, str]) -> dict[str, Any]:
    values = cluster(thing.inputs) if thing.kind == CLUSTER else block(thing.inputs)
    return {
        "address": addresses[thing.urn],
        "mode": "managed",
        "type": _type(thing),
        "name": addresses[thing.urn].split(".")[1],
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": values,
    }


def _configuration(thing: Declared, addresses: Mapping[str, str]) -> dict[str, Any]:
    """Which argument comes from which resource: what scanners draw their graph from."""
    expressions = {}
    for name, urns in thing.references.items():
        named = [addresses[urn] for urn in urns if urn in addresses]
        # A nested block's references have no single argument to stand at.
        if named and not isinstance(thing.inputs.get(name), dict):
            expressions[snake(name)] = {
                "references": [part for each in named for part in (f"{each}.id", each)]
            }
    return {
        "address": addresses[thing.urn],
        "mode": "managed",
        "type": _type(thing),
        "name": addresses[thing.urn].split(".")[1],
        "expressions": expressions,
    }


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def block(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of one resource or nested block."""
    return {
        _argument(name, value): _value(name, value) for name, value in inputs.items() if value is not None
    }


def _argument(name: str, value: Any) -> str:
    repeated = (
        isinstance(value, Sequence) and not isinstance(value, str) and value and isinstance(value[0], Mapping)
    )
    if repeated and name.endswith("s") and name not in _PLURAL:
        return snake(name.removesuffix("s"))
    return snake(name)


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value) if name in _MAPS else [block(value)]
    if isinstance(value, Archive):
        return "archive.zip"  # Of a function; what is in it no scanner of plans reads.
    if isinstance(value, list):
        return [block(item) if isinstance(item, Mapping) else _value(name, item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def cluster(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The control plane that pulumi-eks makes of its component's inputs."""
    network = {
        "endpoint_private_access": inputs.get("endpointPrivateAccess", False),
        "endpoint_public_access": inputs.get("endpointPublicAccess", True),
        "public_access_cidrs": inputs.get("publicAccessCidrs", ["0.0.0.0/0"]),
        "subnet_ids": inputs.get("privateSubnetIds", []),
    }
    encryption = []
    if key := inputs.get("encryptionConfigKeyArn"):
        encryption = [{"resources": ["secrets"], "provider": [{"key_arn": key}]}]
    return {
        "name": inputs["name"],
        "version": inputs.get("version"),
        "enabled_cluster_log_types": inputs.get("enabledClusterLogTypes", []),
        "vpc_config": [network],
        "encryption_config": encryption,
        "tags": dict(inputs.get("tags", {})),
    }
