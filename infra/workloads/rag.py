"""The RAG service: answers questions from documents in the data bucket, in one pod or in several that share their stores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi

from infra.adopt import Found
from infra.cluster.job_queue import Queue
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.naming import APP_PORT
from infra.stack import Stack
from infra.workloads import bedrock, opensearch, permissions, traffic, valkey, waker
from infra.workloads.identity import Statement, key_rights
from infra.workloads.namespaces import CHAT, CONSOLE, MONITORING, RAG, Namespaces
from infra.workloads.opensearch import OpenSearch
from infra.workloads.pods import Size, container
from infra.workloads.reindex import Reindex
from infra.workloads.service import DATA_DIR, SIZE, App, AppService, Scale
from infra.workloads.valkey import Valkey

NAME, WORKER = "rag", "rag-worker"
# Reading a document in happens in processes of their own: four of them, each bounded by the app, fit beside the worker.
WORKER_SIZE = Size(cpu="250m", memory="1Gi", cpu_limit="2", memory_limit="3Gi")


def missing(stack: Stack, found: Found) -> list[str]:
    """What the account still lacks before the service can start, each with the command that brings it."""
    lacks = []
    if NAME not in found.images:
        lacks.append(
            f"image {NAME}:{stack.image_tag} is not in the registry yet; run `make images STACK={stack.name}`"
        )
    if not found.api_keys_set:
        lacks.append(f"the API keys have no value yet; run `make secrets STACK={stack.name}`")
    return lacks


@dataclass(frozen=True)
class Means:
    """What every pod of the service is given: where its things are, and what it may do with them."""

    image: str
    environment: Mapping[str, pulumi.Input[str]]
    permissions: Sequence[pulumi.Input[Statement]]


def rag(
    stack: Stack,
    found: Found,
    durable: Durable,
    cluster: Cluster,
    spaces: Namespaces,
    *,
    opts: pulumi.ResourceOptions,
) -> AppService | None:
    """Declare the service, or leave it out with a warning while its image or its keys are missing."""
    if lacks := missing(stack, found):
        for lack in lacks:
            pulumi.warn(f"The {NAME} service is left out: {lack}, then `pulumi up` again.")
        return None
    means = _means(stack, found, durable)
    if cluster.queue is not None:
        means = _with_stores(means, cluster.queue)
    answers: list[pulumi.Input[Statement]] = []
    if stack.chat_model not in ("extractive", "ollama"):
        answers += bedrock.may_answer(stack.chat_model, region=stack.region, account=found.account)
    app = App(
        name=NAME,
        space=RAG,
        image=means.image,
        environment={**means.environment, **serving(stack)},
        permissions=[*means.permissions, *answers],
        reaches=answering(stack),
        reached_from=_who_asks(stack),
    )
    if cluster.queue is None:
        return AppService(alone(app), stack, cluster, spaces, opts=opts)
    return _shared(app, means, stack, cluster, spaces, opts=opts)


def _who_asks(stack: Stack) -> list[str]:
    """The namespaces whose marked pods come in: the console's, and whoever reads the figures."""
    asks = {
        CHAT: stack.open_webui_tenant is not None,
        CONSOLE: stack.console_tenant is not None,
        MONITORING: stack.monitoring == "cluster",
    }
    return [space for space, wanted in asks.items() if wanted]


def _means(stack: Stack, found: Found, durable: Durable) -> Means:
    table, region = durable.records, stack.region
    return Means(
        image=stack.names(found.account).image(NAME, tag=stack.image_tag),
        environment={
            "GENAI_OBJECTS": "s3",
            "GENAI_BUCKET": durable.data.name,
            "GENAI_RECORDS": "dynamodb",
            "GENAI_TABLE": table.name,
            "GENAI_REGION": region,
            "GENAI_EMBEDDER": stack.embedder,
            # The name of the secret, not its value. The app reads it at start with its own role, straight into its memory: safer
            # than an init step, whose file and mount every process of the pod could read, and whose copy outlives the start.
            "GENAI_API_KEYS_SECRET": durable.api_keys.arn,
        },
        permissions=[
            durable.data.arn.apply(permissions.list_documents),
            durable.data.arn.apply(permissions.keep_documents),
            table.arn.apply(permissions.keep_records),
            durable.api_keys.arn.apply(permissions.read_keys),
            *key_rights(durable, region=region, by=("dynamodb", "s3", "secretsmanager")),
            *([bedrock.may_embed(region)] if stack.embedder == "bedrock" else []),
        ],
    )


