"""The password of a seat, fetched by an init step into a file in memory that PostgreSQL's own library reads: PGPASSFILE.

So it stands in no connection string, no variable and no command line, where every process of the pod could read it.
"""

from collections.abc import Mapping
from typing import Any

import pulumi

from infra.workloads.database import Seat
from infra.workloads.pods import TMP_DIR, Disk, Size, container
from infra.workloads.postgres_pods import TRUST_FILE, by_tls

SECRETS_DIR = "/secrets"
FILE = f"{SECRETS_DIR}/pgpass"
DISK = Disk(SECRETS_DIR, "1Mi", memory=True)

# Runs in an image that has boto3. The file has a line of five parts, in which ":" and "\" are escaped.
FETCH = """\
import os, pathlib, boto3

def fetched(secret):
    store = boto3.client("secretsmanager", region_name=os.environ["AWS_REGION"])
    return store.get_secret_value(SecretId=secret)["SecretString"]

def written(name, text):
    file = pathlib.Path(os.environ.get("SECRETS_DIR", "/secrets")) / name
    file.touch(mode=0o600)
    file.write_text(text)

password = fetched(os.environ["PGPASSWORD_SECRET"]).replace("\\\\", "\\\\\\\\").replace(":", "\\\\:")
name = os.environ["PGUSER"]
written("pgpass", f"{os.environ['PGHOST']}:{os.environ['PGPORT']}:{name}:{name}:{password}\\n")

# Of a server that speaks TLS: the certificates by which it is known, over TLS that the public authorities vouch for.
if trust := os.environ.get("TRUST"):
    import botocore, ssl, urllib.request
    vouched = ssl.create_default_context(cafile=str(pathlib.Path(botocore.__file__).parent / "cacert.pem"))
    bundle = urllib.request.urlopen(trust, timeout=30, context=vouched).read(1 << 20).decode("ascii")
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=bundle)
    written(os.environ["TRUST_FILE"], bundle)
"""


def fetching(
    seat: Seat,
    *,
    image: str,
    region: str,
    more: str = "",
    environment: Mapping[str, pulumi.Input[str]] | None = None,
) -> dict[str, Any]:
    """The init step; `more` is Python that follows, with `fetched(secret)` and `written(name, text)` at hand."""
    return container(
        "secrets",
        image=image,
        size=Size("100m", "192Mi", "1", "384Mi"),
        mounts={"secrets": SECRETS_DIR, "tmp": TMP_DIR},
        command=("python", "-c", FETCH + more),
        environment={
            "AWS_REGION": region,
            "PGHOST": seat.host,
            "PGPORT": str(seat.port),
            "PGUSER": seat.name,
            "PGPASSWORD_SECRET": seat.secret,
            # The certificates by which RDS is known; in the cluster there are none.
            **({"TRUST": seat.bundle, "TRUST_FILE": TRUST_FILE} if seat.bundle else {}),
            **(environment or {}),
        },
    )


def reading(seat: Seat) -> dict[str, str]:
    """For the pod's own containers, beside a connection string without a password."""
    return {"PGPASSFILE": FILE, **by_tls(seat.bundle)}


def address(seat: Seat) -> pulumi.Output[str]:
    """The connection string, as SQLAlchemy takes it. Role and database have the seat's name; TLS where it has a bundle."""
    tls = f"?sslmode=verify-full&sslrootcert={SECRETS_DIR}/{TRUST_FILE}" if seat.bundle else ""
    start = pulumi.Output.format(
        "postgresql+psycopg2://{0}@{1}:{2}/{0}", seat.name, seat.host, str(seat.port)
    )
    return start.apply(lambda address: address + tls)
