"""The budget: tells by e-mail and to the topic of alerts when this stack's month costs, or will cost, more than it should."""

from typing import Any

import pulumi
from pulumi_aws import budgets

from infra.durable.keeping import Keeping
from infra.tags import budget_filter

# Both in per cent of the limit. Billing data lags by hours, so the first warning comes early.
ACTUAL_PERCENT = 80
FORECAST_PERCENT = 100
# Used up, not forecast: stopping is for what has happened.
STOP_PERCENT = 100


class Spending(pulumi.ComponentResource):
    """An AWS budget over the stack's tag. It counts only once `genai-ops:stack` is an active cost-allocation tag."""

    def __init__(
        self,
        name: str,
        keeping: Keeping,
        *,
        limit_usd: int,
        email: str | None,
        topic: pulumi.Input[str],
        stop: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:durable:Spending", name, None, opts)
        budget = budgets.Budget(
            name,
            name=keeping.names.budget,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(limit_usd),
            limit_unit="USD",
            cost_filters=[{"name": "TagKeyValue", "values": [budget_filter(keeping.names.owner)]}],
            notifications=notifications(email, topic=topic, stop=stop),
            tags=keeping.tags.durable(),
            opts=keeping.adopted("budget", parent=self),
        )
        self.name: pulumi.Output[str] = budget.name
        self.register_outputs({"name": self.name})


def notifications(
    email: str | None, *, topic: pulumi.Input[str], stop: pulumi.Input[str] | None = None
) -> list[Any]:
    """What has been spent, and what will have been by the end of the month. The address hears it without the topic too:
    a subscription that nobody confirmed tells nothing. `stop` hears only that everything is spent."""
    told = [
        {
            "comparison_operator": "GREATER_THAN",
            "notification_type": kind,
            "threshold": percent,
            "threshold_type": "PERCENTAGE",
            "subscriber_sns_topic_arns": [topic],
            **({"subscriber_email_addresses": [email]} if email else {}),
        }
        for kind, percent in (("ACTUAL", ACTUAL_PERCENT), ("FORECASTED", FORECAST_PERCENT))
    ]
    if stop is None:
        return told
    spent = {
        "comparison_operator": "GREATER_THAN",
        "notification_type": "ACTUAL",
        "threshold_type": "PERCENTAGE",
    }
    return [*told, {**spent, "threshold": STOP_PERCENT, "subscriber_sns_topic_arns": [stop]}]
