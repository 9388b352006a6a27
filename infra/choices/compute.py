"""What the stack computes with: Kubernetes, machines that chat without it, both, or a cluster that is there already; and how many
such machines, of which kind."""

from dataclasses import dataclass

from infra.choices.chat import ADDRESS, MODEL
from infra.choices.refused import ConfigRefused

COMPUTES = ("eks", "ec2", "both", "local")
# The image with NVIDIA's drivers alone has a disk of 75.
DISK_GB = 80


@dataclass(frozen=True, kw_only=True)
class ComputeChoices:
    chat_machine_count: int
    chat_machine_max_count: int
    chat_machine_spot_percent: int
    chat_machine_warm_count: int
    compute: str
    admins: tuple[str, ...]
    airflow: str
    apps: tuple[str, ...]
    autoscaler: bool
    console_tenant: str | None
    control_plane_logs: tuple[str, ...]
    database: str
    gpu: str
    gpu_disk_gb: int
    mlflow: str
    monitoring: str
    nat: str
    ollama: str
    ollama_models: tuple[str, ...]
    open_webui_admin: str | None
    open_webui_secret_arn: str | None
    open_webui_tenant: str | None
    region: str
    search: str
    secrets_key_arn: str | None

    @property
    def kubernetes(self) -> bool:
        return self.compute in ("eks", "both")

    @property
    def chat_machines(self) -> bool:
        return self.compute in ("ec2", "both")

    @property
    def chat_shared(self) -> bool:
        """Whether accounts and chats are in PostgreSQL, where several machines find them, and not on an only machine's disk."""
        return self.chat_machines and self.database == "rds"

    def check(self) -> None:
        if self.compute not in COMPUTES:
            raise ConfigRefused(f"compute is {self.compute!r}; it must be one of {list(COMPUTES)}.")
        if self.compute == "ec2":
            self._check_alone()
        if self.chat_machines:
            self._check_sizes()
            self._check_surroundings()

    def _check_alone(self) -> None:
        """Without Kubernetes there is no cluster to administer and nobody to run a pod."""
        chosen = {
            f"admins is {list(self.admins)}": self.admins,
            "airflow is 'cluster'": self.airflow == "cluster",
            f"apps is {list(self.apps)}": self.apps,
            "autoscaler is true": self.autoscaler,
            f"consoleTenant is {self.console_tenant!r}": self.console_tenant,
            f"controlPlaneLogs is {list(self.control_plane_logs)}": self.control_plane_logs,
            "database is 'cluster'": self.database == "cluster",
            f"gpu is {self.gpu!r}": self.gpu != "none",
            "mlflow is 'cluster'": self.mlflow == "cluster",
            "monitoring is 'cluster'": self.monitoring == "cluster",
            "ollama is 'cluster'": self.ollama == "cluster",
            f"openWebuiTenant is {self.open_webui_tenant!r}": self.open_webui_tenant,
            "search is 'opensearch'": self.search == "opensearch",
            f"secretsKeyArn is {self.secrets_key_arn!r}": self.secrets_key_arn,
        }
        if needy := [words for words, is_so in chosen.items() if is_so]:
            raise ConfigRefused(
                f"{', '.join(needy)} while compute is 'ec2': that needs the Kubernetes cluster, and there is none. Take it back, "
                f"or set compute to 'both'."
            )

    def _check_sizes(self) -> None:
        if not 1 <= self.chat_machine_count <= self.chat_machine_max_count:
            raise ConfigRefused(
                f"chatMachineCount is {self.chat_machine_count} and chatMachineMaxCount is {self.chat_machine_max_count}; "
                f"it must hold 1 <= chatMachineCount <= chatMachineMaxCount."
            )
        if self.chat_machine_max_count > 1 and not self.chat_shared:
            raise ConfigRefused(
                f"chatMachineMaxCount is {self.chat_machine_max_count} while database is {self.database!r} and compute is "
                f"{self.compute!r}: each machine would have accounts and chats of its own. Set database to 'rds', where they "
                f"share them, or chatMachineMaxCount to 1."
            )
        if not 0 <= self.chat_machine_spot_percent <= 100:
            raise ConfigRefused(
                f"chatMachineSpotPercent is {self.chat_machine_spot_percent}; it must be 0 to 100."
            )
        if self.chat_machine_warm_count < 0:
            raise ConfigRefused(
                f"chatMachineWarmCount is {self.chat_machine_warm_count}; it must be 0 or more."
            )
        if self.chat_machine_warm_count and self.chat_machine_max_count == 1:
            raise ConfigRefused(
                f"chatMachineWarmCount is {self.chat_machine_warm_count} while chatMachineMaxCount is 1: warm machines wait for "
                f"growth. Set chatMachineWarmCount to 0, or chatMachineMaxCount higher."
            )
        if self.chat_machine_warm_count and self.chat_machine_spot_percent:
            raise ConfigRefused(
                f"chatMachineWarmCount is {self.chat_machine_warm_count} while chatMachineSpotPercent is "
                f"{self.chat_machine_spot_percent}: EC2 keeps no Spot machine warm. Set one of them to 0."
            )

    def _check_surroundings(self) -> None:
        if not self.ollama_models or not all(MODEL.fullmatch(model) for model in self.ollama_models):
            raise ConfigRefused(
                f"ollamaModels is {list(self.ollama_models)} while compute is {self.compute!r}; name at least one model of "
                f"ollama.com, with a tag other than latest, like qwen3:4b-instruct."
            )
        if not ADDRESS.fullmatch(self.open_webui_admin or ""):
            raise ConfigRefused(
                f"openWebuiAdmin is {self.open_webui_admin or ''!r} while compute is {self.compute!r}: without an account from "
                f"the start, whoever reaches the page first becomes its administrator. Set it to an e-mail address."
            )
        if not str(self.open_webui_secret_arn).startswith(f"arn:aws:secretsmanager:{self.region}:"):
            raise ConfigRefused(
                f"openWebuiSecretArn is no ARN of a secret in {self.region!r}, as aws:region says, while compute is "
                f"{self.compute!r}. Put what docs/guide/12-chat.md says into Secrets Manager, and its ARN here."
            )
        if self.nat == "none":
            raise ConfigRefused(
                f"compute is {self.compute!r} while nat is 'none': Ollama, Open WebUI and the models are in registries that the "
                f"machines cannot reach. Set nat to 'single', or compute to 'eks'."
            )
        if self.gpu_disk_gb < DISK_GB:
            raise ConfigRefused(
                f"gpuDiskGb is {self.gpu_disk_gb} while compute is {self.compute!r}: the image of a chat machine and the "
                f"smallest model need {DISK_GB}."
            )
