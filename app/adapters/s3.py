"""Objects in an S3 bucket through boto3, each call in a thread; versions and delete markers are purged too."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import urllib3
from botocore import exceptions as boto

from app.adapters.aws_calls import Calls, aws_session, limits, refuse_cut_answers
from app.adapters.aws_errors import FAILED, THROTTLED
from app.kernel.errors import BadInput, ProviderRejected, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ErrorTypeDef, ListObjectsV2OutputTypeDef, ObjectIdentifierTypeDef

_PURGE_BATCH = 1_000  # the most that DeleteObjects takes
_KEY_BYTES = 1_024  # S3's own limit
_SLOWEST_BYTES_PER_S = 500_000  # a poor line to a bucket far away; slower is as good as down
_MUCH_S = 45.0  # for what has no size before it is read
# What the bucket's lifecycle rule moves to a cheaper class: originals are read once, all else at every rebuild.
_ORIGINAL_TAGGING = "genai-ops%3Aobject=original"
_CUT = (
    boto.IncompleteReadError, boto.ReadTimeoutError, boto.ResponseStreamingError, urllib3.exceptions.HTTPError
)  # fmt: skip


class S3Objects:
    """The Objects port on one bucket; region, credentials and endpoint come from the usual AWS chain."""

    def __init__(self, bucket: str, *, region: str = "", endpoint_url: str | None = None) -> None:
        self.bucket = bucket
        self.client: S3Client = aws_session().client(
            "s3",
            region_name=region or None,
            endpoint_url=endpoint_url,
            # Other makers' S3 refuses the newer default checksums; TLS guards the bytes on the way.
            config=limits(read_s=5, checksums="when_required"),
        )
        refuse_cut_answers(self.client)
        self._calls = Calls("S3", whole_s=10)

    async def put(self, key: str, content: bytes) -> None:
        _check(key)
        await self._calls(
            lambda: self._put(key, content),
            key,
            extra_s=len(content) / _SLOWEST_BYTES_PER_S,
        )

    async def get(self, key: str) -> bytes:
        _check(key)
        return await self._calls(lambda: self._get(key), key, extra_s=_MUCH_S)

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        _check_prefix(prefix)
        after: str | None = ""
        while after is not None:
            page = await self._calls(partial(self._page, prefix, after), prefix)
            found = [item["Key"] for item in page.get("Contents", ())]
            after = found[-1] if page["IsTruncated"] and found else None
            for key in found:
                yield key

    async def purge(self, prefix: str) -> int:
        _check_prefix(prefix)
        return await self._calls(lambda: self._purge(prefix), prefix, extra_s=_MUCH_S)

    async def residue(self, prefix: str) -> int:
        _check_prefix(prefix)
        return await self._calls(lambda: sum(1 for _ in self._versions(prefix)), prefix, extra_s=_MUCH_S)

    async def ping(self) -> None:
        await self._calls(lambda: self.client.head_bucket(Bucket=self.bucket), self.bucket)

    def close(self) -> None:
        self._calls.close()

    def _put(self, key: str, content: bytes) -> None:
        if key.endswith("/original"):
            self.client.put_object(Bucket=self.bucket, Key=key, Body=content, Tagging=_ORIGINAL_TAGGING)
        else:
            self.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def _get(self, key: str) -> bytes:
        """boto3 tries a request again, but not an answer that was cut while it was read."""
        body = self.client.get_object(Bucket=self.bucket, Key=key)["Body"]
        try:
            return body.read()
        except _CUT:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def _page(self, prefix: str, after: str) -> "ListObjectsV2OutputTypeDef":
        return self.client.list_objects_v2(Bucket=self.bucket, Prefix=prefix, StartAfter=after)

    def _versions(self, prefix: str) -> Iterator["ObjectIdentifierTypeDef"]:
        """All that the bucket still holds: in a bucket without versioning each object is one version, "null"."""
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)
        for page in pages:
            for item in page.get("Versions", ()):
                yield {"Key": item["Key"], "VersionId": item["VersionId"]}
            for marker in page.get("DeleteMarkers", ()):
                yield {"Key": marker["Key"], "VersionId": marker["VersionId"]}

    def _purge(self, prefix: str) -> int:
        # Listed whole before the first delete: removing what a paginator stands on would make it skip.
        everything, gone = iter(list(self._versions(prefix))), 0
        while batch := list(islice(everything, _PURGE_BATCH)):
            answer = self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": batch, "Quiet": True})
            if failed := answer.get("Errors"):
                raise _kept(prefix, failed)
            gone += len(batch)
        return gone


def _kept(prefix: str, failed: "list[ErrorTypeDef]") -> Unavailable | ProviderRejected:
    """DeleteObjects answers 200 and names what it could not delete, also when S3 was only busy."""
    codes = {str(one.get("Code")) for one in failed}
    if codes <= THROTTLED | FAILED:
        return Unavailable(
            f"S3 kept {len(failed)} objects under {prefix!r} for now ({', '.join(sorted(codes))}); delete again.",
            retry_after_s=1,
        )
    return ProviderRejected(
        f"S3 kept {len(failed)} objects under {prefix!r}, first {failed[0].get('Key')!r} "
        f"({failed[0].get('Code')}); check the bucket's policy and object locks, then delete again."
    )


def _check(key: str) -> None:
    if not key or any(part in ("", ".", "..") for part in key.split("/")):
        raise BadInput(f"Object key {key!r} is not a plain relative path.")
    _check_prefix(key)


def _check_prefix(prefix: str) -> None:
    if prefix.startswith("/") or ".." in prefix.split("/") or "\x00" in prefix:
        raise BadInput(f"Object prefix {prefix!r} is not a plain relative path.")
    if len(prefix.encode()) > _KEY_BYTES:
        raise BadInput(f"Object key of {len(prefix.encode())} bytes is too long; S3 takes {_KEY_BYTES}.")
