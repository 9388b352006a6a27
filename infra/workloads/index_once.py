"""Runs in the cluster, alone, with Python and nothing else: rebuilds the index unless OpenSearch says that it has one.

What says so lies in OpenSearch itself, so it is lost exactly when the index is. Until it is there, OpenSearch's pods are
not ready and no app reaches them: an empty index could not be told from one without a match.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

MARK = "rebuilt"
REBUILD = (sys.executable, "-m", "app.rag", "reindex", "--embed")
# As long as a cluster of three may take to elect somebody on machines that were just started.
PATIENCE_S = 900.0
PAUSE_S = 2.0


def main(
    rebuild: Sequence[str] = REBUILD,
    *,
    pause: Callable[[float], None] = time.sleep,
    patience_s: float = PATIENCE_S,
) -> int:
    """0 when the index is there, rebuilt now or before."""
    url = os.environ["GENAI_OPENSEARCH_URL"].rstrip("/")
    embedder = os.environ["GENAI_EMBEDDER"]
    if not _await_cluster(url, pause=pause, patience_s=patience_s):
        sys.stderr.write(f"OpenSearch at {url!r} did not answer in {patience_s:.0f} s.\n")
        return 1
    if _built_with(url) == embedder:
        sys.stdout.write(f"The index is there, embedded by {embedder}; nothing to do.\n")
        return 0
    code = subprocess.run(rebuild, check=False).returncode
    if code == 0:
        _mark(url, embedder)
    return code


def _await_cluster(url: str, *, pause: Callable[[float], None], patience_s: float) -> bool:
    """Yellow: every primary is there. A cluster that is still electing answers 503."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            health = _call("GET", f"{url}/_cluster/health?wait_for_status=yellow&timeout=5s")
            if health is not None and not health["timed_out"]:
                return True
        except OSError:
            pass
        if time.monotonic() >= deadline:
            return False
        pause(PAUSE_S)


def _built_with(url: str) -> str | None:
    found = _call("GET", f"{url}/{MARK}/_doc/embedder")
    return found["_source"]["name"] if found and found.get("found") else None


def _mark(url: str, embedder: str) -> None:
    """On every node, so that the loss of any leaves it. Made by the first, found there by the next embedder."""
    settings = {"settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-all"}}}
    if _call("GET", f"{url}/{MARK}") is None:
        _call("PUT", f"{url}/{MARK}", settings)
    _call("PUT", f"{url}/{MARK}/_doc/embedder?refresh=true", {"name": embedder})


def _call(method: str, url: str, body: Any = None) -> Any:
    """The answer; None for what is not there. Raises OSError for everything else that is no success."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310  http, by configuration
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


if __name__ == "__main__":
    sys.exit(main())
