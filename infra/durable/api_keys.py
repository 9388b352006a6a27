"""The container for the API keys. Its value is written by `make secrets` and never by Pulumi, so it is in no state."""

import pulumi

from infra.durable.empty_secret import empty_secret
from infra.durable.keeping import Keeping


class ApiKeys(pulumi.ComponentResource):
    """A Secrets Manager secret without a value."""

    def __init__(self, name: str, keeping: Keeping, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("genai:durable:ApiKeys", name, None, opts)
        secret = empty_secret(
            name,
            keeping,
            kind="api_keys",
            name=keeping.names.api_keys_secret,
            description="API keys of the apps, as tenant:key,tenant:key. Written by `make secrets`.",
            parent=self,
        )
        self.name: pulumi.Output[str] = secret.name
        self.arn: pulumi.Output[str] = secret.arn
        self.register_outputs({"name": self.name, "arn": self.arn})
