"""SNS topics, who may send to them, and who hears them."""

import json
from typing import Any

from .store import Store, asking, pairs, unpaired

_GONE = ("NotFound", "NotFoundException")


class Topic(Store):
    """A topic, named by its ARN."""

    token = "aws:sns/topic:Topic"
    service = "sns"
    fixed = ("name", "namePrefix", "fifoTopic", "region")

    def create(self, inputs: dict[str, Any]) -> str:
        request = {"Name": inputs["name"], "Tags": pairs(self.all_tags(inputs))}
        return asking(lambda: self.client.create_topic(**request))["TopicArn"]

    def read(self, id: str) -> dict[str, Any] | None:
        if asking(lambda: self.client.get_topic_attributes(TopicArn=id), missing=_GONE) is None:
            return None
        tags = asking(lambda: self.client.list_tags_for_resource(ResourceArn=id))["Tags"]
        return {"name": id.rsplit(":", 1)[-1], "tags": self.own_tags(unpaired(tags))}

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        gone = sorted(self.all_tags(olds).keys() - self.all_tags(news).keys())
        if gone:
            asking(lambda: self.client.untag_resource(ResourceArn=id, TagKeys=gone))
        asking(lambda: self.client.tag_resource(ResourceArn=id, Tags=pairs(self.all_tags(news))))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(lambda: self.client.delete_topic(TopicArn=id), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": id, "owner": self.account}


class TopicPolicy(Store):
    """A setting of a topic: made by putting it over whatever is there, named by the topic."""

    token = "aws:sns/topicPolicy:TopicPolicy"
    service = "sns"
    fixed = ("arn", "region")

    def create(self, inputs: dict[str, Any]) -> str:
        self.update(inputs["arn"], {}, inputs)
        return inputs["arn"]

    def read(self, id: str) -> dict[str, Any] | None:
        found = asking(lambda: self.client.get_topic_attributes(TopicArn=id), missing=_GONE)
        return None if found is None else {"arn": id, "policy": found["Attributes"]["Policy"]}

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        policy = news["policy"] if isinstance(news["policy"], str) else json.dumps(news["policy"])
        change = {"TopicArn": id, "AttributeName": "Policy", "AttributeValue": policy}
        asking(lambda: self.client.set_topic_attributes(**change))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        """SNS puts its own default back; nobody but the owner may send then."""
        own = {"Version": "2008-10-17", "Statement": []}
        change = {"TopicArn": id, "AttributeName": "Policy", "AttributeValue": json.dumps(own)}
        asking(lambda: self.client.set_topic_attributes(**change), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"owner": self.account}


class TopicSubscription(Store):
    """Who hears a topic; the same address subscribed again is the same subscription."""

    token = "aws:sns/topicSubscription:TopicSubscription"
    service = "sns"
    fixed = ("topic", "protocol", "endpoint", "region")

    def create(self, inputs: dict[str, Any]) -> str:
        request = {
            "TopicArn": inputs["topic"],
            "Protocol": inputs["protocol"],
            "Endpoint": inputs["endpoint"],
            "ReturnSubscriptionArn": True,
        }
        return asking(lambda: self.client.subscribe(**request))["SubscriptionArn"]

    def read(self, id: str) -> dict[str, Any] | None:
        found = asking(lambda: self.client.get_subscription_attributes(SubscriptionArn=id), missing=_GONE)
        if found is None:
            return None
        names = {"topic": "TopicArn", "protocol": "Protocol", "endpoint": "Endpoint"}
        return {own: found["Attributes"][api] for own, api in names.items()}

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        """Everything that is used here makes a new one."""

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(lambda: self.client.unsubscribe(SubscriptionArn=id), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": id, "ownerId": self.account}
