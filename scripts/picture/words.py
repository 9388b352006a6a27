"""What the picture calls each part, and on which shelf it stands; a part without words here is an error."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scripts.picture.reading import BEDROCK, Part


@dataclass(frozen=True)
class Card:
    """A box: what it is called, what it is for in a few words, and the parts of the program that it stands for."""

    title: str
    told: str
    parts: tuple[str, ...]
    short: str = ""  # as who asks, on the boxes of what it asks

    @property
    def name(self) -> str:
        return self.short or self.title


@dataclass(frozen=True)
class Chip:
    """A part that is only named. `short`: as for a card."""

    title: str
    part: str
    short: str = ""

    @property
    def name(self) -> str:
        return self.short or self.title


ENTRANCE = Card("Load balancer", "the one way in, with a log", ("Entrance",))
BESIDE_ENTRANCE = (Chip("Name in DNS", "Address"), Chip("Firewall", "Shield"))
APPS = (
    Card("RAG", "answers that cite", ("AppService rag",)),
    Card("E-mails", "first words to who is hiring", ("AppService coldmail",), "e-mails"),
    Card("DevOps", "why a pipeline failed", ("AppService devops",)),
    Card("Console", "pages for people", ("AppService console",), "console"),
    Card("WebUI", "chat by Open WebUI", ("AppService open-webui",)),
    Card("Grafana", "figures and alerts", ("Monitoring",)),
)
STORES = (
    Card("OpenSearch", "the index", ("OpenSearch",)),
    Card("Valkey", "the cache", ("Valkey",)),
    Card("PostgreSQL", "with pgvector", ("Postgres",)),
    Card("Ollama", "own models", ("Ollama", "Waker")),
)
OUTSIDE = Card("Bedrock", "models by AWS", (BEDROCK,))
BACKGROUND = (
    Chip("Ingestion worker", "AppService rag-worker", "worker"),
    Chip("Index job", "Reindex", "index job"),
    Chip("MLflow", "Mlflow"),
    Chip("Airflow", "Airflow"),
    Chip("Database dumps", "Dumps", "dumps"),
    Chip("Databases", "Databases", "databases"),
    Chip("Page browser", "Rendering"),
    Chip("Model cache", "ModelCache", "model cache"),
    Chip("Autoscaler", "Autoscaler"),
    Chip("Device plugin", "DevicePlugin"),
    Chip("Log shipper", "Daemon log-shipper"),
    Chip("Machine metrics", "Daemon machine-metrics"),
    Chip("Card metrics", "Daemon card-metrics"),
    Chip("Namespaces", "Namespaces"),
)
CHAT = Card("Chat machines", "without Kubernetes", ("ChatMachines",), "chat")
FLOOR = (
    Card("Kubernetes", "control plane (EKS)", ("ControlPlane",)),
    Card("Machines", "in pools, on EC2", ("Nodes",)),
    Card("Network", "VPC, zones, way out", ("Network",)),
    Card("Job queue", "SQS", ("Queue",)),
)
FLOOR_CHIPS = (
    Chip("Off-hours", "OffHours"),
    Chip("Alarms", "Alarms"),
    Chip("Cost guard", "CostGuard"),
    Chip("RDS", "Rds"),
    Chip("Dashboard", "Dashboard"),
    Chip("MWAA", "ManagedAirflow"),
)
KEPT = (
    Card("Data bucket", "documents and embeddings", ("DataBucket",)),
    Card("Records", "states, drafts and budgets", ("Records",)),
    Card(
        "Secrets",
        "passwords and API keys",
        ("ApiKeys", "AppSecrets", "DatabasePasswords", "WorkflowKeys"),
    ),
    Card("Database disk", "what PostgreSQL writes", ("DatabaseVolume",)),
    Card("Model bucket", "weights and experiments", ("ModelsBucket",)),
    Card("Images", "one repository for each app", ("Images",)),
)
KEPT_CHIPS = (
    Chip("Log groups", "Logs"),
    Chip("Log bucket", "LogsBucket"),
    Chip("Alerts", "Alerts"),
    Chip("Budget", "Spending"),
    Chip("Unusual costs", "Anomalies"),
    Chip("Stop signal", "Stop"),
    Chip("Own key", "EncryptionKey"),
    Chip("Certificate", "Certificate"),
    Chip("Image cache", "ImageCache"),
    Chip("Deploy role", "DeployRole"),
)
# Of a laptop's cluster only: the picture is of AWS.
LAPTOP = ("Keys", "Kept", "Prepared", "StandIns")
# Of several chat machines only: the picture has one, whose card stands for them all.
SEVERAL = ("ChatSharing",)
# Which room a shelf is drawn in; the program has the last word (`check`).
SHELVES: tuple[tuple[str, tuple[Card | Chip, ...]], ...] = (
    ("cluster", (ENTRANCE, *BESIDE_ENTRANCE, CHAT, *FLOOR, *FLOOR_CHIPS)),
    ("workloads", (*APPS, *STORES, *BACKGROUND)),
    ("durable", (*KEPT, *KEPT_CHIPS)),
)


class NotDrawn(LookupError):
    """The program and the picture's words do not name the same parts."""


def parts_of(thing: Card | Chip) -> tuple[str, ...]:
    return thing.parts if isinstance(thing, Card) else (thing.part,)


def check(parts: Sequence[Part]) -> None:
    """Every part has its place, in its own room, and no place is without a part.

    Raises: NotDrawn.
    """
    placed = {(room, part) for room, shelf in SHELVES for thing in shelf for part in parts_of(thing)}
    declared = {(part.room, part.key) for part in parts}
    if placed != declared:
        raise NotDrawn(
            f"scripts/picture/words.py and the program differ: without a place {sorted(declared - placed)}, "
            f"without a part {sorted(placed - declared)}."
        )


def askers() -> Iterator[Card | Chip]:
    """Who may stand as `for ...` on another box, the most told first."""
    yield from (*APPS, CHAT, *BACKGROUND)
