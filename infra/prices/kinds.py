"""What each kind of resource costs, and which kinds are free; a kind in neither table is an error."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from infra import spot
from infra.naming import IMAGES
from infra.prices.costs import HOURS_PER_MONTH, Cost, PriceMissing, Region
from infra.tags import LIFETIME_TAG

# The file that CloudWatch's agent reads in a pod: infra/workloads/machine_metrics.py.
AGENT_CONFIG = "cwagentconfig.json"

Inputs = Mapping[str, Any]
Pricing = Callable[[Inputs, Region], Cost]


def _nodes(inputs: Inputs, region: Region) -> Cost:
    """Machines and their disks. `diskGb` is not an input of AWS: the launch template describes the disk, infra/plan brings it."""
    machine = max(region.instance(kind) for kind in inputs["instanceTypes"])
    if inputs.get("capacityType") == "SPOT":
        machine *= spot.SHARE
    disk = inputs["diskGb"] * region["gp3_gb_month"] / HOURS_PER_MONTH
    return Cost.rented(inputs["scalingConfig"]["desiredSize"] * (machine + disk), scheduled=True)


def _scaling_group(inputs: Inputs, region: Region) -> Cost:
    """Machines and their disks, at the type that is tried first; of those kept warm, which are stopped, the disks alone. And
    the figures that the machines send, which are billed for the hours in which one of them sends.

    `instanceTypes`, `diskGb` and `series` are not inputs of AWS: the launch template has them, infra/plan and infra/bill.py
    bring them.
    """
    mix = (inputs.get("mixedInstancesPolicy") or {}).get("instancesDistribution") or {}
    on_demand = mix.get("onDemandPercentageAboveBaseCapacity", 100) / 100
    machine = region.instance(inputs["instanceTypes"][0]) * (on_demand + (1 - on_demand) * spot.SHARE)
    disk = inputs["diskGb"] * region["gp3_gb_month"] / HOURS_PER_MONTH
    warm = (inputs.get("warmPool") or {}).get("minSize", 0)
    running = Cost.rented(inputs["desiredCapacity"] * (machine + disk), scheduled=True)
    return running + Cost.rented(warm * disk) + _series(inputs["series"], region)


def _series(count: int, region: Region) -> Cost:
    """CloudWatch's custom metrics; asleep nobody sends any."""
    return Cost.rented(count * region["custom_metric_month"] / HOURS_PER_MONTH, scheduled=True)


def _configuration(inputs: Inputs, region: Region) -> Cost:
    """Free, but for what an agent is told to send with it. An upper bound: two agents that fill one series are two here."""
    data = inputs.get("data")
    told = data.get(AGENT_CONFIG) if isinstance(data, Mapping) else None
    if told is None:
        return Cost()
    collected = json.loads(told)["metrics"]["metrics_collected"].values()
    return _series(sum(len(plugin["measurement"]) for plugin in collected), region)


def _load_balancer(inputs: Inputs, region: Region) -> Cost:
    addresses = 0 if inputs["internal"] else len(inputs["subnets"])
    return Cost.rented(region["load_balancer_hour"] + addresses * region["public_ipv4_hour"])


def _web_acl(inputs: Inputs, region: Region) -> Cost:
    """By the month and the rule, divided by the hour; a managed group counts as one rule."""
    month = region["web_acl_month"] + len(inputs["rules"]) * region["web_acl_rule_month"]
    return Cost.rented(month / HOURS_PER_MONTH)


def _alarm(inputs: Inputs, region: Region) -> Cost:
    """By each metric that it looks at."""
    looked_at = sum("metric" in query for query in inputs.get("metricQueries") or []) or 1
    return Cost.rented(looked_at * region["alarm_metric_month"] / HOURS_PER_MONTH)


def _endpoint(inputs: Inputs, region: Region) -> Cost:
    """By the zone; gateway endpoints are free."""
    zones = len(inputs.get("subnetIds") or [])
    return Cost.rented(zones * region["interface_endpoint_hour"])


def _bucket(inputs: Inputs, region: Region) -> Cost:
    """At the price of the standard class: an upper bound, since originals and old logs move to one that costs a sixth."""
    held = region.holdings
    # The name is put together in infra/naming.py, Names.bucket.
    holds = inputs["bucket"].removesuffix(f"-{region.name}").rsplit("-", 2)[1]
    gb = {"data": held.data_gb, "models": held.model_gb, "logs": held.log_gb}[holds]
    return Cost.kept(gb * region["s3_gb_month"])


def _log_group(inputs: Inputs, region: Region) -> Cost:
    """Lines are paid as they are written, which is traffic; what stays here is what a pause leaves lying."""
    survives = inputs["tags"][LIFETIME_TAG] == "durable"
    return Cost.kept(region.holdings.log_gb * region["logs_gb_month"]) if survives else Cost()


def _volume(inputs: Inputs, region: Region) -> Cost:
    return Cost.kept(inputs["size"] * region["gp3_gb_month"])


