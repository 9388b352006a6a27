"""Runs in the cluster, alone, with Python and boto3: passwords from Secrets Manager into memory, dumps to S3 and back.

A dump is a folder PREFIX/<time>/ whose last object is complete.json, with the size and sum of every other. Without it, and
that is how any interruption ends, a dump is unfinished and never taken. Pruning takes complete.json away first.
"""

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

READY = "ready"
COMPLETE = "complete.json"
STAMP = "%Y%m%dT%H%M%SZ"
# Two hours of every quarter; beyond that one of each day.
KEEP_NEWEST = 8
# Of one region the authorities fill some kilobytes.
TRUST_LIMIT = 1 << 20
# A job that writes a dump is ended long before.
UNFINISHED_FOR = timedelta(hours=2)


class Damaged(Exception):
    """A dump that is not what its complete.json says, or not there at all."""


@dataclass(frozen=True)
class Place:
    """Where the dumps of one stack lie."""

    s3: Any
    bucket: str
    prefix: str

    def key(self, stamp: str, name: str) -> str:
        return f"{self.prefix}{stamp}/{name}"

    def dumps(self) -> Mapping[str, bool]:
        """By time, oldest first: is it complete?"""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        found: dict[str, bool] = {}
        for item in (item for page in pages for item in page.get("Contents", [])):
            stamp, _, name = item["Key"].removeprefix(self.prefix).partition("/")
            found[stamp] = found.get(stamp, False) or name == COMPLETE
        return dict(sorted(found.items()))


def upload(place: Place, folder: Path, *, now: datetime) -> str:
    """Write the dump in folder/ready; return its name. Raises: Damaged when there is none."""
    ready, stamp = folder / READY, now.strftime(STAMP)
    if not ready.is_dir():
        raise Damaged(f"There is no finished dump in {folder}.")
    files = {path.name: path for path in sorted(ready.iterdir())}
    for name, path in files.items():
        place.s3.upload_file(str(path), place.bucket, place.key(stamp, name))
    sums = {name: {"bytes": path.stat().st_size, "sha256": _sum(path)} for name, path in files.items()}
    place.s3.put_object(Bucket=place.bucket, Key=place.key(stamp, COMPLETE), Body=json.dumps(sums).encode())
    return stamp


def fetch(place: Place, folder: Path, *, stamp: str = "") -> str:
    """Bring a dump, the newest complete one unless named, to folder/ready. Raises: Damaged, naming it."""
    dumps = place.dumps()
    stamp = stamp or max((name for name, complete in dumps.items() if complete), default="")
    if not dumps.get(stamp):
        raise Damaged(f"There is no complete dump {stamp!r}; there are: {', '.join(dumps) or 'none'}.")
    body = place.s3.get_object(Bucket=place.bucket, Key=place.key(stamp, COMPLETE))["Body"].read()
    ready = folder / READY
    ready.mkdir(parents=True, exist_ok=True)
    for name, wanted in json.loads(body).items():
        path = ready / Path(name).name
        place.s3.download_file(place.bucket, place.key(stamp, name), str(path))
        if path.stat().st_size != wanted["bytes"] or _sum(path) != wanted["sha256"]:
            raise Damaged(
                f"The file {name!r} of the dump {stamp} is not what was written; name another dump."
            )
    return stamp


def surplus(dumps: Mapping[str, bool], *, now: datetime, days: int) -> list[str]:
    """What may go: neither among the newest nor the last of one of the last `days` days that have dumps.

    Days that have dumps, not days of the calendar: however long a pause lasts, nothing becomes surplus by it. An
    unfinished one goes when it is so old that nobody can still be writing it.
    """
    complete = [stamp for stamp, whole in dumps.items() if whole]
    last_of_day = {stamp[:8]: stamp for stamp in complete}
    kept = {*complete[-KEEP_NEWEST:], *sorted(last_of_day.values())[-days:]}
    limit = (now - UNFINISHED_FOR).strftime(STAMP)
    return [stamp for stamp, whole in dumps.items() if stamp not in kept and (whole or stamp < limit)]


