"""What runs on every machine in the privileged namespace, and why no restricted one would do. A test holds the list complete."""

from collections.abc import Mapping

DEVICE_PLUGIN = "nvidia-device-plugin"

DAEMON_SETS: Mapping[str, str] = {
    DEVICE_PLUGIN: "Speaks with the kubelet through a socket in a folder of the machine, and sees the machine's cards.",
}
