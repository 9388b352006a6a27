"""What each kind of resource costs, from dated list prices; the reader of `make plan` sees the same figures as the tests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra import spot
from infra.naming import IMAGES
from infra.tags import LIFETIME_TAG

HOURS_PER_MONTH = 730
# List prices in USD, without tax, free tier, discounts and traffic, put in by hand from the pages in SOURCES. No program has
# compared them with AWS since; `aws pricing get-products` does, with credentials.
AS_OF = "2026-03-01"
SOURCES = {
    "eks_cluster_hour": "https://aws.amazon.com/eks/pricing/",
    "nat_gateway_hour": "https://aws.amazon.com/vpc/pricing/",
    "public_ipv4_hour": "https://aws.amazon.com/vpc/pricing/",
    "interface_endpoint_hour": "https://aws.amazon.com/privatelink/pricing/",
    "load_balancer_hour": "https://aws.amazon.com/elasticloadbalancing/pricing/",
    "gp3_gb_month": "https://aws.amazon.com/ebs/pricing/",
    "s3_gb_month": "https://aws.amazon.com/s3/pricing/",
    "logs_gb_month": "https://aws.amazon.com/cloudwatch/pricing/",
    "ecr_gb_month": "https://aws.amazon.com/ecr/pricing/",
    "dynamodb_gb_month": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    "dynamodb_pitr_gb_month": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    "secret_month": "https://aws.amazon.com/secrets-manager/pricing/",
    "kms_key_month": "https://aws.amazon.com/kms/pricing/",
    "web_acl_month": "https://aws.amazon.com/waf/pricing/",
    "web_acl_rule_month": "https://aws.amazon.com/waf/pricing/",
    "alarm_metric_month": "https://aws.amazon.com/cloudwatch/pricing/",
    "dashboard_month": "https://aws.amazon.com/cloudwatch/pricing/",
    "rds_gp3_gb_month": "https://aws.amazon.com/rds/postgresql/pricing/",
    "rds_snapshot_gb_month": "https://aws.amazon.com/rds/postgresql/pricing/",
    "rds_instance_hour": "https://aws.amazon.com/rds/postgresql/pricing/",
    "mwaa_small_hour": "https://aws.amazon.com/managed-workflows-for-apache-airflow/pricing/",
    "instance_hour": "https://aws.amazon.com/ec2/pricing/on-demand/",
}

PRICES: Mapping[str, Mapping[str, float]] = {
    "us-east-1": {
        "eks_cluster_hour": 0.10,
        "nat_gateway_hour": 0.045,
        "public_ipv4_hour": 0.005,
        "interface_endpoint_hour": 0.01,
        "load_balancer_hour": 0.0225,
        "gp3_gb_month": 0.08,
        "s3_gb_month": 0.023,
        "logs_gb_month": 0.03,
        "ecr_gb_month": 0.10,
        "dynamodb_gb_month": 0.25,
        "dynamodb_pitr_gb_month": 0.20,
        "secret_month": 0.40,
        "kms_key_month": 1.00,
        "web_acl_month": 5.00,
        "web_acl_rule_month": 1.00,
        "alarm_metric_month": 0.10,
        "dashboard_month": 3.00,
        "mwaa_small_hour": 0.49,
        "rds_gp3_gb_month": 0.115,
        "rds_snapshot_gb_month": 0.095,
    },
    "us-west-2": {
        "eks_cluster_hour": 0.10,
        "nat_gateway_hour": 0.045,
        "public_ipv4_hour": 0.005,
        "interface_endpoint_hour": 0.01,
        "load_balancer_hour": 0.0225,
        "gp3_gb_month": 0.08,
        "s3_gb_month": 0.023,
        "logs_gb_month": 0.03,
        "ecr_gb_month": 0.10,
        "dynamodb_gb_month": 0.25,
        "dynamodb_pitr_gb_month": 0.20,
        "secret_month": 0.40,
        "kms_key_month": 1.00,
        "web_acl_month": 5.00,
        "web_acl_rule_month": 1.00,
        "alarm_metric_month": 0.10,
        "dashboard_month": 3.00,
        "mwaa_small_hour": 0.49,
        "rds_gp3_gb_month": 0.115,
        "rds_snapshot_gb_month": 0.095,
    },
    "eu-central-1": {
        "eks_cluster_hour": 0.10,
        "nat_gateway_hour": 0.052,
        "public_ipv4_hour": 0.005,
        "interface_endpoint_hour": 0.012,
        "load_balancer_hour": 0.027,
        "gp3_gb_month": 0.0952,
        "s3_gb_month": 0.0245,
        "logs_gb_month": 0.0324,
        "ecr_gb_month": 0.10,
        "dynamodb_gb_month": 0.306,
        "dynamodb_pitr_gb_month": 0.2448,
        "secret_month": 0.40,
        "kms_key_month": 1.00,
        "web_acl_month": 5.00,
        "web_acl_rule_month": 1.00,
        "alarm_metric_month": 0.10,
        "dashboard_month": 3.00,
        "mwaa_small_hour": 0.49,
        "rds_gp3_gb_month": 0.137,
        "rds_snapshot_gb_month": 0.095,
    },
    "eu-west-1": {
        "eks_cluster_hour": 0.10,
        "nat_gateway_hour": 0.048,
        "public_ipv4_hour": 0.005,
        "interface_endpoint_hour": 0.011,
        "load_balancer_hour": 0.0252,
        "gp3_gb_month": 0.088,
        "s3_gb_month": 0.023,
        "logs_gb_month": 0.03,
        "ecr_gb_month": 0.10,
        "dynamodb_gb_month": 0.283,
        "dynamodb_pitr_gb_month": 0.2264,
        "secret_month": 0.40,
        "kms_key_month": 1.00,
        "web_acl_month": 5.00,
        "web_acl_rule_month": 1.00,
        "alarm_metric_month": 0.10,
        "dashboard_month": 3.00,
        "mwaa_small_hour": 0.49,
        "rds_gp3_gb_month": 0.127,
        "rds_snapshot_gb_month": 0.095,
    },
}

# On demand, Linux. Regions in the order of PRICES.
_INSTANCES = {
    "t3.medium": (0.0416, 0.0416, 0.048, 0.0456),
    "t3.large": (0.0832, 0.0832, 0.096, 0.0912),
    "t3.xlarge": (0.1664, 0.1664, 0.192, 0.1824),
    "t4g.medium": (0.0336, 0.0336, 0.0384, 0.0368),
    "t4g.large": (0.0672, 0.0672, 0.0768, 0.0736),
    "m6i.large": (0.096, 0.096, 0.115, 0.107),
    "m6i.xlarge": (0.192, 0.192, 0.23, 0.214),
    "m7g.large": (0.0816, 0.0816, 0.0978, 0.091),
    # One NVIDIA card each: T4, L4, A10G.
    "g4dn.xlarge": (0.526, 0.526, 0.658, 0.587),
    "g4dn.2xlarge": (0.752, 0.752, 0.94, 0.838),
    "g6.xlarge": (0.8048, 0.8048, 1.0066, 0.8981),
    "g6.2xlarge": (0.9776, 0.9776, 1.2227, 1.091),
    "g5.xlarge": (1.006, 1.006, 1.258, 1.123),
    "g5.2xlarge": (1.212, 1.212, 1.516, 1.353),
}
INSTANCES: Mapping[str, Mapping[str, float]] = {
    region: {kind: prices[place] for kind, prices in _INSTANCES.items()}
    for place, region in enumerate(PRICES)
}

# RDS for PostgreSQL, on demand, in one zone; Multi-AZ is a second machine and a second disk.
_DATABASES = {
    "db.t4g.micro": (0.016, 0.016, 0.0183, 0.0175),
    "db.t4g.small": (0.032, 0.032, 0.0366, 0.035),
    "db.t4g.medium": (0.065, 0.065, 0.0743, 0.0712),
    "db.t4g.large": (0.129, 0.129, 0.1474, 0.1413),
    "db.m7g.large": (0.168, 0.168, 0.2014, 0.1874),
}
DATABASES: Mapping[str, Mapping[str, float]] = {
    region: {kind: prices[place] for kind, prices in _DATABASES.items()}
    for place, region in enumerate(PRICES)
}


# Not read from a page but reckoned: point-in-time recovery at the ratio it has to the table in us-east-1, L4 cards at the ratio
# that A10G cards have between the same two regions, RDS at the ratio of EC2's machines of the same family (2026-11-27).
# `make plan` says so where one of them counts.
_RECKONED_CARDS = frozenset({"g6.xlarge", "g6.2xlarge"})
_RECKONED_RDS = frozenset({*_DATABASES, "rds_gp3_gb_month", "rds_snapshot_gb_month"})
RECKONED: Mapping[str, frozenset[str]] = {
    "eu-central-1": _RECKONED_CARDS | _RECKONED_RDS | {"dynamodb_pitr_gb_month"},
    "eu-west-1": _RECKONED_CARDS | _RECKONED_RDS | {"dynamodb_pitr_gb_month"},
}


class PriceMissing(LookupError):
    """No dated price for a region, an instance type or a resource type; the message says where to add it."""


@dataclass(frozen=True)
class Holdings:
    """How much is kept, for the parts that are paid by the gigabyte. Shown next to every total."""

    data_gb: float = 10.0
    image_gb: float = 2.0
    records_gb: float = 1.0
    model_gb: float = 5.0
    log_gb: float = 1.0


@dataclass(frozen=True)
class Cost:
    """`hour` is paid while a thing exists and is used; `month_paused` is what remains of it during a pause.

    `hour_scheduled` is the part of `hour` that off-hours schedules save while they hold a pool at no machine.
    """

    hour: float = 0.0
    month_paused: float = 0.0
    hour_scheduled: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.hour + other.hour,
            self.month_paused + other.month_paused,
            self.hour_scheduled + other.hour_scheduled,
        )

    def per_day(self, *, awake: float) -> float:
        """Of an average day, when the machines run for this share of the week: 1 is without a schedule."""
        return 24 * (self.hour - (1 - awake) * self.hour_scheduled)

    @classmethod
    def rented(cls, hour: float, *, scheduled: bool = False) -> "Cost":
        return cls(hour=hour, hour_scheduled=hour if scheduled else 0.0)

    @classmethod
    def kept(cls, month: float) -> "Cost":
        return cls(hour=month / HOURS_PER_MONTH, month_paused=month)


Inputs = Mapping[str, Any]
Pricing = Callable[[Inputs, "Region"], Cost]


@dataclass(frozen=True)
class Region:
    """The price list of one region, and what is assumed to be held there."""

    name: str
    holdings: Holdings

    def __post_init__(self) -> None:
        if self.name not in PRICES:
            raise PriceMissing(
                f"No prices for region {self.name!r}; known are {', '.join(PRICES)}. Add them to infra/prices.py."
            )

    def __getitem__(self, item: str) -> float:
        return PRICES[self.name][item]

    def instance(self, kind: str) -> float:
        try:
            return INSTANCES[self.name][kind]
        except KeyError:
            raise PriceMissing(
                f"No price for instance type {kind!r} in {self.name}; known are {', '.join(_INSTANCES)}. "
                f"Add it to infra/prices.py."
            ) from None

    def database(self, kind: str) -> float:
        try:
            return DATABASES[self.name][kind]
        except KeyError:
            raise PriceMissing(
                f"No price for the database class {kind!r} in {self.name}; known are {', '.join(_DATABASES)}. "
                f"Add it to infra/prices.py."
            ) from None


def _nodes(inputs: Inputs, region: Region) -> Cost:
    """Machines and their disks. `diskGb` is not an input of AWS: the launch template describes the disk, plan.py brings it."""
    machine = max(region.instance(kind) for kind in inputs["instanceTypes"])
    if inputs.get("capacityType") == "SPOT":
        machine *= spot.SHARE
    disk = inputs["diskGb"] * region["gp3_gb_month"] / HOURS_PER_MONTH
    return Cost.rented(inputs["scalingConfig"]["desiredSize"] * (machine + disk), scheduled=True)


def _scaling_group(inputs: Inputs, region: Region) -> Cost:
    """Machines and their disks, at the type that is tried first; of those kept warm, which are stopped, the disks alone.

    `instanceTypes` and `diskGb` are not inputs of AWS: the launch template has them, plan.py and bill.py bring them.
    """
    mix = (inputs.get("mixedInstancesPolicy") or {}).get("instancesDistribution") or {}
    on_demand = mix.get("onDemandPercentageAboveBaseCapacity", 100) / 100
    machine = region.instance(inputs["instanceTypes"][0]) * (on_demand + (1 - on_demand) * spot.SHARE)
    disk = inputs["diskGb"] * region["gp3_gb_month"] / HOURS_PER_MONTH
    warm = (inputs.get("warmPool") or {}).get("minSize", 0)
    running = Cost.rented(inputs["desiredCapacity"] * (machine + disk), scheduled=True)
    return running + Cost.rented(warm * disk)


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
    "aws:secretsmanager/secret:Secret": lambda _, region: Cost.kept(region["secret_month"]),
}

# Free of charge by themselves. A type in neither table is an error, so that a new part cannot be left out of the bill.
FREE = frozenset(
    {
        "aws:acm/certificate:Certificate",
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:autoscaling/attachment:Attachment",
        # Its alarms are made by Auto Scaling and free; the one series of the pool's own that they look at is paid by use.
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
        f"{kind} is neither priced nor known to be free. Add it to PRICED or FREE in infra/prices.py."
    )
