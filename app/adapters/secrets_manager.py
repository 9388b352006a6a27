"""One secret text from AWS Secrets Manager, read once at start; nothing here keeps or logs its value."""

from pydantic import SecretStr

from app.adapters.aws_calls import aws_session, limits
from app.adapters.aws_errors import aws_errors
from app.kernel.errors import NotFound, SettingsError


def read_secret(name: str, *, region: str = "", endpoint_url: str | None = None) -> SecretStr:
    """The secret's current text. Raises SettingsError when it is absent, empty or binary; Unavailable."""
    try:
        with aws_errors(name):
            client = aws_session().client(
                "secretsmanager",
                region_name=region or None,
                endpoint_url=endpoint_url,
                config=limits(read_s=5, checksums="when_supported"),
            )
            text = client.get_secret_value(SecretId=name).get("SecretString", "")
    except NotFound:
        raise SettingsError(
            f"The secret {name!r} does not exist or has no value; run `make secrets`."
        ) from None
    if not text.strip():
        raise SettingsError(f"The secret {name!r} holds no text; store tenant:key,... as its text.")
    return SecretStr(text.strip())
