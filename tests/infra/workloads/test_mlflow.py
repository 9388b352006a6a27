"""MLflow: on the database and one prefix of one bucket, reached by its mark alone; it runs nothing that a request names."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.adopt import Found, nothing
from infra.naming import IMAGE_KEYS, IMAGES
from infra.stack import ConfigRefused
from infra.workloads import mlflow, pgpass
from scripts.images import wanted

from ..cluster.graph import after
from ..program import ACCOUNT, NAME, RDS, config, declared, load
from .objects import RENDERED, TRACKED, environment, every, pod_of, running, spec
from .test_traffic import ways

ROOT = Path(__file__).parents[3]


def server() -> dict[str, Any]:
    return pod_of(running(*TRACKED)["Deployment mlflow"])


def test_nothing_of_it_is_there_until_chosen():
    assert "mlflow" not in every("Namespace")
    assert "Deployment mlflow" not in running()


def test_it_is_refused_without_a_database_naming_both():
    with pytest.raises(ConfigRefused, match="mlflow is 'cluster' while database is 'none'"):
        load(("mlflow", "cluster"))
    with pytest.raises(ConfigRefused, match="mlflow is 'sqlite'"):
        load(("mlflow", "sqlite"))


def test_it_runs_no_jobs_and_takes_only_host_names_of_its_own():
    given = environment(running(*TRACKED)["Deployment mlflow"])
    assert given["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"
    assert server()["containers"][0]["args"] == [
        "--allowed-hosts", "mlflow.mlflow.svc.cluster.local:5000,localhost:5000"
    ]  # fmt: skip


def test_nobody_reaches_it_but_marked_pods_of_the_named_spaces():
    assert ways("mlflow", "ingress", *TRACKED) == {("training/genai-ops/reaches-mlflow", 5000)}
    assert spec("Service", "mlflow", *TRACKED).get("type", "ClusterIP") == "ClusterIP"
    outwards = ways("mlflow", "egress", *TRACKED)
    assert ("stores/app.kubernetes.io/name=postgresql", 5432) in outwards
    labels = spec("Deployment", "mlflow", *TRACKED)["template"]["metadata"]["labels"]
    assert labels["genai-ops/reaches-postgresql"] == "yes"
    assert ("mlflow/genai-ops/reaches-postgresql", 5432) in ways("postgresql", "ingress", *TRACKED)


def test_the_password_comes_into_memory_and_into_no_address():
    given = environment(running(*TRACKED)["Deployment mlflow"])
    assert given["MLFLOW_BACKEND_STORE_URI"] == (
        "postgresql+psycopg2://mlflow@postgresql.stores.svc.cluster.local:5432/mlflow"
    )
    assert given["PGPASSFILE"] == pgpass.FILE
    (memory,) = (one["emptyDir"] for one in server()["volumes"] if one["name"] == "secrets")
    assert memory["medium"] == "Memory"
    assert [step["name"] for step in server()["initContainers"]] == ["secrets", "tables"]


def test_its_role_reads_one_secret_and_keeps_what_lies_below_its_prefix():
    statements = json.loads(every("RolePolicy", *TRACKED)["mlflow"].inputs["policy"])["Statement"]
    assert [(one["Sid"], one["Resource"]) for one in statements] == [
        ("ReadPassword", "arn:aws:secretsmanager:::database-mlflow"),
        ("ListBelow", "arn:aws:s3:::models"),
        ("KeepBelow", "arn:aws:s3:::models/mlflow/*"),
    ]
    given = environment(running(*TRACKED)["Deployment mlflow"])
    assert given["MLFLOW_ARTIFACTS_DESTINATION"].endswith("/mlflow")
    assert statements[1]["Condition"] == {"StringLike": {"s3:prefix": "mlflow/*"}}


def test_it_starts_after_its_database_and_goes_before_it():
    before = after(every("Deployment", *TRACKED)["mlflow"], *TRACKED)
    assert {"Job postgresql-databases", "RolePolicy mlflow", "NetworkPolicy mlflow"} <= before


def test_it_is_left_out_while_its_image_is_missing(monkeypatch: pytest.MonkeyPatch):
    from infra import adopt

    monkeypatch.setattr(adopt, "nothing", lambda account: Found(account, images=frozenset({"rag"})))
    declared.cache_clear()
    try:
        found = {(item.kind.split(":")[-1], item.name) for item in declared("dev", *TRACKED)}
    finally:
        declared.cache_clear()
    assert ("Deployment", "mlflow") not in found and ("StatefulSet", "postgresql") in found


def test_the_version_of_the_image_is_pinned_by_a_lock():
    folder = ROOT / "infra" / "images" / "mlflow"
    assert "mlflow==" in (folder / "pyproject.toml").read_text(encoding="utf-8")
    locked = (folder / "uv.lock").read_text(encoding="utf-8")
    assert all(f'name = "{name}"' in locked for name in ("mlflow", "psycopg2-binary", "boto3"))


def test_a_database_in_rds_is_asked_over_tls_and_known_by_its_certificate():
    chosen = (*RDS, ("mlflow", "cluster"))
    pod = pod_of(running(*chosen)["Deployment mlflow"])
    given = environment(running(*chosen)["Deployment mlflow"])
    assert given["MLFLOW_BACKEND_STORE_URI"] == (
        "postgresql+psycopg2://mlflow@database.example:5432/mlflow?sslmode=verify-full&sslrootcert=/secrets/rds.pem"
    )
    (trust,) = (item["value"] for item in pod["initContainers"][0]["env"] if item["name"] == "TRUST")
    assert trust.startswith("https://truststore.pki.rds.amazonaws.com/")
    assert ("10.40.0.0/20", 5432) in ways("mlflow", "egress", *chosen)


def test_its_image_is_built_only_where_it_is_chosen():
    assert set(IMAGE_KEYS) <= set(IMAGES)
    assert not set(IMAGE_KEYS) & set(wanted(NAME, config()))
    assert wanted(NAME, config("dev", *TRACKED, *RENDERED)) == list(IMAGES)
    assert mlflow.NAME in nothing(ACCOUNT).images


def test_on_rds_it_trusts_the_server_that_was_meant_and_no_other():
    on = (("database", "rds"), ("databaseGb", "20"), *TRACKED[1:])
    for name in ("mlflow", "airflow-api"):
        item = running(*on)[f"Deployment {name}"]
        assert environment(item)["PGSSLMODE"] == "verify-full"
        first = pod_of(item)["initContainers"][0]
        given = {entry["name"]: entry["value"] for entry in first["env"]}
        assert given["TRUST"].startswith("https://")
        assert environment(item)["PGSSLROOTCERT"].endswith(f"/{given['TRUST_FILE']}")
