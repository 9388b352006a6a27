"""Where experiments and models are kept track of: nowhere, or on MLflow in the cluster."""

from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

TRACKERS = ("none", "cluster")


@dataclass(frozen=True, kw_only=True)
class ExperimentChoices:
    mlflow: str
    database: str

    def check(self) -> None:
        if self.mlflow not in TRACKERS:
            raise ConfigRefused(f"mlflow is {self.mlflow!r}; it must be one of {list(TRACKERS)}.")
        if self.mlflow == "cluster" and self.database == "none":
            raise ConfigRefused(
                "mlflow is 'cluster' while database is 'none': its experiments would have no place. "
                "Set database to 'cluster', or mlflow to 'none'."
            )
