"""Settings of every app: read once from the environment at the entry point, frozen, passed down."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from app.kernel.errors import SettingsError
from app.kernel.retrieval import Fusion

PREFIX = "GENAI_"


class Settings(BaseModel):
    """One field per `GENAI_*` name; docs/reference/settings.md is generated from the descriptions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="Address to listen on. Anything but loopback needs API keys.")
    port: int = Field(8080, ge=1, le=65535, description="Port of the API.")
    console_port: int = Field(8501, ge=1, le=65535, description="Port of the console.")
    console: bool = Field(True, description="Start the console next to the API (`make run`).")
    data_dir: Path = Field(
        Path(".data"), description="Folder of the embedded stores; one service owns it at a time."
    )
    workers: int = Field(
        1, ge=1, le=32, description="HTTP processes. Ingestion always runs in one process of its own."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe line to log."
    )

    api_keys: SecretStr = Field(
        SecretStr(""),
        description="`tenant:key,...`. Without keys the service answers on loopback only, unlimited.",
    )
    api_keys_secret: str = Field(
        "", description="Secrets Manager name or ARN that holds the value of GENAI_API_KEYS."
    )
    api_url: str = Field(
        "", description="Address of the API for the console and command-line tools; empty: this machine."
    )
    api_key: SecretStr = Field(SecretStr(""), description="Key that the console and command-line tools send.")

    embedder: Literal["wordllama", "minilm", "openai"] = Field(
        "wordllama",
        description="Embedding model. wordllama comes in its package; minilm needs its files: "
        "`python -m app.rag model pull minilm` or GENAI_MODEL_DIR.",
    )
    model_dir: Path | None = Field(
        None,
        description="Folder with model.onnx and tokenizer.json of minilm; empty: the user's cache folder.",
    )
    embedder_url: str = Field(
        "", description="Base URL of an OpenAI-compatible embeddings API, `/v1` included."
    )
    embedder_model: str = Field("", description="Model name for GENAI_EMBEDDER=openai.")
    embedder_key: SecretStr = Field(SecretStr(""), description="Bearer key for GENAI_EMBEDDER_URL.")
    embedder_dimensions: int = Field(
        0, ge=0, le=8192, description="Vector length of GENAI_EMBEDDER_MODEL; needed with openai."
    )
    fusion: Fusion = Field(Fusion.MINMAX, description="How the two halves of hybrid search are merged.")

    chat: Literal["extractive", "openai"] = Field(
        "extractive", description="Answering model. extractive quotes the best sentences and needs no key."
    )
    chat_url: str = Field("", description="Base URL of an OpenAI-compatible chat API, `/v1` included.")
    chat_model: str = Field("", description="Model name for GENAI_CHAT=openai.")
    chat_key: SecretStr = Field(SecretStr(""), description="Bearer key for GENAI_CHAT_URL.")
    chat_timeout_s: float = Field(
        60.0, gt=0, description="Seconds the chat model may take for a whole answer."
    )
    chat_input_usd_per_mtok: float = Field(
        0.0, ge=0, description="Price of a million input tokens, for cost_usd."
    )
    chat_output_usd_per_mtok: float = Field(
        0.0, ge=0, description="Price of a million output tokens, for cost_usd."
    )

    objects: Literal["folder", "s3"] = Field(
        "folder", description="Where documents, chunks and embeddings are kept."
    )
    bucket: str = Field("", description="Bucket for GENAI_OBJECTS=s3.")
    region: str = Field("", description="AWS region of the bucket and secrets; empty: the AWS default.")

    max_upload_mb: int = Field(50, ge=1, le=1024, description="Largest document, in MB.")
    max_pages: int = Field(5_000, ge=1, description="Most pages of a PDF.")
    extract_cpu_s: int = Field(60, ge=1, le=600, description="CPU seconds for reading one document.")
    extract_memory_mb: int = Field(
        384, ge=128, description="Memory for reading one document, beyond the reader's own."
    )

    engines: Path | None = Field(
        None, description="Cache folder of the real engines (`make engines`); only tests read it."
    )

    @model_validator(mode="after")
    def _choices_agree(self) -> Self:
        needs = (
            (self.embedder == "openai", "GENAI_EMBEDDER=openai", "GENAI_EMBEDDER_URL", self.embedder_url),
            (self.embedder == "openai", "GENAI_EMBEDDER=openai", "GENAI_EMBEDDER_MODEL", self.embedder_model),
            (
                self.embedder == "openai",
                "GENAI_EMBEDDER=openai",
                "GENAI_EMBEDDER_DIMENSIONS",
                self.embedder_dimensions,
            ),
            (self.chat == "openai", "GENAI_CHAT=openai", "GENAI_CHAT_URL", self.chat_url),
            (self.chat == "openai", "GENAI_CHAT=openai", "GENAI_CHAT_MODEL", self.chat_model),
            (self.objects == "s3", "GENAI_OBJECTS=s3", "GENAI_BUCKET", self.bucket),
        )
        for wanted, choice, name, value in needs:
            if wanted and not value:
                raise ValueError(f"{choice} needs {name}, which is empty; set it or choose another.")
        if self.api_keys.get_secret_value() and self.api_keys_secret:
            raise ValueError("GENAI_API_KEYS and GENAI_API_KEYS_SECRET are both set; keep one.")
        self.tenants_by_key()
        return self

    def check_doors(self) -> None:
        """Raises SettingsError for an API that others can reach without a key. Every server calls it first."""
        if not self.on_loopback and not (self.api_keys.get_secret_value() or self.api_keys_secret):
            raise SettingsError(
                f"GENAI_HOST={self.host} is reachable from elsewhere but there are no keys; "
                "set GENAI_API_KEYS=tenant:key or GENAI_HOST=127.0.0.1."
            )

    @property
    def on_loopback(self) -> bool:
        return self.host in ("127.0.0.1", "localhost", "::1")

    @property
    def minilm_folder(self) -> Path:
        """Where MiniLM's files are: GENAI_MODEL_DIR, or where `model pull` puts them."""
        if self.model_dir:
            return self.model_dir
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(cache) / "genai-ops" / "models" / "minilm-l6-int8"

    def tenants_by_key(self) -> dict[str, str]:
        """{key: tenant} of GENAI_API_KEYS. Raises ValueError that names the entry's place, never the key."""
        return parse_api_keys(self.api_keys.get_secret_value())


