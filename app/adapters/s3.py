"""Objects in an S3 bucket through boto3, each call in a thread; versions and delete markers are purged too."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import boto3
from botocore.config import Config

from app.adapters.aws_errors import aws_errors
from app.kernel.errors import BadInput, ProviderRejected

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef, ObjectIdentifierTypeDef

_T = TypeVar("_T")
_PURGE_BATCH = 1_000  # the most that DeleteObjects takes
_KEY_BYTES = 1_024  # S3's own limit


class S3Objects:
    """The Objects port on one bucket; region, credentials and endpoint come from the usual AWS chain."""

    def __init__(self, bucket: str, *, region: str = "", endpoint_url: str | None = None) -> None:
        self.bucket = bucket
        self.client: S3Client = boto3.session.Session().client(
            "s3",
            region_name=region or None,
            endpoint_url=endpoint_url,
            config=Config(
                connect_timeout=5,
                read_timeout=30,
                max_pool_connections=32,
                retries={"mode": "standard", "total_max_attempts": 3},
                # Other makers' S3 refuses the newer default checksums; TLS guards the bytes on the way.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    async def put(self, key: str, content: bytes) -> None:
        _check(key)
        await _in_thread(lambda: self.client.put_object(Bucket=self.bucket, Key=key, Body=content), key)

    async def get(self, key: str) -> bytes:
        _check(key)
        return await _in_thread(
            lambda: self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read(), key
        )

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        _check_prefix(prefix)
        after: str | None = ""
        while after is not None:
            page = await _in_thread(partial(self._page, prefix, after), prefix)
            found = [item["Key"] for item in page.get("Contents", ())]
            after = found[-1] if page["IsTruncated"] and found else None
            for key in found:
                yield key

    async def purge(self, prefix: str) -> int:
        _check_prefix(prefix)
        return await _in_thread(lambda: self._purge(prefix), prefix)

    async def residue(self, prefix: str) -> int:
        _check_prefix(prefix)
        return await _in_thread(lambda: sum(1 for _ in self._versions(prefix)), prefix)

    async def ping(self) -> None:
        await _in_thread(lambda: self.client.head_bucket(Bucket=self.bucket), self.bucket)

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
                raise ProviderRejected(
                    f"S3 kept {len(failed)} objects under {prefix!r}, first {failed[0].get('Key')!r} "
                    f"({failed[0].get('Code')}); check the bucket's policy and object locks, then delete again."
                )
            gone += len(batch)
        return gone


def _check(key: str) -> None:
    if not key or any(part in ("", ".", "..") for part in key.split("/")):
        raise BadInput(f"Object key {key!r} is not a plain relative path.")
    _check_prefix(key)


def _check_prefix(prefix: str) -> None:
    if prefix.startswith("/") or ".." in prefix.split("/") or "\x00" in prefix:
        raise BadInput(f"Object prefix {prefix!r} is not a plain relative path.")
    if len(prefix.encode()) > _KEY_BYTES:
        raise BadInput(f"Object key of {len(prefix.encode())} bytes is too long; S3 takes {_KEY_BYTES}.")


async def _in_thread(call: Callable[[], _T], what: str) -> _T:
    def guarded() -> _T:
        with aws_errors(what):
            return call()

    return await asyncio.to_thread(guarded)
