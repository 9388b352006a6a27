"""The little of the Kubernetes API that a waker may use: one Lease to read and write, one Deployment's scale."""

import json
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import httpx

from app.kernel.errors import Conflict, GenaiError, Unavailable
from app.waker.settings import WakerSettings
from app.waker.usage import Usage

_TIMEOUT_S = 5.0
# Kubernetes' MicroTime.
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
# A Lease has no field of its own for it.
AWAKE = "genai-ops/awake"


class Scaling(Protocol):
    """Who remembers the use, and moves the replicas."""

    async def usage(self) -> Usage: ...

    async def write(self, usage: Usage) -> Usage:
        """Raises: Conflict when somebody has written since `usage` was read."""

    async def replicas(self) -> int: ...

    async def scale(self, replicas: int) -> None: ...


class KubernetesScaling:
    """Scaling by the Kubernetes API. Every method raises Unavailable when that does not answer or refuses."""

    def __init__(self, settings: WakerSettings) -> None:
        space = f"namespaces/{settings.namespace}"
        self._lease = f"/apis/coordination.k8s.io/v1/{space}/leases/{settings.lease}"
        self._scale = f"/apis/apps/v1/{space}/deployments/{settings.deployment}/scale"
        self._token = settings.account_dir / "token"
        authority = settings.account_dir / "ca.crt"
        trust: ssl.SSLContext | bool = True
        if settings.api.startswith("https:"):
            trust = ssl.create_default_context(cafile=str(authority) if authority.exists() else None)
        self._http = httpx.AsyncClient(
            base_url=settings.api, verify=trust, timeout=_TIMEOUT_S, trust_env=False
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def usage(self) -> Usage:
        return _usage(await self._call("GET", self._lease))

    async def write(self, usage: Usage) -> Usage:
        body = {
            "metadata": {
                "resourceVersion": usage.version,
                "annotations": {AWAKE: "yes" if usage.awake else "no"},
            },
            "spec": {"renewTime": usage.last.astimezone(UTC).strftime(_TIME)} if usage.last else {},
        }
        return _usage(await self._call("PATCH", self._lease, body))

    async def replicas(self) -> int:
        return int((await self._call("GET", self._scale))["spec"].get("replicas", 0))

    async def scale(self, replicas: int) -> None:
        await self._call("PATCH", self._scale, {"spec": {"replicas": replicas}})

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Content-Type": "application/merge-patch+json"}
        # Read each time: the kubelet writes a new one every hour.
        if token := _read(self._token):
            headers["Authorization"] = f"Bearer {token}"
        try:
            answer = await self._http.request(
                method, path, content=None if body is None else json.dumps(body), headers=headers
            )
        except httpx.HTTPError as error:
            raise Unavailable(f"The Kubernetes API did not answer {method} {path}: {error!r}.") from error
        if answer.status_code == httpx.codes.CONFLICT:
            raise Conflict(f"{path} was written by somebody else in between.")
        if answer.is_error:
            raise Unavailable(f"The Kubernetes API answered {method} {path} with {answer.status_code}.")
        return answer.json()


def _usage(lease: Any) -> Usage:
    metadata, spec = lease["metadata"], lease.get("spec") or {}
    written = spec.get("renewTime")
    try:
        last = datetime.strptime(written, _TIME).replace(tzinfo=UTC) if written else None
    except ValueError as error:
        raise GenaiError(f"The Lease says {written!r}, which is no time.") from error
    awake = (metadata.get("annotations") or {}).get(AWAKE) == "yes"
    return Usage(version=str(metadata.get("resourceVersion", "")), awake=awake, last=last)


def _read(token: Path) -> str:
    return token.read_text(encoding="utf-8").strip() if token.exists() else ""
