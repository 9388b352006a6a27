"""Remembers failures and recalls them: what the assistant knows of a failure beyond its log."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from weakref import WeakValueDictionary

from prometheus_client import Counter

from app.devops.analysis import Analysis, Similar
from app.devops.diagnosis.model import second_opinion
from app.devops.memory.analyses import Analyses, analysis_id
from app.devops.memory.context import Context
from app.devops.memory.failures import Failures, Occurrence
from app.devops.memory.fingerprint import Mark, mark_of, whole
from app.devops.memory.greens import Greens
from app.devops.memory.job_runs import JobRuns, Run, flaky_rate
from app.devops.memory.opinions import Opinions
from app.devops.memory.proposals import Proposals
from app.devops.memory.spending import Spending
from app.kernel.errors import GenaiError
from app.kernel.ports.chat import Chat
from app.kernel.redaction import Redactor

_log = logging.getLogger("genai.devops")
_ASKED = Counter("genai_devops_opinions_total", "Second opinions, by where they came from", ["source"])


@dataclass(frozen=True)
class Memory:
    """The stores of everything that is remembered. `clock` is in seconds since 1970."""

    analyses: Analyses
    failures: Failures
    jobs: JobRuns
    greens: Greens
    opinions: Opinions
    proposals: Proposals
    spending: Spending
    clock: Callable[[], float] = time.time
    _asking: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def opinion(
        self, tenant: str, context: Context, analysis: Analysis, chat: Chat | None
    ) -> tuple[Analysis, int]:
        """The analysis in the best words that are known or affordable, and how many tokens they used.

        Whoever comes while the same failure is asked about waits for that answer.
        """
        mark = mark_of(analysis)
        if not mark.id or not analysis.extracted:
            return analysis, 0
        lock = self._asking.setdefault(f"{tenant}/{mark.id}", asyncio.Lock())
        try:
            async with lock:
                known = await self.opinions.recall(tenant, mark.id, analysis)
                if known is not None:
                    _ASKED.labels("remembered").inc()
                    return known, 0
                if chat is None:
                    return analysis, 0
                return await self._paid(tenant, context, analysis, mark, chat)
        except GenaiError as error:
            # Nobody knows whether it was paid for, or what is left of the budget: the rules answer.
            _log.warning("A failure could not be looked up: %s", error.detail)
            return analysis, 0

    async def _paid(
        self, tenant: str, context: Context, analysis: Analysis, mark: Mark, chat: Chat
    ) -> tuple[Analysis, int]:
        day = self.now().date().isoformat()
        if not await self.spending.reserve(tenant, context.repository, day):
            _ASKED.labels("over_budget").inc()
            _log.warning("The budget of %r for models is used up today; rules answer", context.repository)
            return analysis, 0
        opinion = await second_opinion(chat, analysis)
        _ASKED.labels("model").inc()
        tokens = opinion.usage.input_tokens + opinion.usage.output_tokens
        await self.spending.add(tenant, context.repository, day, opinion.analysis.cost_usd)
        if tokens or opinion.believed:  # a model that was down is asked again the next time
            await self.opinions.keep(tenant, mark.id, opinion.analysis, believed=opinion.believed)
        same = opinion.analysis.category is analysis.category
        return opinion.analysis if same else replace(opinion.analysis, yaml_patch=None), tokens

    async def note(
        self, tenant: str, context: Context, analysis: Analysis, *, mark: Mark, source: str | None
    ) -> Analysis:
        """Keep a masked analysis, and tell what is known of failures like it. Never fails: an answer is worth more."""
        try:
            return await self._noted(tenant, context, analysis, mark, source)
        except GenaiError as error:
            _log.warning("A failure could not be remembered: %s", error.detail)
            return analysis

    async def _noted(
        self, tenant: str, context: Context, analysis: Analysis, mark: Mark, source: str | None
    ) -> Analysis:
        now = self.now().isoformat(timespec="seconds")
        id_ = analysis_id(context.at_ms or int(self.clock() * 1000), context.identity)
        before: Mapping[str, Any] = {}
        if mark.id:
            place = Occurrence(context.identity, now, context.repository, context.job, context.commit)
            before = await self.failures.note(
                tenant, mark, category=analysis.category.value, occurrence=place
            )
        job: Mapping[str, Any] = {}
        if context.job:
            job = await self.jobs.note(
                tenant, context.repository, context.job,
                Run(context.identity, context.commit, passed=False, at=now),
                commits=context.commits, shas=context.shas,
            )  # fmt: skip
        similar = _similar(mark, before, job.get("suspects", ()))
        told = replace(analysis, id=id_, fingerprint=mark.id, similar=similar)
        kept = {
            "id": id_,
            "created_at": now,
            "source": source or "",
            "repository": context.repository,
            "job": context.job,
            "commit": context.commit,
            "branch": context.branch,
            "url": context.url,
            "line": mark.line,
            "raw_line": mark.raw,
            "flaky_rate": flaky_rate(job.get("runs", ())),
            "analysis": asdict(_masked(told)),
            "feedback": None,
        }
        await self.analyses.add(tenant, _plain(kept))
        return told

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    async def delete_all(self, tenant: str) -> int:
        """Forget everything of a tenant but its spending of today; returns how many analyses went."""
        gone = await self.analyses.delete_all(tenant)
        for room in (self.failures, self.jobs, self.opinions, self.proposals, self.greens):
            await room.delete_all(tenant)
        return gone


def _similar(mark: Mark, before: Mapping[str, Any], suspects: Sequence[str]) -> tuple[Similar, ...]:
    seen = before.get("seen", 0)
    if not mark.id or not (seen or suspects):
        return ()
    since, fix = before.get("since", ""), before.get("last_fix", "")
    words = [f"seen {seen} time{'s' if seen != 1 else ''} since {since[:10]}" if seen else "not seen before"]
    words += [f"last fix: {fix}"] if fix else []
    words += [f"suspect commits: {'; '.join(suspects)}"] if suspects else []
    return (
        Similar(
            fingerprint=mark.id,
            seen=seen,
            last_fix=fix,
            since=since,
            last_seen=before.get("last_seen", ""),
            suspect_commits=tuple(suspects),
            text=", ".join(words),
        ),
    )


def _masked(analysis: Analysis) -> Analysis:
    """The patch is of the caller's YAML, which came to nobody's eyes yet; all else is masked already."""
    if analysis.yaml_patch is None:
        return analysis
    redact, patch = Redactor().redact, analysis.yaml_patch
    checks = tuple(replace(check, detail=redact(check.detail)) for check in patch.checks)
    return replace(analysis, yaml_patch=replace(patch, text=redact(patch.text), checks=checks))


def _plain(value: Any) -> Any:
    """As JSON has it: tuples are lists, floats and enums stay what a record may hold."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return whole(str(value)) if isinstance(value, str) else value
