"""Every version the program asks AWS for, in one place, each with its date and reason."""

# Set 2026-11-20. The control plane in tests/engines is built from the same minor. A paused stack is rebuilt, not upgraded,
# so the newest minor under standard support (14 months; extended support costs six times as much) is always the right one.
KUBERNETES = "1.36"

# AL2023: Amazon Linux 2 images ended with Kubernetes 1.32.
NODE_IMAGES = {"x86_64": "AL2023_x86_64_STANDARD", "arm64": "AL2023_ARM_64_STANDARD"}

# Add-on versions are left to AWS (the default of the Kubernetes minor above): a version pinned here could be withdrawn during
# a long pause, and the resume would fail. The names are the ones `aws eks describe-addon-versions` knows.
ADDONS_BEFORE_NODES = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")
ADDONS_AFTER_NODES = ("coredns",)
