"""Secret settings from Secrets Manager instead of the environment, where every process of the machine could read them."""

import json

from pydantic import SecretStr

from app.kernel.errors import SettingsError
from app.settings import PREFIX, Settings


def with_secret_settings(settings: Settings) -> Settings:
    """The settings with the values that the secret of GENAI_SECRET_SETTINGS holds; what the environment sets stays.

    Raises: SettingsError for anything but a JSON object of secret settings and texts; Unavailable. No message holds a value.
    """
    if not settings.secret_settings:
        return settings
    from app.adapters.secrets_manager import read_secret

    secret = read_secret(settings.secret_settings, region=settings.region)
    values = _values(secret.get_secret_value(), name=settings.secret_settings)
    free = {name: value for name, value in values.items() if not getattr(settings, name).get_secret_value()}
    return settings.model_copy(update=free)


def _values(text: str, *, name: str) -> dict[str, SecretStr]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise SettingsError(
            f'The secret {name!r} is not a JSON object of texts; write it as {{"{PREFIX}GROQ_KEY": "..."}}.'
        )
    secrets = {key for key, field in Settings.model_fields.items() if field.annotation is SecretStr}
    for key in found:
        if not key.startswith(PREFIX) or key.removeprefix(PREFIX).lower() not in secrets:
            allowed = ", ".join(sorted(PREFIX + one.upper() for one in secrets))
            raise SettingsError(
                f"The secret {name!r} sets {key!r}, which is no secret setting; those are: {allowed}."
            )
    return {key.removeprefix(PREFIX).lower(): SecretStr(value) for key, value in found.items()}
