"""The service as infra starts it, alone, on a loopback AWS: its pod is lost with its disk, and the next one knows everything."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import httpx
from moto.server import ThreadedMotoServer

from infra.project import ROOT
from tests.infra.workloads.objects import environment, pod_of, running

KEY = {"Authorization": "Bearer not-a-real-key"}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
# Correctness limit for a machine that is busy with other tests.
LIMIT_S = 120.0


def test_a_pod_that_begins_on_an_empty_disk_answers_from_what_the_last_one_read(tmp_path: Path):
    rag = running()["Deployment rag"]
    (first,), (main,) = pod_of(rag)["initContainers"], pod_of(rag)["containers"]
    with stores(environment(rag)) as (endpoint, secret):
        surroundings = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GENAI_"))},
            **environment(rag),
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": endpoint,
            "GENAI_API_KEYS_SECRET": secret,
            # This machine's: everything else is what the pod is given.
            "GENAI_HOST": "127.0.0.1",
            "GENAI_PORT": str(free_port()),
            "GENAI_DATA_DIR": str(tmp_path / "disk"),
        }
        log = tmp_path / "log"
        with pod(first["command"], main["command"], surroundings, log) as url:
            text = b"The blue heron nests in the reeds near the old mill every spring."
            sent = httpx.post(f"{url}/upload", headers=KEY, files={"file": ("heron.txt", text)}, timeout=60)
            assert sent.is_success, sent.text
            wait("the document is found", lambda: "reeds" in answer(url), log)
        shutil.rmtree(tmp_path / "disk")
        with pod(first["command"], main["command"], surroundings, log) as url:
            # At once: a pod that is ready has its index.
            assert "reeds" in answer(url)


@contextmanager
def stores(given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Bucket, table and secret by the names that the pod is given. Yields: the endpoint, and the ARN of the secret."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint, region = f"http://{host}:{port}", given["GENAI_REGION"]
        session = boto3.session.Session("testing", "testing", region_name=region)
        session.client("s3", endpoint_url=endpoint).create_bucket(Bucket=given["GENAI_BUCKET"])
        keys = (("pk", "HASH"), ("sk", "RANGE"))
        session.client("dynamodb", endpoint_url=endpoint).create_table(
            TableName=given["GENAI_TABLE"],
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],  # type: ignore[typeddict-item] # two of the literals
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        )
        secrets = session.client("secretsmanager", endpoint_url=endpoint)
        value = f"acme:{KEY['Authorization'].split()[1]}"
        yield endpoint, secrets.create_secret(Name="keys-of-the-lost-pod", SecretString=value)["ARN"]
    finally:
        server.stop()


@contextmanager
def pod(first: list[str], main: list[str], surroundings: dict[str, str], log: Path) -> Iterator[str]:
    """What the kubelet does: the init step to its end, then the app until it is ready; SIGTERM at the end. Yields: its URL."""
    with log.open("ab") as out:
        here = {"cwd": ROOT, "env": surroundings, "stdout": out, "stderr": subprocess.STDOUT}
        subprocess.run([sys.executable, *first[1:]], check=True, timeout=LIMIT_S, **here)  # type: ignore[call-overload] # one set of options
        process = subprocess.Popen([sys.executable, *main[1:]], **here)  # type: ignore[call-overload] # the same
    url = f"http://127.0.0.1:{surroundings['GENAI_PORT']}"
    try:
        wait("the app is ready", lambda: process.poll() is None and ready(url), log)
        yield url
    finally:
        process.terminate()
        process.wait(LIMIT_S)


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def answer(url: str) -> str:
    question = {"question": "Where does the blue heron nest?"}
    return httpx.post(f"{url}/query", headers=KEY, json=question, timeout=60).text


def wait(what: str, holds: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not come true: {log.read_text()[-2000:]}"
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
