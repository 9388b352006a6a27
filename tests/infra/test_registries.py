"""Where an image comes from, and its name once the account's registry keeps a copy."""

import pytest

from infra.naming import Names
from infra.registries import CACHED, copy_of, foreign, registry_of
from scripts.images import copies

from .program import ACCOUNT


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        ("postgres:18", "docker.io"),
        ("grafana/grafana:12.1.1", "docker.io"),
        ("quay.io/prometheus/prometheus:v3.5.0", "quay.io"),
        ("localhost:5000/app:1", "localhost:5000"),
    ],
)
def test_the_host_of_a_name_is_its_registry_and_a_name_without_one_is_docker_hubs(image: str, registry: str):
    assert registry_of(image) == registry


def test_a_copy_keeps_path_and_tag_below_the_prefix_of_its_registry():
    where = {"account": ACCOUNT, "region": "eu-central-1"}
    image = "registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.0"
    ours = f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/kubernetes/autoscaling/cluster-autoscaler:v1.36.0"
    assert copy_of(image, cached=["registry.k8s.io"], **where) == ours
    assert copy_of(image, cached=["quay.io"], **where) == image
    assert copy_of(ours, cached=list(CACHED), **where) == ours


def test_make_images_fetches_every_image_of_the_cached_registries_and_no_other():
    names = Names(project="genai-ops", stack="dev", account=ACCOUNT, region="us-east-1")
    assert copies("[]", names) == []
    fetched = copies('["quay.io"]', names)
    assert len(fetched) == sum(registry_of(image) == "quay.io" for image in foreign()) >= 2
    assert all(image.startswith(f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/quay/") for image in fetched)
