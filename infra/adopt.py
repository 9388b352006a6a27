"""Looks at the account before the first resource is declared: what survived the last pause, and may this stack have it?

Only "not found" means create. Everything else that is not plainly ours stops the program with the reason, before
anything is declared, so that nothing is changed. Leftovers of a killed run are the business of leftovers.py.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from infra.durable.kinds import KINDS
from infra.naming import Names
from infra.snapshot import Snapshot
from infra.stack import Stack
from infra.tags import budget_filter, owned_by

CONNECT_S, READ_S = 5, 10


class Stop(Exception):
    """The account is not what this stack expects; the message says what was found and what to do."""


@dataclass(frozen=True)
class Found:
    """What the account holds. `ids` maps a key of KINDS to the id it is imported under; a missing key means create."""

    account: str
    ids: Mapping[str, str] = field(default_factory=dict)
    images: frozenset[str] = frozenset()
    api_keys_set: bool = False


class Clients(Protocol):
    def __call__(self, service: str) -> Any: ...


def clients(
    *, region: str, profile: str | None = None, connect_s: float = CONNECT_S, read_s: float = READ_S
) -> Clients:
    """boto3 clients that give up early: a hanging call costs two attempts, not the minutes of botocore's defaults."""
    session = boto3.session.Session(region_name=region, profile_name=profile)
    config = Config(
        connect_timeout=connect_s,
        read_timeout=read_s,
        retries={"mode": "standard", "total_max_attempts": 2},
    )
    return lambda service: session.client(service, config=config)


def look(stack: Stack, *, cloud: Clients, state: Snapshot) -> Found:
    """See what the stack's names are in the account. Reads only.

    Raises: Stop for an error, a name that belongs to somebody else, another account, a missing ownership tag, a thing
    that is being deleted, and for data that the saved state knows under another name.
    """
    account = _account(cloud, expected=stack.account)
    names = stack.names(account)
    _refuse_renames(names, state=state)
    ids = {}
    for key, find in FINDERS.items():
        found = find(cloud, names)
        if found is not None:
            ids[key] = found
        elif any(state.of_type(KINDS[key].token)):
            raise Stop(
                f"The {KINDS[key].title} {physical_name(key, names)!r} is in the stack's state but not in account "
                f"{account}: somebody deleted it. Run `pulumi refresh --stack {stack.name}` so that the state forgets it, "
                f"then `pulumi up` makes a new one."
            )
    images = (
        {"rag"}
        if "rag_images" in ids and _image_exists(cloud, names.repository("rag"), tag=stack.image_tag)
        else set()
    )
    keys_set = "api_keys" in ids and _has_value(cloud, names.api_keys_secret)
    return Found(account=account, ids=ids, images=frozenset(images), api_keys_set=keys_set)


def nothing(account: str, *, images: frozenset[str] = frozenset({"rag"}), api_keys_set: bool = True) -> Found:
    """The answer for a plan: an empty account, in which images and secret values will be there when the workloads start."""
    return Found(account=account, images=images, api_keys_set=api_keys_set)


def physical_name(key: str, names: Names) -> str:
    """The name a durable resource has in the account."""
    return {
        "data_bucket": names.data_bucket,
        "rag_images": names.repository("rag"),
        "records": names.records_table,
        "api_keys": names.api_keys_secret,
        "budget": names.budget,
    }[key]


def _account(cloud: Clients, *, expected: str | None) -> str:
    try:
        account: str = cloud("sts").get_caller_identity()["Account"]
    except NoCredentialsError as error:
        raise Stop(
            "No AWS credentials were found. Log in (for instance `aws sso login`) or set AWS_PROFILE. "
            "`make plan STACK=...` shows the program without any."
        ) from error
    except (ClientError, BotoCoreError) as error:
        raise Stop(
            f"AWS did not say whose credentials these are: {error}. Nothing was changed; log in again and repeat."
        ) from error
    if expected is not None and account != expected:
        raise Stop(
            f"The credentials belong to account {account} while the stack's configuration says account {expected}. "
            f"Switch the profile, or change `account` if the stack moved on purpose."
        )
    return account


def _refuse_renames(names: Names, *, state: Snapshot) -> None:
    """A durable thing is found by its name. Another project, stack, account or region would make a new, empty one."""
    for key, kind in KINDS.items():
        wanted = physical_name(key, names)
        for outputs in state.of_type(kind.token):
            known = outputs.get(kind.name_output)
            if isinstance(known, str) and known != wanted:
                raise Stop(
                    f"The stack's state holds the {kind.title} {known!r}, but the configuration and credentials of now "
                    f"name it {wanted!r}. Going on would leave the data behind. Go back to the former account and region, "
                    f"or make a new stack for the new ones."
                )


@contextmanager
def _asking(what: str, *, not_found: tuple[str, ...]) -> Iterator[list[bool]]:
    """Run one question to AWS; the yielded list stays empty when the answer was "not found"."""
    there: list[bool] = []
    try:
        yield there
        there.append(True)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code not in not_found:
            raise Stop(_refusal(what, code=code, error=error)) from error
    except BotoCoreError as error:
        raise Stop(
            f"AWS did not answer whether the {what} exists: {error}. Nothing was changed; check the network and repeat."
        ) from error


