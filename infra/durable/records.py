"""The records table: document states, keys, budgets, feedback; on demand, so that it costs nothing while nobody asks."""

import pulumi
from pulumi_aws import dynamodb

from infra.durable.keeping import Keeping


class Records(pulumi.ComponentResource):
    """A DynamoDB table with the key pk/sk and point-in-time recovery."""

    def __init__(self, name: str, keeping: Keeping, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("genai:durable:Records", name, None, opts)
        table = dynamodb.Table(
            name,
            name=keeping.names.records_table,
            billing_mode="PAY_PER_REQUEST",
            # The key can never change: a new one would replace the table. adopt.py checks for the same two names.
            hash_key="pk",
            range_key="sk",
            attributes=[{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}],
            point_in_time_recovery={"enabled": True},
            server_side_encryption={"enabled": True, "kms_key_arn": keeping.key} if keeping.key else None,
            tags=keeping.tags.durable(),
            opts=keeping.adopted("records", parent=self),
        )
        self.name: pulumi.Output[str] = table.name
        self.arn: pulumi.Output[str] = table.arn
        self.register_outputs({"name": self.name, "arn": self.arn})
