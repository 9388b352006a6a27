"""What the server refuses, told by boto3's own client: a rule that never refuses would hold nothing."""

from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.bedrock.environment import bedrock_in_environment
from tests.bedrock.guards import Guard
from tests.bedrock.replies import Fail
from tests.bedrock.server import BedrockServer

NOVA = "us.amazon.nova-2-lite-v1:0"
POINT = {"cachePoint": {"type": "default"}}
HELLO: list[Any] = [{"role": "user", "content": [{"text": "Hello"}]}]


@pytest.fixture(scope="module")
def server() -> Iterator[BedrockServer]:
    with bedrock_in_environment() as server:
        server.guards["g1"] = Guard()
        yield server


@pytest.fixture
def client(server: BedrockServer) -> Any:
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return boto3.client("bedrock-runtime", config=config)


def _converse(client: Any, **changes: Any) -> Any:
    return client.converse(**({"modelId": NOVA, "messages": HELLO} | changes))


def test_it_converses_with_boto3s_own_client(client: Any) -> None:
    whole = _converse(client)
    assert whole["output"]["message"]["content"] == [{"text": "Oslo is the capital of Norway [1]."}]
    events = list(client.converse_stream(modelId=NOVA, messages=HELLO)["stream"])
    assert [next(iter(event)) for event in events][-2:] == ["messageStop", "metadata"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"modelId": "us.amazon.nova-9-lite-v1:0"}, "ResourceNotFoundException"),
        ({"modelId": "amazon.nova-2-lite-v1:0"}, "ValidationException"),
        ({"modelId": "amazon.titan-embed-text-v2:0"}, "ValidationException"),
        ({"messages": []}, "ValidationException"),
        ({"messages": [{"role": "assistant", "content": [{"text": "Hello"}]}]}, "ValidationException"),
        ({"messages": HELLO + HELLO}, "ValidationException"),
        ({"messages": [{"role": "user", "content": [{"text": "  "}]}]}, "ValidationException"),
        ({"messages": [{"role": "user", "content": []}]}, "ValidationException"),
        ({"messages": [{"role": "robot", "content": [{"text": "Hello"}]}]}, "ValidationException"),
        ({"messages": [{"role": "user", "content": [{"text": "a", **POINT}]}]}, "ValidationException"),
        ({"system": [POINT]}, "ValidationException"),
        ({"system": [{"text": "a"}, POINT, POINT]}, "ValidationException"),
        ({"system": [{"text": "a"}, POINT] * 5}, "ValidationException"),
        (
            {"system": [{"text": "a"}, POINT], "modelId": "meta.llama3-8b-instruct-v1:0"},
            "ValidationException",
        ),
        ({"inferenceConfig": {"temperature": 1.5}}, "ValidationException"),
        ({"inferenceConfig": {"maxTokens": 0}}, "ValidationException"),
        ({"inferenceConfig": {"stopSequences": list("abcde")}}, "ValidationException"),
        ({"guardrailConfig": {"guardrailIdentifier": "g2", "guardrailVersion": "1"}}, "ValidationException"),
        ({"guardrailConfig": {"guardrailIdentifier": "g1", "guardrailVersion": "9"}}, "ValidationException"),
        ({"guardrailConfig": {"guardrailIdentifier": "G 1", "guardrailVersion": "1"}}, "ValidationException"),
    ],
    ids=str,
)
def test_a_request_that_the_real_one_refuses_is_refused(
    client: Any, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as raised:
        _converse(client, **changes)
    assert raised.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"no",
        b'{"inputText": ""}',
        b'{"inputText": "a", "dimensions": 300}',
        b'{"inputText": "a", "x": 1}',
    ],
)
def test_titan_refuses_bodies_that_are_not_its_own(client: Any, body: bytes) -> None:
    with pytest.raises(ClientError) as raised:
        client.invoke_model(modelId="amazon.titan-embed-text-v2:0", body=body, contentType="application/json")
    assert raised.value.response["Error"]["Code"] == "ValidationException"


OF_S3 = (
    "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, "
    f"Signature={'0' * 64}"
)
OF_BEDROCK = OF_S3.replace("/s3/", "/bedrock/")


@pytest.mark.parametrize(
    "changes",
    [
        {"inferenceConfig": {"topK": 4}},
        {"messages": [{"role": "user", "content": [{"words": "a"}]}]},
        {"stream": True},
    ],
    ids=str,
)
def test_a_member_that_the_services_model_does_not_have_is_refused(
    server: BedrockServer, changes: dict[str, Any]
) -> None:
    """boto3 has no way to send one."""
    body, headers = {"messages": HELLO}, {"Authorization": OF_BEDROCK}
    assert httpx.post(f"{server.url}/model/{NOVA}/converse", json=body, headers=headers).status_code == 200
    refused = httpx.post(f"{server.url}/model/{NOVA}/converse", json=body | changes, headers=headers)
    assert (refused.status_code, refused.headers["x-amzn-errortype"]) == (400, "ValidationException")


@pytest.mark.parametrize("authorization", [None, "Basic eA==", OF_S3])
def test_a_request_without_a_signature_for_bedrock_is_denied(
    server: BedrockServer, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = httpx.post(f"{server.url}/model/{NOVA}/converse", json={"messages": HELLO}, headers=headers)
    assert answer.status_code == 403 and answer.headers["x-amzn-errortype"] == "AccessDeniedException"


def test_a_scripted_error_has_the_status_of_the_model(server: BedrockServer, client: Any) -> None:
    server.script(Fail("ModelErrorException"))
    with pytest.raises(client.exceptions.ModelErrorException) as raised:
        _converse(client)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 424
