"""S3 buckets and the settings that are resources of their own beside them."""

import json
from collections.abc import Callable
from typing import Any, ClassVar

from ..cloud import Refused
from .store import Store, asking, from_api, pairs, to_api, unpaired

_GONE = ("404", "NoSuchBucket")


class Bucket(Store):
    """A general-purpose bucket, named by its id."""

    token = "aws:s3/bucket:Bucket"
    service = "s3"
    fixed = ("bucket", "bucketPrefix", "objectLockEnabled", "region")
    local = ("forceDestroy",)

    def create(self, inputs: dict[str, Any]) -> str:
        name = inputs["bucket"]
        # us-east-1 answers a second creation by the owner with success; the provider looks first and refuses.
        if asking(lambda: self.client.head_bucket(Bucket=name), missing=_GONE) is not None:
            raise Refused(f"BucketAlreadyExists: the bucket {name!r} exists")
        place = (
            {}
            if self.region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        )
        lock = {"ObjectLockEnabledForBucket": True} if inputs.get("objectLockEnabled") else {}
        asking(lambda: self.client.create_bucket(Bucket=name, **place, **lock))
        self._tag(name, inputs)
        return name

    def _tag(self, name: str, inputs: dict[str, Any]) -> None:
        if tags := self.all_tags(inputs):
            asking(lambda: self.client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(tags)}))
        else:
            asking(lambda: self.client.delete_bucket_tagging(Bucket=name))

    def read(self, id: str) -> dict[str, Any] | None:
        if asking(lambda: self.client.head_bucket(Bucket=id), missing=_GONE) is None:
            return None
        answer = asking(lambda: self.client.get_bucket_tagging(Bucket=id), missing=("NoSuchTagSet",))
        return {"bucket": id, "tags": self.own_tags(unpaired(answer["TagSet"] if answer else []))}

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        self._tag(id, news)

    def delete(self, id: str, state: dict[str, Any]) -> None:
        versions = self._versions(id)
        if versions and not state.get("forceDestroy"):
            raise Refused(f"BucketNotEmpty: the bucket {id!r} holds {len(versions)} object versions")
        for version in versions:
            asking(lambda version=version: self.client.delete_object(Bucket=id, **version))
        asking(lambda: self.client.delete_bucket(Bucket=id), missing=_GONE)

    def _versions(self, name: str) -> list[dict[str, str]]:
        pages = asking(
            lambda: list(self.client.get_paginator("list_object_versions").paginate(Bucket=name)),
            missing=_GONE,
        )
        found = [
            item
            for page in pages or []
            for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        ]
        return [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {
            "arn": f"arn:aws:s3:::{id}",
            "bucketDomainName": f"{id}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{id}.s3.{self.region}.amazonaws.com",
            "bucketRegion": self.region,
            "hostedZoneId": "Z3AQBSTGFYJSTF",
        }


class _Satellite(Store):
    """A setting of a bucket: made by putting it over whatever is there, named by the bucket."""

    service = "s3"
    fixed = ("bucket", "expectedBucketOwner", "region")
    missing: ClassVar[tuple[str, ...]] = ()

    def put(self, bucket: str, inputs: dict[str, Any]) -> Callable[[], Any]:
        raise NotImplementedError

    def get(self, bucket: str) -> dict[str, Any] | None:
        raise NotImplementedError

    def remove(self, bucket: str, state: dict[str, Any]) -> Callable[[], Any]:
        raise NotImplementedError

    def create(self, inputs: dict[str, Any]) -> str:
        asking(self.put(inputs["bucket"], inputs))
        return inputs["bucket"]

    def read(self, id: str) -> dict[str, Any] | None:
        found = asking(lambda: self.get(id), missing=(*self.missing, *_GONE))
        return None if found is None else {"bucket": id, **found}

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        asking(self.put(id, news))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(self.remove(id, state), missing=(*self.missing, *_GONE))


class Versioning(_Satellite):
    """Whether the bucket keeps old versions."""

    token = "aws:s3/bucketVersioning:BucketVersioning"

    def put(self, bucket: str, inputs: dict[str, Any]) -> Callable[[], Any]:
        wanted = inputs["versioningConfiguration"]
        body = {
            "Status": wanted["status"],
            **({"MFADelete": wanted["mfaDelete"]} if "mfaDelete" in wanted else {}),
        }
        return lambda: self.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=body)

    def get(self, bucket: str) -> dict[str, Any] | None:
        status = self.client.get_bucket_versioning(Bucket=bucket).get("Status")
        return {"versioningConfiguration": {"status": status}} if status else None

    def remove(self, bucket: str, state: dict[str, Any]) -> Callable[[], Any]:
        # Versioning that was ever on cannot be taken away, only suspended.
        return lambda: self.client.put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration={"Status": "Suspended"}
        )


