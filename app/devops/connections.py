"""Who may knock and where answers go: one connection for each platform, tenant and set of repositories."""

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from app.kernel.errors import SettingsError

_DEFAULT_API = {"github": "https://api.github.com", "gitlab": "https://gitlab.com/api/v4"}
# A secret that can be guessed opens the door as well as none.
_LEAST_SECRET_CHARS = 16


class Connection(BaseModel):
    """An entry of GENAI_DEVOPS_CONNECTIONS.

    `secret` proves who calls the webhook; `token` reads logs and writes comments. `repositories` are patterns such as
    `acme/*`; a delivery for any other repository is refused like one without a signature.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: Literal["github", "gitlab", "jenkins", "kubernetes"]
    tenant: str = Field("local", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    repositories: tuple[str, ...] = Field(min_length=1)
    secret: SecretStr
    token: SecretStr = SecretStr("")
    api_url: str = ""
    comment: bool = True
    slack_url: SecretStr = SecretStr("")
    ticket_url: SecretStr = SecretStr("")
    ticket_secret: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _is_safe(self) -> "Connection":
        if len(self.secret.get_secret_value()) < _LEAST_SECRET_CHARS:
            raise ValueError(f"`secret` needs at least {_LEAST_SECRET_CHARS} characters")
        for name in ("api_url", "slack_url", "ticket_url"):
            value = getattr(self, name)
            url = value.get_secret_value() if isinstance(value, SecretStr) else value
            if url and not url.startswith("https://"):
                raise ValueError(f"`{name}` must begin with https://")
        if self.ticket_url.get_secret_value() and not self.ticket_secret.get_secret_value():
            raise ValueError("`ticket_url` needs `ticket_secret`, which signs what is sent")
        return self

    @property
    def api(self) -> str:
        """Base address of the platform's API, without a slash at its end; empty where there is none."""
        return (self.api_url or _DEFAULT_API.get(self.platform, "")).rstrip("/")

    @property
    def name(self) -> str:
        """What work that waits refers to: the same after a restart, and no secret."""
        return f"{self.platform}:{self.tenant}:{','.join(self.repositories)}"

    def covers(self, repository: str) -> bool:
        return any(fnmatchcase(repository.lower(), pattern.lower()) for pattern in self.repositories)


def read_connections(raw: SecretStr) -> tuple[Connection, ...]:
    """Read the JSON list of GENAI_DEVOPS_CONNECTIONS. Raises SettingsError that names entry and field, never a value."""
    text = raw.get_secret_value().strip()
    if not text:
        return ()
    try:
        entries = json.loads(text)
    except ValueError:
        raise SettingsError("GENAI_DEVOPS_CONNECTIONS is not JSON; write a list of objects.") from None
    if not isinstance(entries, list):
        raise SettingsError("GENAI_DEVOPS_CONNECTIONS is no list; write [{...}, ...].")
    connections = tuple(_read(entry, place) for place, entry in enumerate(entries, start=1))
    if len({connection.name for connection in connections}) < len(connections):
        raise SettingsError(
            "GENAI_DEVOPS_CONNECTIONS names the same platform, tenant and repositories twice."
        )
    return connections


def _read(entry: object, place: int) -> Connection:
    try:
        return Connection.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "entry"
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"GENAI_DEVOPS_CONNECTIONS entry {place}, {where}: {message}.") from None


def named(connections: Sequence[Connection], name: str) -> Connection | None:
    """The connection that waiting work refers to; None when it was taken out of the settings meanwhile."""
    return next((connection for connection in connections if connection.name == name), None)
