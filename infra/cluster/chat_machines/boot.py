"""What a chat machine is told at its first boot: real files, put together into one text of cloud-init's. No secret is in it."""

import base64
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import versions
from infra.workloads import postgres

FILES = Path(__file__).parent / "files"
# The same script that makes databases for pods.
DATABASES = Path(postgres.__file__).with_name("databases.sh")
# What AWS takes, before it is encoded.
LIMIT_BYTES = 16 * 1024
# Where the files go. The rest are units.
_PLACES = {
    "boot.sh": ("/opt/genai-ops/boot.sh", "0700"),
    "chat.sh": ("/opt/genai-ops/chat.sh", "0700"),
    "sysctl.conf": ("/etc/sysctl.d/90-chat.conf", "0644"),
    "limits.conf": ("/etc/security/limits.d/90-chat.conf", "0644"),
    "docker-limits.conf": ("/etc/systemd/system/docker.service.d/limits.conf", "0644"),
    # One of the two is what chat.sh reads.
    "alone.sh": ("/opt/genai-ops/accounts.sh", "0600"),
    "several.sh": ("/opt/genai-ops/accounts.sh", "0600"),
    "databases.sh": ("/opt/genai-ops/databases.sh", "0600"),
}
SETTINGS, AGENT = "/etc/genai-ops/settings", "/etc/genai-ops/agent.json"
DIMENSION = "Pool"
# What CloudWatch's agent calls them; the free memory of a card is in MiB.
SERIES = DISK, CARD, CARD_FREE = "disk_used_percent", "nvidia_smi_utilization_gpu", "nvidia_smi_memory_free"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Names and versions; files/chat.sh reads each under its name in capitals. No `log_group`: lines stay on the machine.

    `packages`: of Amazon's repository, by words. `database_host`: where machines share accounts; those below it count then only.
    """

    region: str
    chat_name: str
    hook: str
    port: int
    ollama_image: str
    open_webui_image: str
    chat_models: str
    model_bucket: str
    model_prefix: str
    data_bucket: str
    accounts_key: str
    own_secret: str
    admin: str
    signup: str
    log_group: str
    packages: str = " ".join(versions.CHAT_MACHINE_PACKAGES)
    database_host: str = ""
    database_role: str = ""
    database_secret: str = ""
    # Empty where somebody else makes the role and its database.
    admin_secret: str = ""
    # Address of the certificates by which the database is known.
    trust: str = ""
    uploads_role: str = ""
    uploads_prefix: str = ""

    @property
    def text(self) -> str:
        """For a shell to read: a value is a word, whatever is in it."""
        return "".join(f"{key.upper()}={shlex.quote(str(value))}\n" for key, value in vars(self).items())


def user_data(settings: Settings, *, namespace: str) -> str:
    """The whole, encoded as AWS wants it. Raises: ValueError above AWS's limit."""
    text = cloud_config(settings, namespace=namespace)
    if len(text.encode()) > LIMIT_BYTES:
        raise ValueError(
            f"The user data of the chat machines has {len(text.encode())} bytes; AWS takes {LIMIT_BYTES}. Shorten the files in "
            f"{FILES.name}/, or name fewer models."
        )
    return base64.b64encode(text.encode()).decode()


def cloud_config(settings: Settings, *, namespace: str) -> str:
    """JSON is YAML, and needs no library to be written."""
    agent = json.dumps(agent_config(settings, namespace=namespace))
    files = [_file(SETTINGS, settings.text, "0600"), _file(AGENT, agent, "0644")]
    files += [
        _file(*_place(name)[:1], content, _place(name)[1])
        for name, content in sorted(brought(settings).items())
    ]
    config = {"write_files": files, "runcmd": [["/opt/genai-ops/boot.sh"]]}
    return f"#cloud-config\n{json.dumps(config)}\n"


def real_files() -> Mapping[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (*FILES.iterdir(), DATABASES)}


def brought(settings: Settings) -> Mapping[str, str]:
    """Those of the real files that this machine needs: AWS takes little, and what nobody runs is nobody's to read."""
    unused = {"alone.sh"} if settings.database_host else {"several.sh"}
    if not settings.admin_secret:
        unused.add("databases.sh")
    return {name: _without_remarks(content) for name, content in real_files().items() if name not in unused}


def _without_remarks(content: str) -> str:
    """Lines of comment alone and empty ones are for readers here: a sixth of all there is. The first line says who runs it."""
    lines = content.splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith("#!") or line.strip()[:1] not in ("", "#"))


def _place(name: str) -> tuple[str, str]:
    return _PLACES.get(name, (f"/etc/systemd/system/{name}", "0644"))


def _file(path: str, content: str, permissions: str) -> dict[str, str]:
    return {"path": path, "permissions": permissions, "content": content}


def agent_config(settings: Settings, *, namespace: str) -> dict[str, Any]:
    """CloudWatch's agent: how full the disk is, how busy the card, how much of its memory is free. One series each a pool.

    Without `drop_original_metrics` each disk and each card would be a series beside the sum, and each is paid for.
    """
    mark = {DIMENSION: settings.chat_name}
    return {
        "agent": {"region": settings.region, "metrics_collection_interval": 60, "omit_hostname": True},
        "metrics": {
            "namespace": namespace,
            "aggregation_dimensions": [[DIMENSION]],
            "metrics_collected": {
                "disk": {
                    "measurement": ["used_percent"],
                    "drop_original_metrics": ["used_percent"],
                    "resources": ["/"],
                    "drop_device": True,
                    "append_dimensions": mark,
                },
                "nvidia_gpu": {
                    "measurement": ["utilization_gpu", "memory_free"],
                    "drop_original_metrics": ["utilization_gpu", "memory_free"],
                    "append_dimensions": mark,
                },
            },
        },
    }
