"""The chat platform: a language model of one's own on the machines with cards, and a page to talk with."""

import re
from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

OLLAMAS = ("none", "cluster")
# With its tag: what `latest` means changes, and the cache in S3 would never notice.
MODEL = re.compile(r"(?:[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*:(?!latest$)\w[\w.-]*")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DAY_MINUTES = 24 * 60
# NVIDIA's image and driver take 50 GB of the disk.
GPU_IMAGE_GB = 50
_LEASTMODELS_GB = 10
# The image of Ollama is unpacked, and a model pulled, beside everything else on a machine.
_NODE_DISK_GB = 30


@dataclass(frozen=True, kw_only=True)
class ChatChoices:
    ollama: str
    ollama_idle_minutes: int
    ollama_models: tuple[str, ...]
    open_webui_admin: str | None
    open_webui_secret_arn: str | None
    open_webui_signup: bool
    open_webui_tenant: str | None
    architecture: str
    chat_model: str
    database: str
    gpu: str
    gpu_disk_gb: int
    nat: str
    node_disk_gb: int
    region: str

    def check(self) -> None:
        if self.ollama not in OLLAMAS:
            raise ConfigRefused(f"ollama is {self.ollama!r}; it must be one of {list(OLLAMAS)}.")
        if self.chat_model == "ollama" and self.ollama == "none":
            raise ConfigRefused(
                "chatModel is 'ollama' while ollama is 'none'; nobody would answer. Set ollama to 'cluster', or another model."
            )
        if self.ollama == "cluster":
            self._check_ollama()
        if self.open_webui_tenant:
            self._check_open_webui(self.open_webui_tenant)

    def _check_ollama(self) -> None:
        if self.gpu == "none":
            raise ConfigRefused(
                "ollama is 'cluster' while gpu is 'none': no machine would ever have the card it asks for. Set gpu to 'spot', "
                "'on_demand' or 'both', or ollama to 'none'."
            )
        if self.nat == "none":
            raise ConfigRefused(
                "ollama is 'cluster' while nat is 'none': image and models are in registries that the machines cannot reach. "
                "Set nat to 'single', or ollama to 'none'."
            )
        if self.architecture == "arm64":
            raise ConfigRefused(
                "ollama is 'cluster' while architecture is 'arm64': machines with cards are x86_64, and the image of ours that "
                "brings the model there would be built for arm64. Set architecture to 'x86_64', or ollama to 'none'."
            )
        if not self.ollama_models or len(set(self.ollama_models)) != len(self.ollama_models):
            raise ConfigRefused(
                f"ollamaModels is {list(self.ollama_models)} while ollama is 'cluster'; name at least one, each once."
            )
        if wrong := [model for model in self.ollama_models if not MODEL.fullmatch(model)]:
            raise ConfigRefused(
                f"ollamaModels contains {wrong[0]!r}; name a model of ollama.com with a tag other than latest, like "
                f"qwen3:4b-instruct."
            )
        if not 1 <= self.ollama_idle_minutes <= _DAY_MINUTES:
            raise ConfigRefused(
                f"ollamaIdleMinutes is {self.ollama_idle_minutes}; it must be 1 to {_DAY_MINUTES}."
            )
        if self.gpu_disk_gb < GPU_IMAGE_GB + _LEASTMODELS_GB:
            raise ConfigRefused(
                f"gpuDiskGb is {self.gpu_disk_gb} while ollama is 'cluster': {GPU_IMAGE_GB} are NVIDIA's image, and models need "
                f"at least {_LEASTMODELS_GB}."
            )
        if self.node_disk_gb < _NODE_DISK_GB:
            raise ConfigRefused(
                f"nodeDiskGb is {self.node_disk_gb} while ollama is 'cluster': models are pulled on these machines before S3 has "
                f"them, which needs {_NODE_DISK_GB}."
            )

    def _check_open_webui(self, tenant: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", tenant):
            raise ConfigRefused(
                f"openWebuiTenant is {tenant!r}; a tenant has letters, digits, '-' and '_', at most 64. "
                f"Name one that has a key in the secret, or '' for no Open WebUI."
            )
        if self.database == "none":
            raise ConfigRefused(
                f"openWebuiTenant is {tenant!r} while database is 'none': accounts and chats would be lost with every pod. "
                f"Set database to 'cluster' or 'rds', or openWebuiTenant to ''."
            )
        if self.nat == "none":
            raise ConfigRefused(
                f"openWebuiTenant is {tenant!r} while nat is 'none': its image is in a registry that the machines cannot reach. "
                f"Set nat to 'single', or openWebuiTenant to ''."
            )
        if not ADDRESS.fullmatch(self.open_webui_admin or ""):
            raise ConfigRefused(
                f"openWebuiTenant is {tenant!r} while openWebuiAdmin is {self.open_webui_admin or ''!r}, which is no address: "
                f"without an account from the start, whoever reaches the page first becomes its administrator."
            )
        if not str(self.open_webui_secret_arn).startswith(f"arn:aws:secretsmanager:{self.region}:"):
            raise ConfigRefused(
                f"openWebuiTenant is {tenant!r} while openWebuiSecretArn is no ARN of a secret in {self.region!r}, as aws:region "
                f"says. Put what docs/guide/12-chat.md says into Secrets Manager, and its ARN here."
            )
