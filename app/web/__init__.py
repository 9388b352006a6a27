"""What every app's HTTP side shares: problems, keys, limits, health, metrics, server-sent events."""
