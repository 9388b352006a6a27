"""Providers that speak OpenAI's wire: where they are and which setting holds their key."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from app.kernel.errors import SettingsError
from app.settings import PREFIX, Settings

_NOTHING = SecretStr("")


@dataclass(frozen=True, slots=True)
class Preset:
    """An address, `/v1` included, and the key to send; an empty key sends none."""

    url: str
    key: SecretStr


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a provider is, and the settings that hold its key (without the prefix); a hosted one needs a key."""

    url: str
    key: SecretStr = _NOTHING
    key_setting: str = ""
    embeds: bool = True


def _home(name: str, settings: Settings) -> _Home:
    match name:
        case "openai":
            return _Home("https://api.openai.com/v1", settings.openai_key, "OPENAI_KEY")
        case "groq":
            return _Home("https://api.groq.com/openai/v1", settings.groq_key, "GROQ_KEY", embeds=False)
        case "ollama":
            return _Home(settings.ollama_url)
        case "vllm":
            return _Home(settings.vllm_url)
    raise SettingsError(f"{name!r} is no provider of OpenAI's wire; use openai, groq, ollama or vllm.")


def chat_preset(name: str, settings: Settings, *, first: bool) -> Preset:
    """first: GENAI_CHAT_URL and GENAI_CHAT_KEY stand above the provider's own settings.

    Raises SettingsError for a hosted provider without a key.
    """
    home = _home(name, settings)
    if not first:
        return _found(home, url="", key=_NOTHING, key_setting="", provider=name)
    return _found(home, url=settings.chat_url, key=settings.chat_key, key_setting="CHAT_KEY", provider=name)


def embedder_preset(name: str, settings: Settings) -> Preset:
    """GENAI_EMBEDDER_URL and GENAI_EMBEDDER_KEY stand above the provider's own settings.

    Raises SettingsError for a hosted provider without a key, and for one that has no embeddings.
    """
    home = _home(name, settings)
    if not home.embeds:
        raise SettingsError(f"{name} has no embedding models; set GENAI_EMBEDDER to another.")
    return _found(
        home, url=settings.embedder_url, key=settings.embedder_key, key_setting="EMBEDDER_KEY", provider=name
    )


def _found(home: _Home, *, url: str, key: SecretStr, key_setting: str, provider: str) -> Preset:
    """A provider's own key goes to the provider alone, never to another address that stands in its place."""
    at_home = not url or _origin(url) == _origin(home.url)
    if key.get_secret_value():
        return Preset(url or home.url, key)
    if at_home and home.key_setting and not home.key.get_secret_value():
        names = " or ".join(PREFIX + name for name in (home.key_setting, key_setting) if name)
        raise SettingsError(f"{provider} needs a key, and there is none; set {names}.")
    return Preset(url or home.url, home.key if at_home else _NOTHING)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
