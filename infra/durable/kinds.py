"""The one list of what survives a pause. What stays must be adopted and what is adopted must stay."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra.naming import DEPLOY_PARTS, IMAGES, MORE_APPS, PLATFORMS, ROLES, Names, database_roles
from infra.registries import CACHED
from infra.stack import Stack
from infra.tags import STACK_TAG


def _always(_: Stack) -> bool:
    return True


@dataclass(frozen=True)
class Kind:
    """A durable resource whose import id equals its resource id, the output that carries its physical name, and that name."""

    token: str
    title: str
    name_output: str
    named: Callable[[Names], str]
    # Whether a stack has it at all. Nothing is asked about what it has not.
    wanted: Callable[[Stack], bool] = _always
    # Only once AWS lists the stack's tag among those that may be shown in the bill.
    billed: bool = False
    # The account's, for all its stacks: retained even without keepData, since another stack may stand on it.
    shared: bool = False
    # Whether something would be missed if the configuration named another. A certificate is asked for anew.
    moves: bool = False


def _anomalies(stack: Stack) -> bool:
    return stack.anomaly_alert_usd > 0


def _password(role: str) -> Kind:
    return Kind(
        "aws:secretsmanager/secret:Secret",
        "secret",
        "name",
        lambda names: names.database_secret(role),
        wanted=lambda stack: role in database_roles(database=stack.database, compute=stack.compute),
    )


def _app_secret(app: str) -> Kind:
    return Kind(
        "aws:secretsmanager/secret:Secret",
        "secret",
        "name",
        lambda names: names.app_secret(app),
        wanted=lambda stack: app in stack.apps,
    )


def _own_key(stack: Stack) -> bool:
    return stack.own_key


def _bucket(holds: str) -> Kind:
    return Kind("aws:s3/bucket:Bucket", "bucket", "bucket", lambda names: names.bucket(holds))


def _images(app: str) -> Kind:
    return Kind(
        "aws:ecr/repository:Repository", "image repository", "name", lambda names: names.repository(app)
    )


def _cache(registry: str) -> Kind:
    return Kind(
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        "rule of the image cache",
        "ecrRepositoryPrefix",
        lambda _: CACHED[registry],
        wanted=lambda stack: registry in stack.image_cache,
        shared=True,
    )


def _deploys(stack: Stack) -> bool:
    return bool(stack.deploy_from)


def _identity(platform: str) -> Kind:
    return Kind(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "identity provider",
        "arn",
        lambda names: names.identity_provider(platform),
        wanted=lambda stack: any(origin.platform == platform for origin in stack.deploy_from),
        shared=True,
        moves=True,
    )


def _deploy_policy(named: Callable[[Names], str]) -> Kind:
    return Kind("aws:iam/policy:Policy", "policy", "name", named, wanted=_deploys)


def _deploy_part(part: str) -> Kind:
    return _deploy_policy(lambda names: names.deploy_policy(part))


# The key is what infra/finders finds it under and what its declaration asks for.
KINDS: Mapping[str, Kind] = {
    "data_bucket": _bucket("data"),
    "models_bucket": _bucket("models"),
    "logs_bucket": _bucket("logs"),
    **{f"{app}_images": _images(app) for app in IMAGES},
    **{f"cache_{prefix}": _cache(registry) for registry, prefix in CACHED.items()},
    "records": Kind("aws:dynamodb/table:Table", "table", "name", lambda names: names.records_table),
    "api_keys": Kind(
        "aws:secretsmanager/secret:Secret", "secret", "name", lambda names: names.api_keys_secret
    ),
    **{f"app_secret_{app}": _app_secret(app) for app in MORE_APPS},
    **{f"database_secret_{role}": _password(role) for role in ROLES},
    "workflow_keys": Kind(
        "aws:secretsmanager/secret:Secret",
        "secret",
        "name",
        lambda names: names.workflow_secret,
        wanted=lambda stack: stack.airflow == "cluster",
    ),
    "database_volume": Kind(
        "aws:ebs/volume:Volume",
        "volume",
        "tags.Name",
        lambda names: names.database_volume,
        wanted=lambda stack: stack.database == "cluster",
    ),
    "control_plane_logs": Kind(
        "aws:cloudwatch/logGroup:LogGroup", "log group", "name", lambda names: names.control_plane_logs
    ),
    "container_logs": Kind(
        "aws:cloudwatch/logGroup:LogGroup", "log group", "name", lambda names: names.container_logs
    ),
    "key": Kind(
        "aws:kms/key:Key", "key", "description", lambda names: names.key_description, wanted=_own_key
    ),
    "key_alias": Kind("aws:kms/alias:Alias", "alias", "name", lambda names: names.key_alias, wanted=_own_key),
    "certificate": Kind(
        "aws:acm/certificate:Certificate",
        "certificate",
        "domainName",
        lambda names: names.domain,
        wanted=lambda stack: stack.issued_domain is not None,
        moves=True,
    ),
    "alerts": Kind("aws:sns/topic:Topic", "topic", "name", lambda names: names.alerts),
    "stop": Kind(
        "aws:sns/topic:Topic",
        "topic",
        "name",
        lambda names: names.stop,
        wanted=lambda stack: stack.cost_guard == "stop-gpu",
    ),
    "budget": Kind("aws:budgets/budget:Budget", "budget", "name", lambda names: names.budget),
    "cost_tag": Kind(
        "aws:costexplorer/costAllocationTag:CostAllocationTag",
        "cost-allocation tag",
        "tagKey",
        lambda _: STACK_TAG,
        wanted=_anomalies,
        billed=True,
        shared=True,
    ),
    "anomaly_monitor": Kind(
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
        "anomaly monitor",
        "name",
        lambda names: names.anomalies,
        wanted=_anomalies,
        billed=True,
    ),
    "anomaly_subscription": Kind(
        "aws:costexplorer/anomalySubscription:AnomalySubscription",
        "anomaly subscription",
        "name",
        lambda names: names.anomalies,
        wanted=_anomalies,
        billed=True,
    ),
    **{f"{platform}_identity": _identity(platform) for platform in PLATFORMS},
    "boundary": _deploy_policy(lambda names: names.boundary),
    "deploy_role": Kind(
        "aws:iam/role:Role", "role", "name", lambda names: names.deploy_role, wanted=_deploys
    ),
    **{f"deploy_{part}": _deploy_part(part) for part in DEPLOY_PARTS},
}

# Settings of something above, not things of their own: a put overwrites them, so a resume writes them again instead of
# importing. They are retained, or destroy would open the bucket it leaves behind.
SATELLITES = frozenset(
    {
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:route53/record:Record",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
    }
)
