"""The guide's recorded deliveries to a real process: proved, kept, worked on, and what cannot be told is seen."""

import hmac
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.processes.service import Service, started

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
GUIDE = EXAMPLES.parent / "guide" / "13-devops.md"
SECRET = "only-to-try-it-here"
CONNECTIONS = [
    # The address of the API is refused before anybody is asked: no test leaves this machine.
    {
        "platform": "github",
        "repositories": ["acme/*"],
        "secret": SECRET,
        "api_url": "https://10.0.0.1/api/v3",
    },
    {"platform": "jenkins", "repositories": ["shop"], "secret": SECRET},
]
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    told = json.dumps(CONNECTIONS)
    with started(tmp_path_factory.mktemp("data"), module="app", GENAI_DEVOPS_CONNECTIONS=told) as running:
        yield running


def github(body: bytes, proof: str) -> dict[str, Any]:
    signed = {"x-github-event": "workflow_job", "x-hub-signature-256": f"sha256={proof}"}
    return {"content": body, "headers": {**JSON, **signed}}


def test_a_build_of_jenkins_goes_the_whole_way(service: Service) -> None:
    body = (EXAMPLES / "jenkins-build.json").read_bytes()
    address = "/devops/webhooks/jenkins"
    assert service.http.post(address, params={"token": "another-secret"}, content=body).status_code == 401
    answer = service.http.post(address, params={"token": SECRET}, content=body, headers=JSON)
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    service.until(lambda: bool(service.http.get("/devops/analyses").json()["analyses"]))
    [kept] = service.http.get("/devops/analyses").json()["analyses"]
    assert (kept["repository"], kept["source"]) == ("shop", "jenkins")
    assert kept["analysis"]["category"] == "dependency_install" and "yaml" in kept["analysis"]["root_cause"]


def test_a_job_of_github_is_believed_once_and_its_log_asked_for(service: Service) -> None:
    body = (EXAMPLES / "github-workflow-job.json").read_bytes()
    proof = hmac.new(SECRET.encode(), body, sha256).hexdigest()
    address = "/devops/webhooks/github"
    assert service.http.post(address, **github(body + b" ", proof)).status_code == 401
    told = [service.http.post(address, **github(body, proof)).json()["status"] for _ in range(2)]
    assert told == ["accepted", "duplicate"]

    def undelivered() -> list[tuple[str, str]]:
        kept = service.http.get("/devops/undelivered").json()["undelivered"]
        return [(one["repository"], one["state"]) for one in kept]

    # It waits first, then is refused.
    service.until(lambda: undelivered() == [("acme/shop", "given_up")])


def test_the_guide_shows_these_deliveries() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert SECRET in text
    assert all(f"docs/examples/{file.name}" in text for file in EXAMPLES.iterdir())
