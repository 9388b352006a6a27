"""What the stack may cost, who hears of it, and who owns it."""

from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

GUARDS = ("alert", "stop-gpu")


@dataclass(frozen=True, kw_only=True)
class MoneyChoices:
    alert_email: str | None
    anomaly_alert_usd: int
    cost_centre: str
    compute: str
    cost_guard: str
    gpu: str
    monthly_budget_usd: int
    owner: str

    def check(self) -> None:
        if self.monthly_budget_usd < 1:
            raise ConfigRefused(
                f"monthlyBudgetUsd is {self.monthly_budget_usd}; AWS Budgets wants at least 1."
            )
        if self.cost_guard not in GUARDS:
            raise ConfigRefused(f"costGuard is {self.cost_guard!r}; it must be one of {list(GUARDS)}.")
        if self.cost_guard == "stop-gpu" and self.gpu == "none" and self.compute == "eks":
            raise ConfigRefused(
                "costGuard is 'stop-gpu' while gpu is 'none' and compute is 'eks'; there is no pool to stop. Set costGuard to "
                "'alert', or gpu."
            )
        if self.anomaly_alert_usd < 0:
            raise ConfigRefused(
                f"anomalyAlertUsd is {self.anomaly_alert_usd}; it is a number of dollars, or 0 for no monitor."
            )
        if self.alert_email is not None and "@" not in self.alert_email:
            raise ConfigRefused(
                f"alertEmail is {self.alert_email!r}; it must be an e-mail address, or '' for no mail."
            )
