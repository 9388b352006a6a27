"""What the apps beside the RAG service have in common: one pod, its records in the table, keys of its own, the public web."""

from collections.abc import Mapping, Sequence

import pulumi

from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads import bedrock, permissions, traffic
from infra.workloads.identity import Statement, key_rights
from infra.workloads.namespaces import CONSOLE, Namespaces
from infra.workloads.rag import answering, serving
from infra.workloads.service import App, AppService


def web_app(
    name: str,
    stack: Stack,
    found: Found,
    durable: Durable,
    cluster: Cluster,
    spaces: Namespaces,
    *,
    environment: Mapping[str, str] | None = None,
    reaches: Sequence[traffic.Server] = (),
    opts: pulumi.ResourceOptions,
) -> AppService | None:
    """Declare the app where the stack has chosen it, or leave it out with a warning while its image or the keys are missing.

    environment, reaches: what this one is told and may ask besides.
    """
    if name not in stack.apps:
        return None
    if lacks := _missing(name, stack, found):
        pulumi.warn(f"The app {name} is left out: {lacks}, then `pulumi up` again.")
        return None
    own_keys = name in found.app_secrets_set
    secret = durable.app_secrets.arns[name]
    rights: list[pulumi.Input[Statement]] = [
        durable.records.arn.apply(permissions.keep_records),
        durable.api_keys.arn.apply(permissions.read_keys),
        *key_rights(durable, region=stack.region, by=("dynamodb", "secretsmanager")),
    ]
    if own_keys:
        rights.append(secret.apply(permissions.read_own_keys))
    if stack.chat_model not in ("extractive", "ollama"):
        rights += bedrock.may_answer(stack.chat_model, region=stack.region, account=found.account)
    app = App(
        name=name,
        space=name,
        image=stack.names(found.account).image(name, tag=stack.image_tag),
        command=("python", "-m", f"app.{name}", "api"),
        environment={
            "GENAI_RECORDS": "dynamodb",
            "GENAI_TABLE": durable.records.name,
            "GENAI_REGION": stack.region,
            "GENAI_API_KEYS_SECRET": durable.api_keys.arn,
            **({"GENAI_SECRET_SETTINGS": secret} if own_keys else {}),
            **serving(stack),
            **(environment or {}),
        },
        permissions=rights,
        reaches=(*answering(stack), *reaches),
        reached_from=[CONSOLE] if stack.console_tenant else [],
        web_only=True,
    )
    return AppService(app, stack, cluster, spaces, opts=opts)


def _missing(name: str, stack: Stack, found: Found) -> str | None:
    if name not in found.images:
        return (
            f"image {name}:{stack.image_tag} is not in the registry yet; run `make images STACK={stack.name}`"
        )
    if not found.api_keys_set:
        return f"the API keys have no value yet; run `make secrets STACK={stack.name}`"
    return None
