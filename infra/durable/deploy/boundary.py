"""The most that a role of the program may ever do, whatever its policies say: what pods and machines need, on the stack's things.

Set on every other role as soon as there is a deploy role. Without it, whoever may make a role could make one that may do more
than himself. It grants nothing.
"""

from infra.durable.deploy.place import Place
from infra.registries import CACHED
from infra.statements import Statement, allow


def statements(place: Place) -> list[Statement]:
    return [*_stores(place), *_machines(place), *_secrets(place), *_keys(place), *_words(place)]


def _stores(place: Place) -> list[Statement]:
    names = place.names
    return [
        allow(
            "Buckets",
            [f"arn:aws:s3:::{names.bucket('*')}", f"arn:aws:s3:::{names.bucket('*')}/*"],
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:GetBucketLocation",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketVersioning",
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:ListBucket",
            "s3:ListBucketVersions",
            "s3:PutObject",
            "s3:PutObjectTagging",
        ),
        allow(
            "Records",
            place.arn("dynamodb", f"table/{names.records_table}"),
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ),
        allow(
            "Queues",
            [
                *place.arn("sqs", f"{names.prefix}-*"),
                # MWAA's own, in an account of AWS.
                f"arn:aws:sqs:{names.region}:*:airflow-celery-*",
            ],
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ),
        allow("Topics", place.arn("sns", f"{names.prefix}-*"), "sns:Publish"),
        allow(
            "Images",
            # The add-ons of EKS come from accounts of AWS, another one in each region.
            f"arn:aws:ecr:{names.region}:*:repository/*",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
        ),
        allow(
            "ImageCache",
            place.arn("ecr", *(f"repository/{prefix}/*" for prefix in sorted(CACHED.values()))),
            "ecr:BatchImportUpstreamImage",
            "ecr:CreateRepository",
        ),
    ]


def _machines(place: Place) -> list[Statement]:
    names = place.names
    return [
        allow(
            "Look",
            "*",
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations",
            "autoscaling:DescribeScalingActivities",
            "autoscaling:DescribeTags",
            "cloudwatch:PutMetricData",
            "ec2:DescribeAccountAttributes",
            "ec2:DescribeAddresses",
            "ec2:DescribeAvailabilityZones",
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceTopology",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeInstances",
            "ec2:DescribeInternetGateways",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeTags",
            "ec2:DescribeVolumes",
            "ec2:DescribeVolumesModifications",
            "ec2:DescribeVpcs",
            "ec2:GetInstanceTypesFromInstanceRequirements",
            "ecr:GetAuthorizationToken",
            "logs:DescribeLogGroups",
            "s3:GetAccountPublicAccessBlock",
        ),
        # What the network plugin does for each pod; EC2 tells one network's interfaces from another's by no name.
        allow(
            "Interfaces",
            place.arn("ec2", "*/*"),
            "ec2:AssignPrivateIpAddresses",
            "ec2:AttachNetworkInterface",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DetachNetworkInterface",
            "ec2:ModifyNetworkInterfaceAttribute",
            "ec2:UnassignPrivateIpAddresses",
        ),
        allow("InterfaceTags", place.arn("ec2", "network-interface/*"), "ec2:CreateTags"),
        allow(
            "Volumes",
            place.arn("ec2", "*/*"),
            "ec2:AttachVolume",
            "ec2:DetachVolume",
            when=place.own,
        ),
        allow(
            "Pools",
            place.arn(
                "autoscaling",
                "autoScalingGroup:*:autoScalingGroupName/eks-*",
                f"autoScalingGroup:*:autoScalingGroupName/{names.prefix}-*",
            ),
            "autoscaling:CompleteLifecycleAction",
            "autoscaling:SetDesiredCapacity",
            "autoscaling:SuspendProcesses",
            "autoscaling:TerminateInstanceInAutoScalingGroup",
            "autoscaling:UpdateAutoScalingGroup",
        ),
        allow(
            "Cluster",
            place.arn("eks", f"cluster/{names.cluster}", f"nodegroup/{names.cluster}/*"),
            "eks-auth:AssumeRoleForPodIdentity",
            "eks:DescribeCluster",
            "eks:DescribeNodegroup",
        ),
        # The one role that another of the program's takes, and within the same boundary (cluster/chat_machines/sharing.py).
        allow("Uploads", place.iam(f"role/{names.prefix}-chat-uploads-*"), "sts:AssumeRole"),
        allow("Airflow", place.arn("airflow", f"environment/{names.prefix}-*"), "airflow:PublishMetrics"),
    ]


def _secrets(place: Place) -> list[Statement]:
    stack = place.stack
    given = [arn for arn in (stack.grafana_secret_arn, stack.open_webui_secret_arn) if arn]
    return [
        allow(
            "Secrets",
            # The second is the administrator's of RDS, under a name that RDS makes up.
            [*place.arn("secretsmanager", f"secret:{place.names.owner}/*", "secret:rds!db-*"), *given],
            "secretsmanager:GetSecretValue",
        )
    ]


def _keys(place: Place) -> list[Statement]:
    """The stack's own, by its alias as cluster/disks.py has it; and MWAA's queue, which lies under a key of AWS."""
    names = place.names
    others: Statement = {
        "Sid": "QueueOfAirflow",
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
        "NotResource": f"arn:aws:kms:*:{names.account}:key/*",
        "Condition": {"StringEquals": {"kms:ViaService": f"sqs.{names.region}.amazonaws.com"}},
    }
    return [
        allow(
            "Keys",
            place.arn("kms", "key/*"),
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            when={"ForAnyValue:StringEquals": {"kms:ResourceAliases": names.key_alias}},
        ),
        others,
    ]


def _words(place: Place) -> list[Statement]:
    names = place.names
    # The second are of functions, flow logs and Airflow, each under a beginning of its own.
    groups = (f"log-group:/{names.owner}/*", f"log-group:*{names.prefix}-*")
    return [
        allow(
            "Logs",
            place.arn("logs", *groups),
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:GetLogEvents",
            "logs:PutLogEvents",
        ),
        allow(
            "Models",
            ["arn:aws:bedrock:*::foundation-model/*", *place.arn("bedrock", "inference-profile/*")],
            "bedrock:InvokeModel",
            "bedrock:InvokeModelWithResponseStream",
        ),
    ]
