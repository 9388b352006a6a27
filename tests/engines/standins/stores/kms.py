"""KMS keys and the aliases they are found by."""

import json
from typing import Any, ClassVar

from ..cloud import Refused
from .store import Store, asking

_GONE = ("NotFoundException",)


class Key(Store):
    """A key, named by its id. Asked to go, it waits: the provider calls that deleted."""

    token = "aws:kms/key:Key"
    service = "kms"
    fixed = ("keyUsage", "customerMasterKeySpec", "multiRegion", "region")
    local = ("deletionWindowInDays",)
    defaults: ClassVar[dict[str, Any]] = {"keyUsage": "ENCRYPT_DECRYPT", "isEnabled": True}

    def create(self, inputs: dict[str, Any]) -> str:
        request = {
            "Description": inputs.get("description", ""),
            "Policy": inputs["policy"],
            "Tags": self._pairs(self.all_tags(inputs)),
        }
        key = asking(lambda: self.client.create_key(**request))["KeyMetadata"]["KeyId"]
        self._turn(key, inputs)
        return key

    def _pairs(self, tags: dict[str, str]) -> list[dict[str, str]]:
        return [{"TagKey": key, "TagValue": value} for key, value in sorted(tags.items())]

    def _turn(self, key: str, inputs: dict[str, Any]) -> None:
        if inputs.get("enableKeyRotation"):
            asking(lambda: self.client.enable_key_rotation(KeyId=key))
        else:
            asking(lambda: self.client.disable_key_rotation(KeyId=key))

    def read(self, id: str) -> dict[str, Any] | None:
        answer = asking(lambda: self.client.describe_key(KeyId=id), missing=_GONE)
        if answer is None or answer["KeyMetadata"]["KeyState"] == "PendingDeletion":
            return None
        tags = asking(lambda: self.client.list_resource_tags(KeyId=id))["Tags"]
        policy = asking(lambda: self.client.get_key_policy(KeyId=id, PolicyName="default"))["Policy"]
        return {
            "description": answer["KeyMetadata"]["Description"],
            "enableKeyRotation": asking(lambda: self.client.get_key_rotation_status(KeyId=id))[
                "KeyRotationEnabled"
            ],
            "policy": json.dumps(json.loads(policy)),
            "tags": self.own_tags({tag["TagKey"]: tag["TagValue"] for tag in tags}),
        }

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        self._turn(id, news)
        asking(lambda: self.client.put_key_policy(KeyId=id, PolicyName="default", Policy=news["policy"]))
        asking(lambda: self.client.update_key_description(KeyId=id, Description=news.get("description", "")))
        gone = sorted(self.all_tags(olds).keys() - self.all_tags(news).keys())
        if gone:
            asking(lambda: self.client.untag_resource(KeyId=id, TagKeys=gone))
        asking(lambda: self.client.tag_resource(KeyId=id, Tags=self._pairs(self.all_tags(news))))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        days = int(state.get("deletionWindowInDays") or 30)
        if not 7 <= days <= 30:
            raise Refused("ValidationException: PendingWindowInDays must be from 7 to 30")
        asking(lambda: self.client.schedule_key_deletion(KeyId=id, PendingWindowInDays=days), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": f"arn:aws:kms:{self.region}:{self.account}:key/{id}", "keyId": id}


class Alias(Store):
    """An alias, named by its name."""

    token = "aws:kms/alias:Alias"
    service = "kms"
    fixed = ("name", "namePrefix", "region")

    def create(self, inputs: dict[str, Any]) -> str:
        name, key = inputs["name"], inputs["targetKeyId"]
        asking(lambda: self.client.create_alias(AliasName=name, TargetKeyId=key))
        return name

    def read(self, id: str) -> dict[str, Any] | None:
        for alias in asking(lambda: self.client.list_aliases())["Aliases"]:
            if alias["AliasName"] == id:
                return {"name": id, "targetKeyId": alias.get("TargetKeyId", "")}
        return None

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        target = news["targetKeyId"]
        asking(lambda: self.client.update_alias(AliasName=id, TargetKeyId=target))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(lambda: self.client.delete_alias(AliasName=id), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": f"arn:aws:kms:{self.region}:{self.account}:{id}"}
