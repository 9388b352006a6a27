"""Open WebUI: a page to talk with, for everybody who has an account there, on the RAG service's `/v1` and PostgreSQL.

It keeps nothing on its disk, searches nothing itself and asks nobody but the service: one retrieval, one cache, one bill.
"""

from typing import Any

import pulumi

from infra import versions
from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.naming import APP_PORT
from infra.stack import Stack
from infra.workloads import permissions, traffic
from infra.workloads.database import Database, Seat
from infra.workloads.identity import key_rights
from infra.workloads.namespaces import CHAT, RAG, Namespaces
from infra.workloads.pods import TMP_DIR, Disk, Size, container
from infra.workloads.postgres import CARRY, scripts
from infra.workloads.postgres_pods import TRUST_FILE
from infra.workloads.service import DATA_DIR, App, AppService

NAME, ROLE = "open-webui", "openwebui"
HEALTH_PATH = "/health"
SECRETS_DIR = "/secrets"
# It loads a gigabyte of libraries, whatever is switched off below.
SIZE = Size(cpu="250m", memory="1Gi", cpu_limit="2", memory_limit="3Gi")

# Runs in the service's own image, which can read secrets. What it writes is for one shell: names and quoted values, in a folder
# in memory that goes with the pod.
FETCH = f"""\
import json, os, pathlib, shlex, urllib.parse, boto3
from app.settings import read_settings
from app.wiring import read_keys

tenant = os.environ["TENANT"]
keys = [key for key, owner in read_keys(read_settings()).items() if owner == tenant]
if not keys:
    raise SystemExit(f"The secret holds no key of the tenant {{tenant!r}}: run make secrets, or change openWebuiTenant.")
secrets = boto3.client("secretsmanager", region_name=os.environ["GENAI_REGION"])

def value(name):
    return secrets.get_secret_value(SecretId=os.environ[name])["SecretString"]

own = json.loads(value("OWN_SECRET"))
if lacks := [name for name in ("adminPassword", "secretKey") if not own.get(name)]:
    raise SystemExit(f"The secret of openWebuiSecretArn holds no {{lacks[0]}}: docs/guide/12-chat.md says what belongs there.")
password = urllib.parse.quote(value("DATABASE_SECRET"), safe="")
found = {{
    "DATABASE_URL": f"postgresql://{ROLE}:{{password}}@{{os.environ['DATABASE_HOST']}}:{{os.environ['DATABASE_PORT']}}/{ROLE}"
    + os.environ["DATABASE_OPTIONS"],
    "OPENAI_API_KEY": keys[0],
    "RAG_OPENAI_API_KEY": keys[0],
    "WEBUI_ADMIN_PASSWORD": own["adminPassword"],
    "WEBUI_SECRET_KEY": own["secretKey"],
}}
file = pathlib.Path(os.environ.get("SECRETS_DIR", "{SECRETS_DIR}")) / "environment"
file.touch(mode=0o600)
file.write_text("".join(f"export {{name}}={{shlex.quote(text)}}\\n" for name, text in found.items()))
"""


def open_webui(
    stack: Stack,
    found: Found,
    durable: Durable,
    cluster: Cluster,
    spaces: Namespaces,
    service: AppService | None,
    database: Database | None,
    *,
    opts: pulumi.ResourceOptions,
) -> AppService | None:
    """Declare it when a tenant is chosen; while the service or the database is left out, so is this."""
    if not stack.open_webui_tenant or service is None or database is None:
        return None
    seat = database.seat(ROLE)
    address = f"http://{service.app.server.host}:{APP_PORT}/v1"
    app = App(
        name=NAME,
        space=CHAT,
        image=versions.OPEN_WEBUI_IMAGE,
        command=("bash", "-c", f". {SECRETS_DIR}/environment && exec bash start.sh"),
        environment={**environment(stack, address=address), "WEBUI_URL": cluster.entrance.pages[NAME]},
        permissions=[
            durable.api_keys.arn.apply(permissions.read_keys),
            seat.permission,
            read_own(stack.open_webui_secret_arn or ""),
            *key_rights(durable, region=stack.region, by=("secretsmanager",)),
        ],
        live_path=HEALTH_PATH,
        ready_path=HEALTH_PATH,
        # One: who is connected lives in the process, and Redis between several would be one store more.
        scale=None,
        reaches=(traffic.Server(RAG, RAG, APP_PORT), seat.server),
        first=_first(stack, found, durable, seat),
        disks={"data": Disk(DATA_DIR, "1Gi"), "secrets": Disk(SECRETS_DIR, "1Mi", memory=True)},
        size=SIZE,
        # Its tables are brought up to date at a start.
        start_s=300,
    )
    return AppService(app, stack, cluster, spaces, after=[*service.ready, *seat.ready], opts=opts)


