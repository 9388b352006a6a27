"""Records in one DynamoDB table through boto3: keys `pk` and `sk`, the value as JSON text, a revision number."""

import json
import secrets
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from botocore.exceptions import ClientError

from app.adapters.aws_calls import Calls, aws_session, limits, refuse_cut_answers
from app.kernel.errors import BadInput, Conflict, LimitExceeded, NotFound
from app.kernel.ports.records import Record, RecordPage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, DeleteItemInputTypeDef, QueryInputTypeDef

_ITEM_BYTES = 400 * 1024  # DynamoDB's own limits, these three
_PARTITION_BYTES = 2_048
_KEY_BYTES = 1_024
_ROOM_BYTES = 100  # names of the attributes, revision and mark
_MAX_PAGE = 1_000
_NAMES = {"#value": "value", "#revision": "revision", "#mark": "mark"}


class _Where(TypedDict):
    """The one item that a call is about."""

    TableName: str
    Key: "Mapping[str, AttributeValueTypeDef]"


class DynamoRecords:
    """The Records port on one table. Every read is consistent: what was acknowledged is seen by everybody.

    `mark` names the write: when the answer to a write is lost and boto3 sends it again, the condition finds our own
    mark instead of failing against ourselves. whole_s: the longest that one call may take.
    """

    def __init__(
        self, table: str, *, region: str = "", endpoint_url: str | None = None, whole_s: float = 5
    ) -> None:
        self.table = table
        self.client: DynamoDBClient = aws_session().client(
            "dynamodb",
            region_name=region or None,
            endpoint_url=endpoint_url,
            config=limits(read_s=3, checksums="when_supported"),
        )
        refuse_cut_answers(self.client)
        self._calls = Calls("DynamoDB", whole_s=whole_s)

    async def get(self, partition: str, key: str) -> Record:
        where = self._where(partition, key)
        what = f"{partition}/{key}"
        answer = await self._calls(lambda: self.client.get_item(**where, ConsistentRead=True), what)
        if "Item" not in answer:
            raise NotFound(f"No record {what}.")
        return _record(answer["Item"])

    async def put(
        self, partition: str, key: str, value: Mapping[str, Any], *, expected: int | None = None
    ) -> Record:
        where = self._where(partition, key)
        text = _text(partition, key, value)
        revision = await self._calls(lambda: self._put(where, text, expected), f"{partition}/{key}")
        return Record(partition, key, json.loads(text), revision)

    async def delete(self, partition: str, key: str, *, expected: int | None = None) -> None:
        where = self._where(partition, key)
        await self._calls(lambda: self._delete(where, expected), f"{partition}/{key}")

    async def page(
        self,
        partition: str,
        *,
        prefix: str = "",
        after: str | None = None,
        limit: int = 100,
        descending: bool = False,
    ) -> RecordPage:
        if not 1 <= limit <= _MAX_PAGE:
            raise BadInput(f"A page has 1 to {_MAX_PAGE} records, not {limit}.")
        _check(partition, _PARTITION_BYTES)
        for text in (prefix, after or ""):
            _check(text, _KEY_BYTES, may_be_empty=True)
        place = _place(prefix, after, descending=descending)
        if place == "behind":
            return RecordPage([], None)
        start = after if place == "inside" else None
        query = partial(self._page, partition, prefix, start, limit + 1, descending=descending)
        records = await self._calls(query, partition)
        return RecordPage(records[:limit], records[limit - 1].key if len(records) > limit else None)

    async def ping(self) -> None:
        """One read of a key that nobody writes: it fails as the others would, and needs no right of its own."""
        where = self._where("ping", "ping")
        await self._calls(lambda: self.client.get_item(**where), self.table)

    def close(self) -> None:
        self._calls.close()

    def _where(self, partition: str, key: str) -> _Where:
        _check(partition, _PARTITION_BYTES)
        _check(key, _KEY_BYTES)
        return {"TableName": self.table, "Key": {"pk": {"S": partition}, "sk": {"S": key}}}

    def _put(self, where: _Where, text: str, expected: int | None) -> int:
        mark = secrets.token_hex(8)
        values: dict[str, AttributeValueTypeDef] = {
            ":value": {"S": text}, ":mark": {"S": mark}, ":one": {"N": "1"}
        }  # fmt: skip
        if expected:
            values[":expected"] = {"N": str(expected)}
        conditions = {
            None: "attribute_not_exists(#mark) OR #mark <> :mark",
            0: "attribute_not_exists(#revision)",
        }
        try:
            answer = self.client.update_item(
                **where,
                UpdateExpression="SET #value = :value, #mark = :mark ADD #revision :one",
                ConditionExpression=conditions.get(expected, "#revision = :expected"),
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues=values,
                ReturnValues="UPDATED_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            found = _found_instead(error)
            if found.get("mark") == {"S": mark}:
                return _revision(found)
            raise _conflict(where, found, expected) from None
        return _revision(answer["Attributes"])

    def _delete(self, where: _Where, expected: int | None) -> None:
        request: DeleteItemInputTypeDef = {"TableName": where["TableName"], "Key": where["Key"]}
        if expected is not None:
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
            request["ExpressionAttributeNames"] = {"#revision": "revision"}
            request["ConditionExpression"] = (
                "#revision = :expected" if expected else "attribute_not_exists(#revision)"
            )
        if expected:
            request["ExpressionAttributeValues"] = {":expected": {"N": str(expected)}}
        try:
            self.client.delete_item(**request)
        except ClientError as error:
            found = _found_instead(error)
            sent_again = error.response["ResponseMetadata"].get("RetryAttempts", 0) > 0
            if (
                found or not sent_again
            ):  # else it was there before and is gone: an attempt of ours got through
                raise _conflict(where, found, expected) from None

    def _page(
        self, partition: str, prefix: str, after: str | None, limit: int, *, descending: bool
    ) -> list[Record]:
        """Up to `limit` records; one answer of DynamoDB holds at most 1 MB of them."""
        query: QueryInputTypeDef = {
            "TableName": self.table,
            "KeyConditionExpression": "pk = :partition" + (" AND begins_with(sk, :prefix)" if prefix else ""),
            "ExpressionAttributeValues": {":partition": {"S": partition}}
            | ({":prefix": {"S": prefix}} if prefix else {}),
            "ScanIndexForward": not descending,
            "ConsistentRead": True,
        }
        if after is not None:
            query["ExclusiveStartKey"] = {"pk": {"S": partition}, "sk": {"S": after}}
        records: list[Record] = []
        while len(records) < limit:
            query["Limit"] = limit - len(records)
            answer = self.client.query(**query)
            records += [_record(item) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                break
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return records


def _place(prefix: str, after: str | None, *, descending: bool) -> Literal["before", "inside", "behind"]:
    """Where a page that goes on `after` starts among the keys with this prefix: DynamoDB takes a start inside only."""
    if after is None:
        return "before"
    if after and after.startswith(prefix):
        return "inside"
    lower = not after or after.encode() < prefix.encode()
    return "before" if lower != descending else "behind"


def _check(text: str, most_bytes: int, *, may_be_empty: bool = False) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise BadInput(f"The record key {text!a} holds half a character; use whole ones.") from None
    if size > most_bytes or not (text or may_be_empty):
        raise BadInput(f"A record key has 1 to {most_bytes:,} bytes, not {size:,}: {text[:80]!r}.")


def _text(partition: str, key: str, value: Mapping[str, Any]) -> str:
    """The value as JSON, as short as it goes. Raises BadInput for what is not JSON, LimitExceeded for too much."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadInput(f"The record {partition}/{key} is not JSON: {error}.") from None
    size = len(text.encode()) + len(partition.encode()) + len(key.encode()) + _ROOM_BYTES
    if size > _ITEM_BYTES:
        raise LimitExceeded(
            f"The record {partition}/{key} has {size:,} bytes; DynamoDB takes {_ITEM_BYTES:,}. Keep less in it."
        )
    return text


def _record(item: "Mapping[str, AttributeValueTypeDef]") -> Record:
    return Record(item["pk"]["S"], item["sk"]["S"], json.loads(item["value"]["S"]), _revision(item))


def _revision(item: "Mapping[str, AttributeValueTypeDef]") -> int:
    return int(item["revision"]["N"]) if item else 0


def _found_instead(error: ClientError) -> "Mapping[str, AttributeValueTypeDef]":
    """The item that a condition failed against, empty when there is none. Raises the error when it is another."""
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error
    found: Mapping[str, AttributeValueTypeDef] = error.response.get("Item", {})  # type: ignore[assignment]
    return found


def _conflict(where: _Where, found: "Mapping[str, AttributeValueTypeDef]", expected: int | None) -> Conflict:
    name = f"{where['Key']['pk']['S']}/{where['Key']['sk']['S']}"
    return Conflict(f"The record {name} is at revision {_revision(found)}, not {expected}; read it again.")
