"""The retrieval gates, through the API (`make eval`)."""

import pytest

from tests.evals.datasets import ABSENT, available, minilm_folder
from tests.evals.retrieval import GATES, evaluate

pytestmark = [pytest.mark.eval, pytest.mark.skipif(not available(), reason=ABSENT)]


@pytest.mark.parametrize("embedder", sorted(GATES))
def test_ndcg_reaches_its_gate_on_every_set(embedder: str) -> None:
    if embedder == "minilm" and minilm_folder() is None:
        pytest.skip("no MiniLM model is here; set GENAI_MODEL_DIR")
    assert evaluate(embedder, ["scifact", "squad", "cranfield"]) == []
