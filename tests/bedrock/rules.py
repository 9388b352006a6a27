"""What Bedrock refuses: botocore's own model of the service, and the rules that its documentation adds in words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.model import ListShape, ServiceModel, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

SERVICE: ServiceModel = botocore.session.get_session().get_service_model("bedrock-runtime")

# Ids that InvokeModel and Converse take here; those of `PROFILES_ONLY` are refused without a profile, as on demand.
TITAN = "amazon.titan-embed-text-v2:0"
PROFILES = {
    "global.amazon.nova-2-lite-v1:0", "us.amazon.nova-2-lite-v1:0", "eu.amazon.nova-2-lite-v1:0",
    "jp.amazon.nova-2-lite-v1:0", "us.amazon.nova-2-pro-preview-20251202-v1:0", "us.amazon.nova-lite-v1:0",
    "us.anthropic.claude-haiku-4-5-20251001-v1:0",
}  # fmt: skip
ON_DEMAND = {"meta.llama3-8b-instruct-v1:0"}
PROFILES_ONLY = {"amazon.nova-2-lite-v1:0", "amazon.nova-2-pro-preview-20251202-v1:0"}
_SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/[a-z0-9-]+/bedrock/aws4_request, "
    r"SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*x-amz-date[a-z0-9;-]*, Signature=[0-9a-f]{64}"
)
_CACHING = ("amazon.nova-", "anthropic.claude-")


@dataclass(frozen=True)
class Refusal(Exception):
    """An error of the service's model."""

    code: str
    message: str


def check_signature(headers: Mapping[str, str]) -> None:
    """Signature version 4 for the service `bedrock`, or a Bedrock API key."""
    said = headers.get("authorization", "")
    if not said:
        raise Refusal("AccessDeniedException", "Missing Authentication Token")
    if not said.startswith("Bearer ") and not _SIGNATURE.fullmatch(said):
        raise Refusal("AccessDeniedException", f"Not a signature of this service: {said[:40]}")


def check_shape(operation: str, parameters: dict[str, Any]) -> None:
    """Names, types, required members, lengths, patterns, enumerations and one member of each union."""
    shape = SERVICE.operation_model(operation).input_shape
    assert shape is not None
    report = ParamValidator().validate(parameters, shape)
    problems = (
        [report.generate_report()] if report.has_errors() else list(_problems(parameters, shape, operation))
    )
    if problems:
        raise Refusal("ValidationException", problems[0])


def check_model(model: str) -> None:
    name = model.rpartition("/")[2]
    if name in PROFILES_ONLY:
        raise Refusal(
            "ValidationException",
            f"Invocation of model ID {name} with on-demand throughput isn’t supported. Retry your request with the "
            "ID or ARN of an inference profile that contains this model.",
        )
    if name not in PROFILES | ON_DEMAND | {TITAN}:
        raise Refusal("ResourceNotFoundException", f"Could not find the model {name}.")


def check_conversation(model: str, body: Mapping[str, Any]) -> None:
    """Roles alternate from user on, no text is blank, cache points stand behind something and are at most four."""
    if model.rpartition("/")[2] == TITAN:
        raise Refusal("ValidationException", "This model doesn't support Converse.")
    messages = body.get("messages") or []
    roles = [message["role"] for message in messages]
    if roles != (["user", "assistant"] * len(roles))[: len(roles)] or roles[-1:] != ["user"]:
        raise Refusal(
            "ValidationException", "A conversation must alternate between user and assistant roles."
        )
    blocks = [body.get("system") or [], *(message["content"] for message in messages)]
    for place in blocks[1:]:
        if not place:
            raise Refusal("ValidationException", "The content field in the Message object is empty.")
    for block in (block for place in blocks for block in place):
        if "text" in block and not block["text"].strip():
            raise Refusal("ValidationException", "The text field in the ContentBlock object is blank.")
    _check_cache_points(model, blocks)
    inference = body.get("inferenceConfig") or {}
    if len(inference.get("stopSequences") or []) > 4:
        raise Refusal("ValidationException", "The model takes at most 4 stop sequences.")


def _check_cache_points(model: str, places: list[list[dict[str, Any]]]) -> None:
    points = [(place, at) for place in places for at, block in enumerate(place) if "cachePoint" in block]
    if points and not model.rpartition("/")[2].partition(".")[2].startswith(_CACHING):
        raise Refusal("ValidationException", "extraneous key [cachePoint] is not permitted")
    if len(points) > 4:
        raise Refusal("ValidationException", "A request has at most 4 cache points.")
    for place, at in points:
        if at == 0 or "cachePoint" in place[at - 1]:
            raise Refusal("ValidationException", "A cache point must stand behind content.")


def _problems(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            yield f"{path} is a union and has {len(value)} members"
        for name, inner in value.items():
            yield from _problems(inner, shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _problems(inner, shape.member, f"{path}[{place}]")
        yield from _lengths(len(value), shape, path)
    elif isinstance(shape, StringShape) and isinstance(value, str):
        if shape.enum and value not in shape.enum:
            yield f"{path} is none of {shape.enum}"
        pattern = shape.metadata.get("pattern")
        # The model writes patterns for another language; those that Python cannot read are not checked.
        if pattern and "\\p{" not in pattern and not re.fullmatch(pattern, value, re.DOTALL):
            yield f"{path} does not match {pattern}"
        yield from _lengths(len(value), shape, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _lengths(value, shape, path)


def _lengths(measure: float, shape: Shape, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and measure < low) or (high is not None and measure > high):
        yield f"{path} is {measure}, outside of {low} to {high}"
