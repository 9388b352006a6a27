"""With whose key data is encrypted while it lies: AWS's own, free, or the stack's, which the account may take away."""

from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

KEYS = ("aws", "own")


@dataclass(frozen=True, kw_only=True)
class EncryptionChoices:
    encryption_key: str
    secrets_key_arn: str | None

    @property
    def own_key(self) -> bool:
        return self.encryption_key == "own"

    def check(self) -> None:
        if self.encryption_key not in KEYS:
            raise ConfigRefused(f"encryptionKey is {self.encryption_key!r}; it must be one of {list(KEYS)}.")
        if self.own_key and self.secrets_key_arn:
            raise ConfigRefused(
                f"encryptionKey is 'own' while secretsKeyArn is {self.secrets_key_arn!r}: the stack's key encrypts the cluster's "
                f"secrets too. Empty secretsKeyArn, or set encryptionKey to 'aws'."
            )
