"""Secrets without their values: the provider makes the place, somebody else fills it."""

from typing import Any, ClassVar

from .store import Store, asking, pairs, unpaired

_GONE = ("ResourceNotFoundException",)


class Secret(Store):
    """A secret, named by its ARN."""

    token = "aws:secretsmanager/secret:Secret"
    service = "secretsmanager"
    defaults: ClassVar[dict[str, Any]] = {"recoveryWindowInDays": 30}
    fixed = ("name", "namePrefix", "region")
    local = ("recoveryWindowInDays", "forceOverwriteReplicaSecret")

    def create(self, inputs: dict[str, Any]) -> str:
        request = {"Name": inputs["name"], "Tags": pairs(self.all_tags(inputs))}
        request |= {
            api: inputs[own]
            for own, api in (("description", "Description"), ("kmsKeyId", "KmsKeyId"))
            if inputs.get(own)
        }
        return asking(lambda: self.client.create_secret(**request))["ARN"]

    def read(self, id: str) -> dict[str, Any] | None:
        answer = asking(lambda: self.client.describe_secret(SecretId=id), missing=_GONE)
        if answer is None or answer.get("DeletedDate"):
            return None
        found = {"name": answer["Name"], "tags": self.own_tags(unpaired(answer.get("Tags")))}
        found |= {
            own: answer[api]
            for own, api in (("description", "Description"), ("kmsKeyId", "KmsKeyId"))
            if answer.get(api)
        }
        return found

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        changes = {"Description": news.get("description", "")}
        if news.get("kmsKeyId"):
            changes["KmsKeyId"] = news["kmsKeyId"]
        asking(lambda: self.client.update_secret(SecretId=id, **changes))
        gone = sorted(self.all_tags(olds).keys() - self.all_tags(news).keys())
        if gone:
            asking(lambda: self.client.untag_resource(SecretId=id, TagKeys=gone))
        asking(lambda: self.client.tag_resource(SecretId=id, Tags=pairs(self.all_tags(news))))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        days = state.get("recoveryWindowInDays", 30)
        window = {"ForceDeleteWithoutRecovery": True} if days == 0 else {"RecoveryWindowInDays": days}
        asking(lambda: self.client.delete_secret(SecretId=id, **window), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": id}
