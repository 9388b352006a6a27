"""One real OpenSearch node for all tests of a session: started when first needed, or the one of OPENSEARCH_URL."""

import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.adapters.opensearch import OpenSearchIndex
from app.kernel.retrieval import RetrievalProfile

from .bench import REPOSITORY, engines

# Correctness limit, not a target: a cold start takes some ten seconds on an idle machine.
_START_S = 180
_NO_NODE = "no OpenSearch at {}: run `make engines` (needs Java), or set OPENSEARCH_URL"


class OpenSearchNode:
    """`url` answers while it runs. Names of indices are random, and what bears them is deleted afterwards."""

    def __init__(self, folder: Path, *, url: str | None = None) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._port = _free_port()
        self.ours = url is None
        self.url = url or f"http://127.0.0.1:{self._port}"

    @classmethod
    def available(cls, folder: Path) -> "OpenSearchNode":
        """Skips the test where there is neither a built engine nor an address."""
        if url := os.environ.get("OPENSEARCH_URL"):
            return cls(folder, url=url.rstrip("/"))
        built = engines() / "opensearch"
        if not (built / "knn").is_dir() or shutil.which("java") is None:
            pytest.skip(_NO_NODE.format(built))
        return cls(folder)

    def start(self, *, plugins: str | None = None) -> "OpenSearchNode":
        """Wait until it answers. plugins: "none" leaves k-NN out."""
        if not self.ours or (self._process is not None and self._process.poll() is None):
            return self
        script = REPOSITORY / "scripts" / "engines" / "start-opensearch.sh"
        command = ["bash", str(script), str(engines() / "opensearch"), str(self._folder), str(self._port)]
        environ = os.environ | ({"OPENSEARCH_PLUGINS": plugins} if plugins else {})
        with (self._folder / "node.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environ)
        ends = time.monotonic() + _START_S
        while time.monotonic() < ends:
            if self._process.poll() is not None:
                break
            try:
                self.request("GET", "/_cluster/health?wait_for_status=yellow")
                return self
            except OSError:
                time.sleep(0.3)
        said = (self._folder / "node.log").read_text(errors="replace")[-2_000:]
        self.stop()
        raise AssertionError(f"OpenSearch did not start on port {self._port}:\n{said}")

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def open(
        self, name: str, *, fingerprint: str, dimensions: int, any_embedder: bool = False
    ) -> OpenSearchIndex:
        return OpenSearchIndex.open(
            self.url,
            name=name,
            user="",
            password=SecretStr(""),
            fingerprint=fingerprint,
            dimensions=dimensions,
            profile=RetrievalProfile(),
            any_embedder=any_embedder,
        )

    @contextmanager
    def name(self) -> Iterator[str]:
        """A name for an index that nobody else uses."""
        name = f"test-{secrets.token_hex(6)}"
        try:
            yield name
        finally:
            if not self.ours or self._process is not None:
                for index in self.indices(name):
                    self.request("DELETE", f"/{index}")

    def indices(self, name: str) -> list[str]:
        return sorted(self.request("GET", f"/{name}*"))

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Apart from the client under test."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"content-type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return json.loads(answer.read())


def _free_port() -> int:
    """The runner takes none above 9299."""
    for port in random.sample(range(9201, 9300), 99):
        with socket.socket() as held:
            try:
                held.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("every port from 9201 to 9299 is taken")
