"""The topic that everything which must be heard is sent to; an address that subscribes once hears it after every resume."""

import json
from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_aws import sns

from infra.durable.keeping import Keeping

# Budgets, cost anomalies and CloudWatch alarms.
SENDERS = ("budgets.amazonaws.com", "costalerts.amazonaws.com", "cloudwatch.amazonaws.com")


class Alerts(pulumi.ComponentResource):
    """An SNS topic, who may send to it, and the e-mail address that hears it.

    Not encrypted with a key: AWS's services may not use the one that AWS brings, and one of our own costs a dollar a month.
    What is sent names figures and alarms, no data.
    """

    def __init__(
        self, name: str, keeping: Keeping, *, email: str | None, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:durable:Alerts", name, None, opts)
        topic = sns.Topic(
            name,
            name=keeping.names.alerts,
            tags=keeping.tags.durable(),
            opts=keeping.adopted("alerts", parent=self),
        )
        allowed = sns.TopicPolicy(
            name,
            arn=topic.arn,
            policy=topic.arn.apply(lambda arn: json.dumps(topic_policy(arn, keeping.names.account))),
            opts=keeping.satellite(parent=topic),
        )
        if email is not None:
            # The same address again is the same subscription, so a resume asks for no second confirmation.
            sns.TopicSubscription(
                name, topic=topic.arn, protocol="email", endpoint=email, opts=keeping.satellite(parent=topic)
            )
        # Carries the edge to the policy: Budgets and the anomaly monitor try the topic before they accept it.
        self.arn: pulumi.Output[str] = pulumi.Output.all(topic.arn, allowed.id).apply(lambda both: both[0])
        self.register_outputs({"arn": self.arn})


def topic_policy(arn: str, account: str, *, senders: Sequence[str] = SENDERS) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AlertsOfThisAccount",
                "Effect": "Allow",
                "Principal": {"Service": list(senders)},
                "Action": ["sns:Publish"],
                "Resource": arn,
                "Condition": {"StringEquals": {"aws:SourceAccount": account}},
            }
        ],
    }
