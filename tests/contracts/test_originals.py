"""Where infra and app meet in the data bucket: its one prefix, and the tag of originals that the lifecycle rule goes by."""

from urllib.parse import parse_qsl

from app.adapters import s3
from app.rag import layout
from infra.durable.bucket import ORIGINAL_TAG
from infra.workloads import permissions


def test_originals_are_stored_with_the_tag_of_the_lifecycle_rule():
    assert parse_qsl(s3._ORIGINAL_TAGGING) == [ORIGINAL_TAG]


def test_the_service_reaches_the_documents_that_it_lays_down_and_no_dump_of_a_database():
    (reached,) = {permissions.keep_documents("bucket")["Resource"]}
    written = layout.version_prefix("tenant", "document", 1)
    assert reached == f"bucket/{layout.ROOT}*" and written.startswith(permissions.DOCUMENTS_PREFIX)
    assert not permissions.DUMPS_PREFIX.startswith(permissions.DOCUMENTS_PREFIX)
