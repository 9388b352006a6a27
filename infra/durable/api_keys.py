"""The container for the API keys. Its value is written by `make secrets` and never by Pulumi, so it is in no state."""

import pulumi
from pulumi_aws import secretsmanager

from infra.durable.keeping import Keeping

# Used by nothing but a deletion by hand: with keepData the secret is retained, without it there is no window.
RECOVERY_DAYS = 30


class ApiKeys(pulumi.ComponentResource):
    """A Secrets Manager secret without a value."""

    def __init__(self, name: str, keeping: Keeping, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("genai:durable:ApiKeys", name, None, opts)
        secret = secretsmanager.Secret(
            name,
            name=keeping.names.api_keys_secret,
            description="API keys of the apps, as tenant:key,tenant:key. Written by `make secrets`.",
            kms_key_id=keeping.key,
            recovery_window_in_days=RECOVERY_DAYS if keeping.keep else 0,
            tags=keeping.tags.durable(),
            opts=keeping.adopted("api_keys", parent=self),
        )
        self.name: pulumi.Output[str] = secret.name
        self.arn: pulumi.Output[str] = secret.arn
        self.register_outputs({"name": self.name, "arn": self.arn})
