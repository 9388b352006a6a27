"""Each job that was seen: how often it failed, how flaky it is, and which commits may have broken it."""

import streamlit as st

from app.console import markup
from app.console.session import devops
from app.console.shapes import JobRuns

# From here on people stop to believe what a job says.
_FLAKY = 0.1


def view() -> None:
    jobs = devops().job_runs()
    if not jobs:
        st.html(
            markup.notice(
                "No job is known yet",
                "Webhooks bring them, or the repository and the job that you name beside a log.",
            )
        )
        return
    st.html(markup.small("Flaky: the share of commits at which the job was both red and green."))
    with st.container(border=True, gap=None, key="job-runs"):
        for place, job in enumerate(sorted(jobs, key=lambda job: (-job.flaky_rate, -job.failed, job.job))):
            with st.container(key=f"fcell-job-{place}", gap="xsmall"):
                _job(job)


def _job(job: JobRuns) -> None:
    state = "calm" if job.flaky_rate == 0 else "busy" if job.flaky_rate < _FLAKY else "bad"
    label = f"flaky {job.flaky_rate:.0%}" if job.flaky_rate else "not flaky"
    told = (
        job.repository,
        f"red since {job.first_red[:7]}" if job.first_red else "",
        f"last green at {job.last_green[:7]}" if job.last_green else "",
    )
    st.html(
        markup.row(
            job.job or "a job without a name",
            " · ".join(part for part in told if part),
            state=state,
            label=label,
            aside=f"{job.failed} of {job.runs} failed",
        )
    )
    if job.suspects:
        st.html(markup.small(f"Suspect {'commits' if len(job.suspects) > 1 else 'commit'}:"))
        st.html(markup.tags(job.suspects))
