"""What a chat machine is told at its first boot: real files, put together into one text of cloud-init's. No secret is in it."""

import base64
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILES = Path(__file__).parent / "files"
# What AWS takes, before it is encoded.
LIMIT_BYTES = 16 * 1024
# Where the files go. The rest are units.
_PLACES = {
    "boot.sh": ("/opt/genai-ops/boot.sh", "0700"),
    "chat.sh": ("/opt/genai-ops/chat.sh", "0700"),
    "sysctl.conf": ("/etc/sysctl.d/90-chat.conf", "0644"),
    "limits.conf": ("/etc/security/limits.d/90-chat.conf", "0644"),
    "docker-limits.conf": ("/etc/systemd/system/docker.service.d/limits.conf", "0644"),
}
SETTINGS, AGENT = "/etc/genai-ops/settings", "/etc/genai-ops/agent.json"
DIMENSION = "Pool"
CARD = "nvidia_smi_utilization_gpu"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Names and versions; files/chat.sh reads each under its name in capitals. No `log_group`: lines stay on the machine."""

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
        _file(*_place(name)[:1], content, _place(name)[1]) for name, content in sorted(real_files().items())
    ]
    config = {"write_files": files, "runcmd": [["/opt/genai-ops/boot.sh"]]}
    return f"#cloud-config\n{json.dumps(config)}\n"


def real_files() -> Mapping[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in FILES.iterdir()}


def _place(name: str) -> tuple[str, str]:
    return _PLACES.get(name, (f"/etc/systemd/system/{name}", "0644"))


def _file(path: str, content: str, permissions: str) -> dict[str, str]:
    return {"path": path, "permissions": permissions, "content": content}


def agent_config(settings: Settings, *, namespace: str) -> dict[str, Any]:
    """CloudWatch's agent: how full the disk is and how busy the card. Summed up over the pool: one series each, however many."""
    mark = {DIMENSION: settings.chat_name}
    return {
        "agent": {"region": settings.region, "metrics_collection_interval": 60, "omit_hostname": True},
        "metrics": {
            "namespace": namespace,
            "aggregation_dimensions": [[DIMENSION]],
            "metrics_collected": {
                "disk": {
                    "measurement": ["used_percent"],
                    "resources": ["/"],
                    "drop_device": True,
                    "append_dimensions": mark,
                },
                "nvidia_gpu": {"measurement": ["utilization_gpu"], "append_dimensions": mark},
            },
        },
    }
