"""Machines that chat without Kubernetes: Ollama and Open WebUI on each, in one scaling group."""