def _refusal(what: str, *, code: str, error: ClientError) -> str:
    if code in ("403", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation"):
        return (
            f"Access to the {what} was denied. Either the name belongs to somebody else's account, or these credentials "
            f"lack the permission to look ({error.operation_name}). Nothing was changed; use the deploy role, "
            f"or choose another stack name."
        )
    return (
        f"AWS answered {code or 'an error'} when asked for the {what}: {error}. Nothing was changed; "
        f"repeat when it is resolved."
    )


def _must_own(what: str, *, tags: Mapping[str, str], names: Names, claim: str) -> None:
    owner = owned_by(tags)
    if owner == names.owner:
        return
    if owner is None:
        raise Stop(
            f"The {what} exists but does not carry the tag genai-ops:stack={names.owner}, so it is not known to be this stack's. "
            f"Nothing was changed. If it is, claim it: {claim}"
        )
    raise Stop(
        f"The {what} belongs to {owner!r}, not to {names.owner!r}. Nothing was changed; choose another stack name."
    )


def _pairs(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _bucket(cloud: Clients, names: Names) -> str | None:
    s3, name, what = cloud("s3"), names.data_bucket, f"bucket {names.data_bucket!r}"
    with _asking(what, not_found=("404", "NoSuchBucket")) as there:
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=names.account)
    if not there:
        return None
    tags: dict[str, str] = {}
    with _asking(what, not_found=("NoSuchTagSet",)):
        tags = _pairs(s3.get_bucket_tagging(Bucket=name, ExpectedBucketOwner=names.account)["TagSet"])
    claim = f"aws s3api put-bucket-tagging --bucket {name} --tagging 'TagSet=[{{Key=genai-ops:stack,Value={names.owner}}}]'"
    _must_own(what, tags=tags, names=names, claim=claim)
    return name


def _repository(cloud: Clients, names: Names) -> str | None:
    ecr, name = cloud("ecr"), names.repository("rag")
    what = f"image repository {name!r}"
    with _asking(what, not_found=("RepositoryNotFoundException",)) as there:
        arn = ecr.describe_repositories(repositoryNames=[name])["repositories"][0]["repositoryArn"]
        tags = _pairs(ecr.list_tags_for_resource(resourceArn=arn)["tags"])
    if not there:
        return None
    claim = f"aws ecr tag-resource --resource-arn {arn} --tags Key=genai-ops:stack,Value={names.owner}"
    _must_own(what, tags=tags, names=names, claim=claim)
    return name


def _table(cloud: Clients, names: Names) -> str | None:
    dynamodb, name = cloud("dynamodb"), names.records_table
    what = f"table {name!r}"
    with _asking(what, not_found=("ResourceNotFoundException",)) as there:
        table = dynamodb.describe_table(TableName=name)["Table"]
        tags = _pairs(dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"])
    if not there:
        return None
    if table["TableStatus"] == "DELETING":
        raise Stop(f"The {what} is being deleted at this moment. Nothing was changed; repeat in a minute.")
    claim = f"aws dynamodb tag-resource --resource-arn {table['TableArn']} --tags Key=genai-ops:stack,Value={names.owner}"
    _must_own(what, tags=tags, names=names, claim=claim)
    key = [(part["AttributeName"], part["KeyType"]) for part in table["KeySchema"]]
    if key != [("pk", "HASH"), ("sk", "RANGE")]:
        raise Stop(
            f"The {what} has the key {key}, not pk and sk, and a key cannot be changed. Nothing was changed; "
            f"move its data and delete it."
        )
    return name


def _secret(cloud: Clients, names: Names) -> str | None:
    name = names.api_keys_secret
    what = f"secret {name!r}"
    with _asking(what, not_found=("ResourceNotFoundException",)) as there:
        secret = cloud("secretsmanager").describe_secret(SecretId=name)
    if not there:
        return None
    if secret.get("DeletedDate"):
        raise Stop(
            f"The {what} is waiting to be deleted, and its name is taken until then. Nothing was changed; bring it back with "
            f"`aws secretsmanager restore-secret --secret-id {name}`."
        )
    claim = (
        f"aws secretsmanager tag-resource --secret-id {name} --tags Key=genai-ops:stack,Value={names.owner}"
    )
    _must_own(what, tags=_pairs(secret.get("Tags", [])), names=names, claim=claim)
    arn: str = secret["ARN"]
    return arn


def _budget(cloud: Clients, names: Names) -> str | None:
    """A budget's mark is what it watches: its cost filter names the stack's tag."""
    what = f"budget {names.budget!r}"
    with _asking(what, not_found=("NotFoundException",)) as there:
        budget = cloud("budgets").describe_budget(AccountId=names.account, BudgetName=names.budget)["Budget"]
    if not there:
        return None
    if budget_filter(names.owner) not in budget.get("CostFilters", {}).get("TagKeyValue", []):
        raise Stop(
            f"The {what} exists but does not watch the tag genai-ops:stack={names.owner}, so it is not this stack's. Nothing was "
            f"changed; rename or delete it: aws budgets delete-budget --account-id {names.account} --budget-name {names.budget}"
        )
    return f"{names.account}:{names.budget}"


FINDERS: Mapping[str, Callable[[Clients, Names], str | None]] = {
    "data_bucket": _bucket,
    "rag_images": _repository,
    "records": _table,
    "api_keys": _secret,
    "budget": _budget,
}


def _image_exists(cloud: Clients, repository: str, *, tag: str) -> bool:
    with _asking(f"image {repository}:{tag}", not_found=("ImageNotFoundException",)) as there:
        cloud("ecr").describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    return bool(there)


def _has_value(cloud: Clients, secret: str) -> bool:
    """Whether the secret has a current value. The value itself is not read."""
    with _asking(f"secret {secret!r}", not_found=()):
        versions = cloud("secretsmanager").describe_secret(SecretId=secret).get("VersionIdsToStages", {})
    return any("AWSCURRENT" in stages for stages in versions.values())
