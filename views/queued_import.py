"""Large files of the import desk go through the queue: progress, a way to stop, and the same receipt at the end."""

import shutil
from pathlib import Path

import streamlit as st

from cross_check import desk, jobs
from cross_check.files import Project
from gis import files
from gis.history import Act
from gis.language import Catalogue
from views import queue, receipts, state
from views.asked import Asked

FROM_ROWS = 5000
"""A file of so many rows is imported by the queue."""

_VERB = "enterprises"
_WATCHED = "desk-job"


def submit(project: Project, source: Path, act: Act, said: Asked, *, skip: bool, language: str) -> None:
    """Ask the queue to import a file, with all that a person has said of it; a copy waits in the project."""
    sha256 = files.sha256(source)
    kept = project.brought / sha256[:16] / source.name
    kept.parent.mkdir(parents=True, exist_ok=True)
    with files.written_aside(kept) as aside:
        shutil.copyfile(source, aside)
    job = jobs.submit(project, argv(kept, act, said, skip=skip), sent_at=state.now(), by=act.by, language=language)
    st.session_state[_WATCHED] = (job.job_id, sha256, source.name)


def argv(path: Path, act: Act, said: Asked, *, skip: bool) -> list[str]:
    """Return the command that imports a file as the page would."""
    told = ["--by", act.by, "--why", act.why, "--sender", act.sender, "--part", said.part]
    told = [f"{name}={value}" for name, value in zip(told[::2], told[1::2], strict=True) if value]
    told += [f"--valid-from={act.valid_from.isoformat()}"] if act.valid_from else []
    told += [f"--system={group}={system}" for group, system in said.systems if system]
    told += [f"--column={column}={heading}" for column, heading in said.columns]
    told += [f"--fix={row}:{heading}={text}" for row, heading, text in said.fixes]
    told += [f"--skip-row={row}" for row in said.skipped]
    return [_VERB, "import", str(path), *told, *(["--skip-faulty"] if skip else [])]


def draw(project: Project, words: Catalogue) -> None:
    """Draw the imports of the queue; one of this session that has ended leaves its receipt."""
    watched = st.session_state.get(_WATCHED)
    if watched:
        job_id, sha256, name = watched
        job = jobs.find(project, job_id)
        number = desk.imported(project, sha256) if job.state == "done" else 0
        if number:
            step, notes = desk.receipt(project, number)
            receipts.keep(name, step.figures, notes)
        if job.ended:
            st.session_state.pop(_WATCHED)
    if any(job.argv[0] == _VERB for job in jobs.listing(project)):
        queue.panel(words, _VERB)
