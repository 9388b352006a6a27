"""Records of a zone that the user has."""

from typing import Any

from ..cloud import Refused
from .store import Store, asking


class Record(Store):
    """A record set, named by zone, name and type."""

    token = "aws:route53/record:Record"
    service = "route53"
    fixed = ("zoneId", "name", "type", "setIdentifier")
    local = ("allowOverwrite",)

    def create(self, inputs: dict[str, Any]) -> str:
        if ("aliases" in inputs and "records" in inputs) or not inputs["name"]:
            raise Refused("InvalidInput: a record is either an alias or has values, and it has a name")
        self._change("UPSERT" if inputs.get("allowOverwrite") else "CREATE", inputs)
        return f"{inputs['zoneId']}_{inputs['name'].rstrip('.')}_{inputs['type']}"

    def _change(self, action: str, inputs: dict[str, Any]) -> None:
        record: dict[str, Any] = {"Name": inputs["name"], "Type": inputs["type"]}
        if aliases := inputs.get("aliases"):
            target = aliases[0]
            record["AliasTarget"] = {
                "DNSName": target["name"],
                "HostedZoneId": target["zoneId"],
                "EvaluateTargetHealth": bool(target.get("evaluateTargetHealth")),
            }
        else:
            record |= {"TTL": inputs["ttl"], "ResourceRecords": [{"Value": it} for it in inputs["records"]]}
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        zone = inputs["zoneId"]
        asking(lambda: self.client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch))

    def read(self, id: str) -> dict[str, Any] | None:
        zone, _, rest = id.partition("_")
        name, _, kind = rest.rpartition("_")
        answer = asking(
            lambda: self.client.list_resource_record_sets(HostedZoneId=zone), missing=("NoSuchHostedZone",)
        )
        for found in (answer or {}).get("ResourceRecordSets", []):
            called = found["Name"].rstrip(".").replace("\\052", "*")
            if (called, found["Type"]) == (name, kind):
                same = {"zoneId": zone, "name": name, "type": kind}
                if target := found.get("AliasTarget"):
                    return same | {
                        "aliases": [
                            {
                                "name": target["DNSName"].rstrip("."),
                                "zoneId": target["HostedZoneId"],
                                "evaluateTargetHealth": target["EvaluateTargetHealth"],
                            }
                        ]
                    }
                values = [value["Value"] for value in found["ResourceRecords"]]
                return same | {"ttl": found["TTL"], "records": values}
        return None

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        self._change("UPSERT", news)

    def delete(self, id: str, state: dict[str, Any]) -> None:
        if self.read(id) is not None:
            self._change("DELETE", state)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"fqdn": inputs["name"].rstrip(".")}
