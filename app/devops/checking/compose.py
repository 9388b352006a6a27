"""Compose files: the keys of a service, and references to services, volumes and networks that are defined."""

from collections.abc import Mapping

from app.devops.checking.findings import Report
from app.devops.checking.nodes import Node, Stream


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TOP = _words("name version services volumes networks configs secrets include models jobs")
SERVICE = _words(
    "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name"
    " cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset"
    " credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname"
    " entrypoint env_file environment expose extends external_links extra_hosts gpus group_add healthcheck hostname"
    " image init ipc isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness"
    " memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports"
    " post_start pre_start pre_stop privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale"
    " secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits umask"
    " use_api_socket user userns_mode uts volumes volumes_from working_dir"
)
HEALTH = _words("test interval timeout retries start_period start_interval disable")
_CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")


def check_compose(stream: Stream, report: Report) -> None:
    """Source: the Compose specification's schema, as check-jsonschema 0.39 carries it (2026-11-27); a test compares them.

    Keys that start with x- are the user's own.
    """
    if not stream.documents or stream.documents[0].kind != "map":
        report.error(1, "structure", "a Compose file is a map with services:")
        return
    root = stream.documents[0]
    _keys(root, TOP, "the file", report)
    services = root.get("services")
    if services is None or services.kind != "map":
        if root.get("include") is None:
            report.error(root.line, "missing-key", "there is no services:")
        return
    # Looked up by name for each dependency: a search through all would take minutes for thousands.
    named = {key.value: service for key, service in services.pairs}
    for key, service in services.pairs:
        _service(key, service, named, report)


def _keys(node: Node, known: frozenset[str], what: str, report: Report) -> None:
    seen: set[str] = set()
    for key, _ in node.pairs:
        if key.value in seen:
            report.error(key.line, "duplicate-key", f"{key.value!r} stands in {what} twice")
        seen.add(key.value)
        if key.value not in known and not key.value.startswith("x-") and key.value != "<<":
            report.error(key.line, "unknown-key", f"{what} has no {key.value!r}")


def _service(key: Node, service: Node, services: Mapping[str, Node], report: Report) -> None:
    if service.kind != "map":
        report.error(key.line, "structure", f"the service {key.value!r} is a map")
        return
    _keys(service, SERVICE, f"the service {key.value!r}", report)
    names = {name.value for name, _ in service.pairs}
    if not names & {"image", "build", "extends", "provider", "<<"}:
        report.error(key.line, "missing-key", f"the service {key.value!r} has neither image: nor build:")
    depends = service.get("depends_on")
    for item in depends.items if depends is not None else ():
        _exists(item, services, report)
    for name, how in depends.pairs if depends is not None else ():
        _exists(name, services, report)
        condition = how.text("condition")
        if condition and condition not in _CONDITIONS:
            report.error(
                how.line, "value", f"{condition!r} is no condition; there are {', '.join(_CONDITIONS)}"
            )
        other = services.get(name.value)
        if (
            condition == "service_healthy"
            and other is not None
            and other.get("healthcheck") is None
            and other.get("build") is None
        ):
            report.warning(
                how.line,
                "healthcheck",
                f"{name.value!r} is waited for as healthy and has no healthcheck here",
            )
    health = service.get("healthcheck")
    if health is not None:
        _keys(health, HEALTH, "healthcheck:", report)


def _exists(name: Node, services: Mapping[str, Node], report: Report) -> None:
    if name.value not in services:
        report.error(name.line, "reference", f"no service is called {name.value!r}")
