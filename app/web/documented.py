"""What an application's OpenAPI document says of errors: each shape once, by reference from every route that may tell it."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

_REFERENCE = "#/components/schemas/{model}"


def error_entries(
    shape: type[BaseModel], *statuses: int | str, media_type: str
) -> dict[int | str, dict[str, Any]]:
    """A route's `responses` for errors of one shape, which the application has in its `error_shapes`.

    Not by FastAPI's `model`: that names application/json, whatever is sent, and builds a validator for each status of
    each route, which nothing calls. Those were half of what the RAG service computes until its first answer, .1 s of .2.
    """
    content = {media_type: {"schema": {"$ref": _REFERENCE.format(model=shape.__name__)}}}
    return {status: {"content": content} for status in statuses}


class DocumentedErrors(FastAPI):
    """An application whose document defines the shapes that `error_entries` refers to."""

    error_shapes: Sequence[type[BaseModel]] = ()

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        _, found = models_json_schema(
            [(shape, "serialization") for shape in self.error_shapes], ref_template=_REFERENCE
        )
        schemas = document.setdefault("components", {}).get("schemas", {}) | found.get("$defs", {})
        document["components"]["schemas"] = dict(sorted(schemas.items()))
        return document
