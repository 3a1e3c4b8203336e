"""The queue on a page: a button that asks for long work, and what became of it."""

import streamlit as st

from cross_check import jobs
from cross_check.jobs import Job
from gis.language import Catalogue
from views import state

_EVERY_S = 2
_SHOWN = 5
_ICONS = {
    "waiting": "hourglass_empty",
    "running": "progress_activity",
    "done": "check_circle",
    "failed": "error",
    "cancelled": "cancel",
    "broken": "heart_broken",
}


def button(words: Catalogue, label: str, argv: list[str], *, key: str, disabled: bool = False) -> None:
    """Draw a button that puts a command of ``hdq`` into the queue; ``label`` is a sentence, not a code."""
    if st.button(label, key=key, type="primary", disabled=disabled):
        by = str(st.session_state.get("person", ""))
        jobs.submit(state.project(), argv, sent_at=state.now(), by=by, language=words.language)


@st.fragment(run_every=_EVERY_S)
def panel(words: Catalogue, *verbs: str) -> None:
    """Draw the newest jobs of some verbs (all by default); it renews itself without running the page.

    When a job ends while it is looked at, the whole page runs once, so that its tables are fresh.
    """
    found = [job for job in jobs.listing(state.project()) if not verbs or job.argv[0] in verbs][:_SHOWN]
    watched = "queue-watched-" + "-".join(verbs)
    running = {job.job_id for job in found if not job.ended}
    before = st.session_state.get(watched, set())
    st.session_state[watched] = running
    if before - running:
        st.rerun()
    for job in found:
        _row(words, job)


def _row(words: Catalogue, job: Job) -> None:
    said = words.say("jobs.line", state=words.say(f"jobs.{job.state}"), command=" ".join(job.argv), at=_beijing(job))
    with st.expander(said, icon=f":material/{_ICONS[job.state]}:", expanded=job.state in {"running", "failed"}):
        if job.state == "running":
            share = job.done / job.total if job.total else 0.0
            st.progress(min(share, 1.0), text=words.say(job.code) if job.code else None)
        if job.said:
            st.code(job.said, language=None, wrap_lines=True)
        if not job.ended and st.button(words.say("jobs.stop"), key=f"stop-{job.job_id}"):
            jobs.cancel(state.project(), job.job_id)
        if job.state in {"failed", "cancelled", "broken"} and st.button(
            words.say("jobs.repeat"), key=f"again-{job.job_id}"
        ):
            jobs.again(state.project(), job.job_id, sent_at=state.now(), by=job.by)


def _beijing(job: Job) -> str:
    return state.written_at(int(job.sent_at.timestamp() * 1e9))
