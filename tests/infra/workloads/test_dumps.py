"""The one command of a restore: the Job that it makes from the one that waits, and passwords that are made up once."""

from typing import Any

import pytest

from infra.naming import CHAT_DATABASE, DATABASES, ROLES
from scripts import restore_database, secret_values

from ..accounts import NAMES, Account
from .objects import every

ON = (("database", "cluster"),)


def test_the_job_is_the_waiting_one_with_the_name_of_the_dump_for_the_step_that_fetches():
    template: Any = every("CronJob", *ON)["postgresql-restore"].inputs
    made = restore_database.job(template, name="restore-1", dump="20261127T120000Z")
    assert (made["kind"], made["metadata"]["namespace"]) == ("Job", "stores")
    steps = {one["name"]: one for one in made["spec"]["template"]["spec"]["initContainers"]}
    assert {"name": "DUMP", "value": "20261127T120000Z"} in steps["fetch"]["env"]
    assert "DUMP" not in {item["name"] for item in steps["passwords"]["env"]}
    before = template["spec"]["jobTemplate"]["spec"]["template"]["spec"]["initContainers"]
    assert "DUMP" not in {item["name"] for one in before for item in one["env"]}


def test_a_stack_whose_database_is_not_in_the_cluster_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    chosen = {"genai-ops:database": "rds", "aws:region": NAMES.region}
    monkeypatch.setattr(restore_database, "configuration", lambda stack: chosen)
    assert restore_database.main(["--stack", "dev"]) == 1
    assert "database is 'rds'" in capsys.readouterr().err


def test_with_rds_only_the_applications_have_passwords_of_ours(aws: Account, monkeypatch: pytest.MonkeyPatch):
    store = aws.cloud("secretsmanager")
    for role in DATABASES:
        store.create_secret(Name=NAMES.database_secret(role))
    chosen = {"genai-ops:database": "rds", "aws:region": NAMES.region}
    monkeypatch.setattr(secret_values, "configuration", lambda stack: chosen)
    for name, value in (
        ("AWS_ENDPOINT_URL", aws.url),
        ("AWS_ACCESS_KEY_ID", "t"),
        ("AWS_SECRET_ACCESS_KEY", "t"),
    ):
        monkeypatch.setenv(name, value)
    assert secret_values.fill_passwords("dev") == [NAMES.database_secret(role) for role in DATABASES]


def test_without_kubernetes_only_open_webui_has_a_password_and_nobody_is_asked_for_api_keys(
    aws: Account, monkeypatch: pytest.MonkeyPatch
):
    aws.cloud("secretsmanager").create_secret(Name=NAMES.database_secret(CHAT_DATABASE))
    chosen = {"genai-ops:database": "rds", "genai-ops:compute": "ec2", "aws:region": NAMES.region}
    monkeypatch.setattr(secret_values, "configuration", lambda stack: chosen)
    for name, value in (
        ("AWS_ENDPOINT_URL", aws.url),
        ("AWS_ACCESS_KEY_ID", "t"),
        ("AWS_SECRET_ACCESS_KEY", "t"),
    ):
        monkeypatch.setenv(name, value)
    assert secret_values.fill_passwords("dev") == [NAMES.database_secret("openwebui")]
    assert not secret_values.asks_for_keys("dev")


def test_passwords_are_made_up_where_there_are_none_and_never_twice(
    aws: Account, monkeypatch: pytest.MonkeyPatch
):
    store = aws.cloud("secretsmanager")
    for role in ROLES:
        store.create_secret(Name=NAMES.database_secret(role))
    chosen = {"genai-ops:database": "cluster", "aws:region": NAMES.region}
    monkeypatch.setattr(secret_values, "configuration", lambda stack: chosen)
    for name, value in (
        ("AWS_ENDPOINT_URL", aws.url),
        ("AWS_ACCESS_KEY_ID", "t"),
        ("AWS_SECRET_ACCESS_KEY", "t"),
    ):
        monkeypatch.setenv(name, value)
    assert secret_values.fill_passwords("dev") == [NAMES.database_secret(role) for role in ROLES]
    values = {store.get_secret_value(SecretId=NAMES.database_secret(role))["SecretString"] for role in ROLES}
    assert len(values) == len(ROLES) and all(len(value) >= 40 for value in values)
    assert secret_values.fill_passwords("dev") == []
