"""The part of Cost Explorer that moto leaves out: anomaly monitors, their subscriptions, and the tags that the bill shows.

What is made is kept in moto's own backend, so that a reset of the account forgets it.
"""

import json
import uuid
from typing import Any

from moto.ce.responses import CostExplorerResponse
from moto.core import DEFAULT_ACCOUNT_ID


def _kept(self: CostExplorerResponse, what: str) -> dict[str, Any]:
    found: dict[str, Any] = self.ce_backend.__dict__.setdefault(f"kept_{what}", {})
    return found


def _asked(self: CostExplorerResponse) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(self.body)
    return body


def _answers(kind: str, plural: str) -> dict[str, Any]:
    """Make, list, change and remove one kind of thing, in the words of its API."""

    def create(self: CostExplorerResponse) -> str:
        asked = _asked(self)
        arn = f"arn:aws:ce::{DEFAULT_ACCOUNT_ID}:anomaly{kind.lower()}/{uuid.uuid4()}"
        _kept(self, kind)[arn] = {**asked[f"Anomaly{kind}"], f"{kind}Arn": arn}
        self.ce_backend.tag_resource(arn, asked.get("ResourceTags") or [])
        return json.dumps({f"{kind}Arn": arn})

    def get(self: CostExplorerResponse) -> str:
        wanted = _asked(self).get(f"{kind}ArnList")
        found = [item for arn, item in _kept(self, kind).items() if not wanted or arn in wanted]
        return json.dumps({plural: found})

    def update(self: CostExplorerResponse) -> str:
        asked = _asked(self)
        _kept(self, kind)[asked[f"{kind}Arn"]] |= asked
        return json.dumps({f"{kind}Arn": asked[f"{kind}Arn"]})

    def delete(self: CostExplorerResponse) -> str:
        _kept(self, kind).pop(_asked(self)[f"{kind}Arn"], None)
        return "{}"

    name = f"anomaly_{kind.lower()}"
    return {f"create_{name}": create, f"get_{name}s": get, f"update_{name}": update, f"delete_{name}": delete}


def _list_cost_allocation_tags(self: CostExplorerResponse) -> str:
    wanted = _asked(self).get("TagKeys")
    listed = [
        {"TagKey": key, "Type": "UserDefined", "Status": status}
        for key, status in _kept(self, "tags").items()
        if not wanted or key in wanted
    ]
    return json.dumps({"CostAllocationTags": listed})


def _update_cost_allocation_tags_status(self: CostExplorerResponse) -> str:
    """A key that is not listed yet is listed by this here: a test does so in place of AWS's daily run."""
    for item in _asked(self)["CostAllocationTagsStatus"]:
        _kept(self, "tags")[item["TagKey"]] = item["Status"]
    return json.dumps({"Errors": []})


def fill_gaps() -> None:
    """Teach moto's Cost Explorer; more than once does no harm."""
    for name, answer in {
        **_answers("Monitor", "AnomalyMonitors"),
        **_answers("Subscription", "AnomalySubscriptions"),
        "list_cost_allocation_tags": _list_cost_allocation_tags,
        "update_cost_allocation_tags_status": _update_cost_allocation_tags_status,
    }.items():
        setattr(CostExplorerResponse, name, answer)