def by_tls(seat: Seat) -> str:
    """TLS with the one server that was meant. In the cluster there is none to be had, and nobody but marked pods reaches it."""
    return f"?sslmode=verify-full&sslrootcert={SECRETS_DIR}/{TRUST_FILE}" if seat.bundle else ""


def _first(stack: Stack, found: Found, durable: Durable, seat: Seat) -> list[dict[str, Any]]:
    """What runs before it: secrets into memory, and with RDS the certificates that its server is known by."""
    image = stack.names(found.account).image(RAG, tag=stack.image_tag)
    steps = [_secrets(stack, durable, seat, image=image)]
    if seat.bundle:
        steps.append(
            container(
                "trust",
                image=image,
                size=Size("50m", "64Mi", "500m", "256Mi"),
                mounts={"secrets": SECRETS_DIR, "tmp": TMP_DIR},
                command=("python", "-c", scripts()[CARRY], "trust", SECRETS_DIR),
                environment={"TRUST": seat.bundle},
            )
        )
    return steps


def read_own(secret: str) -> dict[str, Any]:
    return {
        "Sid": "ReadOwnSecret",
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue"],
        "Resource": secret,
    }


def _secrets(stack: Stack, durable: Durable, seat: Seat, *, image: str) -> dict[str, Any]:
    return container(
        "secrets",
        image=image,
        size=Size("100m", "128Mi", "1", "512Mi"),
        mounts={"secrets": SECRETS_DIR, "tmp": TMP_DIR},
        command=("python", "-c", FETCH),
        environment={
            "DATABASE_HOST": seat.host,
            "DATABASE_OPTIONS": by_tls(seat),
            "DATABASE_PORT": str(seat.port),
            "DATABASE_SECRET": seat.secret,
            "GENAI_API_KEYS_SECRET": durable.api_keys.arn,
            "GENAI_REGION": stack.region,
            "OWN_SECRET": stack.open_webui_secret_arn or "",
            "TENANT": stack.open_webui_tenant or "",
        },
    )


def environment(stack: Stack, *, address: str) -> dict[str, str]:
    """What is no secret. The environment alone counts: what somebody changes on the admin pages ends with the pod."""
    off = (
        *("ENABLE_CODE_EXECUTION", "ENABLE_CODE_INTERPRETER", "ENABLE_COMMUNITY_SHARING"),
        *("ENABLE_DIRECT_CONNECTIONS", "ENABLE_EVALUATION_ARENA_MODELS", "ENABLE_IMAGE_GENERATION"),
        *(
            "ENABLE_OLLAMA_API",
            "ENABLE_PERSISTENT_CONFIG",
            "ENABLE_VERSION_UPDATE_CHECK",
            "ENABLE_WEB_SEARCH",
        ),
        # It tells nobody anything.
        *("ANONYMIZED_TELEMETRY", "ENABLE_OTEL"),
        # Documents come in through the service, where they are searched and cited; what is attached here would lie elsewhere.
        "USER_PERMISSIONS_CHAT_FILE_UPLOAD",
    )
    return {
        **dict.fromkeys(off, "false"),
        "DO_NOT_TRACK": "true",
        "SCARF_NO_ANALYTICS": "true",
        # Nothing is fetched from elsewhere at a start: no model for speech, none for embeddings.
        "AUDIO_STT_ENGINE": "openai",
        "HF_HUB_OFFLINE": "1",
        "OFFLINE_MODE": "true",
        "RAG_EMBEDDING_ENGINE": "openai",
        "RAG_EMBEDDING_MODEL": stack.embedder,
        "RAG_OPENAI_API_BASE_URL": address,
        "VECTOR_DB": "pgvector",
        "OPENAI_API_BASE_URL": address,
        "DEFAULT_MODELS": "rag",
        # Everybody with an account may use the models, which are the service's.
        "BYPASS_MODEL_ACCESS_CONTROL": "true",
        "DEFAULT_USER_ROLE": "pending",
        "ENABLE_SIGNUP": str(stack.open_webui_signup).lower(),
        "WEBUI_ADMIN_EMAIL": stack.open_webui_admin or "",
        "WEBUI_AUTH_COOKIE_SECURE": str(stack.secure).lower(),
        "WEBUI_SESSION_COOKIE_SECURE": str(stack.secure).lower(),
        "DATA_DIR": DATA_DIR,
        "HOME": TMP_DIR,
        # It copies its page's files there at a start; the root is read-only.
        "STATIC_DIR": f"{DATA_DIR}/static",
        "PORT": str(APP_PORT),
    }
