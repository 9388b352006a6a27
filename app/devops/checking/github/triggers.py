"""The `on:` section: events, their filters and types; what they declare is read apart."""

from app.devops.checking.github.globs import faults
from app.devops.checking.github.inputs import Declared, read_call, read_dispatch
from app.devops.checking.github.schedules import cron_fault, zone_fault
from app.devops.checking.github.sections import Reader
from app.devops.checking.github.vocabulary import EVENTS, FILTERED, FILTERS
from app.devops.checking.nodes import Node

_CONFIGURED = frozenset(("schedule",))


def read_triggers(node: Node, reader: Reader) -> Declared:
    """Check the section and give back what it declares."""
    declared = Declared()
    if node.kind == "map":
        for name, (key, value) in reader.mapping(node, "on:").items():
            _event(name, key, value, reader, declared)
        return declared
    for item in reader.sequence(node, "on:", single=True):
        name = reader.text(item, "an event")
        if name in _CONFIGURED:
            reader.report.error(
                item.line, "event", f"the event {name!r} does nothing without its times; write it as a map"
            )
        elif name:
            _known(name, item.line, reader)
        if name == "workflow_dispatch":
            declared.dispatch = {}
        if name == "workflow_call":
            declared.call = {}
    return declared


def _known(name: str, line: int, reader: Reader) -> bool:
    if name in EVENTS:
        return True
    reader.report.error(line, "event", f"GitHub knows no event {name!r}")
    return False


def _event(name: str, key: Node, value: Node, reader: Reader, declared: Declared) -> None:
    if name == "schedule":
        _schedule(key, value, reader)
    elif name == "workflow_dispatch":
        declared.dispatch = read_dispatch(value, reader)
    elif name == "workflow_call":
        read_call(value, reader, declared)
    elif name == "repository_dispatch":
        _repository_dispatch(value, reader)
    elif name == "image_version":
        _image_version(value, reader)
    elif _known(name, key.line, reader) and not value.empty:
        _filters(name, value, reader)


def _schedule(key: Node, value: Node, reader: Reader) -> None:
    if value.kind != "list":
        reader.report.error(value.line, "event", "schedule: is a list of cron times")
        return
    for item in reader.sequence(value, "schedule:"):
        pairs = reader.mapping(item, "a time of schedule:", keys=frozenset(("cron", "timezone")))
        if "cron" in pairs:
            text = reader.text(pairs["cron"][1], "cron:")
            if text and (fault := cron_fault(text)):
                reader.report.error(pairs["cron"][1].line, "cron", fault)
        elif item.kind == "map":
            reader.report.error(item.line, "structure", "a time of schedule: has no cron:")
        if "timezone" in pairs:
            zone = reader.text(pairs["timezone"][1], "timezone:")
            if zone and (fault := zone_fault(zone)):
                reader.report.error(pairs["timezone"][1].line, "cron", fault)
    del key


def _repository_dispatch(value: Node, reader: Reader) -> None:
    if value.empty:
        return
    pairs = reader.mapping(value, "repository_dispatch:", keys=frozenset(("types",)))
    if "types" in pairs:
        for item in reader.sequence(pairs["types"][1], "types:", single=True):
            reader.text(item, "a type")


def _image_version(value: Node, reader: Reader) -> None:
    if value.empty:
        return
    for name, (_, node) in reader.mapping(
        value, "image_version:", keys=frozenset(("names", "versions"))
    ).items():
        for item in reader.sequence(node, f"{name}:"):
            pattern = reader.text(item, f"an item of {name}:")
            if pattern:
                _pattern(item, pattern, reader, ref=False)


def _filters(event: str, value: Node, reader: Reader) -> None:
    pairs = reader.mapping(value, f"{event}:", keys=FILTERS)
    for name, (key, node) in pairs.items():
        plain = name.removesuffix("-ignore")
        if name == "types":
            _types(event, node, reader)
        elif event not in FILTERED[plain]:
            where = ", ".join(sorted(FILTERED[plain]))
            reader.report.error(key.line, "event", f"{event} has no filter {name!r}; it works for {where}")
            continue
        if name == "types":
            continue
        for item in reader.sequence(node, f"{name}:", single=True):
            pattern = reader.text(item, f"a pattern of {name}:")
            if pattern and name != "workflows":
                _pattern(item, pattern, reader, ref=plain != "paths")
        if name.endswith("-ignore") and plain in pairs:
            later = max(key.line, pairs[plain][0].line)
            line = key.line if key.line == later else pairs[plain][0].line
            earlier = min(key.line, pairs[plain][0].line)
            message = f"{plain}: and {name}: exclude each other; keep one, and negate in it with '!'"
            reader.report.error(line, "event", message)
            del earlier
    if event == "workflow_run" and "workflows" not in pairs and value.kind == "map":
        reader.report.error(value.line, "event", "workflow_run: needs workflows:, the names to wait for")


def _pattern(item: Node, pattern: str, reader: Reader, *, ref: bool) -> None:
    for fault in faults(pattern, ref=ref):
        reader.report.error(item.line, "glob", f"{pattern!r}: {fault}")


def _types(event: str, node: Node, reader: Reader) -> None:
    known = EVENTS[event]
    for item in reader.sequence(node, "types:", single=True):
        name = reader.text(item, "a type")
        if name and name not in known:
            hint = f"it has {', '.join(sorted(known))}" if known else "it has none at all"
            reader.report.error(item.line, "event", f"{event} has no activity type {name!r}; {hint}")
