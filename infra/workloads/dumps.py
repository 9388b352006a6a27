"""Dumps of the database in the data bucket every quarter of an hour, and the restore that one command starts.

The restore is a CronJob that never runs by itself: a Job made from it is what scripts/restore_database.py starts.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import batch, core, networking

from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.naming import DATABASE_ADMIN
from infra.stack import Stack
from infra.workloads import permissions
from infra.workloads.database import read_password
from infra.workloads.identity import identity, key_rights
from infra.workloads.namespaces import STORES, Namespaces
from infra.workloads.postgres_pods import (
    DUMPS_DIR,
    carrying,
    job_rules,
    job_template,
    labels_of,
    metadata,
    options,
    passwords,
    tool,
)
from infra.workloads.postgresql import SERVER, Postgres

DUMP, RESTORE = "postgresql-dump", "postgresql-restore"
EVERY_MINUTES = 15
# One that takes longer makes room for the next.
DUMP_LIMIT_S, RESTORE_LIMIT_S = 14 * 60, 4 * 3600


class Dumps(pulumi.ComponentResource):
    """A CronJob that dumps, and a suspended one that restores; each with a role that reaches one prefix."""

    def __init__(
        self,
        stack: Stack,
        durable: Durable,
        cluster: Cluster,
        spaces: Namespaces,
        server: Postgres,
        *,
        image: str,
        dumps: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Dumps", DUMP, None, opts)
        self.stack, self.durable, self.cluster = stack, durable, cluster
        self.space, self.server = spaces.ready[STORES], server
        bring = passwords(
            {DATABASE_ADMIN: durable.passwords.arns[DATABASE_ADMIN]}, image=image, region=stack.region
        )
        carry: Mapping[str, Any] = {"image": image, "environment": dumps, "region": stack.region}
        host = SERVER.host
        self._schedule(
            DUMP,
            [bring, tool("dump", "dump.sh", DUMPS_DIR, host=host), carrying("upload", DUMPS_DIR, **carry)],
            limit_s=DUMP_LIMIT_S,
            rights=[permissions.list_dumps_to_prune, permissions.keep_dumps],
            suspend=False,
        )
        self._schedule(
            RESTORE,
            [
                bring,
                carrying("fetch", DUMPS_DIR, **carry),
                tool("restore", "restore.sh", DUMPS_DIR, host=host),
            ],
            limit_s=RESTORE_LIMIT_S,
            rights=[permissions.list_dumps, permissions.read_dumps],
            suspend=True,
        )
        self.register_outputs({})

    def _schedule(
        self, name: str, steps: list[dict[str, Any]], *, limit_s: int, rights: list[Any], suspend: bool
    ) -> None:
        stack, cluster, labels = self.stack, self.cluster, labels_of(name, self.stack)
        allowed = [self.durable.data.arn.apply(right) for right in rights]
        admin = self.durable.passwords.arns[DATABASE_ADMIN].apply(read_password)
        permitted = [
            admin,
            *allowed,
            *key_rights(self.durable, region=stack.region, by=("s3", "secretsmanager")),
        ]
        who = identity(
            name,
            stack,
            cluster.control,
            space=STORES,
            permissions=permitted,
            parent=self,
        )
        account = core.v1.ServiceAccount(
            name,
            metadata=metadata(name, stack),
            automount_service_account_token=False,
            opts=options(self, cluster, *self.space),
        )
        rules = networking.v1.NetworkPolicy(
            name,
            metadata=metadata(name, stack),
            spec=job_rules(labels, SERVER),
            opts=options(self, cluster, *self.space),
        )
        batch.v1.CronJob(
            name,
            metadata=metadata(name, stack),
            spec={
                "schedule": f"*/{EVERY_MINUTES} * * * *",
                "suspend": suspend,
                "concurrency_policy": "Forbid",
                "successful_jobs_history_limit": 1,
                "failed_jobs_history_limit": 1,
                "starting_deadline_seconds": 300,
                "job_template": {
                    "spec": {
                        "backoff_limit": 0,
                        "active_deadline_seconds": limit_s,
                        "template": job_template(name, steps=steps, labels=labels, server=SERVER),
                    }
                },
            },
            opts=options(self, cluster, account, rules, *who, self.server.scripts, *self.server.ready),
        )
