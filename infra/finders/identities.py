"""What a pipeline is in the account: the provider that vouches for its jobs, the deploy role and its policies."""

from collections.abc import Callable

from infra.asking import Clients, Stop, asking, must_own, pairs
from infra.naming import AUDIENCE, Names
from infra.tags import STACK_TAG

_GONE = ("NoSuchEntity", "NoSuchEntityException")


def provider(cloud: Clients, names: Names, *, platform: str) -> str | None:
    """The account's, for all its stacks: whoever made it, it may be used, and is left as it is."""
    arn = names.identity_provider(platform)
    host = arn.split("/", 1)[1]
    what = f"identity provider {host!r}"
    with asking(what, not_found=_GONE) as there:
        found = cloud("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    if not there:
        return None
    if AUDIENCE not in found["ClientIDList"]:
        raise Stop(
            f"The {what} does not accept tokens for {AUDIENCE!r}, and others may use it. Nothing was changed; add that to it: "
            f"aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {arn} --client-id {AUDIENCE}"
        )
    return arn


def role(cloud: Clients, names: Names) -> str | None:
    name = names.deploy_role
    what = f"role {name!r}"
    with asking(what, not_found=_GONE) as there:
        tags = pairs(cloud("iam").get_role(RoleName=name)["Role"].get("Tags", []))
    if not there:
        return None
    claim = f"aws iam tag-role --role-name {name} --tags Key={STACK_TAG},Value={names.owner}"
    must_own(what, tags=tags, names=names, claim=claim)
    return name


def policy(cloud: Clients, names: Names, *, named: Callable[[Names], str]) -> str | None:
    name = named(names)
    arn, what = names.policy_arn(name), f"policy {name!r}"
    with asking(what, not_found=_GONE) as there:
        tags = pairs(cloud("iam").get_policy(PolicyArn=arn)["Policy"].get("Tags", []))
    if not there:
        return None
    claim = f"aws iam tag-policy --policy-arn {arn} --tags Key={STACK_TAG},Value={names.owner}"
    must_own(what, tags=tags, names=names, claim=claim)
    return arn
