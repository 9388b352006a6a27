"""Which database a stack has, as one value for the workloads that stand on it."""

from dataclasses import replace

import pulumi

from infra.adopt import Found
from infra.cluster.rds import Rds
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.naming import DATABASE_ADMIN
from infra.stack import Stack
from infra.workloads import postgresql
from infra.workloads.database import Database, rds_bundle
from infra.workloads.databases import Databases
from infra.workloads.dumps import Dumps
from infra.workloads.identity import key_rights
from infra.workloads.namespaces import RAG, Namespaces
from infra.workloads.permissions import DUMPS_PREFIX
from infra.workloads.postgresql import Postgres


def missing(stack: Stack, found: Found) -> list[str]:
    """What the account still lacks before the database can start, each with the command that brings it."""
    lacks = []
    if RAG not in found.images:
        # PostgreSQL's own image cannot speak with AWS.
        lacks.append(
            f"image {RAG}:{stack.image_tag}, which carries its passwords and dumps, is not in the registry yet; "
            f"run `make images STACK={stack.name}`"
        )
    if not found.passwords_set:
        lacks.append(f"its passwords have no value yet; run `make secrets STACK={stack.name}`")
    return lacks


def database(
    stack: Stack,
    found: Found,
    durable: Durable,
    cluster: Cluster,
    spaces: Namespaces,
    *,
    opts: pulumi.ResourceOptions,
) -> Database | None:
    """Declare it; None where none is chosen, or while what it needs is missing, which is told."""
    if stack.database == "none":
        return None
    if lacks := missing(stack, found):
        for lack in lacks:
            pulumi.warn(f"The database is left out: {lack}, then `pulumi up` again.")
        return None
    image = stack.names(found.account).image(RAG, tag=stack.image_tag)
    if cluster.database is not None:
        return _rented(stack, durable, cluster, cluster.database, spaces, image=image, opts=opts)
    return _own(stack, durable, cluster, spaces, image=image, opts=opts)


def _own(
    stack: Stack,
    durable: Durable,
    cluster: Cluster,
    spaces: Namespaces,
    *,
    image: str,
    opts: pulumi.ResourceOptions,
) -> Database:
    """In the cluster, on the volume that outlives it."""
    dumps: dict[str, pulumi.Input[str]] = {
        "DUMPS_BUCKET": durable.data.name,
        "DUMPS_PREFIX": DUMPS_PREFIX,
        "DUMPS_DAYS": str(stack.database_dump_days),
    }
    pods = Postgres(stack, durable, cluster, spaces, image=image, dumps=dumps, opts=opts)
    Dumps(stack, durable, cluster, spaces, pods, image=image, dumps=dumps, opts=opts)
    secrets = durable.passwords.arns
    made = Databases(
        stack,
        cluster,
        spaces,
        image=image,
        host=postgresql.SERVER.host,
        server=postgresql.SERVER,
        admin_secret=secrets[DATABASE_ADMIN],
        secrets=secrets,
        key=key_rights(durable, region=stack.region, by=("secretsmanager",)),
        after=[*pods.ready],
        scripts=pods.scripts,
        opts=opts,
    )
    return Database(
        host=postgresql.SERVER.host,
        server=postgresql.SERVER,
        admin_secret=secrets[DATABASE_ADMIN],
        secrets=secrets,
        ready=made.ready,
    )


def _rented(
    stack: Stack,
    durable: Durable,
    cluster: Cluster,
    instance: Rds,
    spaces: Namespaces,
    *,
    image: str,
    opts: pulumi.ResourceOptions,
) -> Database:
    """In RDS: the same job makes the same databases, as the administrator whose password RDS keeps."""
    server = replace(postgresql.SERVER, ranges=instance.ranges)
    bundle = rds_bundle(stack.region)
    made = Databases(
        stack,
        cluster,
        spaces,
        image=image,
        host=instance.host,
        server=server,
        admin_secret=instance.secret,
        secrets=durable.passwords.arns,
        key=key_rights(durable, region=stack.region, by=("secretsmanager",)),
        after=instance.ready,
        bundle=bundle,
        opts=opts,
    )
    return Database(
        host=instance.host,
        server=server,
        admin_secret=instance.secret,
        secrets=durable.passwords.arns,
        bundle=bundle,
        ready=made.ready,
    )
