"""Budgets; moto answers only part of the API, so fake_aws.py beside the tests adds what is missing."""

from typing import Any

from .store import Store, asking, pairs, to_api, unpaired

_GONE = ("NotFoundException",)


class Budget(Store):
    """A cost or usage budget, named `account:name`."""

    token = "aws:budgets/budget:Budget"
    service = "budgets"
    fixed = ("name", "namePrefix", "accountId")

    def create(self, inputs: dict[str, Any]) -> str:
        name = inputs["name"]
        tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in pairs(self.all_tags(inputs))]
        request = {
            "AccountId": self.account,
            "Budget": self._body(inputs),
            "NotificationsWithSubscribers": [_notification(item) for item in inputs.get("notifications", [])],
            "ResourceTags": tags,
        }
        asking(lambda: self.client.create_budget(**request))
        return f"{self.account}:{name}"

    def _body(self, inputs: dict[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "BudgetName": inputs["name"],
            "BudgetType": inputs["budgetType"],
            "TimeUnit": inputs["timeUnit"],
            "BudgetLimit": {"Amount": str(inputs["limitAmount"]), "Unit": inputs["limitUnit"]},
        }
        if filters := inputs.get("costFilters"):
            body["CostFilters"] = {item["name"]: item["values"] for item in filters}
        if types := inputs.get("costTypes"):
            body["CostTypes"] = to_api(types)
        return body

    def read(self, id: str) -> dict[str, Any] | None:
        name = id.partition(":")[2]
        answer = asking(
            lambda: self.client.describe_budget(AccountId=self.account, BudgetName=name), missing=_GONE
        )
        if answer is None:
            return None
        found = answer["Budget"]
        arn = self.outputs(id, {})["arn"]
        tags = asking(lambda: self.client.list_tags_for_resource(ResourceARN=arn))["ResourceTags"]
        return {
            "name": name,
            "budgetType": found["BudgetType"],
            "timeUnit": found["TimeUnit"],
            "limitAmount": found["BudgetLimit"]["Amount"],
            "limitUnit": found["BudgetLimit"]["Unit"],
            "costFilters": [
                {"name": key, "values": values} for key, values in found.get("CostFilters", {}).items()
            ],
            "notifications": self._notifications(name),
            "tags": self.own_tags(unpaired(tags)),
        }

    def _notifications(self, name: str) -> list[dict[str, Any]]:
        budget = {"AccountId": self.account, "BudgetName": name}
        found = []
        for item in asking(lambda: self.client.describe_notifications_for_budget(**budget))["Notifications"]:
            ask = {**budget, "Notification": item}
            people = asking(lambda ask=ask: self.client.describe_subscribers_for_notification(**ask))[
                "Subscribers"
            ]
            found.append(_read_notification(item, people))
        return found

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        budget = {"AccountId": self.account, "BudgetName": id.partition(":")[2]}
        asking(lambda: self.client.update_budget(AccountId=self.account, NewBudget=self._body(news)))
        for item in asking(lambda: self.client.describe_notifications_for_budget(**budget))["Notifications"]:
            asking(lambda item=item: self.client.delete_notification(**budget, Notification=item))
        for item in news.get("notifications", []):
            body = _notification(item)
            asking(lambda body=body: self.client.create_notification(**budget, **body))
        arn = self.outputs(id, {})["arn"]
        gone = sorted(self.all_tags(olds).keys() - self.all_tags(news).keys())
        if gone:
            asking(lambda: self.client.untag_resource(ResourceARN=arn, ResourceTagKeys=gone))
        asking(lambda: self.client.tag_resource(ResourceARN=arn, ResourceTags=pairs(self.all_tags(news))))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        name = id.partition(":")[2]
        asking(lambda: self.client.delete_budget(AccountId=self.account, BudgetName=name), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        name = id.partition(":")[2]
        return {"accountId": self.account, "arn": f"arn:aws:budgets::{self.account}:budget/{name}"}


def _notification(item: dict[str, Any]) -> dict[str, Any]:
    kinds = (("subscriberEmailAddresses", "EMAIL"), ("subscriberSnsTopicArns", "SNS"))
    people = [{"SubscriptionType": kind, "Address": to} for own, kind in kinds for to in item.get(own, [])]
    named = ("comparisonOperator", "threshold", "thresholdType", "notificationType")
    return {"Notification": to_api({key: item[key] for key in named}), "Subscribers": people}


def _read_notification(item: dict[str, Any], people: list[dict[str, str]]) -> dict[str, Any]:
    found = {key[:1].lower() + key[1:]: value for key, value in item.items() if key != "NotificationState"}
    for own, kind in (("subscriberEmailAddresses", "EMAIL"), ("subscriberSnsTopicArns", "SNS")):
        if addresses := [person["Address"] for person in people if person["SubscriptionType"] == kind]:
            found[own] = addresses
    return found
