"""The image cache: the account's rules, every image of its registries through it, and machines that may fill it."""

import json
from collections.abc import Iterator
from typing import Any

from infra.registries import CACHED, registry_of

from ..program import ACCOUNT, WIDEST, declared

QUAY = (
    ("imageCache", '["quay.io"]'),
    ("monitoring", "cluster"),
    ("grafanaSecretArn", "arn:aws:secretsmanager:us-east-1:111122223333:secret:grafana-AbCdEf"),
)


def images(*changes: tuple[str, str]) -> set[str]:
    """Of every container that the program declares."""
    return {image for thing in declared("dev", *changes) for image in _images(thing.inputs)}


def _images(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "image" and isinstance(item, str):
                yield item
            yield from _images(item)
    elif isinstance(value, list):
        for item in value:
            yield from _images(item)


def test_by_default_nothing_is_cached_and_images_have_their_own_names():
    assert not [thing for thing in declared() if "pullThrough" in thing.kind]
    assert {registry_of(image) for image in images(*QUAY[1:])} & set(CACHED)


def test_every_image_of_a_cached_registry_is_pulled_through_the_accounts_own():
    assert not {registry_of(image) for image in images(*WIDEST)} & set(CACHED)
    ours = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
    assert {f"{ours}/{prefix}" for prefix in CACHED.values()} <= {
        "/".join(image.split("/")[:2]) for image in images(*WIDEST)
    }


def test_images_of_other_registries_keep_their_names():
    named = images(*QUAY)
    assert any(image.startswith("grafana/grafana:") for image in named)
    assert any("/quay/prometheus/prometheus:" in image for image in named)


def test_a_rule_is_the_accounts_so_it_stays_even_when_everything_else_goes():
    (rule,) = (
        thing for thing in declared("dev", *QUAY, ("keepData", "false")) if "pullThrough" in thing.kind
    )
    assert rule.inputs == {"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"}
    assert rule.retained


def test_machines_may_fill_the_cache_below_its_prefixes_and_nothing_else():
    (policy,) = (
        json.loads(thing.inputs["policy"])["Statement"]
        for thing in declared("dev", *QUAY)
        if thing.name == "nodes-image-cache"
    )
    (statement,) = policy
    assert statement["Action"] == ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    assert statement["Resource"] == ["arn:aws:ecr:us-east-1:*:repository/quay/*"]
