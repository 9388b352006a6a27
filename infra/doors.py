"""Every door of the load balancer, in one table: an app joins with one line, and whoever must agree on a number reads it here.

tests/contracts compare the paths with those under which a laptop mounts the same apps, the health paths with the pods' probes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from infra.naming import LIVE_PATH
from infra.stack import Stack


def _always(_: Stack) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Door:
    """One app that is reached from outside: `path` on the address that all share; or, for what has no base path, a name below
    the stack's domain, and `own_port` where it has none.

    `behind` says on what it runs: the machines of the cluster, or those that chat without it. `node_port`: where every machine
    of the cluster passes it on, or where the chat machine itself answers; two apps must never share one. `people`: pages for a
    browser, which the login guards where one is configured; programs bring their API keys instead. `sticky`: a browser stays
    with the machine it began with, as who is connected lives in a process there.
    """

    app: str
    node_port: int
    path: str | None = None
    own_port: int | None = None
    health_path: str = LIVE_PATH
    people: bool = False
    sticky: bool = False
    behind: Literal["cluster", "chat-machines"] = "cluster"
    wanted: Callable[[Stack], bool] = _always

    def __post_init__(self) -> None:
        if (self.path is None) == (self.own_port is None):
            raise ValueError(f"The door of {self.app!r} needs either a path or a port of its own.")

    @property
    def patterns(self) -> list[str]:
        """Of the listener's rule. Not `/name*`: that would take `/names` along."""
        base = (self.path or "").rstrip("/")
        return [base, f"{base}/*"] if base else ["/*"]

    def host(self, domain: str) -> str:
        return f"{self.app}.{domain}"

    @property
    def rewrite(self) -> tuple[str, str] | None:
        """What becomes of a path before the app sees it: each serves at `/`, as it does where a laptop mounts it."""
        base = (self.path or "").rstrip("/")
        return (f"^{base}/?(.*)$", "/$1") if base else None


GRAFANA = Door(
    app="grafana",
    node_port=30090,
    own_port=3000,
    health_path="/api/health",
    people=True,
    wanted=lambda stack: stack.monitoring == "cluster",
)
DOORS: tuple[Door, ...] = (
    Door(app="rag", node_port=30080, path="/"),
    Door(
        app="console",
        node_port=30081,
        own_port=8501,
        health_path="/_stcore/health",
        people=True,
        wanted=lambda stack: stack.console_tenant is not None,
    ),
    Door(app="coldmail", node_port=30082, path="/coldmail", wanted=lambda stack: "coldmail" in stack.apps),
    Door(app="devops", node_port=30083, path="/devops", wanted=lambda stack: "devops" in stack.apps),
    GRAFANA,
    Door(
        app="open-webui",
        node_port=30091,
        own_port=8090,
        health_path="/health",
        people=True,
        wanted=lambda stack: stack.open_webui_tenant is not None,
    ),
    # Open WebUI without Kubernetes. It signs people in itself.
    Door(
        app="chat-machines",
        node_port=8080,
        own_port=3080,
        health_path="/health",
        people=True,
        sticky=True,
        behind="chat-machines",
        wanted=lambda stack: stack.chat_machines,
    ),
)
NODE_PORTS = {door.app: door.node_port for door in DOORS}


def doors(stack: Stack) -> list[Door]:
    """Those that this stack's choices open."""
    return [door for door in DOORS if door.wanted(stack) and (stack.kubernetes or door.behind != "cluster")]
