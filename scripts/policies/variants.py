"""What is scanned: the committed stacks, and choices of theirs that bring parts which no committed stack has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_CHAT = {
    "openWebuiAdmin": "ops@example.org",
    "openWebuiSecretArn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:open-webui-AbCdEf",
    "database": "rds",
    "databaseGb": "20",
    "chatMachineCount": "2",
    "chatMachineMaxCount": "4",
}


@dataclass(frozen=True)
class Variant:
    """A committed stack file, and other values on top of it, by key."""

    stack: str
    changes: Mapping[str, str] = field(default_factory=dict)


VARIANTS: Mapping[str, Variant] = {
    "dev": Variant("dev"),
    "prod": Variant("prod"),
    # Machines alone, at the least that several of them need.
    "ec2": Variant("dev", {**_CHAT, "compute": "ec2", "chatMachineWarmCount": "1", "alarms": "true"}),
    # Beside the cluster, deployed by a pipeline, under a key of the stack's own, with what a stack that earns money switches on.
    "both": Variant(
        "prod",
        {
            **_CHAT,
            "compute": "both",
            "chatMachineSpotPercent": "50",
            "databaseMultiAz": "true",
            "encryptionKey": "own",
            "workHours": "08:00-19:00",
            "costGuard": "stop-gpu",
            "deployFrom": '[{"github": "acme/genai-ops", "branch": "main"}, {"gitlab": "acme/genai-ops", "branch": "main"}]',
            "stateBucket": "acme-pulumi-state",
        },
    ),
}
