"""Where infra and the chat platform meet: what its pods are given is what waker, service and Open WebUI's shell can read."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from app.settings import known_names
from app.settings import read_settings as service_settings
from app.waker.settings import ACCOUNT_DIR, read_settings
from infra.project import ROOT
from infra.workloads.open_webui import FETCH
from tests.infra.workloads.objects import environment as environment_of
from tests.infra.workloads.objects import every, running
from tests.infra.workloads.test_chat import BOTH, given

AROUND = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
KEYS = "other:not-this,acme:canary-key"
PASSWORD, OWN = (
    "canary of @the/database",
    {"secretKey": "canary-session's key", "adminPassword": 'canary "admin"'},
)


def test_the_waker_starts_with_exactly_what_infra_gives_it() -> None:
    found = read_settings(environment_of(running(*BOTH)["Deployment waker"]))
    assert (found.deployment, found.namespace) == ("ollama", "chat")
    assert found.lease == every("Lease", *BOTH)["ollama-use"].inputs["metadata"]["name"]
    assert found.upstream == "http://ollama.chat.svc.cluster.local:11434"
    assert (found.host, found.port, found.idle.total_seconds()) == ("0.0.0.0", 8080, 900)
    assert str(found.account_dir) == ACCOUNT_DIR


def test_the_service_starts_with_ollama_as_its_model() -> None:
    told = environment_of(running(*BOTH)["Deployment rag"])
    assert set(told) <= known_names()
    settings = service_settings(told)
    assert (settings.chat, settings.chat_model) == ("ollama", "qwen3:4b-instruct")
    assert settings.ollama_url.endswith("/v1")


@pytest.fixture(scope="module")
def secrets() -> Iterator[tuple[str, dict[str, str]]]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    store = boto3.session.Session("testing", "testing", region_name="us-east-1").client(
        "secretsmanager", endpoint_url=f"http://{host}:{port}"
    )
    values = {
        "keys": KEYS,
        "database": PASSWORD,
        "own": json.dumps(OWN),
        "half": json.dumps({"secretKey": "a"}),
    }
    arns = {name: store.create_secret(Name=name, SecretString=value)["ARN"] for name, value in values.items()}
    yield f"http://{host}:{port}", arns
    server.stop()


def fetch(
    folder: Path, secrets: tuple[str, dict[str, str]], **other: str
) -> subprocess.CompletedProcess[str]:
    endpoint, arns = secrets
    told = {
        **given("Deployment open-webui", "secrets"),
        "GENAI_API_KEYS_SECRET": arns["keys"],
        "DATABASE_SECRET": arns["database"],
        "OWN_SECRET": arns["own"],
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "SECRETS_DIR": str(folder),
        **{name: arns.get(value, value) for name, value in other.items()},
    }
    command = [sys.executable, "-c", FETCH]
    return subprocess.run(command, env={**AROUND, **told}, capture_output=True, text=True, check=False)


def test_open_webui_gets_its_secrets_through_a_file_for_its_shell_and_nothing_is_printed(
    tmp_path: Path, secrets: tuple[str, dict[str, str]]
) -> None:
    done = fetch(tmp_path, secrets)
    assert done.returncode == 0, done.stderr
    assert "canary" not in done.stdout + done.stderr
    file = tmp_path / "environment"
    assert file.stat().st_mode & 0o077 == 0
    names = (
        "DATABASE_URL",
        "OPENAI_API_KEY",
        "RAG_OPENAI_API_KEY",
        "WEBUI_ADMIN_PASSWORD",
        "WEBUI_SECRET_KEY",
    )
    shown = subprocess.run(
        ["sh", "-c", f". {file} && printenv {' '.join(names)}"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert shown == [
        "postgresql://openwebui:canary%20of%20%40the%2Fdatabase@postgresql.stores.svc.cluster.local:5432/openwebui",
        "canary-key",
        "canary-key",
        OWN["adminPassword"],
        OWN["secretKey"],
    ]


@pytest.mark.parametrize(
    ("other", "said"),
    [({"TENANT": "nobody"}, "'nobody'"), ({"OWN_SECRET": "half"}, "holds no adminPassword")],
)
def test_what_is_missing_is_named_without_what_is_there(
    tmp_path: Path, secrets: tuple[str, dict[str, str]], other: dict[str, str], said: str
) -> None:
    done = fetch(tmp_path, secrets, **other)
    assert done.returncode and said in done.stderr and "canary" not in done.stderr
