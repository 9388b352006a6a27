"""CloudWatch log groups that outlive a pause."""

from typing import Any

from .store import Store, asking


class LogGroup(Store):
    """A log group, named by its id. One that is rented lies in the run's file instead."""

    token = "aws:cloudwatch/logGroup:LogGroup"
    service = "logs"
    fixed = ("name", "namePrefix", "logGroupClass", "region")
    mixed = True

    def create(self, inputs: dict[str, Any]) -> str:
        name = inputs["name"]
        asking(lambda: self.client.create_log_group(logGroupName=name, tags=self.all_tags(inputs)))
        self._keep(name, inputs)
        return name

    def _keep(self, name: str, inputs: dict[str, Any]) -> None:
        if days := inputs.get("retentionInDays"):
            asking(lambda: self.client.put_retention_policy(logGroupName=name, retentionInDays=days))
        else:
            asking(lambda: self.client.delete_retention_policy(logGroupName=name))

    def read(self, id: str) -> dict[str, Any] | None:
        groups = asking(lambda: self.client.describe_log_groups(logGroupNamePrefix=id))["logGroups"]
        found = next((group for group in groups if group["logGroupName"] == id), None)
        if found is None:
            return None
        tags = asking(lambda: self.client.list_tags_for_resource(resourceArn=self._arn(id)))["tags"]
        return {
            "name": id,
            "retentionInDays": found.get("retentionInDays", 0),
            "tags": self.own_tags(tags),
        }

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        self._keep(id, news)
        gone = sorted(self.all_tags(olds).keys() - self.all_tags(news).keys())
        if gone:
            asking(lambda: self.client.untag_resource(resourceArn=self._arn(id), tagKeys=gone))
        asking(lambda: self.client.tag_resource(resourceArn=self._arn(id), tags=self.all_tags(news)))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(lambda: self.client.delete_log_group(logGroupName=id), missing=("ResourceNotFoundException",))

    def _arn(self, name: str) -> str:
        return f"arn:aws:logs:{self.region}:{self.account}:log-group:{name}"

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": self._arn(id)}
