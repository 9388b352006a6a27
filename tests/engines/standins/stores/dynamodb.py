"""DynamoDB tables."""

from typing import Any, ClassVar

from ..cloud import Refused
from .store import Store, asking, pairs, unpaired

_GONE = ("ResourceNotFoundException",)


class Table(Store):
    """A table, named by its id."""

    token = "aws:dynamodb/table:Table"
    service = "dynamodb"
    defaults: ClassVar[dict[str, Any]] = {
        "billingMode": "PROVISIONED",
        "tableClass": "STANDARD",
        "streamViewType": "",
        "readCapacity": 0,
        "writeCapacity": 0,
    }
    fixed = ("name", "hashKey", "rangeKey", "localSecondaryIndexes", "region")
    local = ("restoreToLatestTime",)

    def create(self, inputs: dict[str, Any]) -> str:
        asking(lambda: self.client.create_table(**self._request(inputs), Tags=pairs(self.all_tags(inputs))))
        self._extras(inputs["name"], {}, inputs)
        return inputs["name"]

    def _request(self, inputs: dict[str, Any]) -> dict[str, Any]:
        declared = {item["name"]: item["type"] for item in inputs.get("attributes", [])}
        indexes = [*inputs.get("globalSecondaryIndexes", []), *inputs.get("localSecondaryIndexes", [])]
        used = {
            key for item in [inputs, *indexes] for key in (item.get("hashKey"), item.get("rangeKey")) if key
        }
        if used != set(declared):
            raise Refused(
                f"ValidationException: keys are {sorted(used)}, attributes declare {sorted(declared)}"
            )
        request = {
            "TableName": inputs["name"],
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": kind} for name, kind in declared.items()
            ],
            "KeySchema": _keys(inputs),
            "BillingMode": inputs.get("billingMode", "PROVISIONED"),
            "TableClass": inputs.get("tableClass", "STANDARD"),
            "DeletionProtectionEnabled": bool(inputs.get("deletionProtectionEnabled")),
        }
        if request["BillingMode"] == "PROVISIONED":
            units = (inputs.get("readCapacity"), inputs.get("writeCapacity"))
            if not all(units):
                raise Refused("ValidationException: a provisioned table needs readCapacity and writeCapacity")
            request["ProvisionedThroughput"] = {"ReadCapacityUnits": units[0], "WriteCapacityUnits": units[1]}
        if globals_ := inputs.get("globalSecondaryIndexes"):
            request["GlobalSecondaryIndexes"] = [_index(item) for item in globals_]
        if locals_ := inputs.get("localSecondaryIndexes"):
            request["LocalSecondaryIndexes"] = [_index(item) for item in locals_]
        return request

    def _extras(self, name: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        recovery, ttl = (news.get("pointInTimeRecovery") or {}), (news.get("ttl") or {})
        if recovery != (olds.get("pointInTimeRecovery") or {}):
            setting = {"PointInTimeRecoveryEnabled": bool(recovery.get("enabled"))}
            asking(
                lambda: self.client.update_continuous_backups(
                    TableName=name, PointInTimeRecoverySpecification=setting
                )
            )
        if ttl != (olds.get("ttl") or {}):
            attribute = (ttl or olds.get("ttl") or {}).get("attributeName")
            setting = {"Enabled": bool(ttl.get("enabled")), "AttributeName": attribute}
            asking(lambda: self.client.update_time_to_live(TableName=name, TimeToLiveSpecification=setting))

    def read(self, id: str) -> dict[str, Any] | None:
        answer = asking(lambda: self.client.describe_table(TableName=id), missing=_GONE)
        if answer is None:
            return None
        table = answer["Table"]
        found: dict[str, Any] = {
            "name": id,
            "attributes": [
                {"name": i["AttributeName"], "type": i["AttributeType"]}
                for i in table["AttributeDefinitions"]
            ],
            "billingMode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
            "deletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
            **{
                ("hashKey" if key["KeyType"] == "HASH" else "rangeKey"): key["AttributeName"]
                for key in table["KeySchema"]
            },
        }
        if indexes := table.get("GlobalSecondaryIndexes"):
            found["globalSecondaryIndexes"] = [_read_index(item) for item in indexes]
        tags = asking(lambda: self.client.list_tags_of_resource(ResourceArn=table["TableArn"]))
        return {**found, **self._read_extras(id), "tags": self.own_tags(unpaired(tags.get("Tags")))}

    def _read_extras(self, name: str) -> dict[str, Any]:
        backups = asking(lambda: self.client.describe_continuous_backups(TableName=name))[
            "ContinuousBackupsDescription"
        ]
        ttl = asking(lambda: self.client.describe_time_to_live(TableName=name))["TimeToLiveDescription"]
        found: dict[str, Any] = {}
        if backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED":
            found["pointInTimeRecovery"] = {"enabled": True}
        if ttl["TimeToLiveStatus"] == "ENABLED":
            found["ttl"] = {"enabled": True, "attributeName": ttl["AttributeName"]}
        return found

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        changes = {}
        if bool(olds.get("deletionProtectionEnabled")) != bool(news.get("deletionProtectionEnabled")):
            changes["DeletionProtectionEnabled"] = bool(news.get("deletionProtectionEnabled"))
        if olds.get("billingMode") != news.get("billingMode"):
            changes["BillingMode"] = news.get("billingMode", "PROVISIONED")
        if olds.get("globalSecondaryIndexes") != news.get("globalSecondaryIndexes"):
            raise Refused("this stand-in does not change the indexes of a table that exists")
        if changes:
            asking(lambda: self.client.update_table(TableName=id, **changes))
        self._extras(id, olds, news)
        arn = self.outputs(id, news)["arn"]
        gone = sorted(self.all_tags(olds).keys() - self.all_tags(news).keys())
        if gone:
            asking(lambda: self.client.untag_resource(ResourceArn=arn, TagKeys=gone))
        asking(lambda: self.client.tag_resource(ResourceArn=arn, Tags=pairs(self.all_tags(news))))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(lambda: self.client.delete_table(TableName=id), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": f"arn:aws:dynamodb:{self.region}:{self.account}:table/{id}"}


def _keys(item: dict[str, Any]) -> list[dict[str, str]]:
    ends = (("hashKey", "HASH"), ("rangeKey", "RANGE"))
    return [{"AttributeName": item[name], "KeyType": kind} for name, kind in ends if item.get(name)]


def _index(item: dict[str, Any]) -> dict[str, Any]:
    projection = {"ProjectionType": item["projectionType"]}
    if item.get("nonKeyAttributes"):
        projection["NonKeyAttributes"] = item["nonKeyAttributes"]
    return {"IndexName": item["name"], "KeySchema": _keys(item), "Projection": projection}


def _read_index(item: dict[str, Any]) -> dict[str, Any]:
    keys = {
        ("hashKey" if key["KeyType"] == "HASH" else "rangeKey"): key["AttributeName"]
        for key in item["KeySchema"]
    }
    found = {"name": item["IndexName"], "projectionType": item["Projection"]["ProjectionType"], **keys}
    if item["Projection"].get("NonKeyAttributes"):
        found["nonKeyAttributes"] = item["Projection"]["NonKeyAttributes"]
    return found
