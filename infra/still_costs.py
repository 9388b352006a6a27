"""Lists, without changing anything, what in the account carries a stack's tag and what each of it still costs.

Exit codes: 0, nothing rented is there; 1, something rented is; 2, it could not be looked at.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TextIO

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from infra import prices
from infra.asking import Clients, clients
from infra.choices.local import LOCAL
from infra.project import ProjectRefused, configuration, project
from infra.removal import REMOVALS, group_removals, role_removals
from infra.tags import LIFETIME_TAG, STACK_TAG

EXAMPLES = """\
examples:
  python -m infra.still_costs --stack dev                 after a pause: is anything left that costs by the hour?
  python -m infra.still_costs --stack dev --json | jq '.rented[].command'
"""
# Dollars an hour of what costs by being there, by how its ARN goes on behind the service.
_BY_THE_HOUR: Mapping[str, str] = {
    "eks:cluster/": "eks_cluster_hour",
    "ec2:natgateway/": "nat_gateway_hour",
    "ec2:elastic-ip/": "public_ipv4_hour",
    "elasticloadbalancing:loadbalancer/": "load_balancer_hour",
    "ec2:vpc-endpoint/": "interface_endpoint_hour",
}
_BY_THE_MONTH: Mapping[str, str] = {"secretsmanager:secret:": "secret_month", "kms:key/": "kms_key_month"}
# What costs by how much is in it; nobody counts that here.
_BY_THE_GIGABYTE: Mapping[str, str] = {
    "s3:": "s3_gb_month",
    "dynamodb:table/": "dynamodb_gb_month",
    "ecr:repository/": "ecr_gb_month",
    "logs:log-group:": "logs_gb_month",
    "ec2:volume/": "gp3_gb_month",
    "rds:snapshot:": "rds_snapshot_gb_month",
}
# It has the tags of the instance that it was taken of, which is rented.
_DATA = "rds:snapshot:"


@dataclass(frozen=True)
class Thing:
    """One thing with the stack's tag. `usd_per_month` is None where it depends on use; `price` says what is known in words."""

    arn: str
    lifetime: str
    usd_per_month: float | None
    price: str
    command: str = ""


def look(owner: str, *, cloud: Clients, region: prices.Region) -> list[Thing]:
    """Everything with the tag that the service itself still knows, dearest first. Raises what boto3 raises."""
    tagged = dict(_tagged(owner, cloud=cloud))
    found = []
    for arn, lifetime in tagged.items():
        command = _removal(arn, cloud=cloud)
        # The tagging index goes on naming what is deleted for up to an hour: the service has the last word.
        if command == "":
            continue
        found.append(_priced(arn, lifetime, command=command or "", cloud=cloud, region=region))
    for arn, command in group_removals(owner, cloud=cloud):
        usd, words = _scaled(arn, cloud=cloud, region=region)
        found.append(Thing(arn, "rented", usd, words, command))
    roles = role_removals(owner, cloud=cloud)
    found += [Thing(arn, "rented", 0.0, "free", command) for arn, command in roles]
    return sorted(
        found, key=lambda thing: (thing.lifetime != "rented", -(thing.usd_per_month or 0), thing.arn)
    )


def _removal(arn: str, *, cloud: Clients) -> str | None:
    """The command that removes a thing, empty when it is gone; None for a kind that nobody rents here."""
    known = next((removal for prefix, removal in REMOVALS.items() if _kind(arn).startswith(prefix)), None)
    return None if known is None else known(cloud, arn)


def _kind(arn: str) -> str:
    parts = arn.split(":", 5)
    return f"{parts[2]}:{parts[5]}"


def _tagged(owner: str, *, cloud: Clients) -> Iterator[tuple[str, str]]:
    pages = cloud("resourcegroupstaggingapi").get_paginator("get_resources")
    for page in pages.paginate(TagFilters=[{"Key": STACK_TAG, "Values": [owner]}]):
        for item in page["ResourceTagMappingList"]:
            tags = {tag["Key"]: tag["Value"] for tag in item["Tags"]}
            kept = _kind(item["ResourceARN"]).startswith(_DATA)
            yield item["ResourceARN"], "durable" if kept else tags.get(LIFETIME_TAG, "unknown")


def _priced(arn: str, lifetime: str, *, command: str, cloud: Clients, region: prices.Region) -> Thing:
    kind = _kind(arn)

    def said(usd: float | None, words: str) -> Thing:
        return Thing(arn, lifetime, usd, words, command if lifetime == "rented" else "")

    if kind.startswith("eks:nodegroup/"):
        return said(*_machines(arn, cloud=cloud, region=region))
    if kind.startswith("rds:db:"):
        return said(*_database(arn, cloud=cloud, region=region))
    for table, hours in ((_BY_THE_HOUR, prices.HOURS_PER_MONTH), (_BY_THE_MONTH, 1)):
        for prefix, item in table.items():
            if kind.startswith(prefix):
                usd = region[item] * hours
                return said(
                    usd, f"${usd:.2f} a month" + (f", ${region[item]:g} an hour" if hours > 1 else "")
                )
    for prefix, item in _BY_THE_GIGABYTE.items():
        if kind.startswith(prefix):
            return said(None, f"${region[item]:g} a month for each GB")
    return said(None if lifetime == "unknown" else 0.0, "free, or by use")


