"""Events and pods of Kubernetes as lines of text, like `kubectl get events` and `kubectl describe pod` print them."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from app.devops.incoming.event import Event, Kind
from app.devops.incoming.fields import inner, items, number, text


def namespace_of(body: Mapping[str, Any]) -> str:
    """The first object's namespace: what a connection's `repositories` are held against."""
    first = next(iter(_objects(body)), {})
    return text(first, "metadata", "namespace") or text(first, "involvedObject", "namespace") or "default"


def read_delivery(body: Mapping[str, Any]) -> Event | None:
    """An Event, a Pod or a list of them; None when nothing in it warns."""
    objects = list(_objects(body))
    lines = [line for each in objects for line in _lines(each)]
    if not lines or not any(_warns(each) for each in objects):
        return None
    name = next((found for each in objects if (found := _name(each))), "object")
    return text_event(namespace_of(body), name, "\n".join(lines))


def text_event(namespace: str, name: str, log: str) -> Event:
    """A description as somebody's `kubectl describe` printed it."""
    return Event(
        platform="kubernetes",
        repository=namespace,
        kind=Kind.TEXT,
        failed=True,
        job=name,
        # The same words about the same object are the same failure, however often they are sent.
        job_id=sha256(f"{namespace}/{name}\n{log}".encode()).hexdigest()[:16],
        log=log,
    )


def _objects(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A list, a watch's envelope or one object."""
    if text(body, "kind").endswith("List"):
        yield from items(body, "items")
    elif inner(body, "object"):
        yield inner(body, "object")
    elif text(body, "kind") in ("Event", "Pod"):
        yield body


def _name(found: Mapping[str, Any]) -> str:
    involved = inner(found, "involvedObject") or inner(found, "regarding")
    return text(involved, "name") or text(found, "metadata", "name")


def _warns(found: Mapping[str, Any]) -> bool:
    if text(found, "kind") == "Pod" or inner(found, "status"):
        return any(reason not in ("", "ContainerCreating", "Completed") for reason in _reasons(found))
    return text(found, "type") == "Warning"


def _reasons(pod: Mapping[str, Any]) -> Iterator[str]:
    yield text(pod, "status", "reason")
    for state in _states(pod):
        for kind in ("waiting", "terminated"):
            yield text(state, "state", kind, "reason")
            yield text(state, "lastState", kind, "reason")


def _states(pod: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for group in ("initContainerStatuses", "containerStatuses"):
        yield from items(pod, "status", group)


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    if inner(found, "status") or text(found, "kind") == "Pod":
        yield from _pod(found)
        return
    involved = inner(found, "involvedObject") or inner(found, "regarding")
    message = text(found, "message") or text(found, "note")
    source = text(found, "source", "component") or text(found, "reportingComponent")
    count = number(found, "count") or number(found, "series", "count") or 1
    if message:
        yield (
            f"{text(found, 'type')}  {text(found, 'reason')}  (x{count})  {source}  "
            f"{text(involved, 'kind').lower()}/{text(involved, 'name')}  {message}"
        )


def _pod(pod: Mapping[str, Any]) -> Iterator[str]:
    yield f"Name:         {text(pod, 'metadata', 'name')}"
    yield f"Namespace:    {text(pod, 'metadata', 'namespace')}"
    yield f"Status:       {text(pod, 'status', 'phase')}"
    if reason := text(pod, "status", "reason"):
        yield f"Reason:       {reason}  {text(pod, 'status', 'message')}"
    for condition in items(pod, "status", "conditions"):
        if message := text(condition, "message"):
            yield f"Condition:    {text(condition, 'type')}  {text(condition, 'reason')}  {message}"
    for container in _states(pod):
        yield f"Container:    {text(container, 'name')}  Image: {text(container, 'image')}"
        yield f"    Restart Count:  {number(container, 'restartCount')}"
        for label, field in (("State", "state"), ("Last State", "lastState")):
            for kind in ("waiting", "running", "terminated"):
                state = inner(container, field, kind)
                if state:
                    yield f"    {label}:  {kind.capitalize()}"
                    yield f"      Reason:     {text(state, 'reason')}"
                    if code := number(state, "exitCode"):
                        yield f"      Exit Code:  {code}"
                    if message := text(state, "message"):
                        yield f"      Message:    {message}"
