"""Log groups: what control plane and containers said before a pause can be read during it."""

import pulumi
from pulumi_aws import cloudwatch

from infra.durable.keeping import Keeping


class Logs(pulumi.ComponentResource):
    """A group for the control plane, under the name EKS gives it, and one for what the containers print.

    EKS would make its group itself, without an end to its days and unknown to any state. It must be here first.
    """

    def __init__(
        self, name: str, keeping: Keeping, *, days: int, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:durable:Logs", name, None, opts)
        self.control_plane = self._group(
            "control-plane", keeping.names.control_plane_logs, keeping, key="control_plane_logs", days=days
        )
        self.containers = self._group(
            "containers", keeping.names.container_logs, keeping, key="container_logs", days=days
        )
        self.register_outputs({"controlPlane": self.control_plane.name, "containers": self.containers.name})

    def _group(
        self, name: str, physical: str, keeping: Keeping, *, key: str, days: int
    ) -> cloudwatch.LogGroup:
        return cloudwatch.LogGroup(
            name,
            name=physical,
            retention_in_days=days,
            kms_key_id=keeping.key,
            tags=keeping.tags.durable(),
            opts=keeping.adopted(key, parent=self),
        )
