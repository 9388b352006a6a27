"""What is watched, who hears of it, and where the lines that containers print go."""

from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

MONITORINGS = ("none", "cluster")


@dataclass(frozen=True, kw_only=True)
class WatchingChoices:
    alarms: bool
    machine_metrics: bool
    ship_logs: bool
    nat: str

    def check(self) -> None:
        pulled = {"machineMetrics": self.machine_metrics, "shipLogs": self.ship_logs}
        if self.nat == "none" and (unreachable := sorted(key for key, chosen in pulled.items() if chosen)):
            raise ConfigRefused(
                f"{unreachable[0]} is true while nat is 'none': its image is in a registry that the machines cannot reach. "
                f"Set nat to 'single', or {unreachable[0]} to false."
            )
