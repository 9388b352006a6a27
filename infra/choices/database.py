"""The database: none, PostgreSQL in the cluster on a volume that outlives it, or Amazon RDS."""

from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

DATABASES = ("none", "cluster")


@dataclass(frozen=True, kw_only=True)
class DatabaseChoices:
    database: str
    database_dump_days: int
    database_gb: int
    node_count: int
    node_zones: int
    zones: tuple[str, ...]

    def check(self) -> None:
        if self.database not in DATABASES:
            raise ConfigRefused(f"database is {self.database!r}; it must be one of {list(DATABASES)}.")
        if not 1 <= self.database_gb <= 1024:
            raise ConfigRefused(f"databaseGb is {self.database_gb}; it must be 1 to 1024.")
        if self.database_dump_days < 1:
            raise ConfigRefused(
                f"databaseDumpDays is {self.database_dump_days}; the last dump of at least 1 day is kept."
            )
        if self.database == "cluster" and self.node_zones > self.node_count:
            raise ConfigRefused(
                f"nodeZones is {self.node_zones} while nodeCount is {self.node_count} and database is 'cluster': no machine "
                f"might stand in zone {self.zones[0]!r}, where the database's volume is. Set nodeZones to {self.node_count}, or "
                f"nodeCount to {self.node_zones}."
            )