def prune(place: Place, *, now: datetime, days: int) -> list[str]:
    """Delete what is surplus, in every version: the bucket would keep it for another month."""
    gone = surplus(place.dumps(), now=now, days=days)
    for stamp in gone:
        versions = sorted(_versions(place, stamp), key=lambda item: not item["Key"].endswith(f"/{COMPLETE}"))
        for item in versions:
            place.s3.delete_object(Bucket=place.bucket, **item)
    return gone


def _versions(place: Place, stamp: str) -> Iterable[dict[str, str]]:
    pages = place.s3.get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=place.bucket, Prefix=place.key(stamp, "")):
        for item in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            yield {"Key": item["Key"], "VersionId": item["VersionId"]}


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def passwords(secrets: Any, wanted: Mapping[str, str], folder: Path) -> None:
    """A file for each role, for nobody else to read. RDS writes its own as JSON."""
    for role, secret in wanted.items():
        value = secrets.get_secret_value(SecretId=secret)["SecretString"]
        if value.startswith("{"):
            value = json.loads(value)["password"]
        path = folder / role
        path.touch(mode=0o600)
        path.write_text(value)


def _s3() -> Place:
    import boto3  # Here, so that the one that only waits is small.

    return Place(boto3.client("s3"), os.environ["DUMPS_BUCKET"], os.environ["DUMPS_PREFIX"])


def _now() -> datetime:
    return datetime.now(UTC)


def do_passwords(folder: Path) -> None:
    import boto3

    passwords(boto3.client("secretsmanager"), json.loads(os.environ["PASSWORDS"]), folder)


def do_trust(folder: Path) -> None:
    """The certificates of RDS's authorities, over TLS that the public ones vouch for."""
    import ssl
    import urllib.request

    import botocore

    vouched = ssl.create_default_context(cafile=str(Path(botocore.__file__).parent / "cacert.pem"))
    address = os.environ["TRUST"]
    if not address.startswith("https://"):
        raise Damaged(f"{address!r} is not asked: certificates come over TLS or not at all.")
    with urllib.request.urlopen(address, timeout=30, context=vouched) as answer:  # noqa: S310  https, as just seen
        trust(answer.read(TRUST_LIMIT), folder)


def trust(bundle: bytes, folder: Path) -> None:
    """Raises: Damaged for anything but a list of certificates, which would otherwise end as a refused connection."""
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=bundle.decode("ascii"))
    except (ValueError, ssl.SSLError) as error:
        raise Damaged(
            f"What {os.environ.get('TRUST', 'RDS')} gave is no list of certificates: {error}"
        ) from error
    (folder / "rds.pem").write_bytes(bundle)


def do_upload(folder: Path) -> None:
    place = _s3()
    print(f"wrote {upload(place, folder, now=_now())}")  # noqa: T201
    gone = prune(place, now=_now(), days=int(os.environ["DUMPS_DAYS"]))
    print(f"deleted {len(gone)} older")  # noqa: T201


def do_fetch(folder: Path) -> None:
    print(f"fetched {fetch(_s3(), folder, stamp=os.environ.get('DUMP', ''))}")  # noqa: T201


def do_last(folder: Path) -> None:
    """Wait until the pod ends, which is after PostgreSQL has ended, and carry what it dumped before."""
    print("waiting for the end of this pod", flush=True)  # noqa: T201
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    if (folder / READY).is_dir():
        do_upload(folder)


DEEDS: Mapping[str, Callable[[Path], None]] = {
    "passwords": do_passwords,
    "trust": do_trust,
    "upload": do_upload,
    "fetch": do_fetch,
    "last": do_last,
}


def main(argv: Sequence[str]) -> int:
    deed, folder = argv
    if deed == "last":
        # Before anything else: a signal that comes now must wait for somebody who asks.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        DEEDS[deed](Path(folder))
    except Damaged as damaged:
        sys.stderr.write(f"{damaged}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
