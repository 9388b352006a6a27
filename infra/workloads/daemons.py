"""What runs on every machine in the privileged namespace, and why no restricted one would do. A test holds the list complete."""

from collections.abc import Mapping

DEVICE_PLUGIN = "nvidia-device-plugin"
LOG_SHIPPER = "log-shipper"
MACHINE_METRICS, CARD_METRICS = "machine-metrics", "card-metrics"

DAEMON_SETS: Mapping[str, str] = {
    DEVICE_PLUGIN: "Speaks with the kubelet through a socket in a folder of the machine, and sees the machine's cards.",
    LOG_SHIPPER: "Reads the files in which the kubelet keeps what containers print: they lie on the machine and belong to root.",
    MACHINE_METRICS: "Asks how full the machine's disk is, through an empty folder that lies on it.",
    CARD_METRICS: "The same on machines with cards, whose driver NVIDIA's runtime lets it ask how busy they are.",
}
