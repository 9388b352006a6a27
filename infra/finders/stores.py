"""Where data lies: buckets, image repositories, the table, the secret."""

from collections.abc import Callable

from infra.asking import Clients, Stop, asking, must_own, pairs
from infra.naming import Names
from infra.registries import CACHED


def bucket(cloud: Clients, names: Names, *, holds: str) -> str | None:
    s3, name = cloud("s3"), names.bucket(holds)
    what = f"bucket {name!r}"
    with asking(what, not_found=("404", "NoSuchBucket")) as there:
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=names.account)
    if not there:
        return None
    tags: dict[str, str] = {}
    with asking(what, not_found=("NoSuchTagSet",)):
        tags = pairs(s3.get_bucket_tagging(Bucket=name, ExpectedBucketOwner=names.account)["TagSet"])
    claim = f"aws s3api put-bucket-tagging --bucket {name} --tagging 'TagSet=[{{Key=genai-ops:stack,Value={names.owner}}}]'"
    must_own(what, tags=tags, names=names, claim=claim)
    return name


def repository(cloud: Clients, names: Names, *, app: str) -> str | None:
    ecr, name = cloud("ecr"), names.repository(app)
    what = f"image repository {name!r}"
    with asking(what, not_found=("RepositoryNotFoundException",)) as there:
        arn = ecr.describe_repositories(repositoryNames=[name])["repositories"][0]["repositoryArn"]
        tags = pairs(ecr.list_tags_for_resource(resourceArn=arn)["tags"])
    if not there:
        return None
    claim = f"aws ecr tag-resource --resource-arn {arn} --tags Key=genai-ops:stack,Value={names.owner}"
    must_own(what, tags=tags, names=names, claim=claim)
    return name


def cache_rule(cloud: Clients, names: Names, *, registry: str) -> str | None:
    """It carries no tags and is the account's: whoever made it, it may be used, and is left as it is."""
    prefix = CACHED[registry]
    what = f"rule of the image cache {prefix!r}"
    with asking(what, not_found=("PullThroughCacheRuleNotFoundException",)) as there:
        rules = cloud("ecr").describe_pull_through_cache_rules(ecrRepositoryPrefixes=[prefix])
        upstream = rules["pullThroughCacheRules"][0]["upstreamRegistryUrl"]
    if not there:
        return None
    if upstream != registry:
        raise Stop(
            f"The {what} fetches from {upstream!r}, not from {registry!r}, and other stacks may use it. Nothing was changed; "
            f"take {registry!r} out of imageCache, or see who needs the rule: aws ecr describe-pull-through-cache-rules"
        )
    return prefix


def table(cloud: Clients, names: Names) -> str | None:
    dynamodb, name = cloud("dynamodb"), names.records_table
    what = f"table {name!r}"
    with asking(what, not_found=("ResourceNotFoundException",)) as there:
        found = dynamodb.describe_table(TableName=name)["Table"]
        tags = pairs(dynamodb.list_tags_of_resource(ResourceArn=found["TableArn"])["Tags"])
    if not there:
        return None
    if found["TableStatus"] == "DELETING":
        raise Stop(f"The {what} is being deleted at this moment. Nothing was changed; repeat in a minute.")
    claim = f"aws dynamodb tag-resource --resource-arn {found['TableArn']} --tags Key=genai-ops:stack,Value={names.owner}"
    must_own(what, tags=tags, names=names, claim=claim)
    key = [(part["AttributeName"], part["KeyType"]) for part in found["KeySchema"]]
    if key != [("pk", "HASH"), ("sk", "RANGE")]:
        raise Stop(
            f"The {what} has the key {key}, not pk and sk, and a key cannot be changed. Nothing was changed; "
            f"move its data and delete it."
        )
    return name


def secret(cloud: Clients, names: Names, *, named: Callable[[Names], str]) -> str | None:
    name = named(names)
    what = f"secret {name!r}"
    with asking(what, not_found=("ResourceNotFoundException",)) as there:
        found = cloud("secretsmanager").describe_secret(SecretId=name)
    if not there:
        return None
    if found.get("DeletedDate"):
        raise Stop(
            f"The {what} is waiting to be deleted, and its name is taken until then. Nothing was changed; bring it back with "
            f"`aws secretsmanager restore-secret --secret-id {name}`."
        )
    claim = (
        f"aws secretsmanager tag-resource --secret-id {name} --tags Key=genai-ops:stack,Value={names.owner}"
    )
    must_own(what, tags=pairs(found.get("Tags", [])), names=names, claim=claim)
    arn: str = found["ARN"]
    return arn


def image_exists(cloud: Clients, repository: str, *, tag: str) -> bool:
    with asking(f"image {repository}:{tag}", not_found=("ImageNotFoundException",)) as there:
        cloud("ecr").describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    return bool(there)


def has_value(cloud: Clients, secret: str) -> bool:
    """Whether the secret has a current value. The value itself is not read."""
    with asking(f"secret {secret!r}", not_found=()):
        versions = cloud("secretsmanager").describe_secret(SecretId=secret).get("VersionIdsToStages", {})
    return any("AWSCURRENT" in stages for stages in versions.values())
