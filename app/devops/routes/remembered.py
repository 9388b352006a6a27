"""What is remembered of failures, and what people say of it; each tenant sees its own."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from app.devops.bodies import read_json
from app.devops.feedback import Word, take
from app.devops.memory.job_runs import flaky_rate
from app.devops.memory.memory import Memory
from app.devops.routes.forms import json_form
from app.devops.schemas import (
    AnalysesResponse,
    DeletedResponse,
    FailuresResponse,
    FeedbackRequest,
    FeedbackResponse,
    JobsResponse,
    KeptAnalysis,
    ProposalsResponse,
    SpendingResponse,
)
from app.devops.views import kept_shape
from app.web.authentication import tenant as tenant_of
from app.web.problems import problem_responses
from app.web.replies import Reply

Tenant = Annotated[str, Depends(tenant_of)]
After = Annotated[str | None, Query(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=200)]
_PROBLEMS = problem_responses(422, 429, 503)
_ONE_PROBLEMS = problem_responses(404, 422, 429, 503)


def add_remembered(router: APIRouter, memory: Memory) -> None:
    _add_analyses(router, memory)

    @router.get("/failures", tags=["memory"], response_model=FailuresResponse, responses=_PROBLEMS)
    async def failures(tenant: Tenant, after: After = None, limit: Limit = 50) -> Response:
        """Kinds of failures, by class and line: how often, since when, where, and what mended them."""
        found, following = await memory.failures.page(tenant, after=after, limit=limit)
        return Reply({"failures": found, "after": following})

    @router.get("/jobs", tags=["memory"], response_model=JobsResponse, responses=_PROBLEMS)
    async def jobs(tenant: Tenant, after: After = None, limit: Limit = 50) -> Response:
        """Each job that was seen: how flaky it is, and which commits may have broken it."""
        found, following = await memory.jobs.page(tenant, after=after, limit=limit)
        return Reply({"jobs": [_job_shape(each) for each in found], "after": following})

    @router.get("/proposals", tags=["memory"], response_model=ProposalsResponse, responses=_PROBLEMS)
    async def proposals(tenant: Tenant, after: After = None, limit: Limit = 50) -> Response:
        """Signatures that corrections suggest; somebody reads them before they are taken in."""
        found, following = await memory.proposals.page(tenant, after=after, limit=limit)
        return Reply({"proposals": found, "after": following})

    @router.delete("/proposals/{proposal_id}", tags=["memory"], status_code=204, responses=_ONE_PROBLEMS)
    async def delete_proposal(tenant: Tenant, proposal_id: str) -> Response:
        """Turn a proposal down, or take it off the list when it was taken in."""
        await memory.proposals.delete(tenant, proposal_id)
        return Response(status_code=204)

    @router.get("/spending", tags=["memory"], response_model=SpendingResponse, responses=_PROBLEMS)
    async def spending(tenant: Tenant) -> Response:
        """What models cost today for each repository, and how often one was not asked."""
        today = await memory.spending.of_day(tenant, memory.now().date().isoformat())
        return Reply(
            {
                "daily_calls": memory.spending.daily_calls,
                "daily_usd": memory.spending.daily_usd,
                "repositories": [{**each, "usd": float(each["usd"])} for each in today],
            }
        )


def _add_analyses(router: APIRouter, memory: Memory) -> None:
    @router.get("/analyses", tags=["memory"], response_model=AnalysesResponse, responses=_PROBLEMS)
    async def analyses(tenant: Tenant, after: After = None, limit: Limit = 50) -> Response:
        """Newest first."""
        found, following = await memory.analyses.page(tenant, after=after, limit=limit)
        return Reply({"analyses": [kept_shape(each) for each in found], "after": following})

    @router.delete("/analyses", tags=["memory"], response_model=DeletedResponse, responses=_PROBLEMS)
    async def delete_all(tenant: Tenant) -> Response:
        """Forget everything: analyses, failures, jobs, green logs, opinions and proposals."""
        return Reply({"deleted": await memory.delete_all(tenant)})

    @router.get(
        "/analyses/{analysis_id}", tags=["memory"], response_model=KeptAnalysis, responses=_ONE_PROBLEMS
    )
    async def analysis(tenant: Tenant, analysis_id: str) -> Response:
        """One analysis as it was kept, secrets masked."""
        return Reply(kept_shape(await memory.analyses.get(tenant, analysis_id)))

    @router.delete("/analyses/{analysis_id}", tags=["memory"], status_code=204, responses=_ONE_PROBLEMS)
    async def delete(tenant: Tenant, analysis_id: str) -> Response:
        """Delete an analysis for good; how often its failure was seen stays."""
        await memory.analyses.delete(tenant, analysis_id)
        return Response(status_code=204)

    @router.post(
        "/analyses/{analysis_id}/feedback", tags=["memory"], response_model=FeedbackResponse,
        openapi_extra=json_form(FeedbackRequest), responses=problem_responses(404, 413, 415, 422, 429, 503),
    )  # fmt: skip
    async def feedback(request: Request, tenant: Tenant, analysis_id: str) -> Response:
        """Accept an analysis, or correct it; a correction is remembered for the same failure, and proposed as a signature."""
        body = await read_json(request, FeedbackRequest)
        word = Word(body.verdict == "correct", body.root_cause, body.fix, body.category, body.note)
        proposal = await take(memory, tenant, analysis_id, word)
        return Reply({"id": analysis_id, "verdict": body.verdict, "proposal": proposal})


def _job_shape(job: Mapping[str, Any]) -> dict[str, Any]:
    runs = job["runs"]
    return {
        **{name: job[name] for name in ("repository", "job", "last_green", "first_red", "suspects")},
        "runs": len(runs),
        "failed": sum(not run["passed"] for run in runs),
        "flaky_rate": flaky_rate(runs),
    }
