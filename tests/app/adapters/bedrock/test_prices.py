import re
from datetime import date

import pytest

from app.adapters.bedrock.prices import (
    AS_OF,
    PRICES,
    SOURCE,
    callable_from,
    foundation_of,
    price_of,
    profile_of,
)
from app.kernel.ports.chat import Usage


def test_the_table_says_when_and_where_its_numbers_are_from() -> None:
    assert date.fromisoformat(AS_OF) and SOURCE.startswith("https://")


def test_what_comes_from_a_cache_costs_less_and_output_more() -> None:
    for name, price in PRICES.items():
        if "embed" not in name:
            assert 0 < price.cache_read_usd < price.input_usd < price.output_usd, name


@pytest.mark.parametrize(
    "region", ["us-east-1", "us-gov-west-1", "eu-north-1", "ap-northeast-3", "ap-south-1", "sa-east-1"]
)
def test_the_default_of_every_region_is_priced_and_listed_there(region: str) -> None:
    default = profile_of("", region=region)
    assert price_of(default) and default in callable_from(region)
    assert profile_of("nova-2-lite", region=region) == default


def test_a_name_that_is_not_short_is_taken_as_it_is() -> None:
    for name in ("eu.amazon.nova-pro-v1:0", "arn:aws:bedrock:eu-west-1:1:application-inference-profile/abc"):
        assert profile_of(name, region="us-east-1") == name
    assert price_of("arn:aws:bedrock:eu-west-1:1:application-inference-profile/abc") is None


@pytest.mark.parametrize(
    ("name", "foundation"),
    [
        ("us.amazon.nova-2-lite-v1:0", "amazon.nova-2-lite-v1:0"),
        ("amazon.nova-2-lite-v1:0", "amazon.nova-2-lite-v1:0"),
        (
            "arn:aws:bedrock:us-east-1:1:inference-profile/global.amazon.nova-2-lite-v1:0",
            "amazon.nova-2-lite-v1:0",
        ),
        ("meta.llama3-8b-instruct-v1:0", "meta.llama3-8b-instruct-v1:0"),
    ],
)
def test_the_foundation_model_is_read_off_a_profile(name: str, foundation: str) -> None:
    assert foundation_of(name) == foundation


def test_ids_have_the_form_of_bedrocks() -> None:
    for name in PRICES:
        assert re.fullmatch(r"((global|us|eu|jp)\.)?amazon\.[a-z0-9-]+-v\d:\d", name)


def test_a_million_tokens_cost_what_the_table_says() -> None:
    price = PRICES["global.amazon.nova-2-lite-v1:0"]
    assert price.of(Usage(1_000_000, 1_000_000)) == pytest.approx(2.80)
    assert price.of(Usage(1_000_000, 0, cache_read_tokens=400_000)) == pytest.approx(0.6 * 0.3 + 0.4 * 0.075)
    assert price.of(Usage(1_000_000, 0, cache_written_tokens=1_000_000)) == pytest.approx(0.3)
