"""What a pipeline is in AWS: identity providers, the deploy role, policies of the account, and what is attached to the role."""

import json
from typing import Any, ClassVar

from ..cloud import Refused
from .store import Store, asking, pairs, unpaired

_GONE = ("NoSuchEntity",)
# IAM counts a managed policy without the space in it.
POLICY_LIMIT = 6_144
ATTACHED_LIMIT = 10


class OpenIdConnectProvider(Store):
    """The provider of one address, of which an account has one."""

    token = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
    service = "iam"
    fixed = ("url",)
    # AWS fills it from the address's certificate.
    local = ("thumbprintLists",)

    def create(self, inputs: dict[str, Any]) -> str:
        url = inputs["url"]
        if not url.startswith("https://"):
            raise Refused(f"InvalidInput: Invalid Open ID Connect Provider URL {url!r}")
        request = {
            "Url": url,
            "ClientIDList": inputs["clientIdLists"],
            "ThumbprintList": inputs.get("thumbprintLists") or ["0" * 40],
            "Tags": pairs(self.all_tags(inputs)),
        }
        made = asking(lambda: self.client.create_open_id_connect_provider(**request))
        arn: str = made["OpenIDConnectProviderArn"]
        return arn

    def read(self, id: str) -> dict[str, Any] | None:
        found = asking(
            lambda: self.client.get_open_id_connect_provider(OpenIDConnectProviderArn=id), missing=_GONE
        )
        if found is None:
            return None
        # IAM gives the address back without its scheme; the published provider takes both for the same.
        return {
            "url": f"https://{found['Url'].removeprefix('https://')}",
            "clientIdLists": sorted(found["ClientIDList"]),
            "tags": self.own_tags(unpaired(found.get("Tags"))),
        }

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        raise Refused(f"AccessDenied: {id} belongs to the account: nothing here may change it")

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(
            lambda: self.client.delete_open_id_connect_provider(OpenIDConnectProviderArn=id), missing=_GONE
        )

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": id}


