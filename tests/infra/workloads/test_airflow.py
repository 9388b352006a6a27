"""Airflow in the cluster: its parts, its one migration for each version, its keys, and who may reach what."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra import versions
from infra.adopt import Found
from infra.stack import ConfigRefused
from infra.workloads import airflow, pgpass

from ..cluster.graph import after
from ..program import ACCOUNT, declared, load
from .objects import TRACKED, environment, every, pod_of, running, spec
from .test_traffic import ways

PARTS = ("airflow-api", "airflow-scheduler", "airflow-processor")
DATABASE = ("stores/app.kubernetes.io/name=postgresql", 5432)


def part(name: str) -> dict[str, Any]:
    return pod_of(running(*TRACKED)[f"Deployment {name}"])


def test_nothing_of_it_is_there_until_chosen():
    assert "airflow" not in every("Namespace")
    assert not [where for where in running() if "airflow" in where]
    assert not [thing for thing in declared() if thing.kind == "genai:durable:WorkflowKeys"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ([("airflow", "celery")], "airflow is 'celery'; it must be one of"),
        ([("airflow", "cluster")], "airflow is 'cluster' while database is 'none'"),
        (
            [("airflow", "mwaa"), ("nat", "none"), ("interfaceEndpoints", '["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", '
             '"secretsmanager", "sts"]')],
            "airflow is 'mwaa' while nat is 'none'",
        ),
        ([("airflow", "mwaa"), ("encryptionKey", "own")], "airflow is 'mwaa' while encryptionKey is 'own'"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_naming_both(changes: list[tuple[str, str]], reason: str):
    with pytest.raises(ConfigRefused, match=reason):
        load(*changes)


def test_the_tables_are_brought_to_each_version_once_and_before_anybody_uses_them():
    job = every("Job", *TRACKED)["airflow-migrate"]
    assert job.inputs["metadata"]["name"] == f"airflow-migrate-{versions.AIRFLOW.replace('.', '-')}"
    assert pod_of(job)["containers"][0]["command"] == ["airflow", "db", "migrate"]
    assert "Job postgresql-databases" in after(job, *TRACKED)
    for name in PARTS:
        assert "Job airflow-migrate" in after(every("Deployment", *TRACKED)[name], *TRACKED)


def test_no_door_leads_to_it_and_only_its_scheduler_reaches_its_server():
    assert spec("Service", "airflow-api", *TRACKED).get("type", "ClusterIP") == "ClusterIP"
    assert ways("airflow-api", "ingress", *TRACKED) == {("airflow/genai-ops/reaches-airflow-api", 8080)}
    marked = [
        name for name in PARTS
        if "genai-ops/reaches-airflow-api"
        in spec("Deployment", name, *TRACKED)["template"]["metadata"]["labels"]
    ]  # fmt: skip
    assert marked == ["airflow-scheduler"]
    assert ("airflow/app.kubernetes.io/name=airflow-api", 8080) in ways(
        "airflow-scheduler", "egress", *TRACKED
    )
    for name in (*PARTS, "airflow-migrate"):
        assert DATABASE in ways(name, "egress", *TRACKED)
        assert name == "airflow-api" or not ways(name, "ingress", *TRACKED)


def test_keys_and_password_are_in_memory_and_in_no_variable():
    for name in PARTS:
        given = environment(running(*TRACKED)[f"Deployment {name}"])
        read = {key: value for key, value in given.items() if key.endswith("_CMD")}
        assert {value.split("/")[-1] for value in read.values()} == {"fernet", "jwt", "session"}
        assert given["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith(
            "postgresql+psycopg2://airflow@postgresql."
        )
        assert given["PGPASSFILE"] == pgpass.FILE
        (memory,) = (one["emptyDir"] for one in part(name)["volumes"] if one["name"] == "secrets")
        assert memory["medium"] == "Memory"


def test_its_dags_come_from_one_folder_and_its_lines_go_to_another():
    given = environment(running(*TRACKED)["Deployment airflow-processor"])
    (bundle,) = json.loads(given["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"])
    assert bundle["kwargs"]["prefix"] == "airflow/dags" and bundle["kwargs"]["aws_conn_id"] is None
    statements = json.loads(every("RolePolicy", *TRACKED)["airflow"].inputs["policy"])["Statement"]
    assert [(one["Sid"], one["Action"], one["Resource"]) for one in statements[2:]] == [
        ("SeeBucket", ["s3:ListBucket"], "arn:aws:s3:::models"),
        ("ReadBelow", ["s3:GetObject"], "arn:aws:s3:::models/airflow/dags/*"),
        ("WriteBelow", ["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::models/airflow/logs/*"),
    ]
    assert [one["Resource"] for one in statements[:2]] == [
        "arn:aws:secretsmanager:::database-airflow", "arn:aws:secretsmanager:::workflow-keys"
    ]  # fmt: skip


def test_it_is_left_out_while_its_keys_have_no_value():
    stack = load(*TRACKED)
    (lack,) = airflow.missing(stack, Found(ACCOUNT, workflow_keys_set=False))
    assert "make secrets STACK=dev" in lack
    assert airflow.missing(stack, Found(ACCOUNT)) == []


def test_the_step_derives_three_keys_that_are_the_same_at_each_start(tmp_path: Path):
    (tmp_path / "boto3.py").write_text(
        "class client:\n"
        "    def __init__(self, *_, **__): pass\n"
        "    def get_secret_value(self, SecretId): return {'SecretString': SecretId}\n"
    )
    given = {
        "AWS_REGION": "us-east-1", "PGHOST": "db.example", "PGPORT": "5432", "PGUSER": "airflow", "PGPASSWORD_SECRET": "arn",
        "KEYS_SECRET": "master", "SECRETS_DIR": str(tmp_path), "PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"],
    }  # fmt: skip
    seen = []
    for _ in range(2):
        subprocess.run([sys.executable, "-c", pgpass.FETCH + airflow.DERIVE], env=given, check=True)
        seen.append({name: (tmp_path / name).read_text() for name in ("fernet", "jwt", "session")})
    assert seen[0] == seen[1] and len(set(seen[0].values())) == 3
    assert len(base64.urlsafe_b64decode(seen[0]["fernet"])) == 32
