"""What computes: the cluster, its pools and add-ons, chat machines, the database of RDS, managed Airflow, the queue."""

from infra.durable.deploy.place import Place
from infra.statements import Statement, allow


def statements(place: Place) -> list[Statement]:
    return [*_kubernetes(place), *_pools(place), *_queue(place), *_rds(place), *_airflow(place)]


def _kubernetes(place: Place) -> list[Statement]:
    cluster = place.names.cluster
    inside = [
        f"{kind}/{cluster}/*" for kind in ("access-entry", "addon", "nodegroup", "podidentityassociation")
    ]
    return [
        allow(
            "Kubernetes",
            place.arn("eks", f"cluster/{cluster}", *inside),
            "eks:AssociateAccessPolicy",
            "eks:AssociateEncryptionConfig",
            "eks:CreateAccessEntry",
            "eks:CreateAddon",
            "eks:CreateNodegroup",
            "eks:CreatePodIdentityAssociation",
            "eks:DeleteAccessEntry",
            "eks:DeleteAddon",
            "eks:DeleteCluster",
            "eks:DeleteNodegroup",
            "eks:DeletePodIdentityAssociation",
            "eks:DescribeAccessEntry",
            "eks:DescribeAddon",
            "eks:DescribeCluster",
            "eks:DescribeNodegroup",
            "eks:DescribePodIdentityAssociation",
            "eks:DescribeUpdate",
            "eks:DisassociateAccessPolicy",
            "eks:ListAssociatedAccessPolicies",
            "eks:TagResource",
            "eks:UntagResource",
            "eks:UpdateAccessEntry",
            "eks:UpdateAddon",
            "eks:UpdateClusterConfig",
            "eks:UpdateClusterVersion",
            "eks:UpdateNodegroupConfig",
            "eks:UpdateNodegroupVersion",
            "eks:UpdatePodIdentityAssociation",
        ),
        allow("NewCluster", "*", "eks:CreateCluster", when=place.marked),
        allow("VersionsOfAddons", "*", "eks:DescribeAddonConfiguration", "eks:DescribeAddonVersions"),
    ]


def _pools(place: Place) -> list[Statement]:
    group = "autoScalingGroup:*:autoScalingGroupName"
    kept = {"StringEquals": {"aws:ResourceTag/eks:cluster-name": place.names.cluster}}
    both = (
        "autoscaling:AttachLoadBalancerTargetGroups",
        "autoscaling:DeleteScheduledAction",
        "autoscaling:DetachLoadBalancerTargetGroups",
        "autoscaling:PutScheduledUpdateGroupAction",
    )
    return [
        # EKS names them after itself, and tags them with the cluster.
        allow("PoolsOfKubernetes", place.arn("autoscaling", f"{group}/eks-*"), *both, when=kept),
        allow(
            "Pools",
            place.arn("autoscaling", f"{group}/{place.names.prefix}-*"),
            *both,
            "autoscaling:CancelInstanceRefresh",
            "autoscaling:CreateAutoScalingGroup",
            "autoscaling:CreateOrUpdateTags",
            "autoscaling:DeleteAutoScalingGroup",
            "autoscaling:DeleteLifecycleHook",
            "autoscaling:DeletePolicy",
            "autoscaling:DeleteTags",
            "autoscaling:DeleteWarmPool",
            "autoscaling:DisableMetricsCollection",
            "autoscaling:EnableMetricsCollection",
            "autoscaling:PutLifecycleHook",
            "autoscaling:PutScalingPolicy",
            "autoscaling:PutWarmPool",
            "autoscaling:ResumeProcesses",
            "autoscaling:SetInstanceProtection",
            "autoscaling:StartInstanceRefresh",
            "autoscaling:SuspendProcesses",
            "autoscaling:UpdateAutoScalingGroup",
        ),
        allow(
            "LookAtPools",
            "*",
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeInstanceRefreshes",
            "autoscaling:DescribeLifecycleHooks",
            "autoscaling:DescribeLoadBalancerTargetGroups",
            "autoscaling:DescribePolicies",
            "autoscaling:DescribeScalingActivities",
            "autoscaling:DescribeScheduledActions",
            "autoscaling:DescribeTags",
            "autoscaling:DescribeWarmPool",
        ),
    ]


def _queue(place: Place) -> list[Statement]:
    return [
        allow(
            "Queues",
            place.arn("sqs", f"{place.names.prefix}-*"),
            "sqs:CreateQueue",
            "sqs:DeleteQueue",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ListQueueTags",
            "sqs:SetQueueAttributes",
            "sqs:TagQueue",
            "sqs:UntagQueue",
        )
    ]


def _rds(place: Place) -> list[Statement]:
    """The instance goes with a pause, its snapshots stay: none can be deleted here."""
    name = place.names.database_instance
    things = place.arn("rds", f"db:{name}", f"subgrp:{name}*", f"pg:{name}*", f"snapshot:{name}-*", "og:*")
    return [
        allow(
            "Database",
            things,
            "rds:AddTagsToResource",
            "rds:CreateDBInstance",
            "rds:CreateDBParameterGroup",
            "rds:CreateDBSnapshot",
            "rds:CreateDBSubnetGroup",
            "rds:DeleteDBInstance",
            "rds:DeleteDBParameterGroup",
            "rds:DeleteDBSubnetGroup",
            "rds:DescribeDBParameterGroups",
            "rds:DescribeDBParameters",
            "rds:DescribeDBSubnetGroups",
            "rds:ListTagsForResource",
            "rds:ModifyDBInstance",
            "rds:ModifyDBParameterGroup",
            "rds:ModifyDBSubnetGroup",
            "rds:RebootDBInstance",
            "rds:RemoveTagsFromResource",
            "rds:ResetDBParameterGroup",
            "rds:RestoreDBInstanceFromDBSnapshot",
        ),
        # The list of all is asked for: one stack's are told by their tag.
        allow(
            "LookAtDatabases",
            place.arn("rds", "db:*", "snapshot:*"),
            "rds:DescribeDBInstances",
            "rds:DescribeDBSnapshots",
        ),
        # RDS makes the administrator's secret in the name of whoever makes the instance.
        allow(
            "SecretOfTheDatabase",
            place.arn("secretsmanager", "secret:rds!db-*"),
            "secretsmanager:CreateSecret",
            "secretsmanager:TagResource",
        ),
    ]


def _airflow(place: Place) -> list[Statement]:
    return [
        allow(
            "Airflow",
            place.arn("airflow", f"environment/{place.names.prefix}-*"),
            "airflow:CreateEnvironment",
            "airflow:DeleteEnvironment",
            "airflow:GetEnvironment",
            "airflow:TagResource",
            "airflow:UntagResource",
            "airflow:UpdateEnvironment",
        ),
        # MWAA makes its doors into the network in the name of whoever makes the environment.
        allow(
            "DoorsOfAirflow",
            place.arn("ec2", "vpc-endpoint/*"),
            "ec2:CreateVpcEndpoint",
            when={"ForAnyValue:StringEquals": {"aws:CalledVia": "airflow.amazonaws.com"}},
        ),
    ]
