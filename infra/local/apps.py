"""The apps as a laptop runs them: the same pods as in AWS, with other stores, other keys, and no role to take."""

from collections.abc import Collection, Sequence
from typing import Any

from infra.local.environment import records, stores
from infra.local.images import image
from infra.local.keys import API_KEY, API_KEYS
from infra.local.stand_ins import DYNAMODB, S3, from_keys
from infra.naming import MORE_APPS
from infra.stack import Stack
from infra.workloads import console
from infra.workloads.namespaces import CONSOLE, RAG
from infra.workloads.pods import Disk
from infra.workloads.rag import alone, serving
from infra.workloads.service import DATA_DIR, App

# Images are there before it starts, and a laptop holds no bucket that takes an hour to index.
PATIENCE_S = 600


def apps(stack: Stack, *, lacking: Collection[str] = ()) -> Sequence[App]:
    """In the order in which they lean on each other. `lacking`: those whose image is not there."""
    beside = [_web_app(name, stack) for name in stack.apps if name not in lacking]
    serving = [_rag(stack), *beside]
    console = [_console(stack, serving)] if stack.console_tenant and CONSOLE not in lacking else []
    return [*serving, *console]


def _rag(stack: Stack) -> App:
    return alone(
        App(
            name=RAG,
            space=RAG,
            image=image(stack, RAG),
            environment={**stores(stack), **_answering(stack), "GENAI_EMBEDDER": stack.embedder},
            # The models that embed and answer are inside its image.
            internet=False,
            reaches=(S3.server, DYNAMODB.server),
            reached_from=[CONSOLE] if stack.console_tenant else [],
            patience_s=PATIENCE_S,
        )
    )


def _web_app(name: str, stack: Stack) -> App:
    return App(
        name=name,
        space=name,
        image=image(stack, name),
        command=("python", "-m", f"app.{name}", "api"),
        environment={**records(stack), **_answering(stack)},
        reaches=(DYNAMODB.server,),
        reached_from=[CONSOLE] if stack.console_tenant else [],
        web_only=True,
        patience_s=PATIENCE_S,
    )


def _console(stack: Stack, serving: Sequence[App]) -> App:
    there = {app.name: app.server.url for app in serving}
    return App(
        name=CONSOLE,
        space=CONSOLE,
        image=image(stack, CONSOLE),
        command=("python", "-m", "app.console"),
        environment={
            "GENAI_API_KEY": from_keys(API_KEY),
            "GENAI_API_URL": there[RAG],
            **{f"GENAI_{name.upper()}_URL": there.get(name, console.OFF) for name in MORE_APPS},
            "GENAI_CONSOLE_PORT": str(console.PORT),
            "GENAI_DATA_DIR": DATA_DIR,
            "GENAI_HOST": "0.0.0.0",
        },
        port=console.PORT,
        live_path=console.HEALTH_PATH,
        ready_path=console.HEALTH_PATH,
        internet=False,
        reaches=[app.server for app in serving],
        disks={"data": Disk(DATA_DIR, "1Gi")},
        size=console.SIZE,
        patience_s=PATIENCE_S,
    )


def _answering(stack: Stack) -> dict[str, Any]:
    return {**serving(stack), "GENAI_API_KEYS": from_keys(API_KEYS)}
