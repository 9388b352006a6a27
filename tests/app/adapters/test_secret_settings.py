"""Secret settings out of Secrets Manager: only such, only texts, and no message that holds a value."""

import json
from typing import Any

import boto3
import pytest

from app.kernel.errors import SettingsError
from app.settings import read_settings
from app.wiring.secret_settings import with_secret_settings

REGION = "eu-central-1"


@pytest.fixture
def store(aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws_endpoint)
    client = boto3.client("secretsmanager", endpoint_url=aws_endpoint, region_name=REGION)

    def put(value: str) -> str:
        return str(client.create_secret(Name=f"settings-{abs(hash(value))}", SecretString=value)["ARN"])

    return put


def settings(arn: str, **more: str) -> Any:
    return read_settings({"GENAI_SECRET_SETTINGS": arn, "GENAI_REGION": REGION} | more)


def test_values_come_from_the_secret_and_what_the_environment_sets_stays(store: Any):
    arn = store(json.dumps({"GENAI_GROQ_KEY": "from-the-secret", "GENAI_OPENAI_KEY": "from-the-secret"}))
    found = with_secret_settings(settings(arn, GENAI_OPENAI_KEY="from-the-environment"))
    assert found.groq_key.get_secret_value() == "from-the-secret"
    assert found.openai_key.get_secret_value() == "from-the-environment"
    assert "from-the-secret" not in repr(found)


def test_without_a_secret_nothing_is_asked():
    plain = read_settings({})
    assert with_secret_settings(plain) is plain


@pytest.mark.parametrize(
    "value",
    [
        "gsk-hidden-1",
        '["gsk-hidden-2"]',
        '{"GENAI_GROQ_KEY": {"a": "hidden"}}',
        '{"GENAI_PORT": "hidden"}',
        '{"AWS_X": "hidden"}',
    ],
)
def test_anything_else_is_refused_without_its_value(store: Any, value: str):
    with pytest.raises(SettingsError) as refused:
        with_secret_settings(settings(store(value)))
    assert "hidden" not in str(refused.value)
    assert "GENAI_GROQ_KEY" in str(refused.value)