class Lifecycle(_Satellite):
    """When objects and versions expire."""

    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    missing = ("NoSuchLifecycleConfiguration",)
    _names: ClassVar[dict[str, str]] = {"id": "ID"}

    def put(self, bucket: str, inputs: dict[str, Any]) -> Callable[[], Any]:
        rules = [{"Filter": {"Prefix": ""}, **to_api(rule, self._names)} for rule in inputs["rules"]]
        if any(not rule["Filter"] for rule in rules):
            rules = [{**rule, "Filter": rule["Filter"] or {"Prefix": ""}} for rule in rules]
        body = {"Rules": rules}
        return lambda: self.client.put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration=body
        )

    def get(self, bucket: str) -> dict[str, Any] | None:
        rules = from_api(self.client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"], self._names)
        return {"rules": rules}

    def remove(self, bucket: str, state: dict[str, Any]) -> Callable[[], Any]:
        return lambda: self.client.delete_bucket_lifecycle(Bucket=bucket)


class Policy(_Satellite):
    """Who may do what with the bucket."""

    token = "aws:s3/bucketPolicy:BucketPolicy"
    missing = ("NoSuchBucketPolicy",)

    def put(self, bucket: str, inputs: dict[str, Any]) -> Callable[[], Any]:
        policy = inputs["policy"] if isinstance(inputs["policy"], str) else json.dumps(inputs["policy"])
        return lambda: self.client.put_bucket_policy(Bucket=bucket, Policy=policy)

    def get(self, bucket: str) -> dict[str, Any] | None:
        return {"policy": self.client.get_bucket_policy(Bucket=bucket)["Policy"]}

    def remove(self, bucket: str, state: dict[str, Any]) -> Callable[[], Any]:
        return lambda: self.client.delete_bucket_policy(Bucket=bucket)


class PublicAccessBlock(_Satellite):
    """The switch that keeps the bucket private whatever its policy says."""

    token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    missing = ("NoSuchPublicAccessBlockConfiguration",)
    _switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

    def put(self, bucket: str, inputs: dict[str, Any]) -> Callable[[], Any]:
        body = to_api({name: bool(inputs.get(name)) for name in self._switches})
        return lambda: self.client.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=body)

    def get(self, bucket: str) -> dict[str, Any] | None:
        return from_api(self.client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"])

    def remove(self, bucket: str, state: dict[str, Any]) -> Callable[[], Any]:
        return lambda: self.client.delete_public_access_block(Bucket=bucket)


class Encryption(_Satellite):
    """How objects are encrypted at rest."""

    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    missing = ("ServerSideEncryptionConfigurationNotFoundError",)
    _names: ClassVar[dict[str, str]] = {"sseAlgorithm": "SSEAlgorithm", "kmsMasterKeyId": "KMSMasterKeyID"}

    def put(self, bucket: str, inputs: dict[str, Any]) -> Callable[[], Any]:
        body = {"Rules": to_api(inputs["rules"], self._names)}
        return lambda: self.client.put_bucket_encryption(
            Bucket=bucket, ServerSideEncryptionConfiguration=body
        )

    def get(self, bucket: str) -> dict[str, Any] | None:
        answer = self.client.get_bucket_encryption(Bucket=bucket)
        return {"rules": from_api(answer["ServerSideEncryptionConfiguration"]["Rules"], self._names)}

    def remove(self, bucket: str, state: dict[str, Any]) -> Callable[[], Any]:
        return lambda: self.client.delete_bucket_encryption(Bucket=bucket)


class Ownership(_Satellite):
    """Who owns what others put into the bucket."""

    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    missing = ("OwnershipControlsNotFoundError",)

    def put(self, bucket: str, inputs: dict[str, Any]) -> Callable[[], Any]:
        body = {"Rules": [to_api(inputs["rule"])]}
        return lambda: self.client.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=body)

    def get(self, bucket: str) -> dict[str, Any] | None:
        rules = self.client.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
        return {"rule": from_api(rules[0])}

    def remove(self, bucket: str, state: dict[str, Any]) -> Callable[[], Any]:
        return lambda: self.client.delete_bucket_ownership_controls(Bucket=bucket)


SATELLITES: tuple[type[Store], ...] = (
    Versioning,
    Lifecycle,
    Policy,
    PublicAccessBlock,
    Encryption,
    Ownership,
)
