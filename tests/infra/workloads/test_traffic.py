"""Who may talk to whom, as the rendered rules say it: each pair that is allowed, and nothing besides."""

from typing import Any

from .objects import SHARED, THREE, every, pod_of, running, spec

WORLD = "0.0.0.0/0"
AGENT = "169.254.170.23/32"
NODES = ["10.40.0.0/20", "10.40.16.0/20"]


def ways(name: str, direction: str, *changes: tuple[str, str]) -> set[tuple[str, int]]:
    """(peer, port) of one policy; a peer is a range, or namespace and mark."""
    found = set()
    for rule in spec("NetworkPolicy", name, *changes).get(direction, []):
        for peer in rule["from" if direction == "ingress" else "to"]:
            found |= {(text(peer), port["port"]) for port in rule["ports"]}
    return found


def text(peer: dict[str, Any]) -> str:
    if "ipBlock" in peer:
        return str(peer["ipBlock"]["cidr"])
    space = peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name", "")
    pods = peer.get("podSelector", {}).get("matchLabels", {})
    return f"{space}/{','.join(key for key in pods if key != 'app.kubernetes.io/part-of')}" + (
        f"={pods['app.kubernetes.io/name']}" if "app.kubernetes.io/name" in pods else ""
    )


DNS, TLS = ("kube-system/", 53), (WORLD, 443)
SEARCH = ("stores/app.kubernetes.io/name=opensearch", 9200)
CACHE = ("stores/app.kubernetes.io/name=valkey", 6379)


def test_the_api_is_reached_from_the_nodes_and_reaches_its_stores():
    assert ways("rag", "ingress", *SHARED) == {
        *((cidr, 8080) for cidr in NODES),
        ("console/genai-ops/reaches-rag", 8080),
    }
    assert ways("rag", "egress", *SHARED) == {DNS, (AGENT, 80), TLS, SEARCH, CACHE}


def test_alone_the_service_reaches_no_store_in_the_cluster():
    assert ways("rag", "ingress") == {(cidr, 8080) for cidr in NODES}
    assert ways("rag", "egress") == {DNS, (AGENT, 80), TLS}


def test_nobody_can_call_what_only_works_off_a_queue():
    for name in ("rag-worker", "reindex"):
        assert ways(name, "ingress", *SHARED) == set()
    assert ways("rag-worker", "egress", *SHARED) == {DNS, (AGENT, 80), TLS, SEARCH, CACHE}
    assert ways("reindex", "egress", *SHARED) == {DNS, (AGENT, 80), TLS, SEARCH}


def test_stores_are_reached_by_their_mark_and_reach_nobody_outside():
    assert ways("opensearch", "ingress", *THREE) == {
        ("rag/genai-ops/reaches-opensearch", 9200),
        ("/app.kubernetes.io/name=opensearch", 9300),
    }
    assert ways("opensearch", "egress", *THREE) == {DNS, ("/app.kubernetes.io/name=opensearch", 9300)}
    assert ways("valkey", "ingress", *SHARED) == {("rag/genai-ops/reaches-valkey", 6379)}
    assert ways("valkey", "egress", *SHARED) == set()


def test_the_console_reaches_the_api_and_for_its_key_aws():
    assert ways("console", "ingress", *SHARED) == {(cidr, 8501) for cidr in NODES}
    rag = ("rag/app.kubernetes.io/name=rag", 8080)
    assert ways("console", "egress", *SHARED) == {DNS, (AGENT, 80), TLS, rag}


def test_exactly_the_pods_that_need_a_store_carry_its_mark():
    marked: dict[str, set[str]] = {}
    for where, item in running(*SHARED).items():
        inside = item.inputs["spec"]
        inside = inside.get("jobTemplate", {}).get("spec", inside)
        for label in inside["template"]["metadata"]["labels"]:
            if label.startswith("genai-ops/reaches-"):
                marked.setdefault(label.removeprefix("genai-ops/reaches-"), set()).add(where)
    api, worker = "Deployment rag", "Deployment rag-worker"
    assert marked == {
        "opensearch": {api, worker, "Job reindex", "CronJob reindex"},
        "valkey": {api, worker},
        "rag": {"Deployment console"},
    }


def test_every_policy_but_the_closing_one_selects_pods_that_exist():
    pods = [
        (item.inputs["metadata"]["namespace"], labels(item), pod_of(item))
        for item in running(*SHARED).values()
    ]
    for name, item in every("NetworkPolicy", *SHARED).items():
        wanted = item.inputs["spec"]["podSelector"].get("matchLabels", {})
        space = item.inputs["metadata"]["namespace"]
        chosen = [pod for where, has, pod in pods if where == space and wanted.items() <= has.items()]
        assert chosen or not wanted, name


def labels(item: Any) -> dict[str, str]:
    inside = item.inputs["spec"]
    found: dict[str, str] = inside.get("jobTemplate", {}).get("spec", inside)["template"]["metadata"][
        "labels"
    ]
    return found
