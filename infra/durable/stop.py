"""The topic on which the budget says that it is used up; apart from the alerts, or any alarm would stop the pools with cards."""

import json

import pulumi
from pulumi_aws import sns

from infra.durable.alerts import topic_policy
from infra.durable.keeping import Keeping

SENDERS = ("budgets.amazonaws.com",)


class Stop(pulumi.ComponentResource):
    """Only AWS Budgets may send to it. Who hears it is rented: infra/cluster/cost_guard.py."""

    def __init__(self, name: str, keeping: Keeping, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("genai:durable:Stop", name, None, opts)
        topic = sns.Topic(
            name,
            name=keeping.names.stop,
            tags=keeping.tags.durable(),
            opts=keeping.adopted("stop", parent=self),
        )
        allowed = sns.TopicPolicy(
            name,
            arn=topic.arn,
            policy=topic.arn.apply(
                lambda arn: json.dumps(topic_policy(arn, keeping.names.account, senders=SENDERS))
            ),
            opts=keeping.satellite(parent=topic),
        )
        # Carries the edge to the policy: Budgets tries the topic before it accepts it.
        self.arn: pulumi.Output[str] = pulumi.Output.all(topic.arn, allowed.id).apply(lambda both: both[0])
        self.register_outputs({"arn": self.arn})
