"""The container for the secret that Airflow's keys are derived from; connections in its database are encrypted with one of them.

It outlives a pause because the database does. Its value is written by `make secrets` and never by Pulumi.
"""

import pulumi

from infra.durable.empty_secret import empty_secret
from infra.durable.keeping import Keeping


class WorkflowKeys(pulumi.ComponentResource):
    """A Secrets Manager secret without a value."""

    def __init__(self, name: str, keeping: Keeping, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("genai:durable:WorkflowKeys", name, None, opts)
        secret = empty_secret(
            name,
            keeping,
            kind="workflow_keys",
            name=keeping.names.workflow_secret,
            description="What Airflow's keys are derived from. Written by `make secrets`, once.",
            parent=self,
        )
        self.arn: pulumi.Output[str] = secret.arn
        self.register_outputs({"arn": self.arn})
