"""The job that gives each application its role, its password and its database, in the cluster or on RDS alike."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import batch, core, networking

from infra.cluster.room import Cluster
from infra.naming import DATABASE_ADMIN, DATABASES
from infra.stack import Stack
from infra.workloads import traffic
from infra.workloads.database import read_password
from infra.workloads.identity import Statement, identity
from infra.workloads.namespaces import STORES, Namespaces
from infra.workloads.postgres_pods import (
    by_tls,
    job_rules,
    job_template,
    labels_of,
    metadata,
    options,
    passwords,
    scripts_map,
    tool,
    trust,
)

NAME = "postgresql-databases"


class Databases(pulumi.ComponentResource):
    """A Job that runs at each resume, and again when the list of databases changes. `ready` when all are there.

    `scripts`: what carries databases.sh, made here where no server in the cluster has brought it. `bundle`: where the
    certificates of a server that speaks TLS are had.
    """

    def __init__(
        self,
        stack: Stack,
        cluster: Cluster,
        spaces: Namespaces,
        *,
        image: str,
        host: pulumi.Input[str],
        server: traffic.Server,
        admin_secret: pulumi.Input[str],
        secrets: Mapping[str, pulumi.Input[str]],
        key: Sequence[pulumi.Input[Statement]],
        after: list[pulumi.Resource],
        scripts: pulumi.Resource | None = None,
        bundle: str = "",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Databases", NAME, None, opts)
        space, labels = spaces.ready[STORES], labels_of(NAME, stack)
        wanted = {DATABASE_ADMIN: admin_secret, **{name: secrets[name] for name in DATABASES}}
        who = identity(
            NAME,
            stack,
            cluster.control,
            space=STORES,
            permissions=[
                *(pulumi.Output.from_input(secret).apply(read_password) for secret in wanted.values()),
                *key,
            ],
            parent=self,
        )
        account = core.v1.ServiceAccount(
            NAME,
            metadata=metadata(NAME, stack),
            automount_service_account_token=False,
            opts=options(self, cluster, *space),
        )
        rules = networking.v1.NetworkPolicy(
            NAME,
            metadata=metadata(NAME, stack),
            spec=job_rules(labels, server),
            opts=options(self, cluster, *space),
        )
        if scripts is None:
            scripts = scripts_map(stack, cluster, *space, parent=self)
        steps = [
            passwords(wanted, image=image, region=stack.region),
            *([trust(bundle, image=image, region=stack.region)] if bundle else []),
            tool("databases", "databases.sh", *DATABASES, host=host, environment=by_tls(bundle)),
        ]
        job = batch.v1.Job(
            NAME,
            metadata=metadata(NAME, stack),
            spec={
                "backoff_limit": 6,
                "template": job_template(NAME, steps=steps, labels=labels, server=server),
            },
            opts=options(
                self,
                cluster,
                *space,
                account,
                rules,
                scripts,
                *who,
                *after,
                *cluster.nodes.ready,
                *cluster.control.addons,
            ),
        )
        self.ready: list[pulumi.Resource] = [job]
        self.register_outputs({})
