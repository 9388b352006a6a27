"""Amazon's managed Airflow (MWAA): workflows without machines of ours, at a price by the hour that nothing but a pause ends.

What it knows (runs, connections, variables) lies inside it and is gone with a pause; DAGs stay in the models bucket.
"""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, ec2, iam, mwaa, vpc

from infra import versions
from infra.cluster.network import Network
from infra.durable.bucket import Bucket
from infra.stack import Stack
from infra.statements import allow

# In the models bucket, the same folder as that of Airflow in the cluster.
DAGS_PATH = "airflow/dags"
# The smallest that takes more than 25 DAGs; with the one worker that its price holds.
CLASS, MOST_WORKERS = "mw1.small", 2
# It makes the groups of its log lines itself, without an end to their days, where they are not there before it.
LOGS = {
    "dag_processing_logs": "DAGProcessing",
    "scheduler_logs": "Scheduler",
    "task_logs": "Task",
    "webserver_logs": "WebServer",
    "worker_logs": "Worker",
}
# AWS names 20 to 30 minutes for either.
PATIENCE = "90m"


class ManagedAirflow(pulumi.ComponentResource):
    """One environment in two private subnets, whose pages are reached from inside the network only."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        network: Network,
        *,
        bucket: Bucket,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:ManagedAirflow", name, None, opts)
        self.stack, self.title = stack, f"{stack.prefix}-{name}"
        self.child = pulumi.ResourceOptions(parent=self)
        groups = {
            part: cloudwatch.LogGroup(
                f"{self.title}-{part.lower()}",
                name=f"airflow-{self.title}-{part}",
                retention_in_days=stack.log_days,
                tags=stack.tags.rented(),
                opts=self.child,
            )
            for part in LOGS.values()
        }
        role, allowed = self._role(name, groups, bucket)
        group, rules = self._closed(name, network)
        environment = mwaa.Environment(
            name,
            name=self.title,
            airflow_version=versions.MANAGED_AIRFLOW,
            environment_class=CLASS,
            source_bucket_arn=bucket.arn,
            dag_s3_path=DAGS_PATH,
            execution_role_arn=role.arn,
            min_workers=1,
            max_workers=MOST_WORKERS,
            network_configuration={
                "security_group_ids": [group.id],
                # Two and no more, in two zones.
                "subnet_ids": network.private_ids[:2],
            },
            webserver_access_mode="PRIVATE_ONLY",
            endpoint_management="SERVICE",
            airflow_configuration_options={"core.load_examples": "False"},
            logging_configuration={
                key: {"enabled": True, "log_level": "INFO" if part == "Task" else "WARNING"}
                for key, part in LOGS.items()
            },
            tags=stack.tags.rented(),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[allowed, *rules, *groups.values(), *network.ready, bucket],
                custom_timeouts=pulumi.CustomTimeouts(create=PATIENCE, update=PATIENCE, delete=PATIENCE),
            ),
        )
        self.url: pulumi.Output[str] = environment.webserver_url
        self.register_outputs({"url": self.url})

    def _role(
        self, name: str, groups: Mapping[str, cloudwatch.LogGroup], bucket: Bucket
    ) -> tuple[iam.Role, iam.RolePolicy]:
        region, title = self.stack.region, self.title
        # The account, from a thing that AWS has named already.
        account = groups["Task"].arn.apply(lambda arn: arn.split(":")[4])
        role = iam.Role(
            title,
            assume_role_policy=account.apply(
                lambda number: json.dumps(trust(title, region=region, account=number))
            ),
            tags=self.stack.tags.rented(),
            opts=self.child,
        )
        arns = pulumi.Output.all(account, bucket.arn, *(group.arn for group in groups.values()))
        allowed = iam.RolePolicy(
            name,
            role=role.name,
            policy=pulumi.Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": arns.apply(
                        lambda got: rights(
                            title, region=region, account=got[0], bucket=got[1], groups=got[2:]
                        )
                    ),
                }
            ),
            opts=self.child,
        )
        return role, allowed

    def _closed(self, name: str, network: Network) -> tuple[ec2.SecurityGroup, list[pulumi.Resource]]:
        group = ec2.SecurityGroup(
            f"{self.title}-environment",
            description="The parts of managed Airflow among themselves, and TLS outwards",
            vpc_id=network.vpc_id,
            tags=self.stack.tags.rented(self.title),
            opts=self.child,
        )
        among: dict[str, Any] = {
            "security_group_id": group.id,
            "referenced_security_group_id": group.id,
            "ip_protocol": "-1",
            "tags": self.stack.tags.rented(),
            "opts": self.child,
        }
        inwards = vpc.SecurityGroupIngressRule(
            f"{name}-among", description="Its workers, database and pages are one group", **among
        )
        outwards = vpc.SecurityGroupEgressRule(
            f"{name}-among", description="Its workers, database and pages are one group", **among
        )
        world = vpc.SecurityGroupEgressRule(
            f"{name}-tls",
            security_group_id=group.id,
            description="AWS's services, which have no fixed addresses",
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            tags=self.stack.tags.rented(),
            opts=self.child,
        )
        return group, [inwards, outwards, world]


def environment_arn(title: str, *, region: str, account: str) -> str:
    return f"arn:aws:airflow:{region}:{account}:environment/{title}"


def trust(title: str, *, region: str, account: str) -> dict[str, Any]:
    """Airflow's service, for this one environment and nobody else's."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {"aws:SourceArn": environment_arn(title, region=region, account=account)},
                },
            }
        ],
    }


def rights(title: str, *, region: str, account: str, bucket: str, groups: list[str]) -> list[dict[str, Any]]:
    """What MWAA's guide says an execution role needs, without its wildcards in actions. DAGs get no more than this."""
    queues = f"arn:aws:sqs:{region}:*:airflow-celery-*"
    return [
        allow(
            "PublishMetrics", environment_arn(title, region=region, account=account), "airflow:PublishMetrics"
        ),
        allow(
            "SeeBucket",
            bucket,
            "s3:GetBucketLocation",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketVersioning",
            "s3:ListBucket",
            "s3:ListBucketVersions",
        ),
        allow("ReadDags", f"{bucket}/{DAGS_PATH}/*", "s3:GetObject", "s3:GetObjectVersion"),
        allow("SeeAccountIsClosed", "*", "s3:GetAccountPublicAccessBlock"),
        allow(
            "WriteLogs",
            [f"{group}:*" for group in groups],
            "logs:CreateLogStream",
            "logs:GetLogEvents",
            "logs:PutLogEvents",
        ),
        allow("LookAtLogs", "*", "logs:DescribeLogGroups"),
        allow("SendAirflowMetrics", "*", "cloudwatch:PutMetricData"),
        # The queue is in an account of AWS's own, under a key of AWS's own: neither can be named.
        allow(
            "WorkOffTasks",
            queues,
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ),
        {
            "Sid": "UseKeyOfTheQueue",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
            "NotResource": f"arn:aws:kms:*:{account}:key/*",
            "Condition": {"StringEquals": {"kms:ViaService": f"sqs.{region}.amazonaws.com"}},
        },
    ]
