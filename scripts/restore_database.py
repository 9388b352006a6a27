"""Puts a dump of the database back: starts the restore that waits in the cluster, and shows what it says.

The newest complete dump, or the one that --dump names (--list shows them). What is there now stays as NAME__before.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.naming import Names
from infra.project import ProjectRefused, configuration, project
from infra.workloads.dumps import RESTORE
from infra.workloads.namespaces import STORES
from infra.workloads.permissions import DUMPS_PREFIX
from infra.workloads.postgres.carry import Place

WAIT = "4h"


def job(template: Any, *, name: str, dump: str) -> dict[str, Any]:
    """A Job made from the CronJob, as `kubectl create job --from` makes one, with the dump's name for the step that fetches."""
    spec: dict[str, Any] = json.loads(json.dumps(template["spec"]["jobTemplate"]["spec"]))
    for step in spec["template"]["spec"]["initContainers"]:
        if step["name"] == "fetch":
            step["env"] = [
                *(item for item in step.get("env", []) if item["name"] != "DUMP"),
                {"name": "DUMP", "value": dump},
            ]
    labels = template["metadata"].get("labels", {})
    metadata = {"name": name, "namespace": template["metadata"]["namespace"], "labels": labels}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}


def kubectl(*arguments: str, given: str | None = None, kubeconfig: Path | None = None) -> str:
    """Raises: subprocess.CalledProcessError."""
    environment = os.environ | ({"KUBECONFIG": str(kubeconfig)} if kubeconfig else {})
    done = subprocess.run(
        ("kubectl", *arguments), input=given, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def enter(names: Names, folder: Path) -> Path:
    """Write the way into the stack's own cluster, whatever cluster kubectl points to at the moment."""
    path = folder / "kubeconfig"
    command = ("aws", "eks", "update-kubeconfig", "--name", names.cluster, "--region", names.region)
    subprocess.run((*command, "--kubeconfig", str(path)), check=True, stdout=subprocess.DEVNULL)
    return path


def restore(dump: str, *, kubeconfig: Path | None, now: datetime) -> None:
    name = f"{RESTORE}-{now:%Y%m%d%H%M%S}"
    template = json.loads(
        kubectl("get", "cronjob", RESTORE, "-n", STORES, "-o", "json", kubeconfig=kubeconfig)
    )
    body = json.dumps(job(template, name=name, dump=dump))
    kubectl("create", "-f", "-", given=body, kubeconfig=kubeconfig)
    print(f"started {name}; waiting for its end ...", flush=True)
    try:
        kubectl(
            "wait",
            "-n",
            STORES,
            f"job/{name}",
            "--for=condition=complete",
            f"--timeout={WAIT}",
            kubeconfig=kubeconfig,
        )
    finally:
        print(kubectl("logs", "-n", STORES, f"job/{name}", "--all-containers", kubeconfig=kubeconfig))


def place(names: Names) -> Place:
    return Place(boto3.client("s3", region_name=names.region), names.data_bucket, DUMPS_PREFIX)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stack", required=True)
    parser.add_argument(
        "--dump", default="", help="its time, like 20261127T120000Z (default: the newest complete one)"
    )
    parser.add_argument("--list", action="store_true", help="show the dumps and change nothing")
    given = parser.parse_args(argv)
    try:
        values = configuration(given.stack)
        chosen = values[f"{project()['name']}:database"]
        if chosen != "cluster":
            print(
                f"database is {chosen!r}: dumps are of the one in the cluster. docs/runbooks/restore-database.md tells the rest.",
                file=sys.stderr,
            )
            return 1
        account = boto3.client("sts", region_name=values["aws:region"]).get_caller_identity()["Account"]
        names = Names(
            project=str(project()["name"]), stack=given.stack, account=account, region=values["aws:region"]
        )
        dumps = place(names).dumps()
        if given.list:
            print(
                "\n".join(
                    f"{stamp}  {'complete' if whole else 'UNFINISHED'}" for stamp, whole in dumps.items()
                )
            )
            return 0
        dump = given.dump or max((stamp for stamp, whole in dumps.items() if whole), default="")
        if not dumps.get(dump):
            print(
                f"There is no complete dump {dump!r} in {names.data_bucket}/{DUMPS_PREFIX}; --list shows them.",
                file=sys.stderr,
            )
            return 1
        print(f"restoring {dump} of {given.stack}")
        with tempfile.TemporaryDirectory() as folder:
            restore(dump, kubeconfig=enter(names, Path(folder)), now=datetime.now(UTC))
    except ProjectRefused as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError, OSError, subprocess.CalledProcessError) as error:
        print(
            f"The restore did not come to its end: {error}. What the apps use was changed only if the log says `restored`.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
