"""What a chat machine may do in AWS: with its models, accounts, one secret, lines and figures, and with its group."""

import json
from typing import Any

from infra.statements import allow

# In the model bucket: what Ollama keeps in its folder. In the data bucket: one object with accounts, chats and their files.
MODELS_PREFIX = "chat-machines/"
ACCOUNTS_PREFIX = "chat-machines/"
# Where several machines share accounts: the files of their chats.
UPLOADS_PREFIX = "chat-machines/uploads/"


def list_below(sid: str, bucket: str, prefix: str) -> dict[str, Any]:
    """Without it S3 says "forbidden" of what is not there, which would look like the first start of all."""
    listed = allow(sid, bucket, "s3:ListBucket")
    return listed | {"Condition": {"StringLike": {"s3:prefix": f"{prefix}*"}}}


def keep_below(sid: str, bucket: str, prefix: str) -> dict[str, Any]:
    """Nothing is deleted: an old version goes by the bucket's own rule."""
    return allow(sid, f"{bucket}/{prefix}*", "s3:GetObject", "s3:PutObject")


def keep_uploads(bucket: str) -> dict[str, Any]:
    """A file that somebody deletes goes; the bucket keeps its last version for as long as its rule says."""
    return allow(
        "KeepUploads",
        f"{bucket}/{UPLOADS_PREFIX}*",
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:PutObject",
    )


def become(role: str) -> dict[str, Any]:
    return allow("BecomeUploads", role, "sts:AssumeRole")


def read_password(secret: str) -> dict[str, Any]:
    return allow("ReadPassword", secret, "secretsmanager:GetSecretValue")


def read_administrator(secret: str) -> dict[str, Any]:
    """Of the database: to make the one role that Open WebUI has there. In its container this right is out of reach."""
    return allow("ReadAdministrator", secret, "secretsmanager:GetSecretValue")


def read_own(secret: str) -> dict[str, Any]:
    return allow("ReadOwnValues", secret, "secretsmanager:GetSecretValue")


def write_lines(group: str) -> dict[str, Any]:
    return allow("WriteLines", f"{group}:*", "logs:CreateLogStream", "logs:PutLogEvents")


def send_figures(namespace: str) -> dict[str, Any]:
    """CloudWatch knows no resource for what is sent; the condition binds it to a namespace of these machines' own."""
    sent = allow("SendChatFigures", "*", "cloudwatch:PutMetricData")
    return sent | {"Condition": {"StringEquals": {"cloudwatch:namespace": namespace}}}


def say_ready(group: str, *, region: str, account: str) -> dict[str, Any]:
    """Of its own scaling group only. The part before the name is an id that AWS makes up."""
    arn = f"arn:aws:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/{group}"
    return allow("SayReady", arn, "autoscaling:CompleteLifecycleAction")


def trusting(machines: str) -> str:
    """The trust policy of the role of uploads: the machines' own role, and nobody else's."""
    who = {"Effect": "Allow", "Principal": {"AWS": machines}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [who]})


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
