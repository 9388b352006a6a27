"""Explains the failed jobs of a run: fetches their logs, asks the service, writes the summary and a comment.

Runs on any runner with Python 3.9 and needs nothing else. It never fails the workflow it explains: what goes wrong is told
in a line, and the exit code is 0.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
import urllib.error
import urllib.request
from typing import Any

MARKER = "<!-- genai-ops:action -->"
MOST_JOBS = 10
MOST_LOG_BYTES = 8_000_000
MOST_COMMENT = 60_000
TIMEOUT_S = 120


def ask(url: str, *, token: str, body: bytes | None = None, method: str = "", **headers: str) -> bytes:
    """The answer's body. The token is not sent along when a redirect leads elsewhere."""
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise ValueError("only https:// addresses are asked")
    request = urllib.request.Request(url, data=body, method=method or ("POST" if body else "GET"))  # noqa: S310
    request.add_unredirected_header("Authorization", f"Bearer {token}")
    for name, value in {"User-Agent": "genai-ops-action", **headers}.items():
        request.add_header(name.replace("_", "-"), value)
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        content: bytes = answer.read(MOST_LOG_BYTES * 8)
        return content


class Github:
    """The parts of GitHub's API that are needed."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        self._base = f"{api}/repos/{repository}"
        self._token = token

    def read(self, path: str) -> Any:
        return json.loads(self._ask(path, Accept="application/vnd.github+json"))

    def log(self, job: int) -> bytes:
        return self._ask(f"/actions/jobs/{job}/logs")[-MOST_LOG_BYTES:]

    def write(self, method: str, path: str, body: str) -> None:
        content = json.dumps({"body": body}).encode()
        self._ask(path, method=method, body=content, Content_Type="application/json")

    def _ask(self, path: str, **more: Any) -> bytes:
        return ask(f"{self._base}{path}", token=self._token, X_GitHub_Api_Version="2022-11-28", **more)


def explain(service: str, key: str, log: bytes, metadata: dict[str, Any]) -> dict[str, Any]:
    """The analysis as the service keeps it: with secrets masked, because a summary is read by more than the caller."""
    text = log.decode("utf-8", errors="replace")
    body = gzip.compress(json.dumps({"log": text, "source": "github", "metadata": metadata}).encode())
    found = json.loads(
        ask(
            f"{service}/analyze",
            token=key,
            body=body,
            Content_Type="application/json",
            Content_Encoding="gzip",
        )
    )
    kept = json.loads(ask(f"{service}/analyses/{found['id']}", token=key))
    analysis: dict[str, Any] = kept["analysis"]
    return analysis


def fenced(text: str) -> str:
    """A block of code that the text cannot end."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"


def section(job: str, analysis: dict[str, Any]) -> str:
    name = re.sub(r"[^\w .,:()/-]", " ", job)
    known = [similar["text"] for similar in analysis.get("similar", []) if similar.get("text")]
    return "\n\n".join([f"### {name}", fenced("\n".join([analysis["text"].rstrip(), *known]))])


def change_of(github: Github, run: dict[str, Any]) -> int | None:
    """The pull request of the run; of a fork it has to be looked up by the commit."""
    if run.get("pull_requests"):
        return int(run["pull_requests"][0]["number"])
    pulls = github.read(f"/commits/{run['head_sha']}/pulls")
    return next((int(pull["number"]) for pull in pulls if pull["state"] == "open"), None)


def comment(github: Github, number: int, body: str) -> None:
    """Over our own comment where there is one; the bot's, so that a copied marker changes nothing."""
    for existing in github.read(f"/issues/{number}/comments?per_page=100"):
        if existing["body"].startswith(MARKER) and existing["user"]["type"] == "Bot":
            github.write("PATCH", f"/issues/comments/{existing['id']}", body)
            return
    github.write("POST", f"/issues/{number}/comments", body)


def main(environ: dict[str, str]) -> int:
    github = Github(
        environ.get("GITHUB_API_URL", "https://api.github.com"),
        environ["GITHUB_REPOSITORY"],
        environ["GENAI_ACTION_TOKEN"],
    )
    service, key = environ["GENAI_ACTION_URL"].rstrip("/"), environ["GENAI_ACTION_KEY"]
    run_id = int(environ["GENAI_ACTION_RUN"])
    run = github.read(f"/actions/runs/{run_id}")
    jobs = github.read(f"/actions/runs/{run_id}/jobs?filter=latest&per_page=100")["jobs"]
    failed = [job for job in jobs if job["conclusion"] in ("failure", "timed_out")][:MOST_JOBS]
    sections = []
    for job in failed:
        metadata = {
            "repository": environ["GITHUB_REPOSITORY"], "job": f"{run.get('name', '')} / {job['name']}",
            "commit": run["head_sha"], "branch": run["head_branch"], "url": job["html_url"],
            "run_id": run_id, "job_id": job["id"], "attempt": run.get("run_attempt", 1),
        }  # fmt: skip
        sections.append(section(job["name"], explain(service, key, github.log(job["id"]), metadata)))
    append(environ.get("GITHUB_OUTPUT"), f"explained={len(sections)}\n")
    if sections:
        body = "\n\n".join([MARKER, *sections])[:MOST_COMMENT]
        append(environ.get("GITHUB_STEP_SUMMARY"), body + "\n")
        number = change_of(github, run) if environ.get("GENAI_ACTION_COMMENT") == "true" else None
        if number:
            comment(github, number, body)
    print(f"{len(sections)} of {len(failed)} failed jobs explained; see the summary.")
    return 0


def append(path: str | None, text: str) -> None:
    if path:
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123
            file.write(text)


if __name__ == "__main__":
    try:
        sys.exit(main(dict(os.environ)))
    except (urllib.error.URLError, OSError, ValueError, KeyError) as error:
        # A status tells enough; an answer's words could hold a command of the runner (`::...`).
        reason = f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else type(error).__name__
        print(f"::warning::The failed jobs could not be explained ({reason}).")
