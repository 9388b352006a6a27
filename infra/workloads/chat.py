"""The chat platform of a stack: Ollama with its cache of models and its waker, as far as the account has what they need."""

import pulumi

from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads import ollama_server
from infra.workloads.model_cache import ModelCache
from infra.workloads.namespaces import RAG, Namespaces
from infra.workloads.ollama_server import Ollama
from infra.workloads.waker import Waker


def language_model(
    stack: Stack,
    found: Found,
    durable: Durable,
    cluster: Cluster,
    spaces: Namespaces,
    *,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare it where it is chosen; while the image that its waker runs in is missing, it is left out, which is told."""
    if stack.ollama == "none":
        return
    if RAG not in found.images:
        pulumi.warn(
            f"Ollama is left out: image {RAG}:{stack.image_tag}, which carries its models and its waker, is not in the registry "
            f"yet; run `make images STACK={stack.name}`, then `pulumi up` again."
        )
        return
    image = stack.names(found.account).image(RAG, tag=stack.image_tag)
    door = Waker(stack, cluster, spaces, image=image, wakes=ollama_server.SERVER, opts=opts)
    cache = ModelCache(stack, durable, cluster, spaces, image=image, opts=opts)
    Ollama(
        stack,
        durable,
        cluster,
        spaces,
        cache,
        image=image,
        # So that somebody is there who sets it to none.
        after=door.ready,
        opts=opts,
    )
