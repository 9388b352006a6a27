"""Which of Bedrock's models a choice means, and the permissions that name exactly these."""

from typing import Any

from infra.statements import allow

# The short names that the app knows too; tests/contracts compares the two.
LITE, PRO = "amazon.nova-2-lite-v1:0", "amazon.nova-2-pro-preview-20251202-v1:0"
EMBEDDER = "amazon.titan-embed-text-v2:0"
GEOGRAPHIES = ("global", "us-gov", "us", "eu", "jp", "apac", "au", "ca", "sa", "amer")
CALLS = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")


def called(model: str, *, region: str) -> str:
    """The id that is called for a choice: Nova 2 is reached through inference profiles only."""
    if model == "nova-2-pro":
        return f"us.{PRO}"
    return f"{_geography(region)}.{LITE}" if model == "nova-2-lite" else model


def may_answer(model: str, *, region: str, account: str) -> list[dict[str, Any]]:
    """Permission to call one chat model; with a profile, its models too, but through that profile only."""
    name = called(model, region=region)
    geography, _, foundation = name.partition(".")
    if geography not in GEOGRAPHIES:
        return [allow("Answer", [_foundation(region, name)], *CALLS)]
    profile = f"arn:aws:bedrock:{region}:{account}:inference-profile/{name}"
    # A profile sends to whichever of its regions has room; AWS adds regions to it, so they are not listed here.
    models = [_foundation("*", foundation)]
    # A global profile names its models without any region as well.
    models += [_foundation("", foundation)] if geography == "global" else []
    by_the_profile = {"StringEquals": {"bedrock:InferenceProfileArn": profile}}
    through = allow("AnswerThroughTheProfile", models, *CALLS, when=by_the_profile)
    return [allow("Answer", [profile], *CALLS), through]


def may_embed(region: str) -> dict[str, Any]:
    return allow("Embed", [_foundation(region, EMBEDDER)], CALLS[0])


def _foundation(region: str, model: str) -> str:
    return f"arn:aws:bedrock:{region}::foundation-model/{model}"


def _geography(region: str) -> str:
    """The geography whose profile keeps requests near; the same table as the app's."""
    if region.startswith("us-") and not region.startswith("us-gov-"):
        return "us"
    if region.startswith("eu-"):
        return "eu"
    return "jp" if region in ("ap-northeast-1", "ap-northeast-3") else "global"
