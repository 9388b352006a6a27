"""Tests on the real Pulumi engine, the real Kubernetes API server and a stand-in cloud; see README.md."""
