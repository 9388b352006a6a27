"""All apps behind one address, under the paths that the cluster's load balancer gives them."""

from importlib import import_module

from fastapi import FastAPI

from app.settings import Settings

# path -> module with `create(settings) -> FastAPI`; tests/contracts compares it with infra's listener rules.
APPS = {"/": "app.rag.application"}


def create(settings: Settings) -> FastAPI:
    """The application at `/` with the others mounted below it."""
    root: FastAPI = import_module(APPS["/"]).create(settings)
    for path, module in APPS.items():
        if path != "/":
            root.mount(path, import_module(module).create(settings))
    return root
