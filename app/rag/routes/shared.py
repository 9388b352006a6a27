"""What the routes share: who asks, how pages are asked for, and a JSON body that is ready."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import Depends, Query, Response

from app.web.authentication import tenant as tenant_of

Tenant = Annotated[str, Depends(tenant_of)]
Wait = Annotated[float, Query(ge=0, le=300, description="Seconds to wait for the job to end.")]
PageSize = Annotated[int, Query(ge=1, le=1000)]
Order = Annotated[Literal["oldest", "newest"], Query(description="What comes first.")]
After = Annotated[str | None, Query(max_length=128, description="The `after` of the page before.")]


class Reply(Response):
    """A JSON body that is ready; the schema stands in the route's documentation."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)
