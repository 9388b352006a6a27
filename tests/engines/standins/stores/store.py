"""The shape of a resource type kept in moto, and the conversions that all of them need."""

import os
from collections.abc import Callable
from typing import Any, ClassVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ..cloud import Refused

# One try and short waits: moto is on loopback, so a slow answer is a hang.
_QUICK = Config(
    connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}
)


class Store:
    """One resource type: `inputs` are the provider's properties, `id` is what an import would name."""

    token: ClassVar[str]
    service: ClassVar[str]
    # What the service answers for a property nobody set; a program that leaves it out asks for no change.
    defaults: ClassVar[dict[str, Any]] = {}
    fixed: ClassVar[tuple[str, ...]] = ()  # a change of these makes a new resource
    # Known to the provider only, never to the service: an import cannot read them back.
    local: ClassVar[tuple[str, ...]] = ()
    # Whether the program has things of this type that are rented too: those lie in the run's file.
    mixed: ClassVar[bool] = False

    def __init__(self, *, region: str, account: str, default_tags: dict[str, str]) -> None:
        self.region, self.account, self.default_tags = region, account, default_tags
        self.client = client_of(self.service, region)

    def create(self, inputs: dict[str, Any]) -> str:
        raise NotImplementedError

    def read(self, id: str) -> dict[str, Any] | None:
        raise NotImplementedError

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        raise NotImplementedError

    def delete(self, id: str, state: dict[str, Any]) -> None:
        raise NotImplementedError

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {}

    def durable(self, inputs: dict[str, Any]) -> bool:
        """Of a mixed type: is one with these inputs to be kept here?"""
        return (inputs.get("tags") or {}).get("genai-ops:lifetime") == "durable"

    # ---- tags

    def all_tags(self, inputs: dict[str, Any]) -> dict[str, str]:
        return {**self.default_tags, **(inputs.get("tags") or {})}

    def own_tags(self, found: dict[str, str]) -> dict[str, str]:
        """What an import shows as `tags`: everything that the provider's default tags do not already say."""
        return {key: value for key, value in found.items() if self.default_tags.get(key) != value}


def client_of(service: str, region: str) -> Any:
    return boto3.client(
        service, region_name=region, config=_QUICK, endpoint_url=os.environ["AWS_ENDPOINT_URL"]
    )


def asking(call: Callable[[], Any], *, missing: tuple[str, ...] = ()) -> Any:
    """Run an API call in the provider's manner.

    Returns: its answer, None for an error named in `missing`.
    Raises: Refused with the service's code and message.
    """
    try:
        return call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in missing:
            return None
        raise Refused(f"{code}: {error.response['Error'].get('Message', '')}") from error
    except BotoCoreError as error:
        raise Refused(str(error)) from error


def pairs(tags: dict[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in sorted(tags.items())]


def unpaired(tags: list[dict[str, str]] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags or []}


def to_api(value: Any, names: dict[str, str] | None = None) -> Any:
    """camelCase properties as the API's CapitalCase, `names` for the exceptions."""
    if isinstance(value, dict):
        return {
            (names or {}).get(key, key[:1].upper() + key[1:]): to_api(item, names)
            for key, item in value.items()
        }
    return [to_api(item, names) for item in value] if isinstance(value, list) else value


def from_api(value: Any, names: dict[str, str] | None = None) -> Any:
    """The API's answer as properties, `names` as for to_api."""
    back = {api: own for own, api in (names or {}).items()}
    if isinstance(value, dict):
        return {
            back.get(key, key[:1].lower() + key[1:]): from_api(item, names) for key, item in value.items()
        }
    return [from_api(item, names) for item in value] if isinstance(value, list) else value