def _rds(inputs: Inputs, region: Region) -> Cost:
    """Machine, disk and the secret that RDS makes; while paused the final snapshot. Backups of up to its size are free."""
    copies, gb = 2 if inputs.get("multiAz") else 1, inputs["allocatedStorage"]
    disk = gb * region["rds_gp3_gb_month"] / HOURS_PER_MONTH
    secret = region["secret_month"] / HOURS_PER_MONTH
    return Cost(
        hour=copies * (region.database(inputs["instanceClass"]) + disk) + secret,
        month_paused=0.0 if inputs.get("skipFinalSnapshot") else snapshot(gb, region=region).month_paused,
    )


def snapshot(gb: float, *, region: Region) -> Cost:
    """Of a database of RDS that is paused: at most as large as its disk; the ones before it hold only what changed."""
    return Cost.kept(gb * region["rds_snapshot_gb_month"])


def _records(_: Inputs, region: Region) -> Cost:
    each = region["dynamodb_gb_month"] + region["dynamodb_pitr_gb_month"]
    return Cost.kept(region.holdings.records_gb * each)


PRICED: Mapping[str, Pricing] = {
    "eks:index:Cluster": lambda _, region: Cost.rented(region["eks_cluster_hour"]),
    "aws:autoscaling/group:Group": _scaling_group,
    "aws:ec2/natGateway:NatGateway": lambda _, region: Cost.rented(region["nat_gateway_hour"]),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:ec2/eip:Eip": lambda _, region: Cost.rented(region["public_ipv4_hour"]),
    "aws:eks/nodeGroup:NodeGroup": _nodes,
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:ecr/repository:Repository": lambda _, region: Cost.kept(
        region.holdings.image_gb / len(IMAGES) * region["ecr_gb_month"]
    ),
    "aws:ebs/volume:Volume": _volume,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:kms/key:Key": lambda _, region: Cost.kept(region["kms_key_month"]),
    "aws:dynamodb/table:Table": _records,
    "aws:rds/instance:Instance": _rds,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    # An upper bound: the first three of an account are free.
    "aws:cloudwatch/dashboard:Dashboard": lambda _, region: Cost.rented(
        region["dashboard_month"] / HOURS_PER_MONTH
    ),
    # Its scheduler, pages, database and first worker; storage and further workers are use.
    "aws:mwaa/environment:Environment": lambda _, region: Cost.rented(region["mwaa_small_hour"]),
    "aws:wafv2/webAcl:WebAcl": _web_acl,
    "kubernetes:core/v1:ConfigMap": _configuration,
    "aws:secretsmanager/secret:Secret": lambda _, region: Cost.kept(region["secret_month"]),
}

# Free of charge by themselves. A type in neither table is an error, so that a new part cannot be left out of the bill.
FREE = frozenset(
    {
        "aws:acm/certificate:Certificate",
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:autoscaling/attachment:Attachment",
        # Its alarms are made by Auto Scaling and free; the series that they look at is on the bill of the group.
        "aws:autoscaling/policy:Policy",
        "aws:autoscaling/schedule:Schedule",
        "aws:budgets/budget:Budget",
        "aws:cloudformation/stack:Stack",
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
        "aws:costexplorer/anomalySubscription:AnomalySubscription",
        "aws:costexplorer/costAllocationTag:CostAllocationTag",
        "aws:ec2/flowLog:FlowLog",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:ec2/route:Route",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        # The copies cost as other images do, by the gigabyte; the account's stacks share them.
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        "aws:eks/accessEntry:AccessEntry",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "aws:eks/addon:Addon",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:iam/policy:Policy",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:kms/alias:Alias",
        # Paid by the call, of which a budget makes a few a month; a million are free.
        "aws:lambda/function:Function",
        "aws:lambda/permission:Permission",
        "aws:lb/listener:Listener",
        "aws:lb/listenerRule:ListenerRule",
        "aws:lb/targetGroup:TargetGroup",
        "aws:rds/parameterGroup:ParameterGroup",
        "aws:rds/subnetGroup:SubnetGroup",
        # Of a zone that the user pays for already; questions that an alias answers are free.
        "aws:route53/record:Record",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
        # A thousand e-mails a month are free.
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
        # Paid by the request only: a million a month are free, the next million $0.40. Three idle workers ask 0.4 million times.
        "aws:sqs/queue:Queue",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:wafv2/webAclAssociation:WebAclAssociation",
    }
)
# Objects inside the cluster run on nodes that are paid already; providers and components are not things in the cloud.
FREE_PREFIXES = ("kubernetes:", "pulumi:", "genai:")


def cost(kind: str, inputs: Inputs, *, region: Region) -> Cost:
    """What one resource costs. Raises: PriceMissing for a type nobody has put into a table."""
    if pricing := PRICED.get(kind):
        return pricing(inputs, region)
    if kind in FREE or kind.startswith(FREE_PREFIXES):
        return Cost()
    raise PriceMissing(
        f"{kind} is neither priced nor known to be free. Add it to PRICED or FREE in infra/prices/kinds.py."
    )
