"""The use cases of the DevOps assistant, as routes and command line use them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.devops.analysis import Analysis, ExtractedLine
from app.devops.answered import answered
from app.devops.bodies import decoded
from app.devops.diagnosis import diagnose
from app.devops.diagnosis.failed_step import job_of
from app.devops.diagnosis.model import second_opinion
from app.devops.extraction.extract import extract
from app.devops.extraction.finder import Hit as Known
from app.devops.masked import Masked, Masking, redactions_of
from app.devops.memory.context import Context, context_of
from app.devops.memory.fingerprint import mark_of
from app.devops.memory.memory import Memory
from app.devops.original import LinesOf, Packed, lines_of
from app.devops.patching.attach import with_patch
from app.devops.reading.clean_log import CleanLog
from app.devops.reading.masking import log_redactor
from app.devops.reading.read import Reading, read_log
from app.devops.signatures import Hit, SignatureLibrary, Strength, search
from app.kernel.errors import BadInput, LimitExceeded, NotFound
from app.kernel.ports.chat import Chat
from app.kernel.ports.pages import Pages
from app.kernel.redaction import Redactor

# Analyses are work for a core: more at once would only take memory from each other.
_AT_ONCE = 2
_WEIGHTS = {Strength.CAUSE: 0.8, Strength.FAILURE: 0.6, Strength.HINT: 0.15, Strength.SYMPTOM: 0.2}
# How logs are served; a store of objects may call them anything.
_LOG_TYPES = ("text/plain", "application/octet-stream", "application/gzip", "text/html", "application/json")

Spent = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Failure:
    """What somebody asks about. Either `log` or `log_url` is there."""

    log: str | None = None
    log_url: str | None = None
    source: str | None = None
    yaml: str | None = None
    passing_log: str | None = None
    budget_lines: int = 50
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """`masked` may be kept and sent on; the rest belongs to whoever sent the log, and to nobody else."""

    masked: Analysis
    redactor: Redactor
    original: LinesOf

    def answer(self) -> Analysis:
        """With the secrets back, for whoever sent the log."""
        return answered(self.masked, self.redactor, self.original)


async def _free(tokens: int) -> None:
    """Where nobody counts."""


class DevopsService:
    """`log_bytes` is the largest log that is read."""

    def __init__(
        self,
        library: SignatureLibrary,
        *,
        log_bytes: int,
        chat: Chat | None = None,
        pages: Pages | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.log_bytes = log_bytes
        self._memory = memory
        self._library = library
        self._chat = chat
        self._pages = pages
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def analyze(self, failure: Failure, *, tenant: str, spent: Spent = _free) -> Analysis:
        """`spent` is told how many tokens a model used. Raises BadInput for no log or two, and others of a fetched one."""
        study = await self.study(failure, tenant=tenant, context=context_of(failure.metadata), spent=spent)
        return study.answer()

    async def study(self, failure: Failure, *, tenant: str, context: Context, spent: Spent = _free) -> Study:
        """The analysis as it may be kept and told to others. Raises as `analyze` does."""
        log = await self._log_of(failure)
        redactor = log_redactor()
        async with self._slots:
            analysis = await asyncio.to_thread(self._read_and_judge, log, failure, redactor)
        known = await self._known(analysis, failure, tenant, context, spent)
        return Study(known, redactor, lines_of(log))

    async def analyze_stream(
        self, chunks: AsyncIterator[bytes], failure: Failure, *, tenant: str, spent: Spent = _free
    ) -> Analysis:
        """The same of a log that arrives in pieces; `failure` has none. Memory is bound, however long the log is.

        Whoever sends slowly keeps nobody waiting: a core is taken for a piece at a time. Raises BadInput.
        """
        redactor, original = log_redactor(), Packed()
        reading = Reading(redactor=redactor)

        def feed(chunk: bytes) -> None:
            original.add(chunk)
            reading.feed(chunk)

        def judge() -> Analysis:
            return self._by_rules(reading.finish(), failure, redactor)

        async for chunk in chunks:
            async with self._slots:
                await asyncio.to_thread(feed, chunk)
        async with self._slots:
            analysis = await asyncio.to_thread(judge)
        if reading.blank:
            raise BadInput("The log is empty.", code="log_empty", field="log")
        known = await self._known(analysis, failure, tenant, context_of(failure.metadata), spent)
        return Study(known, redactor, original.lines).answer()

    async def _known(
        self, analysis: Analysis, failure: Failure, tenant: str, context: Context, spent: Spent
    ) -> Analysis:
        """With a model's second opinion, where there is one, and with what is remembered."""
        if self._memory is not None:
            mark = mark_of(analysis)
            analysis, tokens = await self._memory.opinion(tenant, context, analysis, self._chat)
            await spent(tokens)
            return await self._memory.note(tenant, context, analysis, mark=mark, source=failure.source)
        if self._chat is not None and analysis.extracted:
            opinion = await second_opinion(self._chat, analysis)
            # The patch belongs to what the rules found: another cause has another one, or none.
            same = opinion.analysis.category is analysis.category
            analysis = opinion.analysis if same else replace(opinion.analysis, yaml_patch=None)
            await spent(opinion.usage.input_tokens + opinion.usage.output_tokens)
        return analysis

    def analyze_text(self, log: str, failure: Failure) -> Analysis:
        """What rules alone say; pure but for the time it takes."""
        redactor = log_redactor()
        return answered(self._read_and_judge(log, failure, redactor), redactor, lines_of(log))

    async def redact(self, chunks: AsyncIterator[bytes]) -> Masked:
        """The log as it would be kept. Memory is bound as in `analyze_stream`."""
        masking = Masking()
        async for chunk in chunks:
            async with self._slots:
                await asyncio.to_thread(masking.feed, chunk)
        async with self._slots:
            return await asyncio.to_thread(masking.finish)

    def _read_and_judge(self, log: str, failure: Failure, redactor: Redactor) -> Analysis:
        return self._by_rules(read_log(log, redactor=redactor), failure, redactor)

    def _by_rules(self, read: CleanLog, failure: Failure, redactor: Redactor) -> Analysis:
        """The analysis of masked lines."""
        passing = read_log(failure.passing_log, redactor=log_redactor()) if failure.passing_log else None
        hits = search(read.lines, self._library)
        chosen = extract(read, budget_lines=failure.budget_lines, passing=passing, signatures=Found(hits))
        extracted = [ExtractedLine(line.line, line.rank, line.text) for line in chosen]
        analysis, hit = diagnose(read, extracted, hits)
        job = job_of(read.lines) or context_of(failure.metadata).job
        analysis = with_patch(analysis, hit, read, yaml=failure.yaml, job=job)
        return replace(analysis, redactions=redactions_of(redactor))

    async def _log_of(self, failure: Failure) -> str:
        if failure.log is not None and failure.log_url is not None:
            raise BadInput("`log` and `log_url` are both given; keep one.", code="log_twice", field="log_url")
        if failure.log is None and failure.log_url is None:
            raise BadInput("There is no log: give `log` or `log_url`.", code="log_missing", field="log")
        log = failure.log if failure.log is not None else await self._fetched(failure.log_url or "")
        if not log.strip():
            raise BadInput("The log is empty.", code="log_empty", field="log")
        return log

    async def _fetched(self, url: str) -> str:
        if self._pages is None:
            raise BadInput(
                "Logs are not fetched here; send the log itself.", code="log_url_unsupported", field="log_url"
            )
        page = await self._pages.fetch(url, accept=_LOG_TYPES)
        if page.status >= 400:
            raise NotFound(
                f"The log's address answered {page.status}; send the log itself.", code="log_not_found"
            )
        if len(page.body) > self.log_bytes:
            raise LimitExceeded(
                f"The log is larger than {self.log_bytes // 1_000_000} MB.", code="log_too_large"
            )
        return decoded(page.body)


@dataclass(frozen=True, slots=True)
class Found:
    """The signatures that matched, as extraction asks for them; it is given the same lines."""

    hits: Sequence[Hit]

    def find(self, lines: Sequence[str]) -> list[Known]:
        return [_known(hit, len(lines)) for hit in self.hits]


def _known(hit: Hit, lines: int) -> Known:
    """The line that tells: the one that matched, or the one below it that it heads."""
    head = hit.line - 1
    telling = min(head + hit.signature.below, lines - 1)
    return Known(telling, _WEIGHTS[hit.signature.strength], slice(head, telling + 1))
