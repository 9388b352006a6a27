from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from app.adapters.embedded.extractive import ExtractiveChat
from app.adapters.openai_compatible import chat_preset, embedder_preset
from app.kernel.errors import SettingsError
from app.kernel.ports.chat import Chat, ChatRequest, Delta, Passage
from app.settings import Settings, read_settings
from app.wiring.models import build_chat, build_embedder
from tests.wire.server import WireServer, vector_of

pytestmark = pytest.mark.anyio

KEYS = {"openai_key": SecretStr("sk-openai"), "groq_key": SecretStr("gsk-groq")}
REQUEST = ChatRequest("Why?", (Passage(1, "Because."),))


@pytest.fixture
async def opened() -> AsyncIterator[list[Any]]:
    opened: list[Any] = []
    yield opened
    for port in opened:
        if close := getattr(port, "aclose", None):
            await close()


def _settings(**values: Any) -> Settings:
    return read_settings({}, **values)


async def _text(chat: Chat) -> str:
    return "".join([item.text async for item in chat.answer(REQUEST) if isinstance(item, Delta)])


@pytest.mark.parametrize(
    ("name", "url", "key"),
    [
        ("openai", "https://api.openai.com/v1", "sk-openai"),
        ("groq", "https://api.groq.com/openai/v1", "gsk-groq"),
        ("ollama", "http://127.0.0.1:11434/v1", ""),
        ("vllm", "http://127.0.0.1:8000/v1", ""),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_each_provider_has_its_address_and_key(name: str, url: str, key: str, first: bool) -> None:
    found = chat_preset(name, _settings(**KEYS), first=first)
    assert (found.url, found.key.get_secret_value()) == (url, key)


@pytest.mark.parametrize("name", ["openai", "ollama", "vllm"])
def test_embeddings_are_at_the_address_of_the_chat(name: str) -> None:
    settings = _settings(**KEYS)
    assert embedder_preset(name, settings) == chat_preset(name, settings, first=False)


def test_groq_has_no_embeddings() -> None:
    with pytest.raises(SettingsError, match="no embedding models"):
        embedder_preset("groq", _settings(**KEYS))
    with pytest.raises(SettingsError, match="GENAI_EMBEDDER"):
        _settings(embedder="groq")


def test_where_local_servers_listen_can_be_set() -> None:
    settings = _settings(ollama_url="http://gpu:11434/v1", vllm_url="http://gpu:8001/v1")
    assert chat_preset("ollama", settings, first=False).url == "http://gpu:11434/v1"
    assert embedder_preset("vllm", settings).url == "http://gpu:8001/v1"


def test_the_settings_of_the_port_stand_above_those_of_the_provider_for_the_first_choice_only() -> None:
    settings = _settings(
        **KEYS,
        chat_url="https://gateway/v1", chat_key=SecretStr("chat"),
        embedder_url="https://other/v1", embedder_key=SecretStr("embedder"),
    )  # fmt: skip
    chat, embedder = chat_preset("openai", settings, first=True), embedder_preset("openai", settings)
    assert (chat.url, chat.key.get_secret_value()) == ("https://gateway/v1", "chat")
    assert (embedder.url, embedder.key.get_secret_value()) == ("https://other/v1", "embedder")
    fallback = chat_preset("groq", settings, first=False)
    assert (fallback.url, fallback.key.get_secret_value()) == ("https://api.groq.com/openai/v1", "gsk-groq")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://api.openai.com/v1", "sk-openai"),
        ("https://API.openai.com/v1/", "sk-openai"),
        ("https://gateway/v1", ""),
        ("http://api.openai.com/v1", ""),
        ("https://api.openai.com.evil.example/v1", ""),
    ],
)
def test_a_providers_key_goes_to_the_provider_alone(url: str, key: str) -> None:
    settings = _settings(**KEYS, chat_url=url, embedder_url=url)
    for found in (chat_preset("openai", settings, first=True), embedder_preset("openai", settings)):
        assert (found.url, found.key.get_secret_value()) == (url, key)


@pytest.mark.parametrize("name", ["openai", "groq"])
def test_a_hosted_provider_without_a_key_is_told_at_the_start(name: str) -> None:
    own = f"GENAI_{name.upper()}_KEY"
    with pytest.raises(SettingsError, match=own):
        chat_preset(name, _settings(), first=True)
    with pytest.raises(SettingsError, match=own):
        chat_preset(name, _settings(chat_key=SecretStr("for the first choice")), first=False)
    assert chat_preset(name, _settings(chat_key=SecretStr("k")), first=True).key.get_secret_value() == "k"


def test_a_name_that_is_none_of_them_is_told() -> None:
    with pytest.raises(SettingsError, match="'azure'"):
        chat_preset("azure", _settings(), first=True)


async def test_ollama_answers_and_embeds_without_a_key_by_its_preset_alone(
    server: WireServer, opened: list[Any]
) -> None:
    settings = _settings(
        ollama_url=server.url,
        chat="ollama", chat_model="tiny",
        embedder="ollama", embedder_model="tiny-embed", embedder_dimensions=8,
    )  # fmt: skip
    embedder = build_embedder(settings, api=True)
    chat = build_chat(settings, settings.chat_model, embedder)
    opened += [chat, embedder]
    assert await _text(chat) == server.answer([])
    assert (await embedder.embed(["x"])).shape == (1, 8)
    assert not any("authorization" in request.headers for request in server.requests)


async def test_a_server_that_knows_neither_base64_nor_max_tokens_is_learned(
    server: WireServer, opened: list[Any]
) -> None:
    """vLLM and Ollama by their version, OpenAI by the model: each refuses another field."""
    server.floats_only = True
    server.refused_fields = {"max_tokens", "temperature", "encoding_format"}
    settings = _settings(
        vllm_url=server.url,
        chat="vllm", chat_model="tiny",
        embedder="vllm", embedder_model="tiny-embed", embedder_dimensions=8,
    )  # fmt: skip
    embedder = build_embedder(settings, api=True)
    chat = build_chat(settings, settings.chat_model, embedder)
    opened += [chat, embedder]
    assert await _text(chat) == server.answer([])
    [vector] = await embedder.embed(["x"])
    assert vector @ vector == pytest.approx(1.0, abs=1e-3) and vector[0] * vector_of("x", 8)[0] > 0


async def test_fallbacks_are_presets_too(server: WireServer, opened: list[Any]) -> None:
    settings = _settings(
        chat="vllm", chat_model="tiny", vllm_url="http://127.0.0.1:9/v1",
        chat_fallbacks="ollama:tiny", ollama_url=server.url,
    )  # fmt: skip
    chat = build_chat(settings, "tiny", build_embedder(settings, api=True))
    opened.append(chat)
    assert await _text(chat) == server.answer([])


def test_without_anything_set_nothing_leaves_this_machine() -> None:
    settings = _settings()
    assert isinstance(build_chat(settings, "", build_embedder(settings, api=True)), ExtractiveChat)
