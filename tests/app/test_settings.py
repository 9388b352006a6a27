"""Settings come from GENAI_* alone, are frozen, and every mistake is one line that names the setting."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.kernel.errors import SettingsError
from app.settings import Settings, known_names, parse_api_keys, read_settings


def test_an_empty_environment_is_a_laptop() -> None:
    settings = read_settings({"PATH": "/bin", "OTHER": "x"})
    assert (settings.host, settings.port, settings.console_port) == ("127.0.0.1", 8080, 8501)
    assert (settings.embedder, settings.chat, settings.data_dir) == ("wordllama", "extractive", Path(".data"))
    assert settings.tenants_by_key() == {}
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("GENAI_PROT", "GENAI_PORT"),
        ("GENAI_EMBEDDERS", "GENAI_EMBEDDER"),
        ("GENAI_MODELDIR", "GENAI_MODEL_DIR"),
    ],
)
def test_an_unknown_setting_names_the_nearest_known_one(name: str, nearest: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings({name: "x"})
    assert name in raised.value.detail and f"{nearest}?" in raised.value.detail


def test_a_blank_setting_is_as_none() -> None:
    assert read_settings({"GENAI_PORT": "", "GENAI_MODEL_DIR": "  "}) == read_settings({})


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"GENAI_PORT": "70000"}, ["GENAI_PORT", "70000"]),
        ({"GENAI_PORT": "http"}, ["GENAI_PORT", "http"]),
        ({"GENAI_EMBEDDER": "bert"}, ["GENAI_EMBEDDER", "bert", "minilm"]),
        ({"GENAI_HOST": "0.0.0.0"}, ["GENAI_HOST", "GENAI_API_KEYS"]),
        ({"GENAI_HOST": "192.168.1.2"}, ["GENAI_HOST", "127.0.0.1"]),
        ({"GENAI_CHAT": "openai"}, ["GENAI_CHAT", "GENAI_CHAT_MODEL"]),
        ({"GENAI_EMBEDDER": "openai", "GENAI_EMBEDDER_URL": "u", "GENAI_EMBEDDER_MODEL": "m"}, ["GENAI_EMBEDDER_DIMENSIONS"]),
        ({"GENAI_OBJECTS": "s3"}, ["GENAI_BUCKET"]),
        ({"GENAI_RECORDS": "dynamodb"}, ["GENAI_TABLE"]),
        ({"GENAI_CACHE": "valkey"}, ["GENAI_CACHE_URL"]),
        (
            {"GENAI_WORK": "sqs", "GENAI_QUEUE_URL": "https://q", "GENAI_OBJECTS": "s3", "GENAI_BUCKET": "b"},
            ["GENAI_WORK=sqs", "GENAI_RECORDS=sqlite"],
        ),
        ({"GENAI_CHAT_FALLBACKS": "cohere:x"}, ["GENAI_CHAT_FALLBACKS", "'cohere:x'", "groq"]),
        ({"GENAI_CHAT_FALLBACKS": "groq"}, ["'groq'", "groq:<model>"]),
        (
            {"GENAI_CHAT": "bedrock", "GENAI_GUARDRAIL": "g", "GENAI_CHAT_FALLBACKS": "ollama:llama3.2"},
            ["GENAI_GUARDRAIL", "'ollama'", "GENAI_CHAT_FALLBACKS"],
        ),
        ({"GENAI_API_KEYS": "a:b", "GENAI_API_KEYS_SECRET": "s"}, ["GENAI_API_KEYS", "GENAI_API_KEYS_SECRET"]),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_that_names_the_setting(environ: dict[str, str], words: list[str]) -> None:
    with pytest.raises(SettingsError) as raised:
        # Doors are looked at where a server starts, all else at once.
        read_settings(environ).check_doors()
    assert "\n" not in raised.value.detail
    for word in words:
        assert word in raised.value.detail


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_without_keys_loopback_is_fine_and_with_keys_any_door(host: str) -> None:
    read_settings({"GENAI_HOST": host}).check_doors()
    read_settings({"GENAI_HOST": "0.0.0.0", "GENAI_API_KEYS": "acme:k"}).check_doors()


def test_keys_belong_to_tenants() -> None:
    assert parse_api_keys("acme:k1, acme:k2 ,globex:k:3,") == {"k1": "acme", "k2": "acme", "k:3": "globex"}


@pytest.mark.parametrize(
    "raw",
    [
        "acme",
        "acme:",
        ":hunter2",
        "a/b:hunter2",
        "ac me:hunter2",
        f"{'x' * 65}:hunter2",
        "a:hunter2,b:hunter2",
    ],
)
def test_a_malformed_key_is_told_by_its_place_and_never_shown(raw: str) -> None:
    with pytest.raises(ValueError, match="entry") as raised:
        parse_api_keys(raw)
    assert "hunter2" not in str(raised.value)
    with pytest.raises(SettingsError) as told:
        read_settings({"GENAI_API_KEYS": raw})
    assert "hunter2" not in told.value.detail


def test_secrets_do_not_show_in_what_is_printed() -> None:
    settings = read_settings(
        {"GENAI_API_KEYS": "a:hunter2", "GENAI_CHAT_KEY": "hunter2", "GENAI_API_KEY": "hunter2"}
    )
    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert known_names() >= {
        "GENAI_PORT",
        "GENAI_CONSOLE_PORT",
        "GENAI_DATA_DIR",
        "GENAI_ENGINES",
        "GENAI_MODEL_DIR",
    }


def test_private_hosts_are_names() -> None:
    found = read_settings({"GENAI_DEVOPS_PRIVATE_HOSTS": " GitLab.corp.example, gitlab "})
    assert found.private_hosts() == {"gitlab.corp.example", "gitlab"}
    for wrong in (
        "*.corp.example",
        "https://gitlab.corp",
        "10.0.0.1",
        "gitlab.corp:8443",
        "localhost",
        "::1",
        "a b",
    ):
        with pytest.raises(SettingsError, match="GENAI_DEVOPS_PRIVATE_HOSTS"):
            read_settings({"GENAI_DEVOPS_PRIVATE_HOSTS": wrong})
