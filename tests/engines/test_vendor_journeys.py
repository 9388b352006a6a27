"""The journeys of every user on S3, SQS, DynamoDB and a real OpenSearch: two replicas and a worker, and Valkey if it is here.

Nothing of the journeys is loosened: they are those of the embedded stores.
"""

from collections.abc import Iterator

import pytest

from tests.journeys.deployment import Deployment
from tests.journeys.test_over_http import *  # noqa: F403 - its journeys become this module's

from .opensearch_node import OpenSearchNode
from .vendors import on_vendors

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")  # type: ignore[no-redef] # instead of the one on a single machine
def service(
    opensearch_node: OpenSearchNode, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with on_vendors(opensearch_node.start(), tmp_path_factory.mktemp("vendors")) as deployment:
        yield deployment
