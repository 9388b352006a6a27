"""Monitoring: what is asked and by whom, what is raised and told, what the page shows, and who may reach which of the three."""

import json
import re
from typing import Any

import yaml

from infra.workloads import grafana, prometheus
from infra.workloads.monitoring import MONITORING

from ..program import declared
from .objects import MONITORED, SHARED, every, pod_of, running, spec
from .test_traffic import ways

CHOSEN = (*SHARED, *MONITORED)
THREE = ("prometheus", "alertmanager", "grafana")


def text(name: str, file: str) -> Any:
    return yaml.safe_load(every("ConfigMap", *CHOSEN)[name].inputs["data"][file])


def test_none_of_it_is_there_until_chosen():
    assert MONITORING not in every("Namespace")
    assert not {f"Deployment {name}" for name in THREE} & running().keys()


def test_each_of_the_three_says_what_another_needs_of_it():
    for name in THREE:
        pod = pod_of(running(*CHOSEN)[f"Deployment {name}"])
        mounted = {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
        disks = [volume for volume in pod["volumes"] if "emptyDir" in volume]
        assert disks and all("sizeLimit" in volume["emptyDir"] for volume in disks), name
        maps = {volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume}
        assert maps <= every("ConfigMap", *CHOSEN).keys() and maps, name
        assert len(mounted) == len(pod["containers"][0]["volumeMounts"]), name


def test_what_prometheus_keeps_fits_its_disk():
    pod = pod_of(running(*CHOSEN)["Deployment prometheus"])
    arguments = dict(argument.lstrip("-").split("=", 1) for argument in pod["containers"][0]["args"])
    assert arguments["storage.tsdb.retention.size"] == "3GB"
    assert arguments["storage.tsdb.retention.time"] == "15d"
    (disk,) = (volume for volume in pod["volumes"] if volume["name"] == "data")
    assert disk["emptyDir"]["sizeLimit"] == "4Gi"


# ---- who reaches whom


def test_prometheus_reaches_the_apps_the_kubelets_and_alertmanager():
    outwards = ways("prometheus", "egress", *CHOSEN)
    assert ("rag/app.kubernetes.io/name=rag", 8080) in outwards
    assert ("monitoring/app.kubernetes.io/name=alertmanager", 9093) in outwards
    assert {peer for peer, port in outwards if port == 10250} == {"10.40.0.0/20", "10.40.16.0/20"}
    assert ("monitoring/genai-ops/reaches-rag", 8080) in ways("rag", "ingress", *CHOSEN)


def test_only_grafana_is_reached_from_outside_and_the_others_by_their_mark():
    assert {port for _, port in ways("grafana", "ingress", *CHOSEN)} == {3000}
    assert ways("prometheus", "ingress", *CHOSEN) == {("monitoring/genai-ops/reaches-prometheus", 9090)}
    assert ways("alertmanager", "ingress", *CHOSEN) == {("monitoring/genai-ops/reaches-alertmanager", 9093)}
    outside = {
        item.inputs["metadata"]["name"]
        for item in every("Service", *CHOSEN).values()
        if item.inputs["metadata"]["namespace"] == MONITORING
        and item.inputs["spec"].get("type") == "NodePort"
    }
    assert outside == {"grafana"}


def test_only_prometheus_has_a_token_of_the_cluster_and_it_only_reads():
    tokens = {
        name: pod_of(running(*CHOSEN)[f"Deployment {name}"])["automountServiceAccountToken"] for name in THREE
    }
    assert tokens == {"prometheus": True, "alertmanager": False, "grafana": False}
    rules = [
        *every("ClusterRole", *CHOSEN)["prometheus"].inputs["rules"],
        *every("Role", *CHOSEN)["prometheus-rag"].inputs["rules"],
    ]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert {kind for rule in rules for kind in rule["resources"]} == {"nodes", "nodes/metrics", "pods"}
    # nodes/proxy would let it run commands in any pod of a machine.
    assert not any("proxy" in kind for rule in rules for kind in rule["resources"])


def test_in_aws_one_tells_the_topic_and_one_reads_its_password():
    policies = {
        name: json.loads(item.inputs["policy"]) for name, item in every("RolePolicy", *CHOSEN).items()
    }
    told = {name: policies[name]["Statement"] for name in ("alertmanager", "grafana")}
    assert [(s["Action"], s["Resource"]) for s in told["alertmanager"]] == [
        (["sns:Publish"], "arn:aws:sns:::alerts")
    ]
    assert [(s["Action"], s["Resource"]) for s in told["grafana"]] == [
        (["secretsmanager:GetSecretValue"], dict(MONITORED)["grafanaSecretArn"])
    ]
    assert "prometheus" not in policies


# ---- what they are told


def test_prometheus_asks_each_pod_by_itself_and_only_where_it_may_look():
    apps, machines = text("prometheus", "prometheus.yml")["scrape_configs"]
    (found,) = apps["kubernetes_sd_configs"]
    assert found == {"role": "pod", "namespaces": {"names": ["rag"]}}
    bound = {
        item.inputs["metadata"]["namespace"]
        for name, item in every("RoleBinding", *CHOSEN).items()
        if name.startswith("prometheus")
    }
    assert bound == set(found["namespaces"]["names"])
    assert machines["tls_config"] == {"ca_file": f"{prometheus.TOKEN_DIR}/ca.crt"}


def test_the_pods_that_are_kept_are_those_of_our_apps():
    apps = text("prometheus", "prometheus.yml")["scrape_configs"][0]
    template = spec("Deployment", "rag", *CHOSEN)["template"]
    seen = {
        "__meta_kubernetes_pod_label_" + re.sub(r"[^a-zA-Z0-9_]", "_", key): value
        for key, value in template["metadata"]["labels"].items()
    } | {"__meta_kubernetes_pod_container_port_name": template["spec"]["containers"][0]["ports"][0]["name"]}
    for rule in apps["relabel_configs"]:
        if rule.get("action") == "keep":
            (source,) = rule["source_labels"]
            assert re.fullmatch(rule["regex"], seen[source]), source
    assert seen["__meta_kubernetes_pod_label_app_kubernetes_io_name"] == "rag"


def test_every_rule_has_what_a_rule_needs_and_a_name_of_its_own():
    rules = [rule for group in text("prometheus", "rules.yml")["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}, rule["alert"]
        assert re.fullmatch(r"[0-9]+[smh]", rule["for"]) and rule["annotations"]["summary"].endswith(".")
        for left, right in ("()", "{}", "[]"):
            assert rule["expr"].count(left) == rule["expr"].count(right), rule["alert"]


def test_a_message_names_only_labels_that_its_rule_keeps():
    for group in text("prometheus", "rules.yml")["groups"]:
        for rule in group["rules"]:
            named = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
            summed = re.search(r"by \(([^)]*)\)", rule["expr"])
            if summed:
                assert named <= {label.strip() for label in summed[1].split(",")}, rule["alert"]


def test_what_a_rule_or_a_graph_asks_of_the_machines_is_kept():
    told = json.dumps([prometheus.rules(), grafana.page()])
    assert set(re.findall(r"container_\w+", told)) == set(prometheus.KEPT)


def test_alertmanager_tells_the_topic_in_its_region_as_the_role_of_its_pod():
    config = text("alertmanager", "alertmanager.yml")
    (receiver,) = config["receivers"]
    assert config["route"]["receiver"] == receiver["name"]
    (sns,) = receiver["sns_configs"]
    assert sns["topic_arn"] == "arn:aws:sns:::alerts"
    # No key and no secret: the library asks the agent of pod identity.
    assert sns["sigv4"] == {"region": "us-east-1"}


def test_grafanas_password_is_fetched_by_its_pod_into_memory_and_is_in_no_object():
    pod = pod_of(running(*CHOSEN)["Deployment grafana"])
    (first,) = pod["initContainers"]
    given = {item["name"]: item["value"] for item in pod["containers"][0]["env"]}
    assert given["GF_SECURITY_ADMIN_PASSWORD__FILE"] == "/secrets/password"
    assert "GF_SECURITY_ADMIN_PASSWORD" not in given
    assert {item["name"] for item in first["env"]} == {"AWS_REGION", "PASSWORD_SECRET"}
    (secrets,) = (volume for volume in pod["volumes"] if volume["name"] == "secrets")
    assert secrets["emptyDir"]["medium"] == "Memory"
    compile(first["command"][2], "fetch", "exec")


def test_grafana_lets_nobody_in_unnamed_and_fetches_nothing_at_its_start():
    pod = pod_of(running(*CHOSEN)["Deployment grafana"])
    given = {item["name"]: item["value"] for item in pod["containers"][0]["env"]}
    off = ("GF_AUTH_ANONYMOUS_ENABLED", "GF_USERS_ALLOW_SIGN_UP", "GF_ANALYTICS_REPORTING_ENABLED")
    assert {given[name] for name in off} == {"false"}
    assert given["GF_PLUGINS_PREINSTALL_DISABLED"] == "true"


def test_the_page_is_found_where_it_is_mounted_and_asks_the_source_that_is_provisioned():
    (source,) = text("grafana-sources", "prometheus.yaml")["datasources"]
    (provider,) = text("grafana-providers", "code.yaml")["providers"]
    pod = pod_of(running(*CHOSEN)["Deployment grafana"])
    mounts = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
    assert provider["options"]["path"] == mounts["pages"] and provider["allowUiUpdates"] is False
    page = json.loads(every("ConfigMap", *CHOSEN)["grafana-pages"].inputs["data"]["apps.json"])
    assert {target["datasource"]["uid"] for panel in page["panels"] for target in panel["targets"]} == {
        source["uid"]
    }
    assert source["url"] == "http://prometheus.monitoring.svc.cluster.local:9090"


def test_no_two_graphs_of_the_page_lie_on_each_other():
    panels = grafana.page()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


def test_another_configuration_is_another_pod():
    made = {
        name: spec("Deployment", name, *CHOSEN)["template"]["metadata"]["annotations"]["genai-ops/config"]
        for name in THREE
    }
    assert len(set(made.values())) == 3


def test_no_rendered_object_holds_a_password():
    rendered = json.dumps([thing.inputs for thing in declared("dev", *CHOSEN)], default=str)
    assert "GF_SECURITY_ADMIN_PASSWORD__FILE" in rendered
    assert not re.search(r'"(?:adminPassword|admin_password)"', rendered)
