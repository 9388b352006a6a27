"""The models of Bedrock that this product names, where they can be called and what a million tokens cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.ports.chat import Usage

AS_OF = "2026-11-20"
SOURCE = (
    "https://aws.amazon.com/bedrock/pricing/ and https://aws.amazon.com/nova/pricing/ as public price tables quote "
    "them; ids: https://docs.aws.amazon.com/nova/latest/nova2-userguide/core-inference.html"
)

LITE, PRO = "amazon.nova-2-lite-v1:0", "amazon.nova-2-pro-preview-20251202-v1:0"
TITAN = "amazon.titan-embed-text-v2:0"
_SHORT_NAMES = {"": LITE, "nova-2-lite": LITE, "nova-2-pro": PRO}
_GEOGRAPHIES = ("global", "us-gov", "us", "eu", "jp", "apac", "au", "ca", "sa", "amer")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, on demand, standard tier. AWS adds nothing for what Nova writes to its cache."""

    input_usd: float
    output_usd: float = 0.0
    cache_read_usd: float = 0.0

    def of(self, usage: Usage) -> float:
        """Written to the cache counts as plain input: dear rather than cheap where a model charges otherwise."""
        fresh = usage.input_tokens - usage.cache_read_tokens
        dollars = (
            fresh * self.input_usd
            + usage.cache_read_tokens * self.cache_read_usd
            + usage.output_tokens * self.output_usd
        )
        return dollars / 1_000_000


# A profile that stays within one geography costs a tenth more than the global one. Nova 2 Pro is a preview, and tables
# differ on it (2.19 and 17.50 elsewhere): look at AWS's page before a budget rests on it.
PRICES = {
    f"global.{LITE}": Price(0.30, 2.50, 0.075),
    f"us.{LITE}": Price(0.33, 2.75, 0.0825),
    f"eu.{LITE}": Price(0.33, 2.75, 0.0825),
    f"jp.{LITE}": Price(0.33, 2.75, 0.0825),
    f"us.{PRO}": Price(1.375, 11.00, 0.34375),
    "us.amazon.nova-lite-v1:0": Price(0.06, 0.24, 0.015),
    "eu.amazon.nova-lite-v1:0": Price(0.078, 0.312, 0.0195),
    "us.amazon.nova-pro-v1:0": Price(0.80, 3.20, 0.20),
    "eu.amazon.nova-pro-v1:0": Price(1.05, 4.20, 0.2625),
    "us.amazon.nova-micro-v1:0": Price(0.035, 0.14, 0.00875),
    "eu.amazon.nova-micro-v1:0": Price(0.046, 0.184, 0.0115),
    TITAN: Price(0.02),
}


def profile_of(model: str, *, region: str) -> str:
    """The id to call for a short name: Nova 2 is called through inference profiles only.

    The profile keeps requests in the geography of the region where there is one, else it is the global one. Any
    other id or ARN is taken as it is.
    """
    named = _SHORT_NAMES.get(model, model)
    if named == PRO:
        return f"us.{PRO}"  # a preview, in the United States alone
    return f"{_geography(region)}.{LITE}" if named == LITE else named


def callable_from(region: str) -> Sequence[str]:
    """The priced chat models that a region can call."""
    near = _geography(region)
    return [name for name in PRICES if name.startswith(("global.", f"{near}."))]


def price_of(model: str) -> Price | None:
    """None for a model that is not in the table, such as an application's own inference profile."""
    return PRICES.get(model.rpartition("/")[2])


def foundation_of(model: str) -> str:
    """`amazon.nova-2-lite-v1:0` of a profile's id or an ARN that ends in one."""
    name = model.rpartition("/")[2]
    geography, _, rest = name.partition(".")
    return rest if geography in _GEOGRAPHIES else name


def _geography(region: str) -> str:
    if region.startswith("us-") and not region.startswith("us-gov-"):
        return "us"
    if region.startswith("eu-"):
        return "eu"
    return "jp" if region in ("ap-northeast-1", "ap-northeast-3") else "global"
