"""What is written before the pause and read again after it: objects in several versions, a record, the value of a secret."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.asking import Clients
from infra.naming import Names

# Empty, odd, and more than one part of what is sent in parts. Two versions in two buckets: 36 MB.
SIZES = {"empty": 0, "small": 1023, "large": 9_000_001}


class Differs(Exception):
    """Something that was written is not there any more, or not as it was."""


@dataclass(frozen=True)
class Written:
    """`objects`: (bucket, key, version) -> its bytes."""

    objects: Mapping[tuple[str, str, str], bytes]
    record: Mapping[str, Any]
    secret: str


class Witness:
    """Of one run, under its own prefix and its own key: nothing of anybody else is read or changed."""

    def __init__(self, names: Names, cloud: Clients, *, run: str) -> None:
        self.names, self.cloud, self.run = names, cloud, run
        self.buckets = (names.data_bucket, names.bucket("models"))
        self._key = {"pk": {"S": f"smoke#{run}"}, "sk": {"S": "record"}}

    def write(self) -> Written:
        """Two versions of each object, so that the older one has to survive as well."""
        return Written(dict(self._objects()), self._record(), self._secret())

    def _objects(self) -> Any:
        s3 = self.cloud("s3")
        for bucket in self.buckets:
            for name, size in SIZES.items():
                for _ in range(2):
                    body = secrets.token_bytes(size)
                    key = f"smoke/{self.run}/{name}"
                    yield (bucket, key, s3.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"]), body

    def _record(self) -> Mapping[str, Any]:
        item = {**self._key, "body": {"S": secrets.token_hex(64)}, "n": {"N": "7"}}
        self.cloud("dynamodb").put_item(TableName=self.names.records_table, Item=item)
        return item

    def _secret(self) -> str:
        """The API keys are what the service is asked with, and like every value they come from outside of Pulumi."""
        value = f"smoke:{secrets.token_hex(24)}"
        self.cloud("secretsmanager").put_secret_value(SecretId=self.names.api_keys_secret, SecretString=value)
        return value

    def compare(self, written: Written) -> int:
        """Returns: how many bytes were compared. Raises: Differs, naming what is lost or changed."""
        s3, wrong, compared = self.cloud("s3"), [], 0
        for (bucket, key, version), body in written.objects.items():
            found = _bytes(s3, bucket, key, version)
            compared += len(body)
            if found != body:
                wrong.append(
                    f"{bucket}/{key} version {version} is {'gone' if found is None else 'another one'}"
                )
        record = self.cloud("dynamodb").get_item(
            TableName=self.names.records_table, Key=self._key, ConsistentRead=True
        )
        if record.get("Item") != written.record:
            wrong.append(f"the record {self._key['pk']['S']} of {self.names.records_table}")
        kept = self.cloud("secretsmanager").get_secret_value(SecretId=self.names.api_keys_secret)
        if kept["SecretString"] != written.secret:
            wrong.append(f"the value of {self.names.api_keys_secret}")
        if wrong:
            raise Differs(f"After the resume {len(wrong)} thing(s) are not as they were: {'; '.join(wrong)}.")
        return compared


def _bytes(s3: Any, bucket: str, key: str, version: str) -> bytes | None:
    try:
        found: bytes = s3.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"].read()
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchVersion", "404"):
            return None
        raise
    return found
