"""What an application needs to know of its database, wherever it stands: address, name, the secret with its password, the way.

A workload that wants one: a line in naming.DATABASES (name -> namespace), then `database.seat(name)`. Its pods carry the
server's mark, its role may read the one secret, and it starts after `ready`. Where the seat has a bundle it connects by TLS:
postgres_pods.trust brings the certificates, by_tls says so to libpq.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from infra.workloads import traffic

PORT = 5432


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One application's place. Role and database have its name; `server` goes into App.reaches, `permission` among its own.

    `ready` comes true when role and database are there: what AppService takes as `after`.
    """

    name: str
    host: pulumi.Input[str]
    secret: pulumi.Input[str]
    server: traffic.Server
    ready: list[pulumi.Resource]
    # Where the certificates are had by which clients know the server, always by TLS; empty in the cluster, where it speaks none.
    bundle: str = ""
    port: int = PORT

    @property
    def permission(self) -> pulumi.Output[dict[str, Any]]:
        return pulumi.Output.from_input(self.secret).apply(read_password)


@dataclass(frozen=True, kw_only=True)
class Database:
    """The server, and a seat for each application of naming.DATABASES."""

    host: pulumi.Input[str]
    server: traffic.Server
    admin_secret: pulumi.Input[str]
    secrets: Mapping[str, pulumi.Input[str]]
    bundle: str = ""
    ready: list[pulumi.Resource] = field(default_factory=list)

    def seat(self, name: str) -> Seat:
        """Raises: KeyError for a name that naming.DATABASES does not have."""
        return Seat(
            name=name,
            host=self.host,
            secret=self.secrets[name],
            server=self.server,
            ready=self.ready,
            bundle=self.bundle,
        )


def read_password(secret: str) -> dict[str, Any]:
    return {
        "Sid": "ReadPassword",
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue"],
        "Resource": secret,
    }


def rds_bundle(region: str) -> str:
    """AWS's own address of the authorities that sign for RDS in a region; none of them is in any system's list."""
    return f"https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem"
