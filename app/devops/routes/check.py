"""A workflow, pipeline or manifest in, what is wrong with it out."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from app.devops.bodies import read_json
from app.devops.checking.check import check
from app.devops.checking.external import other_linters
from app.devops.checking.findings import Finding
from app.devops.routes.forms import json_form
from app.devops.schemas import CheckRequest, CheckResponse
from app.web.authentication import tenant as tenant_of
from app.web.problems import problem_responses

# Checking is work for a core; more at once would only take time from each other.
_AT_ONCE = 2


def add_check(router: APIRouter) -> None:
    slots = asyncio.Semaphore(_AT_ONCE)

    @router.post(
        "/check", tags=["devops"], response_model=CheckResponse, openapi_extra=json_form(CheckRequest),
        responses=problem_responses(413, 415, 422, 429),
    )  # fmt: skip
    async def check_file(request: Request, tenant: Annotated[str, Depends(tenant_of)]) -> dict[str, Any]:
        """Is this file sound? Nothing in it is run. Linters that are installed are reported apart."""
        body = await read_json(request, CheckRequest)
        async with slots:
            result = await asyncio.to_thread(check, body.yaml, body.kind)
            reports = await asyncio.to_thread(other_linters, body.yaml, body.kind)
        return {
            "valid": result.valid,
            "findings": [_shape(finding) for finding in result.findings],
            "others": [
                {
                    "tool": report.tool,
                    "note": report.note,
                    "findings": [_shape(finding) for finding in report.findings],
                }
                for report in reports
            ],
        }


def _shape(finding: Finding) -> dict[str, Any]:
    return {
        "line": finding.line,
        "rule": finding.rule,
        "message": finding.message,
        "severity": finding.severity,
    }
