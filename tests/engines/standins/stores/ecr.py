"""ECR repositories and their lifecycle policies."""

import json
from typing import Any, ClassVar

from .store import Store, asking, from_api, pairs, to_api, unpaired

_GONE = ("RepositoryNotFoundException",)


class Repository(Store):
    """A repository, named by its id."""

    token = "aws:ecr/repository:Repository"
    service = "ecr"
    defaults: ClassVar[dict[str, Any]] = {
        "imageTagMutability": "MUTABLE",
        "encryptionConfigurations": [{"encryptionType": "AES256"}],
    }
    fixed = ("name", "encryptionConfigurations", "region")
    local = ("forceDelete",)

    def create(self, inputs: dict[str, Any]) -> str:
        request = {
            "repositoryName": inputs["name"],
            "tags": pairs(self.all_tags(inputs)),
            "imageTagMutability": inputs.get("imageTagMutability", "MUTABLE"),
            "imageScanningConfiguration": inputs.get("imageScanningConfiguration") or {"scanOnPush": False},
        }
        if encryption := inputs.get("encryptionConfigurations"):
            request["encryptionConfiguration"] = encryption[0]
        asking(lambda: self.client.create_repository(**request))
        return inputs["name"]

    def read(self, id: str) -> dict[str, Any] | None:
        answer = asking(lambda: self.client.describe_repositories(repositoryNames=[id]), missing=_GONE)
        if answer is None:
            return None
        found = answer["repositories"][0]
        tags = asking(lambda: self.client.list_tags_for_resource(resourceArn=found["repositoryArn"]))
        return {
            "name": id,
            "imageTagMutability": found["imageTagMutability"],
            "imageScanningConfiguration": {
                "scanOnPush": found["imageScanningConfiguration"].get("scanOnPush", False)
            },
            "encryptionConfigurations": [from_api(to_api(found["encryptionConfiguration"]))],
            "tags": self.own_tags(unpaired(tags["tags"])),
        }

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        mutability, scanning = (
            news.get("imageTagMutability", "MUTABLE"),
            news.get("imageScanningConfiguration"),
        )
        asking(lambda: self.client.put_image_tag_mutability(repositoryName=id, imageTagMutability=mutability))
        setting = scanning or {"scanOnPush": False}
        asking(
            lambda: self.client.put_image_scanning_configuration(
                repositoryName=id, imageScanningConfiguration=setting
            )
        )
        arn = self.outputs(id, news)["arn"]
        gone = sorted(self.all_tags(olds).keys() - self.all_tags(news).keys())
        if gone:
            asking(lambda: self.client.untag_resource(resourceArn=arn, tagKeys=gone))
        asking(lambda: self.client.tag_resource(resourceArn=arn, tags=pairs(self.all_tags(news))))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        force = bool(state.get("forceDelete"))
        asking(lambda: self.client.delete_repository(repositoryName=id, force=force), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {
            "arn": f"arn:aws:ecr:{self.region}:{self.account}:repository/{id}",
            "registryId": self.account,
            "repositoryUrl": f"{self.account}.dkr.ecr.{self.region}.amazonaws.com/{id}",
        }


class LifecyclePolicy(Store):
    """Which images of a repository expire."""

    token = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
    service = "ecr"
    fixed = ("repository", "region")

    def create(self, inputs: dict[str, Any]) -> str:
        self.update(inputs["repository"], {}, inputs)
        return inputs["repository"]

    def read(self, id: str) -> dict[str, Any] | None:
        gone = (*_GONE, "LifecyclePolicyNotFoundException")
        answer = asking(lambda: self.client.get_lifecycle_policy(repositoryName=id), missing=gone)
        return None if answer is None else {"repository": id, "policy": answer["lifecyclePolicyText"]}

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        policy = news["policy"] if isinstance(news["policy"], str) else json.dumps(news["policy"])
        asking(lambda: self.client.put_lifecycle_policy(repositoryName=id, lifecyclePolicyText=policy))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        gone = (*_GONE, "LifecyclePolicyNotFoundException")
        asking(lambda: self.client.delete_lifecycle_policy(repositoryName=id), missing=gone)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"registryId": self.account}


class PullThroughCacheRule(Store):
    """From where a prefix is filled. It takes no tags."""

    token = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"
    service = "ecr"
    fixed = ("ecrRepositoryPrefix", "upstreamRegistryUrl", "region")

    def create(self, inputs: dict[str, Any]) -> str:
        prefix, upstream = inputs["ecrRepositoryPrefix"], inputs["upstreamRegistryUrl"]
        asking(
            lambda: self.client.create_pull_through_cache_rule(
                ecrRepositoryPrefix=prefix, upstreamRegistryUrl=upstream
            )
        )
        return prefix

    def read(self, id: str) -> dict[str, Any] | None:
        asked = {"ecrRepositoryPrefixes": [id]}
        gone = ("PullThroughCacheRuleNotFoundException",)
        answer = asking(lambda: self.client.describe_pull_through_cache_rules(**asked), missing=gone)
        if answer is None:
            return None
        upstream = answer["pullThroughCacheRules"][0]["upstreamRegistryUrl"]
        return {"ecrRepositoryPrefix": id, "upstreamRegistryUrl": upstream}

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        """Everything that is used here makes a new one."""

    def delete(self, id: str, state: dict[str, Any]) -> None:
        gone = ("PullThroughCacheRuleNotFoundException",)
        asking(lambda: self.client.delete_pull_through_cache_rule(ecrRepositoryPrefix=id), missing=gone)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"registryId": self.account}
