"""The part of the cloud that no emulator covers: a JSON file, a log of calls, faults on purpose.

The path is `STANDIN_CLOUD`; calls are appended to `<path>.calls`, one JSON line each. `STANDIN_FAULTS` is a JSON list of
`{"type": "aws:eks/nodeGroup:NodeGroup", "on": "create"|"update"|"delete"|"read", "error": text, "times": n,
"name": resource name, "hang": seconds, "after": true}`; without `times` the fault stays, `hang` waits instead of failing,
and `after` strikes when the cloud has already done what it was asked (so that the engine never learns of it).
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .wire import name_of, type_of


class Refused(Exception):
    """The cloud says no, in the words that the real one uses."""


class Cloud:
    """Objects by id, shared by every provider process of a run."""

    def __init__(self, path: str | None = None, faults: str | None = None) -> None:
        self.path = Path(path or os.environ["STANDIN_CLOUD"])
        self.calls = self.path.with_name(self.path.name + ".calls")
        self._faults = json.loads(faults or os.environ.get("STANDIN_FAULTS") or "[]")

    @contextlib.contextmanager
    def changing(self) -> Iterator[dict[str, Any]]:
        """The whole content under a lock; written back when the block ends without an error."""
        with self.path.with_name(self.path.name + ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            content = self._load()
            yield content
            half = self.path.with_name(self.path.name + ".half")
            half.write_text(json.dumps(content, indent=1, sort_keys=True))
            half.replace(self.path)

    def _load(self) -> dict[str, Any]:
        if self.path.exists():
            return json.loads(self.path.read_text())
        return {"sequence": 0, "objects": {}, "struck": {}}

    def objects(self) -> dict[str, dict[str, Any]]:
        return self._load()["objects"]

    def log(self, call: str, **details: Any) -> None:
        with self.calls.open("a") as log:
            log.write(
                json.dumps({"at": round(time.time(), 3), "pid": os.getpid(), "call": call, **details}) + "\n"
            )

    def strike(self, on: str, urn: str, *, after: bool = False) -> None:
        """Fail or hang here when a fault is set for this call.

        Raises: Refused with the fault's own text.
        """
        for fault in self._faults:
            if (
                fault["type"] != type_of(urn)
                or fault.get("on", "create") != on
                or bool(fault.get("after")) != after
            ):
                continue
            if fault.get("name", name_of(urn)) != name_of(urn) or not self._due(fault):
                continue
            self.log("Fault", urn=urn, on=on, fault=fault)
            time.sleep(fault.get("hang", 0))
            if "error" in fault:
                raise Refused(f"{fault['error']}: {on} of {type_of(urn)} {name_of(urn)!r}")

    def _due(self, fault: dict[str, Any]) -> bool:
        if "times" not in fault:
            return True
        with self.changing() as content:
            key = json.dumps(fault, sort_keys=True)
            struck = content["struck"].get(key, 0)
            content["struck"][key] = struck + 1
        return struck < fault["times"]
