"""Where infra and app meet in the data bucket: the tag of originals is the one that the lifecycle rule goes by."""

from urllib.parse import parse_qsl

from app.adapters import s3
from infra.durable.bucket import ORIGINAL_TAG


def test_originals_are_stored_with_the_tag_of_the_lifecycle_rule():
    assert parse_qsl(s3._ORIGINAL_TAGGING) == [ORIGINAL_TAG]
