"""The database: none, PostgreSQL in the cluster on a volume that outlives it, or Amazon RDS."""

from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

DATABASES = ("none", "cluster", "rds")
# The least that RDS makes of gp3.
LEAST_RDS_GB = 20
# The most days that RDS can go back to.
MOST_BACKUP_DAYS = 35


@dataclass(frozen=True, kw_only=True)
class DatabaseChoices:
    database: str
    database_backup_days: int
    database_dump_days: int
    database_gb: int
    database_instance_class: str
    database_multi_az: bool
    database_snapshots: int
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
        self._check_rds()

    def _check_rds(self) -> None:
        if not 1 <= self.database_backup_days <= MOST_BACKUP_DAYS:
            raise ConfigRefused(
                f"databaseBackupDays is {self.database_backup_days}; RDS can go back 1 to {MOST_BACKUP_DAYS} days."
            )
        if self.database_snapshots < 1:
            raise ConfigRefused(
                f"databaseSnapshots is {self.database_snapshots}; at least the newest 1 is kept: a pause leaves the data in it."
            )
        if not self.database_instance_class.startswith("db."):
            raise ConfigRefused(
                f"databaseInstanceClass is {self.database_instance_class!r}; classes of RDS begin with 'db.', like db.t4g.micro."
            )
        if self.database == "rds" and self.database_gb < LEAST_RDS_GB:
            raise ConfigRefused(
                f"databaseGb is {self.database_gb} while database is 'rds', whose disks begin at {LEAST_RDS_GB}. "
                f"Set databaseGb to {LEAST_RDS_GB}."
            )
        if self.database_multi_az and self.database != "rds":
            raise ConfigRefused(
                f"databaseMultiAz is true while database is {self.database!r}: only RDS keeps a second copy in another zone. "
                f"Set database to 'rds', or databaseMultiAz to false."
            )
