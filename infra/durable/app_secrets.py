"""The containers for the keys of others that an app uses: a model's, a platform's. Filled by `make secrets`, never by Pulumi."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import secretsmanager

from infra.durable.api_keys import RECOVERY_DAYS
from infra.durable.keeping import Keeping
from infra.stack import Stack


class AppSecrets(pulumi.ComponentResource):
    """A secret without a value for each app beside the RAG service, so that each reads its own. `arns` by app."""

    def __init__(
        self, name: str, keeping: Keeping, stack: Stack, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:durable:AppSecrets", name, None, opts)
        self.arns: Mapping[str, pulumi.Output[str]] = {
            app: secretsmanager.Secret(
                f"app-{app}",
                name=keeping.names.app_secret(app),
                description=f"Secret settings of {app}, as a JSON object. Written by `make secrets APP={app}`.",
                kms_key_id=keeping.key,
                recovery_window_in_days=RECOVERY_DAYS if keeping.keep else 0,
                tags=keeping.tags.durable(),
                opts=keeping.adopted(f"app_secret_{app}", parent=self),
            ).arn
            for app in stack.apps
        }
        self.register_outputs({})
