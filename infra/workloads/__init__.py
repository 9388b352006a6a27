"""Gone on pause: one file per thing that runs in the cluster."""
