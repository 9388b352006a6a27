"""The least statement for what AWS refused, from the words of the refusal alone."""

import re
from collections.abc import Mapping

from app.devops.checking.policy import UNSCOPED

_ACTION = re.compile(
    r"(?:not authorized to perform:?|perform(?:ing)?|calling the)\s+\(?(?P<action>[a-z0-9-]+:[A-Za-z]+)"
)
_EVERY = re.compile(r"perform:?\s+[a-z0-9-]*:?\*")
_OPERATION = re.compile(r"(?:calling the|operation:?)\s+(?P<operation>[A-Z][A-Za-z0-9]+)(?:\s+operation)?")
_RESOURCE = re.compile(r"on resource:?\s+[\"']?(?P<arn>arn:aws[\w-]*:[^\s\"',;]+)")
_ANY_ARN = re.compile(r"arn:aws[\w-]*:(?!iam|sts)[a-z0-9-]+:[^\s\"',;)]+")
_S3_URL = re.compile(r"s3a?://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<key>[^\s\"',;)]*))?")
_S3_HOST = re.compile(
    r"https?://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3[.\w-]*\.amazonaws\.com(?:/(?P<key>[^\s\"',;)?]*))?"
)
_BUCKET = re.compile(r"(?i)bucket[\s:=]+[\"'`]?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\b")
# A client of Python names bucket and key in its call, which a traceback shows.
_CALL = re.compile(
    r"\b(?:download_file(?:obj)?|Object|Bucket)\(\s*[\"'](?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])[\"'](?:,\s*[\"'](?P<key>[^\"']{1,400})[\"'])?"
)
_GCS = re.compile(r"\b(?:storage\.(?:objects|buckets)\.|gs://)")
_ROLE = re.compile(r"arn:aws[\w-]*:(?:sts|iam)::\d{12}:(?:assumed-role|role|user)/[\w+=,.@/-]+")
_SID = re.compile(r"[^A-Za-z0-9]")

# Operations of the API -> the action that allows them, where the names differ.
_S3_ACTIONS = {
    "HeadObject": "s3:GetObject", "GetObject": "s3:GetObject", "CopyObject": "s3:PutObject", "PutObject": "s3:PutObject",
    "ListObjects": "s3:ListBucket", "ListObjectsV2": "s3:ListBucket", "HeadBucket": "s3:ListBucket",
    "CreateMultipartUpload": "s3:PutObject", "UploadPart": "s3:PutObject", "CompleteMultipartUpload": "s3:PutObject",
    "DeleteObject": "s3:DeleteObject", "DeleteObjects": "s3:DeleteObject", "ListBuckets": "s3:ListAllMyBuckets",
    "GetBucketLocation": "s3:GetBucketLocation", "GetObjectTagging": "s3:GetObjectTagging", "ListBucket": "s3:ListBucket",
    "GetBucketVersioning": "s3:GetBucketVersioning", "GetBucketPolicy": "s3:GetBucketPolicy",
}  # fmt: skip
# Of these the resource is the bucket itself; of all other S3 actions it is the objects in it.
_OF_BUCKET = ("s3:ListBucket", "s3:CreateBucket", "s3:DeleteBucket")
_OPERATIONS = {
    "GetSecretValue": "secretsmanager", "DescribeSecret": "secretsmanager", "GetParameter": "ssm", "GetParameters": "ssm",
    "GetAuthorizationToken": "ecr", "BatchGetImage": "ecr", "InitiateLayerUpload": "ecr", "PutImage": "ecr",
    "UpdateService": "ecs", "RegisterTaskDefinition": "ecs", "UpdateFunctionCode": "lambda", "InvokeFunction": "lambda",
    "DescribeCluster": "eks", "SendMessage": "sqs", "ReceiveMessage": "sqs", "Publish": "sns", "PutItem": "dynamodb",
    "GetItem": "dynamodb", "Query": "dynamodb", "Scan": "dynamodb", "Decrypt": "kms", "GenerateDataKey": "kms",
    "InvokeModel": "bedrock", "CreateStack": "cloudformation", "DescribeStacks": "cloudformation", "PassRole": "iam",
    "CreateInvalidation": "cloudfront", "AssumeRole": "sts", "AssumeRoleWithWebIdentity": "sts",
}  # fmt: skip
# A word in a log that has no operation at all -> what somebody was doing.
_VERBS = (
    (r"(?i)\b(?:upload|writ|put|copy(?:ing)? .* to s3|sync \S+ s3)", "s3:PutObject"),
    (r"(?i)\b(?:list|ls)\b", "s3:ListBucket"),
    (r"(?i)\bdelet|\brm\b", "s3:DeleteObject"),
    (r"(?i)", "s3:GetObject"),
)


