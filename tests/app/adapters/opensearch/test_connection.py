import asyncio
import base64
import datetime
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from app.adapters.opensearch import OpenSearchIndex
from app.adapters.opensearch.connection import Cluster
from app.kernel.errors import (
    BadInput,
    NotFound,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    SettingsError,
    Unavailable,
)
from app.kernel.retrieval import RetrievalProfile
from tests.app.adapters.opensearch.cluster import CUT, SILENT, FakeCluster, running

pytestmark = pytest.mark.anyio

BUSY: Any = {
    "error": {"root_cause": [{"type": "rejected_execution_exception", "reason": "queue"}]},
    "status": 429,
}
DOWN: Any = {"error": {"root_cause": [{"type": "no_shard_available", "reason": "x"}]}, "status": 503}


@asynccontextmanager
async def connected(fake: FakeCluster, *, user: str = "") -> AsyncIterator[Cluster]:
    cluster = Cluster(fake.url, user=user, password=SecretStr("pass:word"))
    try:
        yield cluster
    finally:
        await cluster.aclose()


def opened(url: str, *, name: str = "test") -> OpenSearchIndex:
    return OpenSearchIndex.open(
        url,
        name=name,
        user="somebody",
        password=SecretStr("wrong"),
        fingerprint="f",
        dimensions=3,
        profile=RetrievalProfile(),
    )


async def test_what_may_be_repeated_is_tried_again() -> None:
    with running((503, DOWN), CUT, (200, {"ok": True})) as fake:
        async with connected(fake) as cluster:
            assert await cluster.call("GET", "/x") == {"ok": True}
    assert len(fake.asked) == 3


async def test_what_may_not_be_repeated_is_sent_once() -> None:
    with running((503, DOWN)) as fake:
        async with connected(fake) as cluster:
            with pytest.raises(Unavailable, match="503"):
                await cluster.call("PUT", "/x", repeatable=False)
    assert len(fake.asked) == 1


async def test_what_was_refused_is_not_tried_again() -> None:
    with running((400, {"error": {"root_cause": [{"type": "parsing_exception", "reason": "what"}]}})) as fake:
        async with connected(fake) as cluster:
            with pytest.raises(ProviderRejected, match="parsing_exception: what"):
                await cluster.call("GET", "/x")
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    ("reply", "ours"),
    [
        ((429, BUSY), ProviderThrottled),
        ((404, {"error": "gone"}), NotFound),
        (CUT, Unavailable),
        ((200, {}), None),
    ],
    ids=["busy", "missing", "cut", "fine"],
)
async def test_each_kind_of_answer_has_its_error(reply: Any, ours: type[Exception] | None) -> None:
    with running(reply) as fake:
        async with connected(fake) as cluster:
            if ours is None:
                await cluster.call("GET", "/x")
            else:
                with pytest.raises(ours):
                    await cluster.call("GET", "/x")


async def test_a_request_ends_at_its_own_time_limit() -> None:
    with running(SILENT) as fake:
        async with connected(fake) as cluster:
            async with asyncio.timeout(20):
                with pytest.raises(ProviderTimeout, match="GET /x in time"):
                    await cluster.call("GET", "/x", timeout_s=0.3)
            fake.silence.set()


async def test_a_page_that_is_no_json_is_an_outage_not_a_result() -> None:
    with running((200, "a proxy's page")) as fake:
        async with connected(fake) as cluster:
            with pytest.raises(Unavailable):
                await cluster.bulk("x-write", [("1", {"a": 1})])


async def test_user_and_password_are_sent_and_only_then() -> None:
    with running((200, {})) as fake:
        async with connected(fake, user="somebody") as cluster:
            await cluster.call("GET", "/x")
        async with connected(fake) as cluster:
            await cluster.call("GET", "/x")
    sent = [{key.lower(): value for key, value in headers.items()} for _, _, headers, _ in fake.asked]
    assert sent[0]["authorization"] == "Basic " + base64.b64encode(b"somebody:pass:word").decode()
    assert "authorization" not in sent[1]


async def test_a_bulk_write_is_cut_into_requests_of_a_size_and_makes_no_index() -> None:
    with running((200, {"errors": False, "items": []})) as fake:
        async with connected(fake) as cluster:
            vector = np.ones(1_000, dtype=np.float32)
            documents = [(str(number), {"text": "x" * 90_000, "vector": vector}) for number in range(100)]
            await cluster.bulk("x-write", documents)
    assert len(fake.asked) > 5
    assert all(path == "/x-write/_bulk?require_alias=true" for _, path, _, _ in fake.asked)
    lines = [json.loads(line) for *_, body in fake.asked for line in body.splitlines()]
    assert [line["index"]["_id"] for line in lines[::2]] == [key for key, _ in documents]
    assert lines[1]["vector"] == [1.0] * 1_000


async def test_one_refused_line_of_a_bulk_write_fails_the_whole() -> None:
    items = [{"index": {"status": 201}}, {"index": BUSY}]
    with running((200, {"errors": True, "items": items})) as fake:
        async with connected(fake) as cluster:
            with pytest.raises(ProviderThrottled):
                await cluster.bulk("x-write", [("1", {}), ("2", {})])


async def test_text_that_is_no_unicode_is_the_callers_to_mend() -> None:
    with running((200, {})) as fake:
        async with connected(fake) as cluster:
            with pytest.raises(BadInput):
                await cluster.call("POST", "/x", body={"text": "\ud800"})
    assert not fake.asked


def _certificate(folder: Path) -> ssl.SSLContext:
    """For 127.0.0.1, signed by nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def test_a_certificate_that_nobody_signed_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with running((200, {}), tls=_certificate(tmp_path)) as fake:
        async with connected(fake, user="somebody") as cluster:
            with pytest.raises(Unavailable, match="Certificate"):
                await cluster.call("GET", "/x")
    assert not fake.asked


async def test_opening_inside_a_running_loop_does_not_wait_for_a_cluster_that_is_down() -> None:
    index = opened("http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="GENAI_OPENSEARCH_URL"):
        await index.ping()
    await index.aclose()


def test_a_cluster_without_the_plugin_stops_the_start_in_one_line() -> None:
    plugins = [{"name": "n1", "component": "opensearch-security", "version": "2.19.1"}]
    with running((200, plugins)) as fake, pytest.raises(SettingsError, match="no k-NN plugin") as refused:
        opened(fake.url)
    assert "\n" not in refused.value.detail and len(fake.asked) == 1


def test_a_wrong_password_stops_the_start_and_is_not_repeated_to_anybody() -> None:
    refusal = {"error": "Unauthorized"}
    with (
        running((401, refusal)) as fake,
        pytest.raises(SettingsError, match="OPENSEARCH_PASSWORD") as refused,
    ):
        opened(fake.url)
    assert "'wrong'" not in refused.value.detail and len(fake.asked) == 1
