"""Providers that speak OpenAI's wire: where they are and which setting holds their key."""

from dataclasses import dataclass

from pydantic import SecretStr

from app.settings import Settings

_OPENAI_URL = "https://api.openai.com/v1"
_GROQ_URL = "https://api.groq.com/openai/v1"


@dataclass(frozen=True, slots=True)
class Preset:
    """An address, `/v1` included, and the key to send; an empty key sends none."""

    url: str
    key: SecretStr


def preset(name: str, settings: Settings) -> Preset:
    """The provider as its own settings describe it."""
    nothing = SecretStr("")
    return {
        "openai": Preset(_OPENAI_URL, settings.openai_key),
        "groq": Preset(_GROQ_URL, settings.groq_key),
        "ollama": Preset(settings.ollama_url, nothing),
        "vllm": Preset(settings.vllm_url, nothing),
    }[name]


def chat_preset(name: str, settings: Settings, *, first: bool) -> Preset:
    """first: GENAI_CHAT_URL and GENAI_CHAT_KEY stand above the provider's own settings."""
    found = preset(name, settings)
    if not first:
        return found
    return Preset(settings.chat_url or found.url, _either(settings.chat_key, found.key))


def embedder_preset(name: str, settings: Settings) -> Preset:
    found = preset(name, settings)
    return Preset(settings.embedder_url or found.url, _either(settings.embedder_key, found.key))


def _either(wanted: SecretStr, otherwise: SecretStr) -> SecretStr:
    return wanted if wanted.get_secret_value() else otherwise
