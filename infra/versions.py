"""Every version the program asks AWS for, in one place, each with its date and reason."""

from collections.abc import Mapping

# Set 2026-11-20. The control plane in tests/engines is built from the same minor. A paused stack is rebuilt, not upgraded,
# so the newest minor under standard support (14 months; extended support costs six times as much) is always the right one.
KUBERNETES = "1.36"

# AL2023: Amazon Linux 2 images ended with Kubernetes 1.32.
NODE_IMAGES = {"x86_64": "AL2023_x86_64_STANDARD", "arm64": "AL2023_ARM_64_STANDARD"}

# The same with NVIDIA's driver and container toolkit, but without the device plugin that tells Kubernetes of the cards.
GPU_IMAGE = "AL2023_x86_64_NVIDIA"

# None: the one that EKS advises for the Kubernetes minor above, which AWS moves as it finds faults. A pin here could be
# withdrawn during a long pause; infra/availability.py would then stop the resume and name what there is instead. Pin one,
# like "v1.23.2-eksbuild.1", while a fault of the advised one bites. The names are those of `aws eks describe-addon-versions`.
ADDONS: Mapping[str, str | None] = {
    "vpc-cni": None,
    "kube-proxy": None,
    "eks-pod-identity-agent": None,
    "coredns": None,
    "metrics-server": None,
    "aws-ebs-csi-driver": None,
}
# Set 2026-11-27. Of the images with NVIDIA's drivers the one that also brings Docker, its container toolkit, AWS's command line
# and Amazon's package repository: EKS's has no container engine of its own to start, that of ECS an agent to be switched off.
# A public parameter of Systems Manager; the newest release behind it is what a machine starts with.
CHAT_MACHINE_IMAGE = "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-al2023/latest/ami-id"
# Set 2026-11-27. From Amazon's repository: the agent of CloudWatch; and where machines share a database psql, of the first major
# that reads variables from the environment, as infra/workloads/postgres/databases.sh does. It speaks with newer servers too.
CHAT_MACHINE_PACKAGES, SHARED_CHAT_PACKAGES = ("amazon-cloudwatch-agent",), ("postgresql15",)
# Without these no machine joins and no pod has credentials; they run on every machine and wait for none.
ADDONS_BEFORE_NODES = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")
# Deployments: without a machine they would never be ready. The EBS driver comes after them too, with a role: cluster/disks.py.
ADDONS_AFTER_NODES = ("coredns", "metrics-server")

# Set 2026-11-20. The release that tests/engines builds and measures: its scores and its refusals are the ones that were tested.
OPENSEARCH_IMAGE = "public.ecr.aws/opensearchproject/opensearch:2.19.1"
# Set 2026-11-20. The 8.1 line: speaks what the app uses (scripts, INCRBY, PEXPIRE) and has images for both architectures.
VALKEY_IMAGE = "valkey/valkey:8.1.3-alpine"

# Set 2026-11-27. 4.0 is the first that asks pod identity for its role.
FLUENT_BIT_IMAGE = "fluent/fluent-bit:4.2.2"
CLOUDWATCH_AGENT_IMAGE = "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300062.0b1304"
# Set 2026-11-27. PostgreSQL 18, supported until November 2030, with pgvector; the same major as on RDS, so that a dump of the one
# is read by the other. Tests run its scripts on the PostgreSQL 18 of a Python package.
POSTGRES_MAJOR = "18"
POSTGRES_IMAGE = "pgvector/pgvector:0.8.6-pg18-trixie"

# Set 2026-11-27. 3.5 is a line with long support; Alertmanager's and Grafana's have none, so the last that others run widely.
PROMETHEUS_IMAGE = "quay.io/prometheus/prometheus:v3.5.0"
ALERTMANAGER_IMAGE = "quay.io/prometheus/alertmanager:v0.28.1"
GRAFANA_IMAGE = "grafana/grafana:12.1.1"

# Set 2026-11-27. Has OLLAMA_CONTEXT_LENGTH and the registry's layout that infra/workloads/ollama/models.py keeps in S3.
OLLAMA_IMAGE = "ollama/ollama:0.13.5"
# Set 2026-11-27. Takes its administrator from the environment, so that nobody can be first at the page.
OPEN_WEBUI_IMAGE = "openwebui/open-webui:0.9.5"

# Set 2026-11-27. The full image, not the slim one: it carries the providers of PostgreSQL, Amazon and FAB. The same packages ran
# with our settings on PostgreSQL 18.
AIRFLOW = "3.3.2"
AIRFLOW_IMAGE = f"apache/airflow:{AIRFLOW}-python3.12"
# Set 2026-11-27. The newest that MWAA takes.
MANAGED_AIRFLOW = "3.0.6"

# Set 2026-11-27, of 2026-09-04 (github.com/versity/versitygw, Apache 2.0). Stands in for S3 on a laptop. The app's tests of its
# S3 adapter ran on it. MinIO was archived in April 2026 and its images are gone from Docker Hub; moto keeps all in memory.
S3_STAND_IN_IMAGE = "versity/versitygw:v1.8.0"
# Set 2026-11-27, of 2026-10-19 (Amazon's own, under a licence of its own: free, for development and tests). Stands in for
# DynamoDB on a laptop. The app's tests of its DynamoDB adapter ran on it.
DYNAMODB_STAND_IN_IMAGE = "amazon/dynamodb-local:3.3.1"

# Set 2026-11-20. Its minor is that of Kubernetes: it carries the scheduler of that minor inside.
AUTOSCALER_IMAGE = "registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.0"
# Set 2026-11-20. Speaks the kubelet's v1beta1 device API, which has not changed since Kubernetes 1.10.
DEVICE_PLUGIN_IMAGE = "nvcr.io/nvidia/k8s-device-plugin:v0.18.2"
