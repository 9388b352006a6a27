"""The script of the index job beside a real OpenSearch: its mark is what makes a pod ready, and goes with the data."""

import sys
from pathlib import Path

import httpx
import pytest

from infra.workloads import index_once
from infra.workloads.opensearch import REBUILT_PATH

from .opensearch_node import OpenSearchNode

pytestmark = pytest.mark.engines


def test_a_pod_is_ready_once_the_index_is_rebuilt_and_no_longer_when_it_lost_it(
    opensearch: OpenSearchNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    rebuild = (sys.executable, "-c", f"open({str(log)!r}, 'a').write('rebuilt ')")
    monkeypatch.setenv("GENAI_OPENSEARCH_URL", opensearch.url)
    monkeypatch.setenv("GENAI_EMBEDDER", "wordllama")
    probed = opensearch.url + REBUILT_PATH
    httpx.delete(f"{opensearch.url}/{index_once.MARK}", timeout=30)
    try:
        assert httpx.get(probed, timeout=30).status_code == 404
        assert index_once.main(rebuild) == 0
        assert httpx.get(probed, timeout=30).status_code == 200
        assert index_once.main(rebuild) == 0
        assert log.read_text() == "rebuilt "
        # What a pod that begins on an empty disk looks like.
        httpx.delete(f"{opensearch.url}/{index_once.MARK}", timeout=30).raise_for_status()
        assert httpx.get(probed, timeout=30).status_code == 404
        assert index_once.main(rebuild) == 0
        assert log.read_text() == "rebuilt rebuilt "
        # It takes its place on every node there is, and asks for no more.
        health = httpx.get(f"{opensearch.url}/_cluster/health/{index_once.MARK}", timeout=30).json()
        assert health["status"] == "green"
    finally:
        httpx.delete(f"{opensearch.url}/{index_once.MARK}", timeout=30)
