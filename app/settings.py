"""Settings of every app: read once from the environment at the entry point, frozen, passed down."""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from app.kernel.errors import SettingsError
from app.kernel.retrieval import Fusion

PREFIX = "GENAI_"
PROVIDERS = ("extractive", "openai", "groq", "ollama", "vllm", "bedrock")

# "choice=value" and the setting that it cannot do without.
_NEEDS = (
    ("embedder=openai", "embedder_model"),
    ("embedder=openai", "embedder_dimensions"),
    ("embedder=ollama", "embedder_model"),
    ("embedder=ollama", "embedder_dimensions"),
    ("embedder=vllm", "embedder_model"),
    ("embedder=vllm", "embedder_dimensions"),
    ("chat=openai", "chat_model"),
    ("chat=groq", "chat_model"),
    ("chat=ollama", "chat_model"),
    ("chat=vllm", "chat_model"),
    ("objects=s3", "bucket"),
    ("records=dynamodb", "table"),
    ("work=sqs", "queue_url"),
    ("index=opensearch", "opensearch_url"),
    ("cache=valkey", "cache_url"),
)

# The last label has a letter: numbers are addresses, and those are judged as what they are.
_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){0,8}[a-z0-9-]{0,62}[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


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
    coldmail_url: str = Field(
        "",
        description="Address of the cold e-mail writer for the console; empty: the API's; `off`: no page for it.",
    )
    devops_url: str = Field(
        "",
        description="Address of the DevOps assistant for the console; empty: the API's; `off`: no page for it.",
    )

    embedder: Literal["wordllama", "minilm", "openai", "ollama", "vllm", "bedrock"] = Field(
        "wordllama",
        description="Embedding model. wordllama comes in its package; minilm needs its files: "
        "`python -m app.rag model pull minilm` or GENAI_MODEL_DIR.",
    )
    model_dir: Path | None = Field(
        None,
        description="Folder with model.onnx and tokenizer.json of minilm; empty: the user's cache folder.",
    )
    embedder_url: str = Field(
        "",
        description="Base URL of an OpenAI-compatible embeddings API, `/v1` included; empty: the preset's.",
    )
    embedder_model: str = Field("", description="Model name for an embedder that is a service.")
    embedder_key: SecretStr = Field(SecretStr(""), description="Bearer key for GENAI_EMBEDDER_URL.")
    embedder_dimensions: int = Field(
        0,
        ge=0,
        le=8192,
        description="Vector length of GENAI_EMBEDDER_MODEL; needed with openai, ollama, vllm.",
    )
    embedder_timeout_s: float = Field(
        10.0,
        gt=0,
        description="Seconds that embedding a question may take; then the words alone are searched.",
    )
    fusion: Fusion = Field(Fusion.MINMAX, description="How the two halves of hybrid search are merged.")

    chat: Literal["extractive", "openai", "groq", "ollama", "vllm", "bedrock"] = Field(
        "extractive", description="Answering model. extractive quotes the best sentences and needs no key."
    )
    chat_url: str = Field(
        "", description="Base URL of an OpenAI-compatible chat API, `/v1` included; empty: the preset's."
    )
    chat_model: str = Field(
        "", description="Model that answers; empty: the default of GENAI_CHAT, if it has one."
    )
    chat_model_lite: str = Field("", description="Model behind `rag-lite`; empty: GENAI_CHAT_MODEL.")
    chat_model_pro: str = Field("", description="Model behind `rag-pro`; empty: GENAI_CHAT_MODEL.")
    chat_key: SecretStr = Field(SecretStr(""), description="Bearer key for the chat API.")
    chat_fallbacks: str = Field(
        "",
        description="Who answers when GENAI_CHAT cannot, in order: `provider:model,...`, such as "
        "`groq:llama-3.1-8b-instant,extractive`. Keys and addresses come from the provider's own settings.",
    )
    chat_timeout_s: float = Field(
        60.0, gt=0, description="Seconds the chat model may take for a whole answer."
    )
    chat_first_token_s: float = Field(
        20.0,
        gt=0,
        description="Seconds until its first word; then it is tried again or the next provider asked.",
    )
    chat_input_usd_per_mtok: float = Field(
        0.0, ge=0, description="Price of a million input tokens, for cost_usd."
    )
    chat_output_usd_per_mtok: float = Field(
        0.0, ge=0, description="Price of a million output tokens, for cost_usd."
    )
    secret_settings: str = Field(
        "",
        description="Secrets Manager name or ARN of a JSON object with settings that are secret, such as "
        '`{"GENAI_GROQ_KEY": "..."}`.',
    )
    openai_key: SecretStr = Field(SecretStr(""), description="Key of OpenAI, as first choice or fallback.")
    groq_key: SecretStr = Field(SecretStr(""), description="Key of Groq, as first choice or fallback.")
    groq_model: str = Field(
        "llama-3.3-70b-versatile",
        description="Model of Groq that words e-mails when its key is set and GENAI_CHAT is not.",
    )
    ollama_url: str = Field("http://127.0.0.1:11434/v1", description="Where Ollama listens, `/v1` included.")
    vllm_url: str = Field("http://127.0.0.1:8000/v1", description="Where vLLM listens, `/v1` included.")
    guardrail: str = Field("", description="Id or ARN of a Bedrock Guardrail; empty: none.")
    guardrail_version: str = Field("DRAFT", description="Version of GENAI_GUARDRAIL.")

    objects: Literal["folder", "s3"] = Field(
        "folder", description="Where documents, chunks and embeddings are kept."
    )
    bucket: str = Field("", description="Bucket for GENAI_OBJECTS=s3.")
    records: Literal["sqlite", "dynamodb"] = Field(
        "sqlite", description="Where the states of documents and jobs are kept."
    )
    table: str = Field("", description="Table for GENAI_RECORDS=dynamodb: keys `pk` and `sk`, both strings.")
    work: Literal["sqlite", "sqs"] = Field("sqlite", description="Where jobs wait.")
    queue_url: str = Field("", description="URL of the queue for GENAI_WORK=sqs.")
    index: Literal["embedded", "opensearch"] = Field("embedded", description="What searches.")
    opensearch_url: str = Field("", description="Address for GENAI_INDEX=opensearch.")
    opensearch_name: str = Field("genai", description="First part of the names of its indices and alias.")
    opensearch_user: str = Field("", description="User of OpenSearch; empty: none.")
    opensearch_password: SecretStr = Field(SecretStr(""), description="Password of that user.")
    cache: Literal["sqlite", "valkey"] = Field(
        "sqlite", description="Where answers are remembered and requests counted; valkey is also Redis."
    )
    cache_url: SecretStr = Field(
        SecretStr(""), description="Address for GENAI_CACHE=valkey, such as `redis://:password@host:6379/0`."
    )
    answer_cache_s: int = Field(
        3_600, ge=0, description="Seconds an answer is remembered while no document changes; 0: never."
    )
    conversation_days: int = Field(
        90, ge=0, description="Days after its last question until a conversation is forgotten; 0: never."
    )
    requests_per_minute: int = Field(0, ge=0, description="Requests a minute and key; 0: no bound.")
    tokens_per_minute: int = Field(0, ge=0, description="Tokens of answers a minute and key; 0: no bound.")
    region: str = Field(
        "", description="AWS region of bucket, table, queue, models and secrets; empty: the AWS default."
    )

    fetch_contact: str = Field(
        "",
        description="Web or mail address that sites we fetch from can complain to; stands in the User-Agent.",
    )

    render_url: str = Field(
        "",
        description="Address of the rendering service (`python -m app.rendering`), which draws pages that hold nothing "
        "without their scripts; empty: none.",
    )

    slack_url: SecretStr = Field(
        SecretStr(""),
        description="Incoming webhook of Slack that is told of jobs that failed for good; empty: the log.",
    )
    devops_connections: SecretStr = Field(
        SecretStr(""),
        description="Platforms that call the DevOps assistant's webhooks, as a JSON list: docs/guide/13-devops.md.",
    )
    devops_private_hosts: str = Field(
        "",
        description="Your own forges in a private network by name, such as gitlab.corp.example, parted by commas; over TLS only.",
    )
    devops_daily_calls: int = Field(
        200, ge=0, description="Questions to a model a day and repository, about failures; 0: no bound."
    )
    devops_daily_usd: float = Field(
        1.0, ge=0, description="What a model may cost a day and repository, in USD; 0: no bound."
    )

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
        for wanted, needed in _NEEDS:
            setting, _, choice = wanted.partition("=")
            value = getattr(self, needed)
            empty = not (value.get_secret_value() if isinstance(value, SecretStr) else value)
            if getattr(self, setting) == choice and empty:
                name = PREFIX + needed.upper()
                raise ValueError(
                    f"{PREFIX}{setting.upper()}={choice} needs {name}, which is empty; set it or choose another."
                )
        self._shared_stores_agree()
        self.fallbacks()
        self._guardrail_holds_for_all()
        if self.api_keys.get_secret_value() and self.api_keys_secret:
            raise ValueError("GENAI_API_KEYS and GENAI_API_KEYS_SECRET are both set; keep one.")
        self.tenants_by_key()
        self.private_hosts()
        return self

    def _shared_stores_agree(self) -> None:
        """A queue or an index that several machines share needs the stores it speaks of to be shared as well."""
        for setting, choice in (("work", "sqs"), ("index", "opensearch")):
            if getattr(self, setting) == choice:
                for needed, local in (("objects", "folder"), ("records", "sqlite")):
                    if getattr(self, needed) == local:
                        raise ValueError(
                            f"{PREFIX}{setting.upper()}={choice} is shared between machines, "
                            f"{PREFIX}{needed.upper()}={local} is not; share both or none."
                        )

    def _guardrail_holds_for_all(self) -> None:
        """Only Bedrock applies a guardrail, and quoting needs none: anybody else would answer without it, unnoticed."""
        if not self.guardrail:
            return
        for name in (self.chat, *(provider for provider, _ in self.fallbacks())):
            if name not in ("bedrock", "extractive"):
                raise ValueError(
                    f"GENAI_GUARDRAIL={self.guardrail} would not hold for the answers of {name!r} (GENAI_CHAT or "
                    "GENAI_CHAT_FALLBACKS); use bedrock and extractive only, or unset the guardrail."
                )

    def fallbacks(self) -> list[tuple[str, str]]:
        """(provider, model) of GENAI_CHAT_FALLBACKS. Raises ValueError that names the entry."""
        found = []
        for entry in (part.strip() for part in self.chat_fallbacks.split(",") if part.strip()):
            provider, _, model = entry.partition(":")
            if provider not in PROVIDERS:
                raise ValueError(
                    f"GENAI_CHAT_FALLBACKS entry {entry!r} names no provider; use one of {', '.join(PROVIDERS)}."
                )
            if not model and provider not in ("extractive", "bedrock"):
                raise ValueError(
                    f"GENAI_CHAT_FALLBACKS entry {entry!r} names no model; write {provider}:<model>."
                )
            found.append((provider, model))
        return found

    def private_hosts(self) -> frozenset[str]:
        """The names in GENAI_DEVOPS_PRIVATE_HOSTS. Raises ValueError that names the entry."""
        entries = [part.strip().lower() for part in self.devops_private_hosts.split(",") if part.strip()]
        for entry in entries:
            if not _HOST.fullmatch(entry) or entry == "localhost":
                raise ValueError(
                    f"GENAI_DEVOPS_PRIVATE_HOSTS entry {entry!r} is no name of a host; write names such as "
                    "gitlab.corp.example, without https://, port, number or *."
                )
        return frozenset(entries)

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
