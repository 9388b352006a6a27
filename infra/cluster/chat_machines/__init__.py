"""Machines that chat without Kubernetes: Ollama and Open WebUI, each machine by itself, in one scaling group."""
