"""What the two embedders that run here say when something is missing, and what tells them apart."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.adapters.embedded.minilm import MiniLmEmbedder
from app.adapters.embedded.wordllama import WordLlamaEmbedder
from app.kernel.errors import StartError
from tests.evals.datasets import minilm_folder


def test_a_missing_model_names_the_setting_and_the_command(tmp_path: Path) -> None:
    with pytest.raises(StartError) as failed:
        MiniLmEmbedder(tmp_path / "nowhere")
    assert "GENAI_MODEL_DIR" in str(failed.value)
    assert "python -m app.rag model pull minilm" in str(failed.value)


def test_other_weights_have_another_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(json.dumps({}))
    found = set()
    for weights in (b"one", b"two"):
        (tmp_path / "model.onnx").write_bytes(weights)
        found.add(MiniLmEmbedder(tmp_path).fingerprint)
    assert len(found) == 2 and all(name.startswith("minilm-l6-") for name in found)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_broken_model_file_says_so(tmp_path: Path, anyio_backend: str) -> None:
    folder = minilm_folder()
    if folder is None:
        pytest.skip("no MiniLM model is here; set GENAI_MODEL_DIR")
    shutil.copy(folder / "tokenizer.json", tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(StartError, match="cannot be loaded"):
        await MiniLmEmbedder(tmp_path).ping()


def test_loading_wordllama_leaves_logging_alone_and_pulls_in_no_http_client() -> None:
    code = (
        "import asyncio, logging, sys; from app.adapters.embedded.wordllama import WordLlamaEmbedder; "
        "asyncio.run(WordLlamaEmbedder().ping()); "
        "print(logging.getLogger().handlers, 'requests' in sys.modules, 'wordllama' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[] False False"


def test_the_wordllama_fingerprint_names_its_version() -> None:
    assert WordLlamaEmbedder().fingerprint.startswith("wordllama-0.")
