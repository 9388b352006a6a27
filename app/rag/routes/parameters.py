"""What several routes take: who asks, how long to wait, which page."""

from typing import Annotated, Literal

from fastapi import Depends, Query

from app.web.authentication import tenant as tenant_of

Tenant = Annotated[str, Depends(tenant_of)]
Wait = Annotated[float, Query(ge=0, le=300, description="Seconds to wait for the job to end.")]
PageSize = Annotated[int, Query(ge=1, le=1000)]
Order = Annotated[Literal["oldest", "newest"], Query(description="What comes first.")]
After = Annotated[str | None, Query(max_length=128, description="The `after` of the page before.")]
