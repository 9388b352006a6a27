"""Who writes, and how."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.coldmail.assembly import ColdmailService
from app.coldmail.profiles import Profile, id_of
from app.coldmail.routes.parameters import Tenant
from app.coldmail.schemas import Deleted, ProfileRequest, ProfileShape, ProfilesResponse
from app.web.problems import problem_responses
from app.web.replies import Reply

ProfileId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def add_profiles(router: APIRouter, service: ColdmailService) -> None:
    @router.get(
        "/profiles", tags=["profiles"], response_model=ProfilesResponse, responses=problem_responses(429, 503)
    )
    async def profiles(tenant: Tenant) -> Response:
        """All profiles."""
        return Reply({"profiles": [asdict(each) for each in await service.profiles.all(tenant)]})

    @router.put(
        "/profiles",
        tags=["profiles"],
        response_model=ProfileShape,
        responses=problem_responses(422, 429, 503),
    )
    async def put_new(tenant: Tenant, body: ProfileRequest) -> Response:
        """Write a profile under its `id`, or under one made of its name."""
        return Reply(asdict(await service.profiles.put(tenant, _profile(body, body.id or id_of(body.name)))))

    @router.delete(
        "/profiles", tags=["profiles"], response_model=Deleted, responses=problem_responses(429, 503)
    )
    async def delete_all(tenant: Tenant) -> Response:
        """Forget all profiles."""
        return Reply({"deleted": await service.profiles.delete_all(tenant)})

    @router.get(
        "/profiles/{profile_id}", tags=["profiles"], response_model=ProfileShape,
        responses=problem_responses(404, 422, 429, 503),
    )  # fmt: skip
    async def profile(tenant: Tenant, profile_id: ProfileId) -> Response:
        """One profile."""
        return Reply(asdict(await service.profiles.get(tenant, profile_id)))

    @router.put(
        "/profiles/{profile_id}", tags=["profiles"], response_model=ProfileShape,
        responses=problem_responses(422, 429, 503),
    )  # fmt: skip
    async def put(tenant: Tenant, profile_id: ProfileId, body: ProfileRequest) -> Response:
        """Write a profile under this id; what is not sent has its default."""
        return Reply(asdict(await service.profiles.put(tenant, _profile(body, profile_id))))

    @router.delete(
        "/profiles/{profile_id}",
        tags=["profiles"],
        status_code=204,
        responses=problem_responses(404, 422, 429, 503),
    )
    async def delete(tenant: Tenant, profile_id: ProfileId) -> Response:
        """Forget a profile; drafts stay."""
        await service.profiles.delete(tenant, profile_id)
        return Response(status_code=204)


def _profile(body: ProfileRequest, profile_id: str) -> Profile:
    return Profile(**{**body.model_dump(exclude={"id"}), "id": profile_id})
