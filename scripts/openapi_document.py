"""The public routes as OpenAPI documents, one for each app, from the very applications that `make run` serves."""

import json
import tempfile
from importlib import import_module
from pathlib import Path

from fastapi import FastAPI

from app import gateway
from app.settings import read_settings

# Python 3.13 renamed these phrases after RFC 9110; the page must not depend on who writes it.
PHRASES = {"Request Entity Too Large": "Content Too Large", "Unprocessable Entity": "Unprocessable Content"}


def application(folder: Path) -> FastAPI:
    """The platform's application with every default, its stores in `folder`."""
    return gateway.create(read_settings({}, data_dir=folder))


def openapi_document(path: str = "/") -> str:
    """Of the app that stands at `path`; its routes are below it."""
    with tempfile.TemporaryDirectory(prefix="genai-openapi-") as folder:
        document = _of(path, Path(folder)).openapi()
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    for old, new in PHRASES.items():
        text = text.replace(f'"description": "{old}"', f'"description": "{new}"')
    return text


def _of(path: str, folder: Path) -> FastAPI:
    if path == "/":
        return application(folder)
    app: FastAPI = import_module(gateway.APPS[path]).create(read_settings({}, data_dir=folder))
    app.servers = [{"url": path}]
    return app
