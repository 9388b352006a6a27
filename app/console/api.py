"""A typed client of the HTTP API: one method a route, errors raised from the kernel's tree."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Self
from urllib.parse import quote, urlsplit

import httpx

from app.console.events import Event, read_events
from app.console.shapes import (
    Accepted,
    Citation,
    Document,
    Job,
    PastTurn,
    Readiness,
    Reply,
)
from app.kernel.errors import (
    BadInput,
    Conflict,
    Forbidden,
    GenaiError,
    LimitExceeded,
    NotFound,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from app.settings import Settings

_PAGE = 200
_TURNS = 50
# The service sends a comment every 15 s; four missed ones mean that it is gone.
_STREAM_SILENCE_S = 60.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


# Instead of an address: this deployment has no such app, so the console has no page for it.
OFF = "off"


def address(settings: Settings) -> str:
    """Base URL of the API: GENAI_API_URL, else this machine's GENAI_PORT."""
    if settings.api_url:
        return settings.api_url.rstrip("/")
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "localhost") else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


class Api:
    """Blocking calls, safe to share between threads. Raises Unavailable when nothing answers."""

    def __init__(self, base_url: str, *, key: str = "", timeout_s: float = 30.0) -> None:
        self.base_url = base_url
        self._http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(timeout_s, connect=3.0),
            trust_env=urlsplit(base_url).hostname not in _LOOPBACK,  # a proxy cannot reach this machine
        )

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(address(settings), key=settings.api_key.get_secret_value())

    def close(self) -> None:
        self._http.close()

    def serves(self, app: str) -> bool:
        """Whether this address has the app at all: each answers for its health below its own path."""
        return self._send("GET", f"/{app}/healthz", accept=(404,)).status_code != 404

    def ready(self) -> Readiness:
        """How each dependency is; an answer of 503 is an answer, not an error."""
        response = self._send("GET", "/readyz", accept=(200, 503))
        found = answer_of(response)
        states = [{"name": name} | state for name, state in found.get("dependencies", {}).items()]
        return Readiness.model_validate({"ready": response.status_code == 200, "dependencies": states})

    def version(self) -> str:
        info = answer_of(self._send("GET", "/openapi.json")).get("info", {})
        return str(info.get("version", ""))

    def documents(self) -> list[Document]:
        """Every document of this key's tenant, newest first."""
        found: list[Document] = []
        after: str | None = None
        while True:
            params = {"limit": str(_PAGE)} | ({"after": after} if after else {})
            page = answer_of(self._send("GET", "/v1/documents", params=params))
            found.extend(Document.model_validate(item) for item in page.get("documents", ()))
            after = page.get("after")
            if not after:
                break
        return sorted(found, key=lambda item: str(item.updated_at), reverse=True)

    def document(self, document_id: str) -> Document:
        return Document.model_validate(answer_of(self._send("GET", _path("documents", document_id))))

    def text(self, document_id: str) -> str:
        """The extracted text, which every offset counts in."""
        return str(answer_of(self._send("GET", _path("documents", document_id) + "/text"))["text"])

    def residue(self, document_id: str) -> dict[str, int]:
        """What is left of a deleted document, counted per store."""
        found = answer_of(self._send("GET", _path("documents", document_id) + "/residue"))
        return {name: found[name] for name in ("objects", "records", "index", "caches")}

    def upload(self, filename: str, content: BinaryIO) -> Accepted:
        return self._put_file("POST", "/upload", filename, content)

    def replace(self, document_id: str, filename: str, content: BinaryIO) -> Accepted:
        """Send a new version; the old one answers until the new one is ready."""
        return self._put_file("PUT", _path("documents", document_id), filename, content)

    def delete(self, document_id: str) -> Job:
        """Hide a document at once; the job that removes its bytes, which may have ended already."""
        return Job.model_validate(answer_of(self._send("DELETE", _path("documents", document_id))))

    def jobs(self, *, limit: int) -> list[Job]:
        """The jobs that changed last, of those of the thousand youngest documents."""
        page = answer_of(self._send("GET", "/v1/jobs", params={"limit": "1000", "order": "newest"}))
        found = [Job.model_validate(item) for item in page.get("jobs", ())]
        return sorted(found, key=lambda job: str(job.updated_at), reverse=True)[:limit]

    def job(self, job_id: str) -> Job:
        return Job.model_validate(answer_of(self._send("GET", _path("jobs", job_id))))

    def retry(self, job_id: str) -> None:
        self._send("POST", _path("jobs", job_id) + "/retry")

    def cancel(self, job_id: str) -> None:
        self._send("POST", _path("jobs", job_id) + "/cancel")

    def follow(self, job_id: str) -> Iterator[Job]:
        """The job each time it changes; the last one has ended, unless the stream was cut."""
        for event in self._stream("GET", _path("jobs", job_id) + "/events"):
            found = json.loads(event.data)
            if event.name == "error":
                raise raised(found)
            job = Job.model_validate({"job_id": job_id} | found)
            yield job
            if job.ended:
                return

    def ask(
        self,
        question: str,
        *,
        top_k: int,
        filters: Mapping[str, Any] | None = None,
        session_id: str | None = None,
    ) -> Iterator[str | Citation | Reply]:
        """The answer as it comes: pieces of text, citations in order, at last one Reply.

        session_id: the conversation in whose light the question is read, and which remembers both.
        """
        body: dict[str, Any] = {"question": question, "top_k": top_k, "stream": True}
        body |= {"filters": filters} if filters else {}
        body |= {"session_id": session_id} if session_id else {}
        known: dict[str, Any] = {}
        for event in self._stream("POST", "/query", json=body):
            data = json.loads(event.data)
            match event.name:
                case "delta":
                    yield str(data["text"])
                case "citation":
                    yield Citation.model_validate(data)
                case "meta":
                    known |= data
                case "usage":
                    known |= data | {"usage": data}
                case "done":
                    yield Reply.model_validate(known | data)
                    return
                case "error":
                    raise raised(data)
        raise Unavailable("The answer was cut before its end; ask again.")

    def conversation(self, session_id: str) -> list[PastTurn]:
        """The latest turns of a conversation, oldest first."""
        params = {"limit": str(_TURNS), "order": "newest"}
        page = answer_of(self._send("GET", _path("conversations", session_id), params=params))
        return [PastTurn.model_validate(item) for item in page["items"]][::-1]

    def _put_file(self, method: str, path: str, filename: str, content: BinaryIO) -> Accepted:
        files = {"file": (filename, content, "application/octet-stream")}
        return Accepted.model_validate(answer_of(self._send(method, path, files=files)))

    def _send(self, method: str, path: str, *, accept: tuple[int, ...] = (), **given: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **given)
        except httpx.TransportError as error:
            raise self._silent(error) from error
        if response.is_success or response.status_code in accept:
            return response
        raise _problem(response)

    def _stream(self, method: str, path: str, **given: Any) -> Iterator[Event]:
        timeout = httpx.Timeout(_STREAM_SILENCE_S, connect=3.0)
        try:
            with self._http.stream(method, path, timeout=timeout, **given) as response:
                if not response.is_success:
                    response.read()
                    raise _problem(response)
                yield from read_events(response.iter_lines())
        except httpx.TransportError as error:
            raise self._silent(error) from error

    def _silent(self, error: httpx.TransportError) -> Unavailable:
        return Unavailable(f"The API at {self.base_url} does not answer ({type(error).__name__}).")


