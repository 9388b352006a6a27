from typing import Any

import boto3
import pytest

from app.adapters.secrets_manager import read_secret
from app.kernel.errors import GenaiError, SettingsError, Unavailable
from tests.app.adapters.aws_faults import ATTEMPTS, BEFORE, Faults, without_pauses


@pytest.fixture
def endpoint(aws_endpoint: str) -> str:
    return aws_endpoint


def _create(endpoint: str, name: str, value: str | bytes) -> str:
    client = boto3.client("secretsmanager", endpoint_url=endpoint, region_name="eu-central-1")
    if isinstance(value, bytes):
        return client.create_secret(Name=name, SecretBinary=value)["ARN"]
    return client.create_secret(Name=name, SecretString=value)["ARN"]


def test_a_secret_is_read_by_name_or_arn_and_does_not_print_itself(endpoint: str) -> None:
    arn = _create(endpoint, "genai/keys", "acme:s3cret\n")
    for name in ("genai/keys", arn):
        secret = read_secret(name, region="eu-central-1", endpoint_url=endpoint)
        assert secret.get_secret_value() == "acme:s3cret"
        assert "s3cret" not in repr(secret) + str(secret)


def test_a_secret_without_text_says_which_and_what_to_store(endpoint: str) -> None:
    _create(endpoint, "genai/blank", "  ")
    _create(endpoint, "genai/binary", b"\x00\x01")
    for name in ("genai/blank", "genai/binary"):
        with pytest.raises(SettingsError, match=rf"{name}.*holds no text"):
            read_secret(name, region="eu-central-1", endpoint_url=endpoint)


def test_an_absent_secret_says_which_command_makes_it(endpoint: str) -> None:
    with pytest.raises(SettingsError, match=r"genai/nowhere.*make secrets"):
        read_secret("genai/nowhere", region="eu-central-1", endpoint_url=endpoint)


def test_no_answer_is_unavailable_and_no_region_is_told(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(Unavailable):
        read_secret("genai/keys", region="eu-central-1", endpoint_url="http://127.0.0.1:9")
    with pytest.raises(GenaiError, match="region"):
        read_secret("genai/keys", endpoint_url=endpoint)


@pytest.mark.parametrize("kind", BEFORE)
def test_a_passing_fault_is_survived_and_one_that_stays_is_told(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    without_pauses(monkeypatch)
    name = f"genai/faulty-{kind.replace(' ', '-')}"
    _create(endpoint, name, "acme:key")
    faults, session = Faults(), boto3.session.Session

    class Watched(session):  # type: ignore[misc,valid-type]
        def client(self, *names: Any, **options: Any) -> Any:
            client = super().client(*names, **options)
            faults.watch(client)
            return client

    monkeypatch.setattr(boto3.session, "Session", Watched)
    faults.at(0, kind, times=ATTEMPTS - 1)
    assert read_secret(name, region="eu-central-1", endpoint_url=endpoint).get_secret_value() == "acme:key"
    faults.at(0, kind)
    with pytest.raises(Unavailable) as raised:
        read_secret(name, region="eu-central-1", endpoint_url=endpoint)
    assert raised.value.retry_after_s
    assert read_secret(name, region="eu-central-1", endpoint_url=endpoint).get_secret_value() == "acme:key"
