"""What runs work by the clock: nothing, Airflow in the cluster, or Amazon's managed Airflow (MWAA)."""

from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

AIRFLOWS = ("none", "cluster", "mwaa")


@dataclass(frozen=True, kw_only=True)
class WorkflowChoices:
    airflow: str
    database: str
    encryption_key: str
    nat: str

    def check(self) -> None:
        if self.airflow not in AIRFLOWS:
            raise ConfigRefused(f"airflow is {self.airflow!r}; it must be one of {list(AIRFLOWS)}.")
        if self.airflow == "cluster" and self.database == "none":
            raise ConfigRefused(
                "airflow is 'cluster' while database is 'none': what ran and what is due would have no place. "
                "Set database to 'cluster', or airflow to 'none'."
            )
        if self.airflow != "none" and self.nat == "none":
            raise ConfigRefused(
                f"airflow is {self.airflow!r} while nat is 'none': neither the image of the one nor the queue and the logs of "
                f"the other could be reached. Set nat to 'single', or airflow to 'none'."
            )
        if self.airflow == "mwaa" and self.encryption_key == "own":
            raise ConfigRefused(
                "airflow is 'mwaa' while encryptionKey is 'own': MWAA reads a bucket only under the key it was made with, and "
                "would need grants on the stack's. Set encryptionKey to 'aws', or airflow to 'cluster'."
            )