def answering(stack: Stack) -> tuple[traffic.Server, ...]:
    """The servers in the cluster that whoever answers asks."""
    return (waker.SERVER,) if stack.chat_model == "ollama" else ()


def serving(stack: Stack) -> dict[str, str]:
    """What only those need who answer."""
    found = {"GENAI_HOST": "0.0.0.0", "GENAI_PORT": str(APP_PORT), "GENAI_DATA_DIR": DATA_DIR}
    if stack.chat_model == "extractive":
        return found
    if stack.chat_model == "ollama":
        # Through the waker: it answers 503 with Retry-After while a machine with a card comes.
        address = f"http://{waker.SERVER.host}:{waker.SERVER.port}/v1"
        model = stack.ollama_models[0]
        return found | {"GENAI_CHAT": "ollama", "GENAI_CHAT_MODEL": model, "GENAI_OLLAMA_URL": address}
    return found | {"GENAI_CHAT": "bedrock", "GENAI_CHAT_MODEL": stack.chat_model}


def alone(app: App) -> App:
    """One pod with everything in it. Its index lies on the pod's own disk, so each new pod first builds it from the bucket."""
    first = container(
        "reindex",
        image=app.image,
        size=SIZE,
        mounts=app.mounts,
        command=("python", "-m", "app.rag", "reindex", "--embed"),
        environment=app.environment,
    )
    # An internal queue is lost with the pod as well; the records in DynamoDB say what was in it.
    return replace(app, command=("python", "-m", "app.rag"), first=(first,))


def _with_stores(means: Means, queue: Queue) -> Means:
    search, cache = opensearch.SERVER, valkey.SERVER
    stores: dict[str, pulumi.Input[str]] = {
        "GENAI_WORK": "sqs",
        "GENAI_QUEUE_URL": queue.url,
        "GENAI_INDEX": "opensearch",
        "GENAI_OPENSEARCH_URL": f"http://{search.host}:{search.port}",
        "GENAI_CACHE": "valkey",
        "GENAI_CACHE_URL": f"redis://{cache.host}:{cache.port}/0",
    }
    return replace(
        means,
        environment={**means.environment, **stores},
        permissions=[*means.permissions, queue.arn.apply(permissions.work_off)],
    )


def _shared(
    app: App,
    means: Means,
    stack: Stack,
    cluster: Cluster,
    spaces: Namespaces,
    *,
    opts: pulumi.ResourceOptions,
) -> AppService:
    """Those who answer, those who read documents in, and what they share; nobody starts before the index is complete."""
    search = OpenSearch(stack, cluster, spaces, opts=opts)
    cache = Valkey(stack, cluster, spaces, opts=opts)
    index = Reindex(
        stack,
        cluster,
        spaces,
        search,
        image=means.image,
        environment=means.environment,
        permissions=means.permissions,
        opts=opts,
    )
    after = [*index.ready, *search.ready, *cache.ready]
    stores = (opensearch.SERVER, valkey.SERVER)
    api = replace(
        app,
        command=("python", "-m", "app.rag", "api"),
        scale=Scale(stack.rag_replicas, stack.rag_max_replicas),
        reaches=(*app.reaches, *stores),
    )
    worker = App(
        name=WORKER,
        space=RAG,
        image=means.image,
        command=("python", "-m", "app.rag", "worker"),
        environment={**means.environment, "GENAI_DATA_DIR": DATA_DIR},
        permissions=means.permissions,
        port=None,
        scale=Scale(1, stack.worker_max_replicas),
        reaches=stores,
        size=WORKER_SIZE,
        priority="genai-batch",
    )
    AppService(worker, stack, cluster, spaces, after=after, opts=opts)
    return AppService(api, stack, cluster, spaces, after=after, opts=opts)
