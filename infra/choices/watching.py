"""What is watched, who hears of it, and where the lines that containers print go."""

from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

MONITORINGS = ("none", "cluster")


@dataclass(frozen=True, kw_only=True)
class WatchingChoices:
    alarms: bool
    grafana_secret_arn: str | None
    machine_metrics: bool
    monitoring: str
    ship_logs: bool
    region: str

    def check(self) -> None:
        if self.monitoring not in MONITORINGS:
            raise ConfigRefused(f"monitoring is {self.monitoring!r}; it must be one of {list(MONITORINGS)}.")
        if self.monitoring == "cluster" and not str(self.grafana_secret_arn).startswith(
            f"arn:aws:secretsmanager:{self.region}:"
        ):
            raise ConfigRefused(
                f"monitoring is 'cluster' while grafanaSecretArn is no ARN of a secret in {self.region!r}, as aws:region says. "
                f"Put the password of Grafana's admin into Secrets Manager, as a value and nothing else, and its ARN here."
            )
