"""Pull-through cache rules, which moto's ECR lacks: kept beside its repositories, gone with a reset."""

import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ecr.responses import ECRResponse


def fill_gaps() -> None:
    """Teach moto the three calls. Once for a process; again changes nothing."""

    def rules_of(self: ECRResponse) -> dict[str, str]:
        kept: dict[str, str] = vars(self.ecr_backend).setdefault("cache_rules", {})
        return kept

    def told(self: ECRResponse, prefix: str) -> dict[str, Any]:
        return {
            "ecrRepositoryPrefix": prefix,
            "upstreamRegistryUrl": rules_of(self)[prefix],
            "registryId": self.current_account,
        }

    def create_pull_through_cache_rule(self: ECRResponse) -> str:
        prefix, rules = self._get_param("ecrRepositoryPrefix"), rules_of(self)
        if prefix in rules:
            raise JsonRESTError("PullThroughCacheRuleAlreadyExistsException", f"{prefix} is taken")
        rules[prefix] = self._get_param("upstreamRegistryUrl")
        return json.dumps(told(self, prefix))

    def describe_pull_through_cache_rules(self: ECRResponse) -> str:
        wanted = self._get_param("ecrRepositoryPrefixes") or list(rules_of(self))
        if missing := [prefix for prefix in wanted if prefix not in rules_of(self)]:
            raise JsonRESTError("PullThroughCacheRuleNotFoundException", f"there is no {missing[0]}")
        return json.dumps({"pullThroughCacheRules": [told(self, prefix) for prefix in wanted]})

    def delete_pull_through_cache_rule(self: ECRResponse) -> str:
        prefix = self._get_param("ecrRepositoryPrefix")
        if prefix not in rules_of(self):
            raise JsonRESTError("PullThroughCacheRuleNotFoundException", f"there is no {prefix}")
        answer = json.dumps(told(self, prefix))
        del rules_of(self)[prefix]
        return answer

    for call in (
        create_pull_through_cache_rule,
        describe_pull_through_cache_rules,
        delete_pull_through_cache_rule,
    ):
        setattr(ECRResponse, call.__name__, call)
