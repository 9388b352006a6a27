"""OpenSearch finds what the embedded index finds (`make eval`)."""

from collections.abc import Iterator

import pytest

from tests.engines.opensearch_node import OpenSearchNode
from tests.evals.datasets import ABSENT, SETS, available, minilm_folder
from tests.evals.opensearch import evaluate

pytestmark = [pytest.mark.eval, pytest.mark.skipif(not available(), reason=ABSENT)]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSearchNode]:
    node = OpenSearchNode.available(tmp_path_factory.mktemp("opensearch"))
    try:
        yield node.start()
    finally:
        node.stop()


@pytest.mark.parametrize("embedder", ["minilm", "wordllama"])
def test_ndcg_is_within_a_hundredth_of_the_embedded_index_on_every_set(
    node: OpenSearchNode, embedder: str
) -> None:
    if embedder == "minilm" and minilm_folder() is None:
        pytest.skip("no MiniLM model is here; set GENAI_MODEL_DIR")
    assert evaluate(node, embedder, SETS) == []
