"""The Status page: is every dependency well, how much is stored, what is being worked on."""

from collections import Counter
from datetime import UTC, datetime

import streamlit as st

from app.console import markup
from app.console.session import api, explain, settings
from app.console.shapes import Job, Readiness
from app.kernel.errors import GenaiError

_MEANT = {
    "objects": "Documents, their text and vectors",
    "records": "What is known of documents, jobs and conversations",
    "work": "Jobs that wait for their turn",
    "index": "The search index",
    "embedder": "Turns text into vectors for the search",
    "chat": "Writes the answers",
    "cache": "Answers that are remembered, requests that are counted",
}
_VERBS = {"ingest": "Read", "delete": "Delete", "reindex": "Build the search index anew"}
_STATES = {"done": "good", "queued": "busy", "running": "busy", "failed": "bad", "cancelled": "calm"}


def page() -> None:
    client = api()
    readiness = client.ready()
    documents = client.documents()
    st.html(markup.lead("Status", _verdict(readiness)))
    by_status = Counter(item.status for item in documents)
    st.html(
        markup.figures(
            [
                ("documents ready", f"{by_status['ready']:,}"),
                ("in progress", f"{by_status['pending'] + by_status['deleting']:,}"),
                ("failed", f"{by_status['failed']:,}"),
                ("passages", f"{sum(item.chunks or 0 for item in documents):,}"),
            ]
        )
    )
    _dependencies(readiness)
    _work(client.jobs(limit=10))
    _about(client.version())


def _verdict(readiness: Readiness) -> str:
    down = [item.name for item in readiness.dependencies if not item.ok]
    if readiness.ready:
        return f"Ready; it does without: {', '.join(down)}." if down else "Everything is up."
    return f"Not ready: {', '.join(down) or 'still starting'}."


def _dependencies(readiness: Readiness) -> None:
    st.html('<div class="g-label">Dependencies</div>')
    with st.container(border=True, gap="small", key="dependencies"):
        for item in readiness.dependencies:
            latency = f"{item.latency_ms:.1f} ms" if item.latency_ms is not None else ""
            state, label = ("good", "up") if item.ok else ("bad", "down")
            st.html(
                markup.row(
                    item.name,
                    item.detail or _MEANT.get(item.name, ""),
                    state=state,
                    label=label,
                    aside=latency,
                )
            )
        if not readiness.dependencies:
            st.html(markup.small("None reported."))


def _work(jobs: list[Job]) -> None:
    st.html('<div class="g-label">Recent work</div>')
    if not jobs:
        st.html(markup.small("Nothing yet."))
        return
    now = datetime.now(UTC)
    with st.container(border=True, gap="small", key="recent-work"):
        for job in jobs:
            with st.container(horizontal=True, vertical_alignment="center", key=f"job-{job.job_id}"):
                title = " ".join(part for part in (_VERBS.get(job.kind, "Job"), job.filename) if part)
                st.html(
                    markup.row(
                        title,
                        f"{job.error.detail} ({job.error.code})" if job.error else job.step,
                        state=_STATES.get(job.status, "calm"),
                        label=job.status,
                        aside=markup.ago(job.updated_at, now=now),
                    )
                )
                _steer(job)


def _steer(job: Job) -> None:
    try:
        if job.status == "failed" and st.button("Retry", type="tertiary", key=f"retry-{job.job_id}"):
            api().retry(job.job_id)
            st.rerun()
        if job.status == "queued" and st.button("Cancel", type="tertiary", key=f"cancel-{job.job_id}"):
            api().cancel(job.job_id)
            st.rerun()
    except GenaiError as error:
        st.html(markup.notice("That did not work", explain(error), kind="bad"))


def _about(version: str) -> None:
    base = api().base_url
    with st.container(horizontal=True, vertical_alignment="center"):
        st.link_button("API documentation", f"{base}/docs", icon=":material/api:", type="tertiary")
        st.link_button("OpenAPI", f"{base}/openapi.json", icon=":material/data_object:", type="tertiary")
        st.link_button("Metrics", f"{base}/metrics", icon=":material/monitoring:", type="tertiary")
    names = [
        f"version {version}" if version else "",
        f"embedder {settings().embedder}",
        f"answers {settings().chat}",
    ]
    st.html(markup.small(" · ".join(part for part in (*names, base) if part)))
