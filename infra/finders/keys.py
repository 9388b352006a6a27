"""The stack's own key: found by its alias, or by its tag where a killed run left it without one."""

from collections.abc import Mapping

from infra.asking import Clients, Stop, asking, must_own
from infra.naming import Names
from infra.tags import LIFETIME_TAG, STACK_TAG


def key(cloud: Clients, names: Names) -> str | None:
    kms, what = cloud("kms"), f"key {names.key_alias!r}"
    with asking(what, not_found=("NotFoundException",)) as there:
        found = kms.describe_key(KeyId=names.key_alias)["KeyMetadata"]
    if not there:
        return _without_alias(cloud, names)
    with asking(what, not_found=()):
        tags = kms.list_resource_tags(KeyId=found["KeyId"])["Tags"]
    claim = f"aws kms tag-resource --key-id {found['KeyId']} --tags TagKey={STACK_TAG},TagValue={names.owner}"
    must_own(what, tags={tag["TagKey"]: tag["TagValue"] for tag in tags}, names=names, claim=claim)
    if found["KeyState"] == "PendingDeletion":
        raise Stop(
            f"The {what} waits to be deleted, and with it everything it encrypts. Nothing was changed; bring it back with "
            f"`aws kms cancel-key-deletion --key-id {found['KeyId']}` and `aws kms enable-key --key-id {found['KeyId']}`."
        )
    if found["KeyState"] == "Disabled":
        raise Stop(
            f"The {what} is disabled, so nothing that it encrypts can be read. Nothing was changed; enable it: "
            f"aws kms enable-key --key-id {found['KeyId']}"
        )
    identity: str = found["KeyId"]
    return identity


def former(cloud: Clients, names: Names) -> Mapping[str, str]:
    """Key and alias of a stack that had a key of its own and goes without one now: what lies under it is read by it.

    Nothing for one that is another's, and for one that somebody disabled or asked to go: that is how it is let go of.
    """
    kms, what = cloud("kms"), f"key {names.key_alias!r}"
    with asking(what, not_found=("NotFoundException",)) as there:
        found = kms.describe_key(KeyId=names.key_alias)["KeyMetadata"]
    if not there or found["KeyState"] != "Enabled":
        return {}
    with asking(what, not_found=()):
        tags = kms.list_resource_tags(KeyId=found["KeyId"])["Tags"]
    if {tag["TagKey"]: tag["TagValue"] for tag in tags}.get(STACK_TAG) != names.owner:
        return {}
    return {"key": found["KeyId"], "key_alias": names.key_alias}


def _without_alias(cloud: Clients, names: Names) -> str | None:
    what = f"key of {names.owner!r}"
    filters = [{"Key": STACK_TAG, "Values": [names.owner]}, {"Key": LIFETIME_TAG, "Values": ["durable"]}]
    with asking(what, not_found=()):
        pages = cloud("resourcegroupstaggingapi").get_paginator("get_resources")
        found = pages.paginate(TagFilters=filters, ResourceTypeFilters=["kms:key"])
        arns = sorted(item["ResourceARN"] for page in found for item in page["ResourceTagMappingList"])
        for arn in arns:
            state = cloud("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]
            # One that was asked to go is not brought back unasked: nothing names it any more.
            if state == "Enabled":
                identity: str = arn.rsplit("/", 1)[-1]
                return identity
    return None


def alias(cloud: Clients, names: Names) -> str | None:
    what = f"alias {names.key_alias!r}"
    with asking(what, not_found=()):
        pages = cloud("kms").get_paginator("list_aliases").paginate()
        known = {item["AliasName"] for page in pages for item in page["Aliases"]}
    return names.key_alias if names.key_alias in known else None