def _machines(arn: str, *, cloud: Clients, region: prices.Region) -> tuple[float | None, str]:
    cluster, group = arn.split("/")[1:3]
    found = cloud("eks").describe_nodegroup(clusterName=cluster, nodegroupName=group)["nodegroup"]
    wanted, kinds = found["scalingConfig"]["desiredSize"], found.get("instanceTypes") or ["?"]
    try:
        usd = wanted * region.instance(kinds[0]) * prices.HOURS_PER_MONTH
    except prices.PriceMissing:
        return None, f"{wanted} machine(s) of {kinds[0]}, whose price is not known here"
    return usd, f"${usd:.2f} a month for {wanted} machine(s) of {kinds[0]} on demand, without disks"


def _database(arn: str, *, cloud: Clients, region: prices.Region) -> tuple[float | None, str]:
    name = arn.rsplit(":", 1)[-1]
    found = cloud("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    kind, gb = found["DBInstanceClass"], found["AllocatedStorage"]
    inputs = {"instanceClass": kind, "allocatedStorage": gb, "multiAz": found.get("MultiAZ")}
    try:
        usd = prices.cost("aws:rds/instance:Instance", inputs, region=region).hour * prices.HOURS_PER_MONTH
    except prices.PriceMissing:
        return None, f"a database of {kind}, whose price is not known here"
    return usd, f"${usd:.2f} a month for a database of {kind} with {gb} GB"


def _scaled(arn: str, *, cloud: Clients, region: prices.Region) -> tuple[float | None, str]:
    """The machines of a scaling group that run now; what is kept warm is stopped and costs its disks."""
    name = arn.rsplit("/", 1)[-1]
    groups = cloud("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    kinds = [
        machine["InstanceType"] for group in groups["AutoScalingGroups"] for machine in group["Instances"]
    ]
    try:
        usd = sum(region.instance(kind) for kind in kinds) * prices.HOURS_PER_MONTH
    except prices.PriceMissing:
        return (
            None,
            f"{len(kinds)} machine(s) of {', '.join(sorted(set(kinds)))}, whose price is not known here",
        )
    return usd, f"${usd:.2f} a month for {len(kinds)} machine(s) on demand, without disks"


def render(owner: str, things: Sequence[Thing]) -> str:
    rented = [thing for thing in things if thing.lifetime == "rented"]
    kept = [thing for thing in things if thing.lifetime != "rented"]
    lines = ["", f"  RENTED: {len(rented)} thing(s) with the tag {STACK_TAG}={owner} that a pause should end"]
    for thing in rented:
        lines += [f"    {thing.arn}", f"      {thing.price}", f"      {thing.command}"]
    lines += ["", f"  KEPT: {len(kept)} thing(s) that are meant to stay"]
    lines += [line for thing in kept for line in (f"    {thing.arn}", f"      {thing.price}")]
    usd = sum(thing.usd_per_month or 0 for thing in rented)
    lines += [
        "",
        f"  Rented: at least ${usd:.2f} a month, list prices of {prices.AS_OF}. Nothing was changed.",
    ]
    if rented:
        lines.append(
            "  While the stack runs these are its own: `pulumi destroy` ends them. Afterwards: run the commands."
        )
    lines.append(
        "  Not seen: what takes no tags (budgets, disks and addresses that services hold by themselves)."
    )
    return "\n".join([*lines, "", ""])


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.still_costs",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--stack", required=True, help="the stack to look for: the middle of a Pulumi.<stack>.yaml"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for programs instead of a list")
    return parser


def main(
    argv: Sequence[str] | None = None,
    *,
    out: TextIO | None = None,
    connect: Callable[..., Clients] = clients,
) -> int:
    out = out or sys.stdout
    given = arguments().parse_args(argv)
    name = str(project()["name"])
    owner = f"{name}/{given.stack}"
    try:
        config = configuration(given.stack)
        if config.get(f"{name}:compute") == LOCAL:
            out.write(f"{owner} is on a laptop's cluster: nothing of it is in AWS, and nothing costs.\n")
            return 0
        where, profile = config.get("aws:region", ""), config.get("aws:profile") or None
        region = prices.Region(where, prices.Holdings())
        things = look(owner, cloud=connect(region=where, profile=profile), region=region)
    except NoCredentialsError:
        return _refused(
            "No AWS credentials were found. Log in (for instance `aws sso login`) or set AWS_PROFILE."
        )
    except (ProjectRefused, prices.PriceMissing) as refused:
        return _refused(str(refused))
    except (ClientError, BotoCoreError) as error:
        return _refused(f"AWS did not say what carries the tag {STACK_TAG}={owner}: {error}")
    rented = [thing for thing in things if thing.lifetime == "rented"]
    kept = [thing for thing in things if thing.lifetime != "rented"]
    as_json: dict[str, Any] = {"stack": owner, "rented": rented, "kept": kept, "prices_as_of": prices.AS_OF}
    out.write(json.dumps(as_json, indent=2, default=asdict) + "\n" if given.json else render(owner, things))
    return 1 if rented else 0


def _refused(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