def statement(log: str, fields: Mapping[str, str]) -> dict[str, object] | None:
    """A policy document with the one action on the one resource; None where the log does not name them.

    Google's storage speaks of buckets too; its rights are no IAM statements of AWS, so it gets none.
    """
    words = f"{log}\n" + "\n".join(f"{name} {value}" for name, value in fields.items())
    if _EVERY.search(words):
        return None
    action = fields.get("action", "") or _action(words)
    resource = fields.get("resource", "")
    resource = resource if resource.startswith("arn:") else _resource(words, action)
    if not action and _names_bucket(words) and not _GCS.search(words):
        line = next(
            (text for text in words.splitlines() if re.search(r"(?i)denied|forbidden|403", text)), words
        )
        action = next(name for pattern, name in _VERBS if re.search(pattern, line))
    if action.startswith("s3:") and action not in UNSCOPED:
        resource = _s3_resource(words, action, resource)
    if action in UNSCOPED:
        resource = "*"
    if action in ("sts:AssumeRoleWithWebIdentity",) or not action or not resource:
        return None
    made: dict[str, object] = {
        "Sid": "Allow" + _SID.sub("", action.partition(":")[2]),
        "Effect": "Allow",
        "Action": [action],
        "Resource": [resource],
    }
    return {"Version": "2012-10-17", "Statement": [made, *_beside(action, resource)]}


def principal(log: str, fields: Mapping[str, str]) -> str:
    """Who was refused: where the statement has to be attached."""
    found = _ROLE.search(f"{fields.get('principal', '')}\n{log}")
    return found[0] if found else ""


def _action(words: str) -> str:
    match = _ACTION.search(words)
    if match:
        service, _, operation = match["action"].partition(":")
        return _S3_ACTIONS.get(operation, match["action"]) if service == "s3" else match["action"]
    operation = _OPERATION.search(words)
    name = operation["operation"] if operation else ""
    if name in _S3_ACTIONS:
        return _S3_ACTIONS[name]
    return f"{_OPERATIONS[name]}:{name}" if name in _OPERATIONS else ""


def _names_bucket(words: str) -> bool:
    return any(pattern.search(words) for pattern in (_S3_URL, _S3_HOST, _CALL, _BUCKET)) or ":s3:::" in words


def _resource(words: str, action: str) -> str:
    match = _RESOURCE.search(words)
    if match:
        return match["arn"].rstrip(".")
    service = action.partition(":")[0]
    named = next((arn for arn in _ANY_ARN.findall(words) if arn.split(":")[2] == service), "")
    return named.rstrip(".") if ":*" not in named else ""


def _s3_resource(words: str, action: str, resource: str) -> str:
    bucket, key = "", ""
    if resource:
        bucket, _, key = resource.partition(":::")[2].partition("/")
    else:
        for pattern in (_S3_URL, _S3_HOST, _CALL, _BUCKET):
            if match := pattern.search(words):
                bucket, key = match["bucket"], match.groupdict().get("key") or ""
                break
    if not bucket:
        return ""
    # Rights on the bucket itself end with Bucket or begin with GetBucket, PutBucket and the like.
    if action in _OF_BUCKET or re.search(r":(?:Get|Put|List|Delete|Create)Bucket", action):
        return f"arn:aws:s3:::{bucket}"
    folder, _, name = key.rpartition("/")
    return (
        f"arn:aws:s3:::{bucket}/{key}"
        if name and resource
        else f"arn:aws:s3:::{bucket}/{folder + '/' if folder else ''}*"
    )


def _beside(action: str, resource: str) -> list[dict[str, object]]:
    """Without the right to list, S3 answers 403 where an object is missing; reading takes both to be told apart."""
    if action != "s3:GetObject":
        return []
    bucket = resource.partition("/")[0]
    return [{"Sid": "AllowListBucket", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [bucket]}]
