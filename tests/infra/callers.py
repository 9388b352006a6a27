"""Who uses each permission of the program: code of this repository, read by aws_calls.py, or a named program of others.

A new role of ours needs no line here as long as its pods' code calls what it may. A role whose statements are judged elsewhere
is one line in JUDGED_BY. Everything is compared both ways by test_callers.py: nothing is allowed that nobody calls, and no line
stays here that nothing needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# What makes a pod's code use an adapter: a setting, and its value where there are several.
ADAPTERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("GENAI_OBJECTS", "s3"): ("s3.py",),
    ("GENAI_RECORDS", "dynamodb"): ("dynamodb.py",),
    ("GENAI_WORK", "sqs"): ("sqs.py",),
    ("GENAI_API_KEYS_SECRET", ""): ("secrets_manager.py",),
    ("GENAI_SECRET_SETTINGS", ""): ("secrets_manager.py",),
    ("GENAI_EMBEDDER", "bedrock"): ("bedrock/embeddings.py", "bedrock/client.py"),
    ("GENAI_CHAT", "bedrock"): ("bedrock/chat.py", "bedrock/client.py", "bedrock/guardrail.py"),
}
# Code of ours that no pod's command and no machine's first boot shows: what Lambda runs.
CODE: Mapping[str, str] = {
    "stop-gpu": "infra/functions/stop_gpu.py",
}
# What our code calls and no role may, on purpose.
REFUSED: Mapping[str, str] = {
    "bedrock:ApplyGuardrail": "only with GENAI_BEDROCK_GUARDRAIL, which no stack sets",
    "bedrock:ListAsyncInvokes": "a ping that costs nothing; being refused is the answer it wants",
}
# role -> the test that holds its statements against those who use them.
JUDGED_BY: Mapping[str, str] = {"deploy": "tests/infra/durable/deploy/test_rights.py"}


@dataclass(frozen=True)
class Others:
    """A program of others that asks: which, the actions, and where it says so."""

    program: str
    actions: tuple[str, ...]
    source: str


_LINES = ("logs:CreateLogStream", "logs:PutLogEvents")
_AIRFLOW_S3 = "apache-airflow-providers-amazon, S3DagBundle and S3TaskHandler"
_MWAA = "Amazon MWAA user guide, Execution role"
_ABSENT = Others(
    "S3, which says of what is not there that it is denied unless the names may be listed",
    ("s3:ListBucket",),
    "Amazon S3 API reference, GetObject and HeadObject, Permissions",
)
_AGENT = Others(
    "CloudWatch agent, output cloudwatch",
    ("cloudwatch:PutMetricData",),
    "CloudWatch user guide, CloudWatchAgentServerPolicy",
)

# (role, statement) -> who asks. All read 2026-11-27.
OTHERS: Mapping[tuple[str, str], Others] = {
    ("airflow", "LookAtLogs"): Others("MWAA", ("logs:DescribeLogGroups",), _MWAA),
    ("airflow", "PublishMetrics"): Others("MWAA", ("airflow:PublishMetrics",), _MWAA),
    ("airflow", "ReadBelow"): Others("Airflow's DAG processor", ("s3:GetObject",), _AIRFLOW_S3),
    ("airflow", "ReadDags"): Others("MWAA", ("s3:GetObject", "s3:GetObjectVersion"), _MWAA),
    ("airflow", "SeeAccountIsClosed"): Others("MWAA", ("s3:GetAccountPublicAccessBlock",), _MWAA),
    ("airflow", "SeeBucket"): Others(
        "Airflow's DAG processor, which asks for the bucket and lists the folder; MWAA asks the rest",
        (
            "s3:GetBucketLocation",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketVersioning",
            "s3:ListBucket",
            "s3:ListBucketVersions",
        ),
        f"{_AIRFLOW_S3}; {_MWAA}",
    ),
    ("airflow", "SendAirflowMetrics"): Others("MWAA", ("cloudwatch:PutMetricData",), _MWAA),
    ("airflow", "UseKeyOfTheQueue"): Others(
        "MWAA, by way of SQS", ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"), _MWAA
    ),
    ("airflow", "WorkOffTasks"): Others(
        "MWAA's Celery workers",
        (
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ),
        _MWAA,
    ),
    ("airflow", "WriteBelow"): Others(
        "Airflow's tasks and API", ("s3:GetObject", "s3:PutObject"), _AIRFLOW_S3
    ),
    ("airflow", "WriteLogs"): Others("MWAA", (*_LINES, "logs:GetLogEvents"), _MWAA),
    ("alertmanager", "TellTheTopic"): Others(
        "Alertmanager, receiver sns_configs", ("sns:Publish",), "Alertmanager, notify/sns"
    ),
    ("card-metrics", "SendMachineMetrics"): _AGENT,
    ("chat-machines", "ListModels"): _ABSENT,
    ("chat-machines", "SendChatFigures"): _AGENT,
    ("chat-uploads", "KeepUploads"): Others(
        "Open WebUI, S3StorageProvider",
        ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
        "Open WebUI 0.9.5, open_webui/storage/provider.py",
    ),
    ("chat-uploads", "ListUploads"): _ABSENT,
    ("chat-machines", "WriteLines"): Others(
        "Docker's log driver awslogs", _LINES, "Docker documentation, Amazon CloudWatch Logs logging driver"
    ),
    ("cluster-autoscaler", "LookAtPools"): Others(
        "cluster-autoscaler",
        (
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations",
            "autoscaling:DescribeScalingActivities",
            "autoscaling:DescribeTags",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:GetInstanceTypesFromInstanceRequirements",
        ),
        "cluster-autoscaler/cloudprovider/aws/README.md, full feature policy",
    ),
    ("cluster-autoscaler", "MovePoolsOfThisCluster"): Others(
        "cluster-autoscaler",
        ("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"),
        "cluster-autoscaler/cloudprovider/aws/README.md",
    ),
    ("cluster-autoscaler", "ReadPools"): Others(
        "cluster-autoscaler, for labels and taints of a pool without machines",
        ("eks:DescribeNodegroup",),
        "cluster-autoscaler/cloudprovider/aws/README.md, full feature policy",
    ),
    ("disks", "LetMachinesOpenVolumes"): Others(
        "EC2, in the name of the EBS driver that attaches",
        ("kms:CreateGrant",),
        "EBS user guide, Amazon EBS encryption",
    ),
    ("disks", "LookAtVolumes"): Others(
        "EBS driver",
        ("ec2:DescribeAvailabilityZones", "ec2:DescribeInstances", "ec2:DescribeTags", "ec2:DescribeVolumes"),
        "aws-ebs-csi-driver, docs/example-iam-policy.json",
    ),
    ("disks", "MountVolumesOfThisStack"): Others(
        "EBS driver",
        ("ec2:AttachVolume", "ec2:DetachVolume"),
        "aws-ebs-csi-driver, docs/example-iam-policy.json",
    ),
    ("disks", "OpenVolumes"): Others(
        "EC2, in the name of the EBS driver that attaches",
        ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"),
        "EBS user guide, Amazon EBS encryption",
    ),
    ("flow-logs", "WriteFlowLogs"): Others(
        "VPC flow logs",
        (*_LINES, "logs:DescribeLogStreams"),
        "VPC user guide, IAM role for publishing flow logs to CloudWatch Logs",
    ),
    ("log-shipper", "ShipLines"): Others(
        "Fluent Bit, output cloudwatch_logs",
        (*_LINES, "logs:DescribeLogStreams"),
        "Fluent Bit, plugins/out_cloudwatch_logs",
    ),
    ("machine-metrics", "SendMachineMetrics"): _AGENT,
    ("mlflow", "KeepBelow"): Others(
        "MLflow's tracking server, S3ArtifactRepository",
        ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
        "mlflow/store/artifact/s3_artifact_repo.py",
    ),
    ("mlflow", "ListBelow"): Others(
        "MLflow's tracking server, S3ArtifactRepository",
        ("s3:ListBucket",),
        "mlflow/store/artifact/s3_artifact_repo.py",
    ),
    ("nodes", "FetchIntoCache"): Others(
        "ECR, in the name of the kubelet that pulls",
        ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository"),
        "ECR user guide, IAM permissions required to sync an upstream registry",
    ),
    ("ollama", "ListModels"): _ABSENT,
    ("ollama-models", "ListModels"): _ABSENT,
    ("stop-gpu", "WriteLog"): Others(
        "Lambda, for what the function prints", _LINES, "Lambda developer guide, AWSLambdaBasicExecutionRole"
    ),
}
# The key statement is the same in every role that has it: services ask for it in the role's name.
KEY_STATEMENT = "UseKey"

# Managed policies, who uses each and where AWS says so.
MANAGED: Mapping[str, str] = {
    "AmazonEC2ContainerRegistryPullOnly": "kubelet, for images (EKS user guide, Amazon EKS node IAM role)",
    "AmazonEKSClusterPolicy": "the control plane's cloud controller (EKS user guide, Amazon EKS cluster IAM role)",
    "AmazonEKSWorkerNodePolicy": "nodeadm, which joins a machine to its cluster (EKS user guide, Amazon EKS node IAM role)",
    "AmazonEKS_CNI_Policy": "VPC CNI, which gives pods addresses (EKS user guide, Amazon EKS node IAM role)",
}

# Service in a trust policy -> the kinds of resource that hand it the role. Of pods the test finds the pods as well.
TAKERS: Mapping[str, tuple[str, ...]] = {
    "airflow-env.amazonaws.com": ("aws:mwaa/environment:Environment",),
    "airflow.amazonaws.com": ("aws:mwaa/environment:Environment",),
    "ec2.amazonaws.com": ("aws:eks/nodeGroup:NodeGroup", "aws:iam/instanceProfile:InstanceProfile"),
    "eks.amazonaws.com": ("eks:index:Cluster",),
    "lambda.amazonaws.com": ("aws:lambda/function:Function",),
    "pods.eks.amazonaws.com": (
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "aws:eks/addon:Addon",
    ),
    "vpc-flow-logs.amazonaws.com": ("aws:ec2/flowLog:FlowLog",),
}
# Role -> the role of this program that becomes it, by a statement of its own.
TAKEN_BY: Mapping[str, str] = {"chat-uploads": "chat-machines"}
# Service that a bucket, topic or key admits -> the kinds of resource for which it comes.
SENDERS: Mapping[str, tuple[str, ...]] = {
    "budgets.amazonaws.com": ("aws:budgets/budget:Budget",),
    "cloudwatch.amazonaws.com": ("aws:cloudwatch/metricAlarm:MetricAlarm",),
    "costalerts.amazonaws.com": ("aws:costexplorer/anomalySubscription:AnomalySubscription",),
    "logdelivery.elasticloadbalancing.amazonaws.com": ("aws:lb/loadBalancer:LoadBalancer",),
    "logs.us-east-1.amazonaws.com": ("aws:cloudwatch/logGroup:LogGroup",),
}
# Principals of the account itself: who they are.
ACCOUNT: Mapping[str, str] = {
    "AccountDecides": "whoever the account's own policies let manage the stack's key: who runs `pulumi up`",
}
