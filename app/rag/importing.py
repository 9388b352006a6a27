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
# Short at first, so that a few files are not waited for; a look at a full page costs the service 50 ms.
_FIRST_LOOK_S, _LOOK_S = 0.05, 1.0
_PAGE = 1000
_TRIES = 5
# Ten minutes of a key's limit, for one request of eight that share it.
_PATIENCE_S = 600.0


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
    held = _bring_all(client, sources, known, metadata, summary, bar)
    if prune:
        gone = _prune(client, known, {source.name for source in sources}, summary)
        # Their bytes were in a document whose own source is gone: now they are documents of their own.
        orphans = [source for document_id, source in held if document_id in gone]
        summary.duplicates -= len(orphans)
        _bring_all(client, orphans, {}, metadata, summary, bar)
    bar.end()
    summary.seconds = time.monotonic() - started
    return summary


def _bring_all(
    client: httpx.Client,
    sources: Sequence[Source],
    known: Mapping[str, dict[str, Any]],
    metadata: Mapping[str, Any],
    summary: Summary,
    bar: "_Bar",
) -> list[tuple[str, Source]]:
    """Upload side by side and wait for the jobs. Returns the duplicates with the document that has their bytes."""
    waiting: dict[str, str] = {}
    held: list[tuple[str, Source]] = []
    with ThreadPoolExecutor(_PARALLEL) as threads:
        uploads = {
            threads.submit(_bring, client, source, known.get(source.name), metadata): source
            for source in sources
        }
        for upload in as_completed(uploads):
            source = uploads[upload]
            try:
                outcome, answer = upload.result()
            except (GenaiError, OSError) as error:
                summary.failed.append((source.name, str(error)))
            else:
                setattr(summary, outcome, getattr(summary, outcome) + 1)
                if outcome == "duplicates":
                    held.append((answer["document_id"], source))
                elif outcome != "unchanged":
                    waiting[answer["job_id"]] = source.name
            bar.show(sent=bar.sent + 1, waiting=len(waiting))
    _settle(client, waiting, summary, bar)
    return held


def _prune(
    client: httpx.Client, known: Mapping[str, dict[str, Any]], present: set[str], summary: Summary
) -> set[str]:
    """Delete the documents of earlier imports whose source is gone; returns their ids."""
    gone = {document["document_id"] for name, document in known.items() if name not in present}
    for document_id in gone:
        _call(client, "DELETE", f"/v1/documents/{document_id}")
        summary.removed += 1
    return gone


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
            client, "GET", "/v1/documents", params={"limit": _PAGE, **({"after": after} if after else {})}
        )
        yield from page["documents"]
        after = page["after"]
        if after is None:
            return


def _bring(
    client: httpx.Client, source: Source, known: dict[str, Any] | None, metadata: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    content = source.read()
    wanted = {**metadata, "source": source.name}
    if (
        known
        and known["sha256"] == sha256_hex(content)
        and known["status"] == "ready"
        and known["metadata"] == wanted
    ):
        return "unchanged", known
    body = {
        "filename": source.filename,
        "content_base64": base64.b64encode(content).decode(),
        "metadata": wanted,
    }
    if known:
        return "changed", _call(client, "PUT", f"/v1/documents/{known['document_id']}", json=body)
    answer = _call(client, "POST", "/upload", json=body)
    return ("duplicates" if answer["duplicate_of"] else "new"), answer


def _settle(client: httpx.Client, waiting: dict[str, str], summary: Summary, bar: "_Bar") -> None:
    """Wait for the jobs of what was sent: {job id: name}. Each look is one page, from the oldest open job on."""
    order = sorted(waiting)
    pause_s = _FIRST_LOOK_S
    while waiting:
        oldest = next(job_id for job_id in order if job_id in waiting)
        before = len(waiting)
        page = _call(client, "GET", "/v1/jobs", params={"limit": _PAGE, "after": oldest[:-1]})["jobs"]
        for job in page:
            if job["status"] in ("done", "failed", "cancelled") and job["job_id"] in waiting:
                name = waiting.pop(job["job_id"])
                if job["status"] != "done":
                    summary.failed.append((name, job["error"]["detail"]))
        if not any(job["job_id"] == oldest for job in page):
            summary.failed.append((waiting.pop(oldest), "It was deleted while it was brought in."))
        bar.show(sent=bar.sent, waiting=len(waiting))
        moved = before - len(waiting)
        if waiting and moved < _PAGE // 2:
            time.sleep(pause_s)
            pause_s = min(_LOOK_S, 2 * pause_s)


def _call(client: httpx.Client, method: str, path: str, **arguments: Any) -> Any:
    """One request; a busy service is asked again. Raises BadInput or Unavailable with the problem's words."""
    answer = _answer(client, method, path, **arguments)
    if answer.is_success:
        return answer.json()
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"HTTP {answer.status_code}"
    if answer.status_code == 401:
        detail += " Set GENAI_API_KEY to a key of this service."
    raise (BadInput if answer.status_code < 500 else Unavailable)(detail)


def _answer(client: httpx.Client, method: str, path: str, **arguments: Any) -> httpx.Response:
    """The first answer that asking again would not change. A key's limit is waited for: the minute comes round."""
    failures, waited_s = 0, 0.0
    while True:
        try:
            answer = client.request(method, path, **arguments)
        except httpx.TransportError as error:
            failures += 1
            if failures == _TRIES:
                raise Unavailable(
                    f"The service at {client.base_url} does not answer ({type(error).__name__})."
                ) from None
            time.sleep(0.2 * 2**failures)
            continue
        pause_s = _pause_s(answer)
        if answer.status_code == 429 and waited_s < _PATIENCE_S:
            waited_s += pause_s
            time.sleep(pause_s)
            continue
        failures += 1
        if answer.status_code != 503 or failures == _TRIES:
            return answer
        time.sleep(min(5.0, pause_s))


def _pause_s(answer: httpx.Response) -> float:
    """Seconds that the service asks to wait, 1 to 60; 1 where it does not say."""
    try:
        return min(60.0, max(1.0, float(answer.headers["Retry-After"])))
    except (KeyError, ValueError):
        return 1.0


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
