"""Cost anomalies: what is unusual for this stack is told, also where the month's budget is still far away."""

import json

import pulumi
from pulumi_aws import costexplorer

from infra.durable.keeping import Keeping
from infra.tags import STACK_TAG


class Anomalies(pulumi.ComponentResource):
    """The stack's tag in the bill, a monitor that watches it, and its subscription.

    Only once AWS lists the tag, up to a day after the first thing carried it: before, neither tag nor monitor is accepted.
    """

    def __init__(
        self,
        name: str,
        keeping: Keeping,
        *,
        above_usd: int,
        topic: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:durable:Anomalies", name, None, opts)
        tag = costexplorer.CostAllocationTag(
            name, tag_key=STACK_TAG, status="Active", opts=keeping.adopted("cost_tag", parent=self)
        )
        monitor = costexplorer.AnomalyMonitor(
            name,
            name=keeping.names.anomalies,
            monitor_type="CUSTOM",
            monitor_specification=specification(keeping.names.owner),
            tags=keeping.tags.durable(),
            # AWS writes the specification back in its own words, and another one would be another monitor.
            opts=keeping.adopted(
                "anomaly_monitor", parent=self, after=[tag], ignore=["monitorSpecification"]
            ),
        )
        costexplorer.AnomalySubscription(
            name,
            name=keeping.names.anomalies,
            # At once: the other frequencies know e-mail only.
            frequency="IMMEDIATE",
            monitor_arn_lists=[monitor.arn],
            subscribers=[{"type": "SNS", "address": topic}],
            threshold_expression={
                "dimension": {
                    "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    "match_options": ["GREATER_THAN_OR_EQUAL"],
                    "values": [str(above_usd)],
                }
            },
            tags=keeping.tags.durable(),
            opts=keeping.adopted("anomaly_subscription", parent=self),
        )
        self.register_outputs({"monitor": monitor.arn})


def specification(owner: str) -> str:
    """With every field named, as the provider reads it back."""
    tags = {"Key": STACK_TAG, "MatchOptions": None, "Values": [owner]}
    empty = dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or"))
    return json.dumps(empty | {"Tags": tags})
