"""The HTTP routes of the DevOps assistant; each parses, calls one use case and returns its schema."""

from fastapi import APIRouter

from app.devops.assembly import Devops
from app.devops.routes.analyze import add_analyze
from app.devops.routes.check import add_check
from app.devops.routes.remembered import add_remembered
from app.devops.routes.undelivered import add_undelivered
from app.devops.routes.webhooks import add_webhooks


def devops_router(devops: Devops) -> APIRouter:
    router = APIRouter()
    add_analyze(router, devops.service)
    add_check(router)
    add_remembered(router, devops.memory)
    add_webhooks(router, devops.reception)
    add_undelivered(router, devops.undelivered)
    return router
