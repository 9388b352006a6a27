"""Who administers the cluster, what its control plane writes down, and with which key it keeps its secrets."""

import re
from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_ROLE = re.compile(r"arn:aws:iam::[0-9]{12}:(?:role|user)/[\w+=,.@/-]+")
_KEY = re.compile(r"arn:aws:kms:(?P<region>[a-z0-9-]+):[0-9]{12}:key/[0-9a-zA-Z-]+")


@dataclass(frozen=True, kw_only=True)
class ControlPlaneChoices:
    admins: tuple[str, ...]
    control_plane_logs: tuple[str, ...]
    secrets_key_arn: str | None
    region: str

    def check(self) -> None:
        for admin in self.admins:
            if not _ROLE.fullmatch(admin):
                raise ConfigRefused(
                    f"admins contains {admin!r}, which is not the ARN of an IAM role or user. Write it like "
                    f"arn:aws:iam::111122223333:role/platform; of a session it is the role behind it that counts."
                )
        if len(set(self.admins)) != len(self.admins):
            raise ConfigRefused(
                f"admins is {list(self.admins)}; EKS keeps one entry for each, name each once."
            )
        unknown = [kind for kind in self.control_plane_logs if kind not in LOGS]
        if unknown or len(set(self.control_plane_logs)) != len(self.control_plane_logs):
            raise ConfigRefused(
                f"controlPlaneLogs is {list(self.control_plane_logs)}; it may hold each of {', '.join(LOGS)} once."
            )
        if self.secrets_key_arn is not None:
            self._check_key(self.secrets_key_arn)

    def _check_key(self, arn: str) -> None:
        key = _KEY.fullmatch(arn)
        if key is None:
            raise ConfigRefused(
                f"secretsKeyArn is {arn!r}; it must be the ARN of a KMS key itself, not of an alias, like "
                f"arn:aws:kms:{self.region}:111122223333:key/..., or '' for the key that AWS brings."
            )
        if key["region"] != self.region:
            raise ConfigRefused(
                f"secretsKeyArn is {arn!r} while aws:region is {self.region!r}. A cluster uses keys of its own region only."
            )
