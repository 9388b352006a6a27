"""Volumes that outlive a pause. One that is rented lies in the run's file instead."""

from typing import Any, ClassVar

from ..cloud import Refused
from .store import Store, asking, pairs, unpaired

_GONE = ("InvalidVolume.NotFound",)


class Volume(Store):
    """A volume, named by its id."""

    token = "aws:ebs/volume:Volume"
    service = "ec2"
    defaults: ClassVar[dict[str, Any]] = {"type": "gp2"}
    fixed = ("availabilityZone", "encrypted", "kmsKeyId", "snapshotId", "region")
    local = ("finalSnapshot",)
    mixed = True

    def create(self, inputs: dict[str, Any]) -> str:
        request = {
            "AvailabilityZone": inputs["availabilityZone"],
            "Size": int(inputs["size"]),
            "VolumeType": inputs.get("type", "gp2"),
            "Encrypted": bool(inputs.get("encrypted")),
            "TagSpecifications": [{"ResourceType": "volume", "Tags": pairs(self.all_tags(inputs))}],
        }
        if key := inputs.get("kmsKeyId"):
            request["KmsKeyId"] = key
        return asking(lambda: self.client.create_volume(**request))["VolumeId"]

    def _found(self, id: str) -> dict[str, Any] | None:
        answer = asking(lambda: self.client.describe_volumes(VolumeIds=[id]), missing=_GONE)
        return answer["Volumes"][0] if answer and answer["Volumes"] else None

    def read(self, id: str) -> dict[str, Any] | None:
        found = self._found(id)
        if found is None:
            return None
        return {
            "availabilityZone": found["AvailabilityZone"],
            "size": found["Size"],
            "type": found["VolumeType"],
            "encrypted": found["Encrypted"],
            **({"kmsKeyId": found["KmsKeyId"]} if found.get("KmsKeyId") else {}),
            "tags": self.own_tags(unpaired(found.get("Tags"))),
        }

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        if int(news["size"]) < int(olds["size"]):
            raise Refused(f"InvalidParameterValue: New size cannot be smaller than existing size of {id!r}")
        if int(news["size"]) != int(olds["size"]):
            asking(lambda: self.client.modify_volume(VolumeId=id, Size=int(news["size"])))
        gone = sorted(self.all_tags(olds).keys() - self.all_tags(news).keys())
        if gone:
            asking(lambda: self.client.delete_tags(Resources=[id], Tags=[{"Key": key} for key in gone]))
        asking(lambda: self.client.create_tags(Resources=[id], Tags=pairs(self.all_tags(news))))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(lambda: self.client.delete_volume(VolumeId=id), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"arn": f"arn:aws:ec2:{self.region}:{self.account}:volume/{id}"}
