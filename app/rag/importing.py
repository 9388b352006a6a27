"""`python -m app.rag import`: brings folders and s3:// prefixes in step with the service, by content hash."""

import base64
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any, TextIO

import httpx

from app.kernel.documents import sha256_hex
from app.kernel.errors import BadInput, GenaiError, Unavailable
from app.rag.sources import Source

_PARALLEL = 8
_LOOK_S = 1.0
_TRIES = 5


@dataclass(slots=True)
class Summary:
    """What an import did; `failed` holds (name, reason)."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    removed: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        return 1 if self.failed else 0

    def lines(self) -> Iterator[str]:
        yield (
            f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged, {self.duplicates} duplicate, "
            f"{self.removed} removed, {len(self.failed)} failed in {self.seconds:.1f} s"
        )
        for name, reason in self.failed:
            yield f"  failed: {name}: {reason}"


def import_sources(
    client: httpx.Client,
    sources: Sequence[Source],
    *,
    metadata: Mapping[str, Any],
    prune: bool = False,
    out: TextIO = sys.stderr,
) -> Summary:
    """Upload what is new or changed and wait until it answers queries.

    A source is recognised by its name (kept in metadata `source`), its content by SHA-256. prune: documents of
    earlier imports whose source is gone are deleted. Raises GenaiError when the service does not answer.
    """
    started = time.monotonic()
    summary, bar = Summary(), _Bar(len(sources), out)
    known = _known(client)
    waiting: dict[str, str] = {}
    with ThreadPoolExecutor(_PARALLEL) as threads:
        uploads = {
            threads.submit(_bring, client, source, known.get(source.name), metadata): source
            for source in sources
        }
        for upload in as_completed(uploads):
            name = uploads[upload].name
            try:
                outcome, document_id = upload.result()
            except (GenaiError, OSError) as error:
                summary.failed.append((name, str(error)))
            else:
                setattr(summary, outcome, getattr(summary, outcome) + 1)
                if outcome in ("new", "changed"):
                    waiting[document_id] = name
            bar.show(sent=bar.sent + 1, waiting=len(waiting))
    _settle(client, waiting, summary, bar)
    if prune:
        present = {source.name for source in sources}
        for name, document in known.items():
            if name not in present:
                _call(client, "DELETE", f"/v1/documents/{document['document_id']}")
                summary.removed += 1
    bar.end()
    summary.seconds = time.monotonic() - started
    return summary


def _known(client: httpx.Client) -> dict[str, dict[str, Any]]:
    return {
        document["metadata"]["source"]: document
        for document in _documents(client)
        if "source" in document["metadata"]
    }


def _documents(client: httpx.Client) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        page = _call(
            client, "GET", "/v1/documents", params={"limit": 1000, **({"after": after} if after else {})}
        )
        yield from page["documents"]
        after = page["after"]
        if after is None:
            return


def _bring(
    client: httpx.Client, source: Source, known: dict[str, Any] | None, metadata: Mapping[str, Any]
) -> tuple[str, str]:
    content = source.read()
    wanted = {**metadata, "source": source.name}
    if (
        known
        and known["sha256"] == sha256_hex(content)
        and known["status"] == "ready"
        and known["metadata"] == wanted
    ):
        return "unchanged", known["document_id"]
    body = {
        "filename": source.filename,
        "content_base64": base64.b64encode(content).decode(),
        "metadata": wanted,
    }
    if known:
        answer = _call(client, "PUT", f"/v1/documents/{known['document_id']}", json=body)
        return "changed", answer["document_id"]
    answer = _call(client, "POST", "/upload", json=body)
    return ("duplicates" if answer["duplicate_of"] else "new"), answer["document_id"]


def _settle(client: httpx.Client, waiting: dict[str, str], summary: Summary, bar: "_Bar") -> None:
    """Wait for the jobs of what was sent; one listing tells of a thousand documents."""
    while waiting:
        before = len(waiting)
        busy = {job["document_id"] for job in _open_jobs(client)}
        for document in [found for found in _documents(client) if found["document_id"] in waiting]:
            if document["document_id"] in busy or document["status"] == "pending":
                continue
            name = waiting.pop(document["document_id"])
            if document["error"]:
                summary.failed.append((name, document["error"]["detail"]))
        bar.show(sent=bar.sent, waiting=len(waiting))
        if waiting and len(waiting) == before:
            time.sleep(_LOOK_S)


def _open_jobs(client: httpx.Client) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        page = _call(client, "GET", "/v1/jobs", params={"limit": 1000, **({"after": after} if after else {})})
        yield from (job for job in page["jobs"] if job["status"] in ("queued", "running"))
        after = page["after"]
        if after is None:
            return


def _call(client: httpx.Client, method: str, path: str, **arguments: Any) -> Any:
    """One request; a busy service is asked again. Raises BadInput or Unavailable with the problem's words."""
    for attempt in range(1, _TRIES + 1):
        try:
            answer = client.request(method, path, **arguments)
        except httpx.TransportError as error:
            if attempt == _TRIES:
                raise Unavailable(
                    f"The service at {client.base_url} does not answer ({type(error).__name__})."
                ) from None
            time.sleep(0.2 * 2**attempt)
            continue
        if answer.status_code == 503 and attempt < _TRIES:
            time.sleep(min(5.0, float(answer.headers.get("Retry-After", "1"))))
            continue
        break
    if answer.is_success:
        return answer.json()
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError):
        detail = f"HTTP {answer.status_code}"
    if answer.status_code == 401:
        detail += " Set GENAI_API_KEY to a key of this service."
    raise (BadInput if answer.status_code < 500 else Unavailable)(detail)


class _Bar:
    """One line of progress on a terminal; nothing where nobody looks."""

    def __init__(self, total: int, out: TextIO) -> None:
        self.sent = 0
        self._total = total
        self._out = out
        self._live = out.isatty()

    def show(self, *, sent: int, waiting: int) -> None:
        self.sent = sent
        if not self._live:
            return
        done = max(0, sent - waiting)
        filled = 30 * done // max(1, self._total)
        self._out.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done}/{self._total} ready, {sent} sent ")
        self._out.flush()

    def end(self) -> None:
        if self._live:
            self._out.write("\n")
