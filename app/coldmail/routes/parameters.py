"""What several routes take."""

from typing import Annotated

from fastapi import Depends

from app.web.authentication import tenant as tenant_of

Tenant = Annotated[str, Depends(tenant_of)]
