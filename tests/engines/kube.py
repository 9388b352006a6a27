"""A real Kubernetes control plane on this machine, with one node on which pods pretend to run."""

import contextlib
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from .bench import engines

PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "kwok", "kwokctl")
_WAIT_S = 60


def missing_programs() -> list[str]:
    found = [name for name in PROGRAMS if not (engines() / "bin" / name).exists()]
    return found + ([] if _kubectl() else ["kubectl"])


def _kubectl() -> str | None:
    own = engines() / "bin" / "kubectl"
    return str(own) if own.exists() else shutil.which("kubectl")


@contextlib.contextmanager
def control_plane(folder: Path, *, name: str, node: str, cpu: str, memory: str) -> Iterator["Kube"]:
    """A cluster with one node, gone again at the end; the test is skipped where a program of it is missing."""
    if missing := missing_programs():
        pytest.skip(f"no {', '.join(missing)} in {engines() / 'bin'}: run `make engines`")
    started = Kube(folder, name=name)
    try:
        started.add_node(node, cpu=cpu, memory=memory)
        yield started
    finally:
        started.stop()


class Refused(Exception):
    """The API server's own words."""


class Kube:
    """One cluster, started on construction. Objects go in and come out as plain dicts."""

    def __init__(self, folder: Path, *, name: str) -> None:
        self.folder, self.name = folder, name
        self._control("create", "cluster", "--runtime=binary", f"--wait={_WAIT_S}s")
        text = (folder / "kubeconfig").read_text()
        server, authority, certificate, key = (
            re.search(rf"{field}: (\S+)", text).group(1)  # type: ignore[union-attr] # kwokctl writes all four
            for field in ("server", "certificate-authority", "client-certificate", "client-key")
        )
        self.server, self.authority = server, Path(authority).read_text()
        trust = ssl.create_default_context(cafile=authority)
        trust.load_cert_chain(certificate, key)
        self._http = httpx.Client(base_url=server, verify=trust, timeout=30, trust_env=False)
        self._paths: dict[tuple[str, str], tuple[str, bool]] = {}

    def stop(self) -> None:
        self._http.close()
        self._control("delete", "cluster")

    def _control(self, *arguments: str) -> None:
        programs = engines() / "bin"
        paths = {
            "KWOK_WORKDIR": str(self.folder),
            "KWOK_KUBE_APISERVER_BINARY": str(programs / "kube-apiserver"),
            "KWOK_KUBE_CONTROLLER_MANAGER_BINARY": str(programs / "kube-controller-manager"),
            "KWOK_KUBE_SCHEDULER_BINARY": str(programs / "kube-scheduler"),
            "KWOK_ETCD_BINARY": str(programs / "etcd"),
            "KWOK_ETCDCTL_BINARY": str(programs / "etcd"),  # asked for, and used for snapshots only
            "KWOK_CONTROLLER_BINARY": str(programs / "kwok"),
            "KWOK_KUBECTL_BINARY": str(_kubectl()),
        }
        command = [
            str(programs / "kwokctl"),
            *arguments,
            "--name",
            self.name,
            "--kubeconfig",
            str(self.folder / "kubeconfig"),
        ]
        done = subprocess.run(
            command,
            env={**os.environ, "HOME": str(self.folder), **paths},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"kwokctl {arguments[0]} ended with {done.returncode}: {done.stderr[-2000:]}")

    # ---- objects

    def apply(self, body: dict[str, Any]) -> dict[str, Any]:
        """Server-side apply, as the published Kubernetes provider does it, with unknown and doubled fields refused.

        Raises: Refused.
        """
        collection, namespaced = self._collection(body["apiVersion"], body["kind"])
        metadata = body["metadata"]
        where = f"/namespaces/{metadata.get('namespace', 'default')}" if namespaced else ""
        answer = self._http.patch(
            f"{collection[0]}{where}/{collection[1]}/{metadata['name']}",
            params={"fieldManager": "pulumi", "force": "true", "fieldValidation": "Strict"},
            headers={"Content-Type": "application/apply-patch+yaml"},
            json=body,
        )
        if answer.is_error:
            raise Refused(f"{answer.status_code}: {answer.json().get('message', answer.text)}")
        return answer.json()

    def get(self, path: str) -> dict[str, Any]:
        answer = self._http.get(path)
        answer.raise_for_status()
        return answer.json()

    def _collection(self, version: str, kind: str) -> tuple[tuple[str, str], bool]:
        root = f"/api/{version}" if "/" not in version else f"/apis/{version}"
        if (version, kind) not in self._paths:
            for item in self.get(root)["resources"]:
                if "/" not in item["name"]:
                    self._paths[(version, item["kind"])] = (item["name"], item["namespaced"])
        if (version, kind) not in self._paths:
            raise Refused(f"no kind {kind!r} in {version}")
        name, namespaced = self._paths[(version, kind)]
        return (root, name), namespaced

    def add_node(
        self,
        name: str,
        *,
        cpu: str,
        memory: str,
        more: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        taints: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """A machine of the given size; kwok keeps it Ready and lets pods on it pretend to run. `more`: other things it has."""
        capacity = {"cpu": cpu, "memory": memory, "pods": "110", "ephemeral-storage": "60Gi", **(more or {})}
        body = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": name,
                "annotations": {"kwok.x-k8s.io/node": "fake"},
                "labels": {"kubernetes.io/os": "linux", "kubernetes.io/hostname": name, **(labels or {})},
            },
            "spec": {"taints": [dict(taint) for taint in taints]},
            "status": {"capacity": capacity, "allocatable": capacity},
        }
        # A new control plane answers before it has written its own roles; on a busy machine that takes seconds.
        self.wait(f"node {name} accepted", lambda: self._http.post("/api/v1/nodes", json=body).is_success)

    def may(self, user: str, about: Mapping[str, str]) -> bool:
        """Whether the API server would let this user do it."""
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {"user": user, "resourceAttributes": dict(about)},
        }
        answer = self._http.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", json=body)
        answer.raise_for_status()
        return bool(answer.json()["status"]["allowed"])

    def token(self, space: str, account: str) -> str:
        """What a pod of this service account would be given."""
        answer = self._http.post(
            f"/api/v1/namespaces/{space}/serviceaccounts/{account}/token",
            json={"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}},
        )
        answer.raise_for_status()
        return str(answer.json()["status"]["token"])

    def merge(self, path: str, change: Mapping[str, Any]) -> None:
        """As somebody with every right would."""
        headers = {"Content-Type": "application/merge-patch+json"}
        self._http.patch(path, json=dict(change), headers=headers).raise_for_status()

    def wait(self, what: str, holds: Callable[[], bool]) -> None:
        """Raises: AssertionError naming what did not come true."""
        deadline = time.monotonic() + _WAIT_S
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"{what} did not come true in {_WAIT_S} s: {self._story()}")
            time.sleep(0.2)

    def _story(self) -> list[str]:
        answer = self._http.get("/api/v1/events")
        if answer.is_error:
            return [answer.text]
        return [f"{event['reason']}: {event['message']}" for event in answer.json()["items"]][-10:]
