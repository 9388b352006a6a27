"""Whether a delivery comes from whom it says; every comparison takes the same time, right or wrong."""

import hmac
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from pydantic import SecretStr

from app.devops.connections import Connection
from app.kernel.errors import Unauthenticated


def github_signature(secret: SecretStr, body: bytes) -> str:
    """What GitHub puts into X-Hub-Signature-256. Source: docs.github.com, "Validating webhook deliveries"."""
    return "sha256=" + hmac.new(secret.get_secret_value().encode(), body, sha256).hexdigest()


def signed_by(connections: Iterable[Connection], body: bytes, signature: str) -> list[Connection]:
    """The connections whose secret made this signature over the body as it came. Raises Unauthenticated for none."""
    return _proved(connections, lambda connection: github_signature(connection.secret, body), signature)


def known_by(connections: Iterable[Connection], token: str) -> list[Connection]:
    """The connections whose secret is this token. Raises Unauthenticated for none."""
    return _proved(connections, lambda connection: connection.secret.get_secret_value(), token)


def for_repository(connections: Sequence[Connection], repository: str) -> Connection:
    """The one of them that covers the repository. Raises Unauthenticated: whoever asks learns nothing of the others."""
    for connection in connections:
        if connection.covers(repository):
            return connection
    raise refused()


def refused() -> Unauthenticated:
    """One answer to every kind of wrong proof: a detail would help who guesses."""
    return Unauthenticated("This delivery is not accepted.", code="delivery_refused")


def _proved(
    connections: Iterable[Connection], expected: Callable[[Connection], str], given: str
) -> list[Connection]:
    sent = given.encode("utf-8", errors="replace")
    # All of them, so that time tells nothing of which one matched.
    found = [
        connection for connection in connections if hmac.compare_digest(expected(connection).encode(), sent)
    ]
    if not found:
        raise refused()
    return found
