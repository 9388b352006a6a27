"""Cost anomalies and the tags of the bill; moto knows neither, so fake_costs.py beside the tests answers for them."""

import json
from typing import Any

from ..cloud import Refused
from .store import Store, asking, from_api, pairs, to_api, unpaired


class CostAllocationTag(Store):
    """A tag that the bill shows, named by its key; AWS must have seen it on something first."""

    token = "aws:costexplorer/costAllocationTag:CostAllocationTag"
    service = "ce"
    fixed = ("tagKey",)

    def create(self, inputs: dict[str, Any]) -> str:
        if self.read(inputs["tagKey"]) is None:
            raise Refused(f"the tag key {inputs['tagKey']!r} is not listed: it could not be activated")
        self.update(inputs["tagKey"], {}, inputs)
        return inputs["tagKey"]

    def read(self, id: str) -> dict[str, Any] | None:
        listed = asking(lambda: self.client.list_cost_allocation_tags(TagKeys=[id]))["CostAllocationTags"]
        return {"tagKey": id, "status": listed[0]["Status"]} if listed else None

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        self._set(id, news["status"])

    def delete(self, id: str, state: dict[str, Any]) -> None:
        self._set(id, "Inactive")

    def _set(self, key: str, status: str) -> None:
        change = [{"TagKey": key, "Status": status}]
        asking(lambda: self.client.update_cost_allocation_tags_status(CostAllocationTagsStatus=change))

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "UserDefined"}


class AnomalyMonitor(Store):
    """What is watched, named by its ARN."""

    token = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
    service = "ce"
    fixed = ("monitorType", "monitorSpecification", "monitorDimension")

    def create(self, inputs: dict[str, Any]) -> str:
        monitor = {
            "MonitorName": inputs["name"],
            "MonitorType": inputs["monitorType"],
            "MonitorSpecification": _said(json.loads(inputs["monitorSpecification"])),
        }
        tags = pairs(self.all_tags(inputs))
        request = {"AnomalyMonitor": monitor, "ResourceTags": tags}
        return asking(lambda: self.client.create_anomaly_monitor(**request))["MonitorArn"]

    def read(self, id: str) -> dict[str, Any] | None:
        monitors = asking(lambda: self.client.get_anomaly_monitors(MonitorArnList=[id]))["AnomalyMonitors"]
        if not monitors:
            return None
        (found,) = monitors
        tags = asking(lambda: self.client.list_tags_for_resource(ResourceArn=id))["ResourceTags"]
        return {
            "name": found["MonitorName"],
            "monitorType": found["MonitorType"],
            "monitorSpecification": json.dumps(found["MonitorSpecification"]),
            "tags": self.own_tags(unpaired(tags)),
        }

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        asking(lambda: self.client.update_anomaly_monitor(MonitorArn=id, MonitorName=news["name"]))
        asking(lambda: self.client.tag_resource(ResourceArn=id, ResourceTags=pairs(self.all_tags(news))))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(lambda: self.client.delete_anomaly_monitor(MonitorArn=id))

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": id}


class AnomalySubscription(Store):
    """Who hears of it, named by its ARN."""

    token = "aws:costexplorer/anomalySubscription:AnomalySubscription"
    service = "ce"
    fixed = ("name", "accountId")

    def _body(self, inputs: dict[str, Any]) -> dict[str, Any]:
        dimension = inputs["thresholdExpression"]["dimension"]
        return {
            "MonitorArnList": inputs["monitorArnLists"],
            "Subscribers": to_api(inputs["subscribers"]),
            "Frequency": inputs["frequency"],
            "ThresholdExpression": {"Dimensions": to_api(dimension)},
        }

    def create(self, inputs: dict[str, Any]) -> str:
        people = {item["type"] for item in inputs["subscribers"]}
        if (inputs["frequency"] == "IMMEDIATE") != (people == {"SNS"}):
            raise Refused(f"ValidationException: {inputs['frequency']} subscriptions cannot have {people}")
        body = {"SubscriptionName": inputs["name"], **self._body(inputs)}
        request = {"AnomalySubscription": body, "ResourceTags": pairs(self.all_tags(inputs))}
        return asking(lambda: self.client.create_anomaly_subscription(**request))["SubscriptionArn"]

    def read(self, id: str) -> dict[str, Any] | None:
        listed = asking(lambda: self.client.get_anomaly_subscriptions(SubscriptionArnList=[id]))
        if not listed["AnomalySubscriptions"]:
            return None
        (found,) = listed["AnomalySubscriptions"]
        tags = asking(lambda: self.client.list_tags_for_resource(ResourceArn=id))["ResourceTags"]
        return {
            "name": found["SubscriptionName"],
            "frequency": found["Frequency"],
            "monitorArnLists": found["MonitorArnList"],
            "subscribers": from_api(found["Subscribers"]),
            "thresholdExpression": {"dimension": from_api(found["ThresholdExpression"]["Dimensions"])},
            "tags": self.own_tags(unpaired(tags)),
        }

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        asking(lambda: self.client.update_anomaly_subscription(SubscriptionArn=id, **self._body(news)))
        asking(lambda: self.client.tag_resource(ResourceArn=id, ResourceTags=pairs(self.all_tags(news))))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(lambda: self.client.delete_anomaly_subscription(SubscriptionArn=id))

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": id, "accountId": self.account}


def _said(value: Any) -> Any:
    """Without the fields that are named and empty: the provider's own client leaves them out."""
    return {
        key: _said(item) if isinstance(item, dict) else item
        for key, item in value.items()
        if item is not None
    }
