"""The HTTP routes of the DevOps assistant; each parses, calls one use case and returns its schema."""

from fastapi import APIRouter

from app.devops.routes.analyze import add_analyze
from app.devops.routes.check import add_check
from app.devops.service import DevopsService


def devops_router(service: DevopsService) -> APIRouter:
    router = APIRouter()
    add_analyze(router, service)
    add_check(router)
    return router
