"""The HTTP routes of the cold e-mail writer; each parses, calls one use case and returns its schema."""

from fastapi import APIRouter

from app.coldmail.assembly import ColdmailService
from app.coldmail.routes.emails import add_emails
from app.coldmail.routes.history import add_history
from app.coldmail.routes.jobs import add_jobs
from app.coldmail.routes.portfolio import add_portfolio
from app.coldmail.routes.profiles import add_profiles


def coldmail_router(service: ColdmailService) -> APIRouter:
    router = APIRouter()
    for add in (add_jobs, add_portfolio, add_profiles, add_emails, add_history):
        add(router, service)
    return router
