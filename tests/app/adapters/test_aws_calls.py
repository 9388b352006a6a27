"""Sessions of the AWS adapters share what never changes, and look for whose they are each time."""

import pytest

from app.adapters.aws_calls import aws_session


def test_sessions_share_what_botocore_knows_of_services_and_no_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = []
    clients = []
    for key in ("first", "second"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key)
        session = aws_session()
        found = session.get_credentials()
        keys.append(found and found.access_key)
        clients.append(session.client("sqs", region_name="eu-central-1"))
    assert keys == ["first", "second"]
    first, second = (client.meta.service_model.metadata for client in clients)
    assert first is second
