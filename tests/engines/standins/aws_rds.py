"""Databases of RDS as AWS gives them: what it refuses, and a shadow in moto, where boto3 sees instance and snapshots.

The instance itself lies in the run's file like everything rented, with its network and its rules; a snapshot outlives it in moto.
"""

import re
from typing import Any

from .cloud import Refused
from .stores.store import client_of, pairs

Objects = dict[str, dict[str, Any]]

INSTANCE, SUBNETS, SETTINGS = (
    "aws:rds/instance:Instance",
    "aws:rds/subnetGroup:SubnetGroup",
    "aws:rds/parameterGroup:ParameterGroup",
)
# A change of these makes a new instance. Not the name, the class, the size, the subnet group: those are modified.
FIXED = {
    INSTANCE: (
        *("engine", "username", "dbName", "kmsKeyId", "storageEncrypted", "snapshotIdentifier"),
        *("availabilityZone", "characterSetName", "timezone", "restoreToPointInTime", "region"),
    ),
    SUBNETS: ("name", "region"),
    SETTINGS: ("name", "family", "description", "region"),
}
# What the newest minor of a major is here.
MINORS = {"16": "16.11", "17": "17.7", "18": "18.1"}
_NAME = re.compile(r"(?!.*--)[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SNAPSHOT = re.compile(r"(?!.*--)[a-zA-Z](?:[a-zA-Z0-9-]{0,253}[a-zA-Z0-9])?")


def objections(token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """(property, reason) for what is refused without a look at anything else."""
    if token != INSTANCE:
        return []
    found = []
    if not _NAME.fullmatch(str(inputs.get("identifier", "a"))):
        found.append(("identifier", f"{inputs['identifier']!r} is no DBInstanceIdentifier"))
    final = inputs.get("finalSnapshotIdentifier")
    if final is not None and not _SNAPSHOT.fullmatch(final):
        found.append(("finalSnapshotIdentifier", f"{final!r} is no DBSnapshotIdentifier"))
    if inputs.get("manageMasterUserPassword") and (inputs.get("password") or inputs.get("passwordWo")):
        found.append(("password", "conflicts with manage_master_user_password"))
    if inputs.get("storageType") == "gp3" and int(inputs.get("allocatedStorage") or 20) < 20:
        found.append(("allocatedStorage", "InvalidParameterValue: Invalid storage size for gp3: at least 20"))
    if not 0 <= int(inputs.get("backupRetentionPeriod") or 0) <= 35:
        found.append(("backupRetentionPeriod", "expected to be in the range (0 - 35)"))
    if not inputs.get("snapshotIdentifier"):
        wanted = ("engine", "username", "allocatedStorage")
        found += [(name, f'"{name}": required field is not set') for name in wanted if not inputs.get(name)]
    return found


def refuse_creation(token: str, inputs: dict[str, Any], objects: Objects) -> None:
    """Raises: Refused."""
    if token == SUBNETS:
        zones = {objects[subnet]["inputs"].get("availabilityZone") for subnet in inputs["subnetIds"]}
        if len(zones) < 2:
            raise Refused(
                "DBSubnetGroupDoesNotCoverEnoughAZs: add subnets to cover at least 2 availability zones"
            )
    if token != INSTANCE:
        return
    settings = _named(objects, SETTINGS, inputs.get("parameterGroupName"))
    if settings and settings["inputs"]["family"] != f"postgres{inputs['engineVersion'].split('.')[0]}":
        raise Refused(
            "InvalidParameterCombination: the parameter group is of another family than the engine version"
        )
    places = _named(objects, SUBNETS, inputs.get("dbSubnetGroupName"))
    if places:
        network = objects[places["inputs"]["subnetIds"][0]]["inputs"]["vpcId"]
        for group in inputs.get("vpcSecurityGroupIds") or []:
            if objects[group]["inputs"]["vpcId"] != network:
                raise Refused(
                    "InvalidVPCNetworkStateFault: security group and subnet group are in different networks"
                )


def _named(objects: Objects, token: str, name: Any) -> dict[str, Any] | None:
    if name is None:
        return None
    found = [
        item for item in objects.values() if item["type"] == token and item["inputs"].get("name") == name
    ]
    if not found:
        raise Refused(
            f"DBSubnetGroupNotFoundFault or DBParameterGroupNotFound: {token} {name!r} does not exist"
        )
    return found[0]


class Shadow:
    """The instance in moto, made, changed and deleted along with the one in the run's file."""

    def __init__(self, *, region: str) -> None:
        self.client = client_of("rds", region)
        self.rds = self.client.exceptions

    def make(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Raises: Refused as CreateDBInstance and RestoreDBInstanceFromDBSnapshot refuse."""
        name = inputs["identifier"]
        try:
            snapshot = inputs.get("snapshotIdentifier")
            made = self._restore(inputs, snapshot) if snapshot else self._create(inputs)
        except self.rds.ClientError as error:
            raise Refused(str(error)) from error
        secret = (made.get("MasterUserSecret") or {}).get("SecretArn", "")
        return {
            "address": f"{name}.c0ffee.{self.client.meta.region_name}.rds.amazonaws.com",
            "arn": made["DBInstanceArn"],
            "engineVersionActual": made["EngineVersion"],
            "kmsKeyId": made.get("KmsKeyId", ""),
            "masterUserSecrets": [{"secretArn": secret, "secretStatus": "active", "kmsKeyId": ""}],
        }

    def _create(self, inputs: dict[str, Any]) -> Any:
        version = inputs["engineVersion"]
        request = self._asked(inputs) | {
            "Engine": inputs["engine"],
            "EngineVersion": MINORS.get(version, version),
            "MasterUsername": inputs["username"],
            "AllocatedStorage": int(inputs["allocatedStorage"]),
            "StorageEncrypted": bool(inputs.get("storageEncrypted")),
            "ManageMasterUserPassword": bool(inputs.get("manageMasterUserPassword")),
        }
        if inputs.get("kmsKeyId"):
            request["KmsKeyId"] = inputs["kmsKeyId"]
        return self.client.create_db_instance(**request)["DBInstance"]

    def _restore(self, inputs: dict[str, Any], snapshot: str) -> Any:
        """Of the snapshot come engine, version, key, user and data; the rest is changed in a second call."""
        kept = self.client.describe_db_snapshots(DBSnapshotIdentifier=snapshot)["DBSnapshots"][0]
        if kept["Status"] != "available":
            raise Refused(f"InvalidDBSnapshotState: {snapshot!r} is {kept['Status']}")
        if int(inputs["allocatedStorage"]) < kept["AllocatedStorage"]:
            raise Refused("InvalidParameterValue: allocated storage can't be less than the source snapshot's")
        wanted = MINORS.get(inputs["engineVersion"], inputs["engineVersion"])
        if _numbers(wanted) < _numbers(kept["EngineVersion"]):
            raise Refused(
                f"InvalidParameterCombination: cannot upgrade from {kept['EngineVersion']} to {wanted}"
            )
        request = self._asked(inputs) | {"DBSnapshotIdentifier": snapshot}
        self.client.restore_db_instance_from_db_snapshot(**request)
        changed = {"AllocatedStorage": int(inputs["allocatedStorage"]), "EngineVersion": wanted}
        self.client.modify_db_instance(DBInstanceIdentifier=inputs["identifier"], **changed)
        found = self.client.describe_db_instances(DBInstanceIdentifier=inputs["identifier"])
        return found["DBInstances"][0]

    def _asked(self, inputs: dict[str, Any]) -> dict[str, Any]:
        return {
            "DBInstanceIdentifier": inputs["identifier"],
            "DBInstanceClass": inputs["instanceClass"],
            "MultiAZ": bool(inputs.get("multiAz")),
            "CopyTagsToSnapshot": bool(inputs.get("copyTagsToSnapshot")),
            "Tags": pairs(inputs.get("tags") or {}),
        }

    def change(self, olds: dict[str, Any], news: dict[str, Any]) -> None:
        if int(news["allocatedStorage"]) < int(olds["allocatedStorage"]):
            raise Refused("InvalidParameterCombination: Invalid storage size: storage cannot shrink")
        if _numbers(news["engineVersion"]) < _numbers(olds["engineVersion"]):
            raise Refused("InvalidParameterCombination: Cannot downgrade the engine")
        self.client.modify_db_instance(
            DBInstanceIdentifier=news["identifier"],
            AllocatedStorage=int(news["allocatedStorage"]),
            DBInstanceClass=news["instanceClass"],
            MultiAZ=bool(news.get("multiAz")),
        )

    def end(self, inputs: dict[str, Any]) -> None:
        """Raises: Refused for a final snapshot without a name, or with one that is taken. Gone already is as good."""
        name, final = inputs["identifier"], inputs.get("finalSnapshotIdentifier")
        if inputs.get("skipFinalSnapshot"):
            how: dict[str, Any] = {"SkipFinalSnapshot": True}
        elif not final:
            raise Refused("final_snapshot_identifier is required when skip_final_snapshot is false")
        else:
            how = {"FinalDBSnapshotIdentifier": final}
        try:
            taken = [
                one["DBSnapshotIdentifier"] for one in self.client.describe_db_snapshots()["DBSnapshots"]
            ]
            if not inputs.get("skipFinalSnapshot") and final in taken:
                raise Refused(f"DBSnapshotAlreadyExists: {final!r} exists already")
            self.client.delete_db_instance(DBInstanceIdentifier=name, **how)
        except self.rds.DBInstanceNotFoundFault:
            return
        except self.rds.ClientError as error:
            raise Refused(str(error)) from error


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def arn(name: str, *, region: str, account: str, kind: str) -> str:
    return f"arn:aws:rds:{region}:{account}:{kind}:{name}"
