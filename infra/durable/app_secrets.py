"""The containers for the keys of others that an app uses: a model's, a platform's. Filled by `make secrets`, never by Pulumi."""

from collections.abc import Mapping

import pulumi

from infra.durable.empty_secret import empty_secret
from infra.durable.keeping import Keeping
from infra.stack import Stack


class AppSecrets(pulumi.ComponentResource):
    """A secret without a value for each app beside the RAG service, so that each reads its own. `arns` by app."""

    def __init__(
        self, name: str, keeping: Keeping, stack: Stack, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:durable:AppSecrets", name, None, opts)
        self.arns: Mapping[str, pulumi.Output[str]] = {
            app: empty_secret(
                f"app-{app}",
                keeping,
                kind=f"app_secret_{app}",
                name=keeping.names.app_secret(app),
                description=f"Secret settings of {app}, as a JSON object. Written by `make secrets APP={app}`.",
                parent=self,
            ).arn
            for app in stack.apps
        }
        self.register_outputs({})
