"""Who watches what the stack costs, does and says: budget, topic, anomaly monitor, log groups."""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.asking import Clients, Stop, asking, must_own, pairs
from infra.naming import Names
from infra.tags import STACK_TAG, budget_filter


def budget(cloud: Clients, names: Names) -> str | None:
    """A budget's mark is what it watches: its cost filter names the stack's tag."""
    what = f"budget {names.budget!r}"
    with asking(what, not_found=("NotFoundException",)) as there:
        found = cloud("budgets").describe_budget(AccountId=names.account, BudgetName=names.budget)["Budget"]
    if not there:
        return None
    if budget_filter(names.owner) not in found.get("CostFilters", {}).get("TagKeyValue", []):
        raise Stop(
            f"The {what} exists but does not watch the tag genai-ops:stack={names.owner}, so it is not this stack's. Nothing was "
            f"changed; rename or delete it: aws budgets delete-budget --account-id {names.account} --budget-name {names.budget}"
        )
    return f"{names.account}:{names.budget}"


def topic(cloud: Clients, names: Names, *, named: Callable[[Names], str]) -> str | None:
    sns, arn = cloud("sns"), f"arn:aws:sns:{names.region}:{names.account}:{named(names)}"
    what = f"topic {named(names)!r}"
    with asking(what, not_found=("NotFound", "NotFoundException")) as there:
        sns.get_topic_attributes(TopicArn=arn)
        tags = pairs(sns.list_tags_for_resource(ResourceArn=arn)["Tags"])
    if not there:
        return None
    claim = f"aws sns tag-resource --resource-arn {arn} --tags Key={STACK_TAG},Value={names.owner}"
    must_own(what, tags=tags, names=names, claim=claim)
    return arn


def log_group(cloud: Clients, names: Names, *, named: Callable[[Names], str]) -> str | None:
    logs, name = cloud("logs"), named(names)
    what = f"log group {name!r}"
    with asking(what, not_found=()):
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
        groups = [group for page in pages for group in page["logGroups"] if group["logGroupName"] == name]
        if not groups:
            return None
        arn = groups[0]["arn"].removesuffix(":*")
        tags = logs.list_tags_for_resource(resourceArn=arn)["tags"]
    claim = f"aws logs tag-resource --resource-arn {arn} --tags {STACK_TAG}={names.owner}"
    must_own(what, tags=tags, names=names, claim=claim)
    return name


def tag_missing(cloud: Clients) -> str | None:
    """Why the stack's tag cannot be watched yet; None when AWS lists it.

    Not a reason to stop: in an organization only the account that pays may see these tags, and what exists already stays.
    """
    try:
        asked = {"TagKeys": [STACK_TAG], "Type": "UserDefined"}
        listed = cloud("ce").list_cost_allocation_tags(**asked)["CostAllocationTags"]
    except (ClientError, BotoCoreError) as error:
        return f"AWS did not say whether it lists the tag {STACK_TAG}: {error}"
    return None if listed else f"AWS does not list the tag {STACK_TAG} yet, which takes up to a day"


def cost_tag(cloud: Clients, names: Names) -> str | None:
    """Asked only once the tag is listed. It is the account's: no stack owns it, every stack may find it active."""
    return STACK_TAG


def anomaly_monitor(cloud: Clients, names: Names) -> str | None:
    return _named(cloud, names, ask="get_anomaly_monitors", listed="AnomalyMonitors", kind="Monitor")


def anomaly_subscription(cloud: Clients, names: Names) -> str | None:
    return _named(
        cloud, names, ask="get_anomaly_subscriptions", listed="AnomalySubscriptions", kind="Subscription"
    )


def _named(cloud: Clients, names: Names, *, ask: str, listed: str, kind: str) -> str | None:
    ce, what = cloud("ce"), f"anomaly {kind.lower()} {names.anomalies!r}"
    with asking(what, not_found=()):
        mine = [item for item in _pages(getattr(ce, ask), listed) if item[f"{kind}Name"] == names.anomalies]
        if not mine:
            return None
        arn: str = mine[0][f"{kind}Arn"]
        tags = pairs(ce.list_tags_for_resource(ResourceArn=arn)["ResourceTags"])
    claim = f"aws ce tag-resource --resource-arn {arn} --resource-tags Key={STACK_TAG},Value={names.owner}"
    must_own(what, tags=tags, names=names, claim=claim)
    return arn


def _pages(ask: Callable[..., Any], listed: str) -> Iterator[Any]:
    """boto3 has no paginator for these."""
    page = ask()
    yield from page[listed]
    while token := page.get("NextPageToken"):
        page = ask(NextPageToken=token)
        yield from page[listed]
