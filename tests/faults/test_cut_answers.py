"""Wherever an answer of AWS is cut, what is there is never taken for missing and what failed never for done."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import boto3
import pytest

from app.adapters.dynamodb import DynamoRecords
from app.adapters.s3 import S3Objects
from app.kernel.errors import Unavailable
from tests.conformance.stores import make_table
from tests.faults.proxy import Cut, fault_proxy
from tests.faults.scene import aws

pytestmark = pytest.mark.anyio

# Nothing; behind the status line; in and behind the first headers; in the last ones; in the body.
CUTS = (0, 17, 22, 61, 96, 190)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with aws() as server:
        yield server.url


async def test_a_record_and_an_object_that_are_there_are_read_whole_or_not_at_all(endpoint: str) -> None:
    table, bucket, content = make_table(endpoint), f"cut-{uuid4().hex[:8]}", b"x" * 500
    boto3.client("s3", endpoint_url=endpoint).create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    await DynamoRecords(table, endpoint_url=endpoint).put("p", "k", {"long": "x" * 500})
    await S3Objects(bucket, endpoint_url=endpoint).put("a/b", content)
    with ExitStack() as stack:
        reads = []
        for after in CUTS:
            proxy = stack.enter_context(fault_proxy(int(endpoint.rpartition(":")[2])))
            proxy.mode = Cut(after)
            behind = f"http://127.0.0.1:{proxy.port}"
            records, objects = (
                DynamoRecords(table, endpoint_url=behind),
                S3Objects(bucket, endpoint_url=behind),
            )
            reads += [records.get("p", "k"), records.page("p"), objects.get("a/b")]
        outcomes = await asyncio.gather(*reads, return_exceptions=True)
    assert [outcome for outcome in outcomes if not isinstance(outcome, Unavailable)] == []