class Policy(Store):
    """A policy of the account's own, named by its ARN."""

    token = "aws:iam/policy:Policy"
    service = "iam"
    fixed = ("name", "path", "description")
    defaults: ClassVar[dict[str, Any]] = {"path": "/"}

    def create(self, inputs: dict[str, Any]) -> str:
        self._check(inputs)
        request = {"PolicyName": inputs["name"], "PolicyDocument": inputs["policy"]}
        tags = pairs(self.all_tags(inputs))
        arn: str = asking(lambda: self.client.create_policy(**request, Tags=tags))["Policy"]["Arn"]
        return arn

    def _check(self, inputs: dict[str, Any]) -> None:
        size = len("".join(inputs["policy"].split()))
        if size > POLICY_LIMIT:
            raise Refused(f"LimitExceeded: Cannot exceed quota for PolicySize: {POLICY_LIMIT}, it is {size}")

    def read(self, id: str) -> dict[str, Any] | None:
        found = asking(lambda: self.client.get_policy(PolicyArn=id), missing=_GONE)
        if found is None:
            return None
        version = found["Policy"]["DefaultVersionId"]
        answer = asking(lambda: self.client.get_policy_version(PolicyArn=id, VersionId=version))
        return {
            "name": found["Policy"]["PolicyName"],
            "policy": json.dumps(answer["PolicyVersion"]["Document"]),
            "tags": self.own_tags(unpaired(found["Policy"].get("Tags"))),
        }

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        self._check(news)
        listed = asking(lambda: self.client.list_policy_versions(PolicyArn=id))["Versions"]
        old = [one["VersionId"] for one in listed if not one["IsDefaultVersion"]]
        if len(listed) >= 5:
            asking(lambda: self.client.delete_policy_version(PolicyArn=id, VersionId=min(old)))
        asking(
            lambda: self.client.create_policy_version(
                PolicyArn=id, PolicyDocument=news["policy"], SetAsDefault=True
            )
        )
        asking(lambda: self.client.tag_policy(PolicyArn=id, Tags=pairs(self.all_tags(news))))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        listed = asking(lambda: self.client.list_policy_versions(PolicyArn=id), missing=_GONE)
        for one in (listed or {"Versions": []})["Versions"]:
            if not one["IsDefaultVersion"]:
                version = one["VersionId"]
                self.client.delete_policy_version(PolicyArn=id, VersionId=version)
        asking(lambda: self.client.delete_policy(PolicyArn=id), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": id}


class Role(Store):
    """A role that outlives a pause, named by its name. One that is rented lies in the run's file instead."""

    token = "aws:iam/role:Role"
    service = "iam"
    fixed = ("name", "path", "namePrefix")
    mixed = True
    defaults: ClassVar[dict[str, Any]] = {"path": "/", "maxSessionDuration": 3600}

    def create(self, inputs: dict[str, Any]) -> str:
        name: str = inputs["name"]
        request = {
            "RoleName": name,
            "AssumeRolePolicyDocument": inputs["assumeRolePolicy"],
            "Description": inputs.get("description", ""),
            "Tags": pairs(self.all_tags(inputs)),
        }
        asking(lambda: self.client.create_role(**request))
        return name

    def read(self, id: str) -> dict[str, Any] | None:
        found = asking(lambda: self.client.get_role(RoleName=id), missing=_GONE)
        if found is None:
            return None
        role = found["Role"]
        return {
            "name": id,
            "assumeRolePolicy": json.dumps(role["AssumeRolePolicyDocument"]),
            "description": role.get("Description", ""),
            "tags": self.own_tags(unpaired(role.get("Tags"))),
        }

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        trust = news["assumeRolePolicy"]
        asking(lambda: self.client.update_assume_role_policy(RoleName=id, PolicyDocument=trust))
        asking(lambda: self.client.update_role(RoleName=id, Description=news.get("description", "")))
        gone = sorted(self.all_tags(olds).keys() - self.all_tags(news).keys())
        if gone:
            asking(lambda: self.client.untag_role(RoleName=id, TagKeys=gone))
        asking(lambda: self.client.tag_role(RoleName=id, Tags=pairs(self.all_tags(news))))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(lambda: self.client.delete_role(RoleName=id), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": f"arn:aws:iam::{self.account}:role/{id}"}


class RolePolicyAttachment(Store):
    """What is attached to a role that is kept; attaching it again changes nothing."""

    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    service = "iam"
    fixed = ("role", "policyArn")
    mixed = True

    def durable(self, inputs: dict[str, Any]) -> bool:
        return asking(lambda: self.client.get_role(RoleName=inputs["role"]), missing=_GONE) is not None

    def create(self, inputs: dict[str, Any]) -> str:
        role, arn = inputs["role"], inputs["policyArn"]
        there = self._attached(role)
        if arn not in there and len(there) >= ATTACHED_LIMIT:
            raise Refused(f"LimitExceeded: Cannot exceed quota for PoliciesPerRole: {ATTACHED_LIMIT}")
        asking(lambda: self.client.attach_role_policy(RoleName=role, PolicyArn=arn))
        return f"{role}/{arn}"

    def _attached(self, role: str) -> set[str]:
        found = asking(lambda: self.client.list_attached_role_policies(RoleName=role), missing=_GONE)
        return {one["PolicyArn"] for one in (found or {"AttachedPolicies": []})["AttachedPolicies"]}

    def read(self, id: str) -> dict[str, Any] | None:
        role, arn = id.split("/", 1)
        return {"role": role, "policyArn": arn} if arn in self._attached(role) else None

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        """Everything that is used here makes a new one."""

    def delete(self, id: str, state: dict[str, Any]) -> None:
        role, arn = id.split("/", 1)
        asking(lambda: self.client.detach_role_policy(RoleName=role, PolicyArn=arn), missing=_GONE)
