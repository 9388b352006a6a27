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
    nat: str
    region: str

    def check(self) -> None:
        if self.monitoring not in MONITORINGS:
            raise ConfigRefused(f"monitoring is {self.monitoring!r}; it must be one of {list(MONITORINGS)}.")
        pulled = {
            "machineMetrics is true": self.machine_metrics,
            "monitoring is 'cluster'": self.monitoring == "cluster",
            "shipLogs is true": self.ship_logs,
        }
        if self.nat == "none" and (unreachable := [chosen for chosen, is_so in pulled.items() if is_so]):
            raise ConfigRefused(
                f"{unreachable[0]} while nat is 'none': its images are in registries that the machines cannot reach. "
                f"Set nat to 'single', or leave it out."
            )
        if self.monitoring == "cluster" and not str(self.grafana_secret_arn).startswith(
            f"arn:aws:secretsmanager:{self.region}:"
        ):
            raise ConfigRefused(
                f"monitoring is 'cluster' while grafanaSecretArn is no ARN of a secret in {self.region!r}, as aws:region says. "
                f"Put the password of Grafana's admin into Secrets Manager, as a value and nothing else, and its ARN here."
            )
