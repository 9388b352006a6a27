"""The service through its load balancer: a document goes in before the pause and answers after it, without going in again."""

import base64
import http.client
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from scripts.aws_smoke.guard import Guard

# Pulumi has waited for the pods; what is left is the name of the load balancer and its first look at them.
PATIENCE_S = 900.0
PAUSE_S = 5.0
TEXT = (
    "House rules of the smoke test. The red kettle in the pantry holds exactly 1,742 millilitres. "
    "Whoever empties it fills it again before noon."
)
QUESTION, ANSWER = "How much does the red kettle hold?", "1,742"


class ServiceFailed(Exception):
    """It did not answer, or not what was asked of it."""


@dataclass(frozen=True)
class Service:
    """`url` without a slash at its end; `key` is one tenant's."""

    url: str
    key: str

    def wait(self, *, guard: Guard, patience_s: float = PATIENCE_S, pause_s: float = PAUSE_S) -> None:
        """Until it says that it is ready. Raises: ServiceFailed, Stopped."""
        deadline, last = time.monotonic() + patience_s, "nothing"
        while time.monotonic() < deadline:
            guard.check()
            try:
                self._ask("GET", "/readyz")
                return
            except ServiceFailed as error:
                last = str(error)
            time.sleep(pause_s)
        raise ServiceFailed(f"{self.url} was not ready in {patience_s:.0f} s; the last answer: {last}")

    def upload(self, run: str) -> str:
        """Returns: the document's id. Raises: ServiceFailed."""
        body = {
            "filename": f"smoke-{run}.txt",
            "content_base64": base64.b64encode(f"{TEXT} Run {run}.".encode()).decode(),
        }
        document: str = self._ask("POST", "/upload?wait=60", body)["document_id"]
        return document

    def seen(self, document: str) -> dict[str, Any]:
        """All that is to be the same after a resume: what is kept of the document, and its text."""
        return {
            path: self._ask("GET", path)
            for path in (f"/v1/documents/{document}", f"/v1/documents/{document}/text")
        }

    def answer(self) -> None:
        """Raises: ServiceFailed, when the answer does not come from the document."""
        found = json.dumps(self._ask("POST", "/query", {"question": QUESTION}))
        if ANSWER not in found:
            raise ServiceFailed(f"{QUESTION!r} was answered without {ANSWER!r}: {found[:500]}")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(  # noqa: S310  the stack's own address, http only without a certificate
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:  # noqa: S310  as above
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise ServiceFailed(f"{method} {path} answered {error.code}: {error.read()[:300]!r}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ServiceFailed(f"{method} {path}: {error}") from None
