"""What is in the account: putting things in as a user would, and writing down everything that survives a pause."""

import json
from typing import Any

from .fake_aws import FakeAws

ACCOUNT = "123456789012"
BUCKET = f"genai-ops-dev-data-{ACCOUNT}-us-east-1"
REPOSITORY, TABLE, SECRET, BUDGET = (
    "genai-ops/dev/rag",
    "genai-ops-dev-records",
    "genai-ops/dev/api-keys",
    "genai-ops-dev",
)
OWNER = {"genai-ops:stack": "genai-ops/dev"}

_MANIFEST = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "config": {
        "mediaType": "application/vnd.docker.container.image.v1+json",
        "size": 2,
        "digest": "sha256:" + "0" * 64,
    },
    "layers": [],
}


def push_image(aws: FakeAws, tag: str = "0.1.0", *, repository: str = REPOSITORY) -> None:
    aws.client("ecr").put_image(repositoryName=repository, imageManifest=json.dumps(_MANIFEST), imageTag=tag)


def set_keys(aws: FakeAws) -> None:
    aws.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString="acme:not-a-real-key")


def put_data(aws: FakeAws, mark: str) -> None:
    """Objects in two versions each, and a record, all telling which round wrote them."""
    s3 = aws.client("s3")
    for name in ("originals/a.pdf", "chunks/a.json", "manifests/a/1"):
        for version in (1, 2):
            s3.put_object(Bucket=BUCKET, Key=f"{mark}/{name}", Body=f"{mark} {name} {version}".encode() * 50)
    item = {"pk": {"S": f"document#{mark}"}, "sk": {"S": "state"}, "body": {"S": mark}}
    aws.client("dynamodb").put_item(TableName=TABLE, Item=item)


def bytes_in_bucket(aws: FakeAws) -> dict[tuple[str, str], bytes]:
    """Every version of every object."""
    s3 = aws.client("s3")
    versions = s3.list_object_versions(Bucket=BUCKET).get("Versions", [])
    keys = [(item["Key"], item["VersionId"]) for item in versions]
    return {
        (key, version): s3.get_object(Bucket=BUCKET, Key=key, VersionId=version)["Body"].read()
        for key, version in keys
    }


def inventory(aws: FakeAws) -> dict[str, Any]:
    """Names, tags and contents of everything that can survive a pause; equal before and after means that nothing was changed."""
    found: dict[str, Any] = {}
    s3 = aws.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        found[f"bucket {name}"] = {
            "tags": _bucket_tags(s3, name),
            "versions": s3.get_bucket_versioning(Bucket=name).get("Status"),
        }
        found[f"objects {name}"] = sorted(
            item["VersionId"] for item in s3.list_object_versions(Bucket=name).get("Versions", [])
        )
    ecr = aws.client("ecr")
    for repository in ecr.describe_repositories()["repositories"]:
        images = ecr.list_images(repositoryName=repository["repositoryName"])["imageIds"]
        found[f"repository {repository['repositoryName']}"] = sorted(image["imageDigest"] for image in images)
    dynamodb = aws.client("dynamodb")
    for table in dynamodb.list_tables()["TableNames"]:
        found[f"table {table}"] = dynamodb.scan(TableName=table)["Items"]
    for secret in aws.client("secretsmanager").list_secrets()["SecretList"]:
        found[f"secret {secret['Name']}"] = secret.get("SecretVersionsToStages", {})
    for group in aws.client("logs").describe_log_groups()["logGroups"]:
        found[f"log group {group['logGroupName']}"] = group.get("retentionInDays")
    sns = aws.client("sns")
    for topic in sns.list_topics()["Topics"]:
        heard = sns.list_subscriptions_by_topic(TopicArn=topic["TopicArn"])["Subscriptions"]
        name = topic["TopicArn"].rsplit(":", 1)[-1]
        found[f"topic {name}"] = sorted(one["SubscriptionArn"] for one in heard)
    ce = aws.client("ce")
    for monitor in ce.get_anomaly_monitors()["AnomalyMonitors"]:
        found[f"anomaly monitor {monitor['MonitorName']}"] = monitor["MonitorSpecification"]
    for one in ce.get_anomaly_subscriptions()["AnomalySubscriptions"]:
        found[f"anomaly subscription {one['SubscriptionName']}"] = one["MonitorArnList"]
    for tag in ce.list_cost_allocation_tags()["CostAllocationTags"]:
        found[f"cost tag {tag['TagKey']}"] = tag["Status"]
    for budget in aws.client("budgets").describe_budgets(AccountId=ACCOUNT)["Budgets"]:
        found[f"budget {budget['BudgetName']}"] = budget["BudgetLimit"]
    return found


def _bucket_tags(s3: Any, name: str) -> dict[str, str]:
    try:
        return {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    except s3.exceptions.ClientError:
        return {}


def names(aws: FakeAws) -> set[str]:
    return {name for name in inventory(aws) if not name.startswith("objects ")}


DURABLE = {
    f"bucket {BUCKET}",
    f"bucket genai-ops-dev-models-{ACCOUNT}-us-east-1",
    f"bucket genai-ops-dev-logs-{ACCOUNT}-us-east-1",
    f"repository {REPOSITORY}",
    "repository genai-ops/dev/coldmail",
    "repository genai-ops/dev/console",
    "repository genai-ops/dev/devops",
    "repository genai-ops/dev/mlflow",
    "repository genai-ops/dev/rendering",
    f"table {TABLE}",
    f"secret {SECRET}",
    f"budget {BUDGET}",
    "log group /aws/eks/genai-ops-dev/cluster",
    "log group /genai-ops/dev/containers",
    "topic genai-ops-dev-alerts",
}
# Once AWS lists the stack's tag. The tag is the account's and stays even when everything else is deleted.
COST_TAG = "cost tag genai-ops:stack"
BILLED = {COST_TAG, "anomaly monitor genai-ops-dev", "anomaly subscription genai-ops-dev"}


def list_cost_tag(aws: FakeAws) -> None:
    """What AWS does within a day of seeing the tag."""
    listed = [{"TagKey": "genai-ops:stack", "Status": "Inactive"}]
    aws.client("ce").update_cost_allocation_tags_status(CostAllocationTagsStatus=listed)
