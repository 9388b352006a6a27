"""The browser for pages that scripts draw: off until chosen, in a room of its own, without any right and reached by one app."""

import os
import subprocess
import sys

import pytest

from infra import adopt, rehearsal
from infra.project import ROOT
from infra.stack import ConfigRefused
from infra.workloads.rendering import pod

from ..program import ACCOUNT, NAME, config, declared, load
from .objects import MORE, RENDERED, environment, every, pod_of, running
from .test_traffic import ways

BROWSER = "Deployment rendering"


def test_it_is_off_until_chosen_and_only_beside_the_app_that_asks_it():
    assert BROWSER not in running(*MORE)
    assert "GENAI_RENDER_URL" not in environment(running(*MORE)["Deployment coldmail"])
    assert BROWSER in running(*RENDERED)
    for changes, told in (
        ((("rendering", "cluster"),), "nobody would ask it"),
        ((*MORE, ("rendering", "on")), "must be one of"),
    ):
        with pytest.raises(ConfigRefused, match=told):
            load(*changes)


def test_the_cold_e_mail_writer_alone_comes_in_and_it_sees_the_public_web_alone():
    assert ways("rendering", "ingress", *RENDERED) == {("coldmail/genai-ops/reaches-rendering", 8085)}
    assert ways("rendering", "egress", *RENDERED) == {
        ("kube-system/", 53),
        ("0.0.0.0/0", 80),
        ("0.0.0.0/0", 443),
    }
    (web,) = [
        peer["ipBlock"]
        for rule in every("NetworkPolicy", *RENDERED)["rendering"].inputs["spec"]["egress"]
        for peer in rule["to"]
        if "ipBlock" in peer
    ]
    assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8"} <= set(
        web["except"]
    )
    marked = {
        where
        for where, item in running(*RENDERED).items()
        if "genai-ops/reaches-rendering"
        in item.inputs["spec"].get("template", {}).get("metadata", {}).get("labels", {})
    }
    assert marked == {"Deployment coldmail"}
    assert ("rendering/app.kubernetes.io/name=rendering", 8085) in ways("coldmail", "egress", *RENDERED)


def test_it_has_no_right_no_token_no_key_and_nothing_to_write_on_but_its_scratch_folder():
    spec = pod_of(running(*RENDERED)[BROWSER])
    (container,) = spec["containers"]
    assert spec["automountServiceAccountToken"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert set(environment(running(*RENDERED)[BROWSER])) == {
        "RENDERING_HOST", "RENDERING_PORT", "RENDERING_SANDBOX",
    }  # fmt: skip
    assert [volume["name"] for volume in spec["volumes"]] == ["tmp"]
    rights = [
        thing.name
        for thing in declared("dev", *RENDERED)
        if thing.kind.split(":")[-1] in ("Role", "RolePolicy", "PodIdentityAssociation")
        and "rendering" in thing.name
    ]
    assert rights == []


def test_the_writer_is_told_where_it_is():
    given = environment(running(*RENDERED)["Deployment coldmail"])
    assert given["GENAI_RENDER_URL"] == "http://rendering.rendering.svc.cluster.local:8085"
    assert every("Service", *RENDERED)["rendering"].inputs["spec"].get("type", "ClusterIP") == "ClusterIP"


def test_without_its_image_it_is_left_out_and_the_writer_runs_without_it():
    lacking = adopt.nothing(ACCOUNT, images=frozenset({"rag", "coldmail", "devops"}))
    things = rehearsal.rehearse(config("dev", *RENDERED), project=NAME, stack="dev", found=lambda _: lacking)[
        1
    ]
    deployments = {thing.name: thing for thing in things if thing.kind.endswith(":Deployment")}
    assert "rendering" not in deployments
    assert "GENAI_RENDER_URL" not in environment(deployments["coldmail"])


def test_the_process_starts_with_what_the_pod_gives_it():
    (container,) = pod({}, image="one").containers
    given = {item["name"]: item["value"] for item in container["env"]}
    check = (
        "from app.rendering.settings import read_settings; import os; found = read_settings(os.environ);"
        "assert (found.host, found.port, found.sandbox) == ('0.0.0.0', 8085, False)"
    )
    around = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "CHROME": "/usr/bin/chromium"}
    done = subprocess.run(
        [sys.executable, "-c", check], env={**around, **given}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert container["command"] == ["python", "-m", "app.rendering"]
