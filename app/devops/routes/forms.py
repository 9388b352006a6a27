"""What a route that reads its body itself says of it in the documentation."""

from typing import Any

from pydantic import BaseModel


def json_form(schema: type[BaseModel]) -> dict[str, Any]:
    return _body({"application/json": {"schema": schema.model_json_schema()}})


def log_forms(schema: type[BaseModel]) -> dict[str, Any]:
    """JSON, or the log itself."""
    return _body(
        {
            "application/json": {"schema": schema.model_json_schema()},
            "text/plain": {"schema": {"type": "string"}},
            "application/gzip": {"schema": {"type": "string", "format": "binary"}},
        }
    )


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}
