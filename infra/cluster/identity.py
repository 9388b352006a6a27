"""Who a pod is to AWS: the trust that lets one service account of one cluster, and nobody else, take a role."""

from typing import Any


def pod_trust(*, cluster: str, namespace: str, service_account: str) -> dict[str, Any]:
    """EKS sets these tags itself when a pod asks. Without them any association in the account could take the role."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "pods.eks.amazonaws.com"},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
                "Condition": {
                    "StringEquals": {
                        "aws:RequestTag/eks-cluster-name": cluster,
                        "aws:RequestTag/kubernetes-namespace": namespace,
                        "aws:RequestTag/kubernetes-service-account": service_account,
                    }
                },
            }
        ],
    }
