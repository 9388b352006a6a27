"""A laptop's cluster (kind, k3d, minikube): the apps of the workloads room on stand-ins for S3 and DynamoDB; nothing of AWS."""

from infra.local.look import look
from infra.local.room import Local

__all__ = ["Local", "look"]
