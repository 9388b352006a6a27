"""The console: pages in the browser for one tenant, on the APIs of the apps like any other client."""

from collections.abc import Mapping

import pulumi

from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads import permissions
from infra.workloads.identity import key_rights
from infra.workloads.namespaces import CONSOLE, RAG, Namespaces
from infra.workloads.pods import Disk, Size, container
from infra.workloads.service import DATA_DIR, App, AppService

NAME, PORT = "console", 8501
# Streamlit's own.
HEALTH_PATH = "/_stcore/health"
KEY_DIR = "/secrets"
# In place of the address of an app that does not run.
OFF = "off"
SIZE = Size(cpu="100m", memory="256Mi", cpu_limit="1", memory_limit="1Gi")

# Runs in the service's own image, which can read the secret as the service does. The console itself has neither the library nor
# a setting for it: it gets its one key and nobody else's, from a folder in memory that goes with the pod.
FETCH_KEY = f"""\
import os, pathlib
from app.settings import read_settings
from app.wiring import read_keys

tenant = os.environ["CONSOLE_TENANT"]
keys = [key for key, owner in read_keys(read_settings()).items() if owner == tenant]
if not keys:
    raise SystemExit(f"The secret holds no key of the tenant {{tenant!r}}: run make secrets, or change consoleTenant.")
file = pathlib.Path(os.environ.get("KEY_DIR", "{KEY_DIR}")) / "api-key"
file.touch(mode=0o600)
file.write_text(keys[0])
"""


def console(
    stack: Stack,
    found: Found,
    durable: Durable,
    cluster: Cluster,
    spaces: Namespaces,
    service: AppService | None,
    *,
    beside: Mapping[str, AppService | None],
    opts: pulumi.ResourceOptions,
) -> AppService | None:
    """Declare the console when a tenant is chosen; without its image, or the service behind it, it is left out.

    beside: the other apps that have a page, by name; None for one that does not run, whose page is then not shown.
    """
    if not stack.console_tenant or service is None:
        return None
    if NAME not in found.images:
        pulumi.warn(
            f"The {NAME} is left out: image {NAME}:{stack.image_tag} is not in the registry yet; "
            f"run `make images STACK={stack.name}`, then `pulumi up` again."
        )
        return None
    names, secrets = stack.names(found.account), Disk(KEY_DIR, "1Mi", memory=True)
    key = container(
        "key",
        image=names.image(RAG, tag=stack.image_tag),
        size=Size("100m", "128Mi", "1", "512Mi"),
        mounts={"secrets": KEY_DIR, "tmp": "/tmp"},  # noqa: S108  a mount of the pod, nobody else's
        command=("python", "-c", FETCH_KEY),
        environment={
            "CONSOLE_TENANT": stack.console_tenant,
            "GENAI_API_KEYS_SECRET": durable.api_keys.arn,
            "GENAI_REGION": stack.region,
        },
    )
    app = App(
        name=NAME,
        space=CONSOLE,
        image=names.image(NAME, tag=stack.image_tag),
        command=("sh", "-c", f'GENAI_API_KEY="$(cat {KEY_DIR}/api-key)" exec python -m app.console'),
        environment={
            "GENAI_API_URL": service.app.server.url,
            **{
                f"GENAI_{name.upper()}_URL": app.app.server.url if app else OFF
                for name, app in beside.items()
            },
            "GENAI_CONSOLE_PORT": str(PORT),
            "GENAI_DATA_DIR": DATA_DIR,
            "GENAI_HOST": "0.0.0.0",
        },
        permissions=[
            durable.api_keys.arn.apply(permissions.read_keys),
            *key_rights(durable, region=stack.region, by=("secretsmanager",)),
        ],
        port=PORT,
        live_path=HEALTH_PATH,
        ready_path=HEALTH_PATH,
        # One: a browser's session lives in the process it began with.
        scale=None,
        reaches=[app.app.server for app in (service, *beside.values()) if app],
        first=(key,),
        disks={"data": Disk(DATA_DIR, "1Gi"), "secrets": secrets},
        size=SIZE,
    )
    return AppService(app, stack, cluster, spaces, opts=opts)
