"""Shows, with no cloud and no credentials, what a stack would be, what survives a pause, and what both cost."""

import argparse
import datetime
import json
import logging
import sys
from collections.abc import Sequence
from typing import TextIO

from botocore.exceptions import BotoCoreError

from infra import prices, spot
from infra.naming import NameRefused
from infra.plan.making import make, unasked
from infra.plan.showing import as_json, render
from infra.project import ProjectRefused
from infra.stack import ConfigRefused, Stack

EXAMPLES = """\
examples:
  python -m infra.plan --stack dev            what `pulumi up --stack dev` would make, and its price
  python -m infra.plan --stack prod --data-gb 500
  python -m infra.plan --stack dev --set paused=true      the same stack while paused
  python -m infra.plan --stack dev --json | jq .total
"""


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.plan",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    held = prices.Holdings()
    parser.add_argument(
        "--stack", required=True, help="the stack to show: the middle of a Pulumi.<stack>.yaml"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="try another value of a configuration key",
    )
    for flag, default, what in (
        ("--data-gb", held.data_gb, "in the data bucket"),
        ("--image-gb", held.image_gb, "of images, all apps together"),
        ("--records-gb", held.records_gb, "of records"),
        ("--model-gb", held.model_gb, "in the model bucket"),
        ("--log-gb", held.log_gb, "in the log bucket and in each log group"),
    ):
        parser.add_argument(
            flag, type=float, default=default, help=f"gigabytes {what} (default: %(default)g)"
        )
    parser.add_argument(
        "--live",
        action="store_true",
        help="ask EC2 for the Spot prices of now, where the stack has a Spot pool and credentials exist",
    )
    parser.add_argument("--json", action="store_true", help="print JSON for programs instead of a table")
    return parser


def asked(stack: Stack) -> spot.Spot:
    """The Spot prices of now, where there are credentials to ask with."""
    import boto3

    from infra.adopt import clients

    try:
        known = boto3.session.Session(profile_name=stack.profile).get_credentials()
    except BotoCoreError as error:
        return spot.unasked(f"since EC2 could not be asked: {error}")
    if known is None:
        return spot.unasked("since there are no credentials to ask EC2 with")
    now = datetime.datetime.now(datetime.UTC)
    cloud = clients(region=stack.region, profile=stack.profile)
    return spot.live(stack.gpu_instance_types, zones=stack.zone_names, cloud=cloud, now=now)


def main(argv: Sequence[str] | None = None, *, out: TextIO | None = None) -> int:
    out = out or sys.stdout
    parser = arguments()
    given = parser.parse_args(argv)
    pairs = [pair.partition("=") for pair in given.set]
    if bad := [key for key, equals, _ in pairs if not equals]:
        parser.error(f"--set wants KEY=VALUE, got {bad[0]!r}")
    # Pulumi reports what it logs (warnings of the program) here when no engine listens.
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        plan = make(
            given.stack,
            changes={key: value for key, _, value in pairs},
            holdings=prices.Holdings(
                data_gb=given.data_gb,
                image_gb=given.image_gb,
                records_gb=given.records_gb,
                model_gb=given.model_gb,
                log_gb=given.log_gb,
            ),
            asking=asked if given.live else unasked,
        )
    except (ProjectRefused, ConfigRefused, NameRefused, prices.PriceMissing) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    out.write(json.dumps(as_json(plan), indent=2) + "\n" if given.json else render(plan))
    return 0


if __name__ == "__main__":
    sys.exit(main())