def parse_api_keys(raw: str) -> dict[str, str]:
    """Read `tenant:key,...`; tenants may have several keys, a key belongs to one tenant."""
    tenants: dict[str, str] = {}
    for place, entry in enumerate((part.strip() for part in raw.split(",") if part.strip()), start=1):
        tenant, _, key = entry.partition(":")
        if not tenant or not key:
            raise ValueError(f"GENAI_API_KEYS entry {place} is not of the form tenant:key.")
        if not all(letter.isalnum() or letter in "-_" for letter in tenant) or len(tenant) > 64:
            raise ValueError(
                f"GENAI_API_KEYS entry {place}: a tenant has letters, digits, - and _, at most 64."
            )
        if tenants.setdefault(key, tenant) != tenant:
            raise ValueError(f"GENAI_API_KEYS entry {place} repeats a key of another tenant.")
    return tenants


def known_names() -> set[str]:
    return {PREFIX + name.upper() for name in Settings.model_fields}


def read_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Build Settings from the environment. Raises SettingsError for an unknown name or a bad value."""
    environ = os.environ if environ is None else environ
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    for name in sorted(given.keys() - known_names()):
        nearest = difflib.get_close_matches(name, sorted(known_names()), n=1, cutoff=0.0)
        raise SettingsError(
            f"Unknown setting {name}; did you mean {nearest[0]}? Unset it or correct the name."
        )
    values: dict[str, Any] = {
        name.removeprefix(PREFIX).lower(): value for name, value in given.items() if value.strip()
    }
    try:
        return Settings.model_validate(values | overrides)
    except ValidationError as error:
        raise SettingsError(_first_problem(error)) from None


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    if not problem["loc"]:
        return problem["msg"].removeprefix("Value error, ")
    name = str(problem["loc"][0])
    annotation = Settings.model_fields[name].annotation if name in Settings.model_fields else None
    shown = "" if annotation is SecretStr else f" {problem['input']!r}"
    return f"{PREFIX}{name.upper()} has a bad value{shown}: {problem['msg']}."
