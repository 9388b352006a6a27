"""Who may talk to whom: the openings in namespaces whose network is closed, each a rule with its reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Where the pod-identity agent answers on every node.
POD_IDENTITY_AGENT = "169.254.170.23/32"
# One of these holds the cluster's Services: EKS takes the one that the network does not overlap.
SERVICE_CIDRS = ("10.100.0.0/16", "172.20.0.0/16")

Rule = dict[str, Any]


@dataclass(frozen=True)
class Server:
    """Something in the cluster that others may be allowed to reach: by the mark they carry, on its one port."""

    name: str
    space: str
    port: int
    # Of one that is no pod but stands in the network: where.
    ranges: tuple[str, ...] = ()

    @property
    def labels(self) -> dict[str, str]:
        return {"app.kubernetes.io/name": self.name}

    @property
    def mark(self) -> dict[str, str]:
        """The label of pods that may come in: it is given to a pod and not to a namespace."""
        return {f"genai-ops/reaches-{self.name}": "yes"}

    @property
    def host(self) -> str:
        return f"{self.name}.{self.space}.svc.cluster.local"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


def names() -> Rule:
    """Outwards to the cluster's DNS."""
    return {"to": [_in_space("kube-system")], "ports": _ports(53, "UDP", "TCP")}


def credentials() -> Rule:
    """Outwards to the agent that hands a pod its role."""
    return {"to": [{"ip_block": {"cidr": POD_IDENTITY_AGENT}}], "ports": _ports(80)}


def internet() -> Rule:
    """Outwards by TLS only. AWS's services have no fixed addresses, so no narrower range would hold."""
    return {"to": [{"ip_block": {"cidr": "0.0.0.0/0"}}], "ports": _ports(443)}


# What is nobody's public address: private, shared (RFC 6598), link-local with the metadata service, loopback, reserved.
NOT_PUBLIC = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
)


def public_web() -> Rule:
    """Outwards to pages that people name: to the web's two ports, and to no address inside. The second lock, should the
    guarded fetcher, which judges every address itself, ever be gone around."""
    return {
        "to": [{"ip_block": {"cidr": "0.0.0.0/0", "except_": list(NOT_PUBLIC)}}],
        "ports": _ports(80) + _ports(443),
    }


def endpoints(ranges: Sequence[str]) -> Rule:
    """Outwards by TLS to the network's own interface endpoints, behind which AWS's services stand."""
    return {"to": [{"ip_block": {"cidr": cidr}} for cidr in ranges], "ports": _ports(443)}


def ranges(cidrs: Sequence[str], *, port: int) -> Rule:
    """Outwards to addresses that are known."""
    return {"to": [{"ip_block": {"cidr": cidr}} for cidr in cidrs], "ports": _ports(port)}


def kubernetes(vpc_cidr: str) -> Rule:
    """Outwards to the cluster's API, before and after its Service is resolved."""
    return ranges([vpc_cidr, *SERVICE_CIDRS], port=443)


def to(server: Server) -> Rule:
    if server.ranges:
        return {"to": [{"ip_block": {"cidr": cidr}} for cidr in server.ranges], "ports": _ports(server.port)}
    return {"to": [_in_space(server.space, server.labels)], "ports": _ports(server.port)}


def from_nodes(ranges: Sequence[str], *, port: int) -> Rule:
    """Inwards from the machines: the load balancer arrives through them, and so do the probes."""
    return {"from_": [{"ip_block": {"cidr": cidr}} for cidr in ranges], "ports": _ports(port)}


def from_marked(server: Server, *, spaces: Iterable[str]) -> Rule:
    """Inwards from the pods that carry the server's mark, in these namespaces."""
    return {
        "from_": [_in_space(space, server.mark) for space in sorted(spaces)],
        "ports": _ports(server.port),
    }


def among(labels: Mapping[str, str], *, port: int) -> dict[str, list[Rule]]:
    """Both ways between the pods of one set."""
    peers = [{"pod_selector": {"match_labels": dict(labels)}}]
    return {
        "ingress": [{"from_": peers, "ports": _ports(port)}],
        "egress": [{"to": peers, "ports": _ports(port)}],
    }


def opening(labels: Mapping[str, str], *, ingress: list[Rule], egress: list[Rule]) -> dict[str, Any]:
    """The spec of a policy. A direction without rules stays closed."""
    return {
        "pod_selector": {"match_labels": dict(labels)},
        "policy_types": ["Ingress", "Egress"],
        "ingress": ingress,
        "egress": egress,
    }


def _in_space(space: str, labels: Mapping[str, str] | None = None) -> Rule:
    peer: Rule = {"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": space}}}
    return peer | ({"pod_selector": {"match_labels": dict(labels)}} if labels else {})


def _ports(port: int, *protocols: str) -> list[dict[str, Any]]:
    return [{"protocol": protocol, "port": port} for protocol in protocols or ("TCP",)]
