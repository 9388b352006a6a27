"""Which model embeds and which one answers, each behind time limits, retries and its fallbacks."""

import os

from app.kernel.ports.chat import Chat
from app.kernel.ports.embeddings import Embedder
from app.resilience import steady_chat, steady_embedder
from app.settings import Settings


def build_embedder(settings: Settings, *, api: bool) -> Embedder:
    """api: one of several HTTP processes, which share the cores; the ingestion process may have them all."""
    match settings.embedder:
        case "minilm":
            from app.adapters.embedded.minilm import MiniLmEmbedder

            cores = os.cpu_count() or 1
            return MiniLmEmbedder(
                settings.minilm_folder, threads=max(1, cores // settings.workers) if api else cores
            )
        case "wordllama":
            from app.adapters.embedded.wordllama import WordLlamaEmbedder

            return WordLlamaEmbedder()
        case "bedrock":
            from app.adapters.bedrock import BedrockEmbedder

            remote: Embedder = BedrockEmbedder(
                settings.embedder_model, region=settings.region, dimensions=settings.embedder_dimensions
            )
        case preset:
            from app.adapters.openai_compatible import OpenAIEmbedder, embedder_preset

            found = embedder_preset(preset, settings)
            remote = OpenAIEmbedder(
                found.url,
                model=settings.embedder_model,
                key=found.key,
                dimensions=settings.embedder_dimensions,
            )
    # A model on this machine needs no second try; one behind a network does. Questions wait less long than documents.
    return steady_embedder(remote, question_timeout_s=settings.embedder_timeout_s)


def build_chat(settings: Settings, model: str, embedder: Embedder | None) -> Chat:
    """The provider of GENAI_CHAT with this model, then those of GENAI_CHAT_FALLBACKS.

    embedder: None where nothing is quoted from passages.
    """
    first = _provider(settings, settings.chat, model, embedder, first=True)
    others = [_provider(settings, name, other, embedder, first=False) for name, other in settings.fallbacks()]
    if settings.chat == "extractive" and not others:
        return first
    return steady_chat(
        [first, *others],
        first_token_s=settings.chat_first_token_s,
        whole_s=settings.chat_timeout_s,
    )


def _provider(settings: Settings, name: str, model: str, embedder: Embedder | None, *, first: bool) -> Chat:
    """first: the provider of GENAI_CHAT, whose address, key and prices stand in the GENAI_CHAT_ settings."""
    if name == "extractive":
        from app.adapters.embedded.extractive import ExtractiveChat

        # Meaning lifts .885 to .901 on SQuAD for 5 ms with wordllama; MiniLM would take 120 ms a question.
        return ExtractiveChat(embedder=embedder if settings.embedder == "wordllama" else None)
    if name == "bedrock":
        from app.adapters.bedrock import BedrockChat

        return BedrockChat(
            model,
            region=settings.region,
            timeout_s=settings.chat_timeout_s,
            guardrail=settings.guardrail,
            guardrail_version=settings.guardrail_version,
        )
    from app.adapters.openai_compatible import OpenAIChat, chat_preset

    found = chat_preset(name, settings, first=first)
    return OpenAIChat(
        found.url,
        model=model,
        key=found.key,
        timeout_s=settings.chat_timeout_s,
        input_usd_per_mtok=settings.chat_input_usd_per_mtok if first else 0.0,
        output_usd_per_mtok=settings.chat_output_usd_per_mtok if first else 0.0,
    )
