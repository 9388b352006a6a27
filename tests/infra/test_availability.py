"""Add-ons that EKS does not offer any more stop the program before it builds half a cluster."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra import availability, versions
from infra.adopt import Stop


class Eks:
    """An EKS that offers these versions of add-ons, a page for each; or refuses to say."""

    def __init__(self, offered: Mapping[str, list[str]], *, code: str = "") -> None:
        self.offered, self.code = offered, code
        self.asked: dict[str, Any] = {}

    def __call__(self, service: str) -> "Eks":
        assert service == "eks"
        return self

    def get_paginator(self, operation: str) -> "Eks":
        assert operation == "describe_addon_versions"
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        self.asked = asked
        if self.code:
            raise ClientError({"Error": {"Code": self.code}}, "DescribeAddonVersions")
        return [
            {
                "addons": [
                    {"addonName": name, "addonVersions": [{"addonVersion": version} for version in found]}
                ]
            }
            for name, found in self.offered.items()
        ]


ALL = {addon: ["v2-eksbuild.1", "v1-eksbuild.1"] for addon in versions.ADDONS}


def test_what_is_offered_is_let_through_and_asked_for_the_kubernetes_of_the_table():
    eks, said = Eks(ALL), list[str]()
    availability.refuse(cloud=eks, warn=said.append)
    assert eks.asked["kubernetesVersion"] == versions.KUBERNETES
    assert said == []


def test_an_add_on_that_is_not_offered_stops_the_program():
    offered = {name: found for name, found in ALL.items() if name != "coredns"}
    with pytest.raises(Stop, match=rf"'coredns' for Kubernetes {versions.KUBERNETES}"):
        availability.refuse(cloud=Eks(offered), warn=print)


def test_a_version_that_was_withdrawn_stops_the_program_and_names_those_that_are_left(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(versions, "ADDONS", dict(versions.ADDONS) | {"coredns": "v0-eksbuild.9"})
    with pytest.raises(Stop, match=r"coredns 'v0-eksbuild\.9'.*v2-eksbuild\.1, v1-eksbuild\.1"):
        availability.refuse(cloud=Eks(ALL), warn=print)


def test_where_the_question_is_refused_the_program_warns_and_goes_on():
    said: list[str] = []
    availability.refuse(cloud=Eks({}, code="AccessDeniedException"), warn=said.append)
    assert "AccessDeniedException" in said[0]
