"""The journeys of every user on S3, SQS, DynamoDB and a real OpenSearch: two replicas and a worker, and Valkey if it is here.

Nothing of the journeys is loosened: they are those of the embedded stores.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conformance.valkey_server import valkey_server
from tests.journeys.deployment import Deployment, apart, deployed
from tests.journeys.stores import aws_stores
from tests.journeys.test_over_http import *  # noqa: F403 - its journeys become this module's

from .opensearch_node import OpenSearchNode

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")  # type: ignore[no-redef] # instead of the one on a single machine
def service(
    opensearch_node: OpenSearchNode, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    node, folder = opensearch_node.start(), tmp_path_factory.mktemp("vendors")
    with ExitStack() as stack:
        settings = stack.enter_context(aws_stores())
        settings |= {
            "GENAI_INDEX": "opensearch",
            "GENAI_OPENSEARCH_URL": node.url,
            "GENAI_OPENSEARCH_NAME": stack.enter_context(node.name()),
        }
        if shutil.which("valkey-server") or shutil.which("redis-server"):
            cache = stack.enter_context(valkey_server(folder))
            settings |= {"GENAI_CACHE": "valkey", "GENAI_CACHE_URL": cache.url}
        yield stack.enter_context(deployed(apart(folder, **settings)))
