"""The keys of a laptop's stack: random, made anew at each resume, and laid into each namespace whose pods need them.

They are no keepsake: an import takes a Secret over without marking it, and would write it into the state in clear.
"""

import base64
import secrets
import string
from collections.abc import Mapping

import pulumi
from pulumi_kubernetes import core

from infra.stack import Stack
from infra.workloads.ground import Ground
from infra.workloads.namespaces import CONSOLE, RAG, STORES, Namespaces, owner_labels

NAME = "keys"
ACCESS_KEY, SECRET_KEY, API_KEY = "access-key", "secret-key", "api-key"
# The value of GENAI_API_KEYS: tenant and key.
API_KEYS = "api-keys"
# Where no console names one.
TENANT = "local"
# The stand-in writes its owner's name to what it keeps, so this one stays. Letters alone: DynamoDB Local takes no dash.
ACCESS_KEY_ID = "genaiops"
KEY_CHARACTERS = 40


class Keys(pulumi.ComponentResource):
    """The Secrets, by namespace; `api_key` in clear, marked as secret."""

    def __init__(self, stack: Stack, ground: Ground, spaces: Namespaces) -> None:
        super().__init__("genai:workloads:Keys", NAME, None)
        self.stack, self.ground, self.spaces = stack, ground, spaces
        fresh = {ACCESS_KEY: ACCESS_KEY_ID, SECRET_KEY: random_key(), API_KEY: random_key()}
        # Each run thinks of other ones; those that are there count.
        made = self._secret(
            STORES, pulumi.Output.secret({name: encoded(value) for name, value in fresh.items()}), ["data"]
        )

        def value(name: str) -> pulumi.Output[str]:
            return pulumi.Output.secret(made.data.apply(lambda data: decoded(data[name])))

        self.api_key = value(API_KEY)
        access = {ACCESS_KEY: value(ACCESS_KEY), SECRET_KEY: value(SECRET_KEY)}
        tenant = stack.console_tenant or TENANT
        serving = access | {API_KEYS: pulumi.Output.concat(tenant, ":", self.api_key)}
        # A pod reads the Secrets of its own namespace only, so each has its copy, of what its pods need.
        wanted = dict.fromkeys((RAG, *stack.apps), serving)
        if stack.console_tenant:
            wanted[CONSOLE] = {API_KEY: self.api_key}
        self.of: Mapping[str, core.v1.Secret] = {STORES: made} | {
            space: self._secret(space, {name: text.apply(encoded) for name, text in held.items()})
            for space, held in wanted.items()
        }
        self.register_outputs({})

    def _secret(
        self,
        space: str,
        data: pulumi.Input[Mapping[str, pulumi.Input[str]]],
        ignore: list[str] | None = None,
    ) -> core.v1.Secret:
        return core.v1.Secret(
            f"{space}-{NAME}",
            metadata={"name": NAME, "namespace": space, "labels": owner_labels(self.stack)},
            type="Opaque",
            data=data,
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=self.ground.provider,
                depends_on=self.spaces.ready[space],
                ignore_changes=ignore,
            ),
        )


def random_key() -> str:
    letters = string.ascii_letters + string.digits
    return "".join(secrets.choice(letters) for _ in range(KEY_CHARACTERS))


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def decoded(value: str) -> str:
    return base64.b64decode(value).decode()
