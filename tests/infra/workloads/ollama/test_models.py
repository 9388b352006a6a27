"""Models between S3 and Ollama's folder: what is missing, what is kept, and that nothing half or false is ever taken."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from infra.workloads.ollama import models
from infra.workloads.ollama.models import Cache, Damaged, bring, keep, manifest_path, missing

BUCKET, PREFIX, MODEL = "models", "ollama/", "qwen3:4b-instruct"


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cache]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket=BUCKET)
        yield Cache(s3, BUCKET, PREFIX)


def pulled(folder: Path, *contents: bytes, model: str = MODEL) -> Path:
    """A model as `ollama pull` leaves it; the first content is its configuration."""
    parts = []
    (folder / "blobs").mkdir(parents=True, exist_ok=True)
    for content in contents:
        digest = hashlib.sha256(content).hexdigest()
        (folder / "blobs" / f"sha256-{digest}").write_bytes(content)
        parts.append({"digest": f"sha256:{digest}", "size": len(content)})
    path = folder / manifest_path(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"schemaVersion": 2, "config": parts[0], "layers": parts[1:]}))
    return path


def keys(cache: Cache) -> list[str]:
    return [item["Key"] for item in cache.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_what_was_pulled_once_is_brought_to_every_other_pod_and_never_pulled_again(
    cache: Cache, tmp_path: Path
) -> None:
    job, pod = tmp_path / "job", tmp_path / "pod"
    job.mkdir()
    assert missing(cache, [MODEL], job) == [MODEL]
    pulled(job, b"config", b"weights")
    assert keep(cache, job) == [MODEL]
    assert missing(cache, [MODEL], job) == [] and (job / "wanted").read_text() == ""
    assert keep(cache, job) == []
    bring(cache, [MODEL], pod)
    assert (pod / manifest_path(MODEL)).read_bytes() == (job / manifest_path(MODEL)).read_bytes()
    assert sorted(file.read_bytes() for file in (pod / "blobs").iterdir()) == [b"config", b"weights"]
    assert all(key.startswith(PREFIX) for key in keys(cache))


def test_a_job_that_ended_before_the_manifest_left_no_model_and_the_next_sends_only_the_rest(
    cache: Cache, tmp_path: Path
) -> None:
    missing(cache, [MODEL], tmp_path)
    pulled(tmp_path, b"config", b"weights")
    keep(cache, tmp_path)
    cache.s3.delete_object(Bucket=BUCKET, Key=PREFIX + manifest_path(MODEL))
    with pytest.raises(Damaged, match=r"S3 has no qwen3:4b-instruct yet"):
        bring(cache, [MODEL], tmp_path / "pod")
    assert missing(cache, [MODEL], tmp_path) == [MODEL]
    before = {key: cache.s3.head_object(Bucket=BUCKET, Key=key)["LastModified"] for key in keys(cache)}
    keep(cache, tmp_path)
    after = {key: cache.s3.head_object(Bucket=BUCKET, Key=key)["LastModified"] for key in keys(cache)}
    assert {key: after[key] for key in before} == before and len(after) == 3


def test_a_model_whose_weights_are_gone_or_of_another_size_is_missing(cache: Cache, tmp_path: Path) -> None:
    missing(cache, [MODEL], tmp_path)
    pulled(tmp_path, b"config", b"weights")
    keep(cache, tmp_path)
    weights = f"{PREFIX}blobs/sha256-{hashlib.sha256(b'weights').hexdigest()}"
    cache.s3.put_object(Bucket=BUCKET, Key=weights, Body=b"half")
    assert missing(cache, [MODEL], tmp_path) == [MODEL]
    keep(cache, tmp_path)
    assert missing(cache, [MODEL], tmp_path) == []


def test_what_is_not_what_its_name_says_is_neither_kept_nor_brought(cache: Cache, tmp_path: Path) -> None:
    missing(cache, [MODEL], tmp_path)
    pulled(tmp_path, b"config", b"weights")
    keep(cache, tmp_path)
    weights = f"blobs/sha256-{hashlib.sha256(b'weights').hexdigest()}"
    cache.s3.put_object(Bucket=BUCKET, Key=PREFIX + weights, Body=b"WEIGHTS")
    with pytest.raises(Damaged, match="not what its name says"):
        bring(cache, [MODEL], tmp_path / "pod")
    assert not (tmp_path / "pod" / weights).exists()
    (tmp_path / weights).write_bytes(b"WEIGHTS")
    (tmp_path / "wanted").write_text(MODEL)
    with pytest.raises(Damaged, match="not what its name says"):
        keep(cache, tmp_path)


@pytest.mark.parametrize("name", ["../../etc:passwd", "qwen3", "a/b/c:d", "x:../y", "/x:y", "X:y", ""])
def test_a_name_that_could_lead_elsewhere_is_no_name(name: str) -> None:
    with pytest.raises(Damaged):
        manifest_path(name)


@pytest.mark.parametrize(
    "manifest",
    [
        b"<html>",
        b"[]",
        b'{"layers": []}',
        b'{"config": {"digest": "sha256:../../x", "size": 1}, "layers": []}',
        b'{"config": null, "layers": [1]}',
    ],
)
def test_a_manifest_that_is_none_is_refused(manifest: bytes) -> None:
    with pytest.raises(Damaged):
        models.blobs(manifest)


def test_a_model_of_somebody_elses_name_lies_below_that_name() -> None:
    assert manifest_path("hf/small:q4_K_M") == "manifests/registry.ollama.ai/hf/small/q4_K_M"
    assert manifest_path(MODEL) == "manifests/registry.ollama.ai/library/qwen3/4b-instruct"
