"""The local room: what a stack with `compute: local` is. What stays, then the stand-ins, then the apps."""

from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as kubernetes

from infra.adopt import Found
from infra.bill import Bill
from infra.local.apps import apps
from infra.local.images import image, loading, needed
from infra.local.kept import Kept
from infra.local.keys import Keys
from infra.local.prepared import Prepared
from infra.local.spaces import local_spaces
from infra.local.stand_ins import Stores
from infra.stack import Stack
from infra.workloads.namespaces import RAG, STORES, Namespaces
from infra.workloads.service import App, AppService

# The port on the laptop; inside, each app has one namespace to itself and its usual port.
HERE = {"rag": 8080, "coldmail": 8082, "devops": 8083, "console": 8501}


class Lent:
    """A cluster that was there before and stays: it has its machines, and nobody in it has a role in AWS."""

    ready: Sequence[pulumi.Resource] = ()
    node_ranges: Sequence[str] = ()
    control = None

    def __init__(self, context: str) -> None:
        self.provider: pulumi.ProviderResource = kubernetes.Provider("cluster", context=context)


class Local:
    """Everything of one stack on a laptop."""

    def __init__(self, stack: Stack, found: Found, bill: Bill) -> None:
        self._declare(stack, found)
        bill.export()

    def _declare(self, stack: Stack, found: Found) -> None:
        ground = Lent(stack.kube_context or "")
        kept = Kept(stack, ground.provider, found.ids)
        pulumi.export("kubeContext", stack.kube_context)
        pulumi.export("paused", stack.paused)
        if stack.paused:
            return

        spaces = Namespaces(
            "namespaces", stack, ground, wanted=local_spaces(stack), there={STORES: kept.namespace}
        )
        keys = Keys(stack, ground, spaces)
        pulumi.export("apiKey", keys.api_key)
        servers = Stores(stack, ground, spaces, kept, keys)
        lacking = [app for app in needed(stack) if app not in found.images]
        for app in lacking:
            pulumi.warn(missing(stack, app))
        if RAG in lacking:
            return
        prepared = Prepared(stack, ground, spaces, servers)
        running = apps(stack, lacking=lacking)
        for one in running:
            AppService(one, stack, ground, spaces, after=[*prepared.ready, keys.of[one.space]])
        pulumi.export("open", {one.name: forwarding(stack, one) for one in running})


def missing(stack: Stack, app: str) -> str:
    """Why an app is left out, and what brings it."""
    named = image(stack, app)
    command = loading(stack.kube_context or "", named)
    by_hand = f" (which ends with: {' '.join(command)})" if command else ""
    rest = "; everything else waits for it" if app == RAG else ""
    return (
        f"The app {app} is left out{rest}: no machine of {stack.kube_context!r} has the image {named}. Run `make images "
        f"STACK={stack.name}`{by_hand}, then `pulumi up` again."
    )


def forwarding(stack: Stack, app: App) -> str:
    """The command that brings an app to this machine: it asks nothing of the cluster's network, whoever made it."""
    return (
        f"kubectl --context {stack.kube_context} --namespace {app.space} port-forward service/{app.name} "
        f"{HERE[app.name]}:{app.port}"
    )
