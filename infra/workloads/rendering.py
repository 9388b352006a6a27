"""The rendering service: a browser for pages that scripts draw. It runs strangers' programs, so it holds and may do nothing.

No role in AWS, no token, no key; the cold e-mail writer alone comes in, and out it sees the public web's two ports.
"""

from collections.abc import Mapping

import pulumi

from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.naming import LIVE_PATH, READY_PATH
from infra.stack import Stack
from infra.workloads import traffic
from infra.workloads.indoors import Indoors
from infra.workloads.namespaces import COLDMAIL, RENDERING, Namespaces
from infra.workloads.pods import TMP_DIR, Disk, Pod, Size, container, http_probe

NAME, PORT = RENDERING, 8085
SERVER = traffic.Server(NAME, RENDERING, PORT)
# At rest 400 MB, a third of it Playwright's driver; 730 MB while two heavy pages are drawn (2026-11-27, Chromium 156).
SIZE = Size(cpu="100m", memory="512Mi", cpu_limit="2", memory_limit="1536Mi")


def rendering(
    stack: Stack, found: Found, cluster: Cluster, spaces: Namespaces, *, opts: pulumi.ResourceOptions
) -> "Rendering | None":
    """Declare it when it is chosen; without its image it is left out, which is told."""
    if stack.rendering == "none":
        return None
    if NAME not in found.images:
        pulumi.warn(
            f"{NAME} is left out: image {NAME}:{stack.image_tag} is not in the registry yet; "
            f"run `make images STACK={stack.name}`, then `pulumi up` again."
        )
        return None
    image = stack.names(found.account).image(NAME, tag=stack.image_tag)
    return Rendering(stack, cluster, spaces, image=image, opts=opts)


class Rendering(pulumi.ComponentResource):
    """One pod that keeps nothing: a page that is lost with it is asked for again."""

    server = SERVER

    def __init__(
        self,
        stack: Stack,
        cluster: Cluster,
        spaces: Namespaces,
        *,
        image: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Rendering", NAME, None, opts)
        inside = Indoors(self, stack, cluster, spaces, space=RENDERING)
        account = inside.account(NAME)
        rules = inside.rules(
            NAME,
            ingress=[traffic.from_marked(SERVER, spaces=[COLDMAIL])],
            egress=[traffic.names(), traffic.public_web()],
        )
        deployment = inside.deployment(
            NAME, pod(inside.labels(NAME), image=image), reaches=(), after=(account, rules)
        )
        inside.service(SERVER)
        self.ready: list[pulumi.Resource] = [deployment]
        self.register_outputs({"host": SERVER.host})


def pod(labels: Mapping[str, str], *, image: str) -> Pod:
    return Pod(
        account=NAME,
        containers=[
            container(
                NAME,
                image=image,
                size=SIZE,
                mounts={"tmp": TMP_DIR},
                command=("python", "-m", "app.rendering"),
                environment={
                    "RENDERING_HOST": "0.0.0.0",
                    "RENDERING_PORT": str(PORT),
                    # Chromium's own box needs namespaces that a restricted pod may not make. The pod is the box: nobody in
                    # particular, no capability, a read-only root, system calls filtered, and a network as above.
                    "RENDERING_SANDBOX": "off",
                },
                ports={"http": PORT},
                more={
                    "startup_probe": http_probe(LIVE_PATH, "http", period=2, failures=60),
                    "liveness_probe": http_probe(LIVE_PATH, "http", period=10, failures=3),
                    "readiness_probe": http_probe(READY_PATH, "http", period=10, failures=3),
                },
            )
        ],
        disks={"tmp": Disk(TMP_DIR, "1Gi")},
        labels=labels,
        priority="genai-batch",
    )