def _path(kind: str, key: str) -> str:
    return f"/v1/{kind}/{quote(key, safe='')}"


def answer_of(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises Unavailable for anything else."""
    try:
        found = response.json()
    except ValueError as error:
        raise Unavailable(
            f"{response.request.url} answered with something that is not JSON; is this address the API's?"
        ) from error
    return found if isinstance(found, dict) else {"items": found}


def _problem(response: httpx.Response) -> GenaiError:
    fallback = {"status": response.status_code, "detail": f"HTTP {response.status_code}."}
    try:
        found = response.json()
    except ValueError:
        return raised(fallback)
    return raised(fallback | found if isinstance(found, dict) else fallback)


_KINDS: dict[int, type[GenaiError]] = {
    400: BadInput, 401: Unauthenticated, 403: Forbidden, 404: NotFound, 409: Conflict,
    413: LimitExceeded, 415: BadInput, 422: BadInput, 429: RateLimited, 503: Unavailable,
}  # fmt: skip


def raised(problem: Mapping[str, Any]) -> GenaiError:
    """The error of the tree for a problem's status, with its code; its request id is a note for people."""
    kind = _KINDS.get(problem.get("status", 0), GenaiError)
    error = kind(
        str(problem.get("detail") or "The request failed."), code=str(problem.get("code") or kind.code)
    )
    if problem.get("request_id"):
        error.add_note(f"request {problem['request_id']}")
    return error
