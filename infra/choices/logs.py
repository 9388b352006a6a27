"""How long logs are kept."""

from dataclasses import dataclass

from infra.choices.network import DAYS_KEPT
from infra.choices.refused import ConfigRefused


@dataclass(frozen=True, kw_only=True)
class LogChoices:
    log_days: int

    def check(self) -> None:
        if self.log_days not in DAYS_KEPT:
            raise ConfigRefused(
                f"logDays is {self.log_days}; CloudWatch keeps logs for {', '.join(map(str, DAYS_KEPT))} days."
            )
