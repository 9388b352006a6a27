"""A direct route answers as FastAPI would: the same body, problems, request id and metrics."""

import httpx
import pytest
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from app.kernel.errors import NotFound, ProviderThrottled
from app.web.authentication import tenant
from app.web.direct import DirectRoute
from app.web.service import create_app
from tests.app.web.small import fine

pytestmark = pytest.mark.anyio


def _app(route_class: type[APIRoute]) -> httpx.AsyncClient:
    """POST /ask answers with the body's length, or raises what the body names."""
    router = APIRouter()

    async def ask(request: Request) -> Response:
        await tenant(request)
        match body := await request.body():
            case b"missing":
                raise NotFound("No such thing.", code="thing_not_found")
            case b"busy":
                raise ProviderThrottled("Wait.", retry_after_s=7)
            case b"broken":
                raise RuntimeError("secret")
        return Response(str(len(body)))

    router.add_api_route("/ask", ask, methods=["POST"], route_class_override=route_class)
    app = create_app([router], title="t", keys={"k": "acme"}, pings={"store": fine}, max_body_bytes=100)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
        base_url="http://127.0.0.1",
        headers={"X-Request-Id": "one", "X-API-Key": "k"},
    )


@pytest.mark.parametrize("body", [b"12345", b"missing", b"busy", b"broken", b"x" * 101])
async def test_a_direct_route_answers_as_any_other_route(body: bytes) -> None:
    async with _app(DirectRoute) as direct, _app(APIRoute) as usual:
        one, other = await direct.post("/ask", content=body), await usual.post("/ask", content=body)
        assert (one.status_code, one.content, dict(one.headers)) == (
            other.status_code, other.content, dict(other.headers),
        )  # fmt: skip


async def test_what_is_not_asked_for_exactly_goes_the_usual_way() -> None:
    async with _app(DirectRoute) as direct:
        assert (await direct.get("/ask")).status_code == 405
        assert (await direct.post("/ask/")).status_code == 404
        assert (await direct.post("/ask", headers={"X-API-Key": "wrong"})).status_code == 401
        assert "/ask" in (await direct.get("/openapi.json")).json()["paths"]


async def test_a_direct_route_is_counted_under_its_path() -> None:
    async with _app(DirectRoute) as direct:
        await direct.post("/ask", content=b"missing")
        text = (await direct.get("/metrics")).text
    assert 'genai_http_requests_total{method="POST",route="/ask",status="404"}' in text
