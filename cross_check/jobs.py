"""Rim: the queue of long work. A job runs in a process of its own and outlives the page that asked for it.

The folder ``jobs`` of a project holds a folder a job: ``job.json`` (what, who, when), ``progress.json``, ``log.txt``
and, last, ``end.json``. One job of a project runs at a time, in the order of asking. A worker holds the lock ``alive``
in the job's folder, so that a killed one is known as such on any system, without asking for process numbers.
"""

import datetime as dt
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from cross_check.files import Project
from gis import files
from gis.errors import WorkbenchError
from gis.progress import Progress

STATES = ("waiting", "running", "done", "failed", "cancelled", "broken")
"""``failed`` ended with a sentence, ``broken`` was killed in the middle; both can be asked for again."""
ENDED = STATES[2:]

PROGRESS = "HDQ_PROGRESS"
"""Environment variable naming the file that a command tells its progress to."""
WATCHED = "HDQ_WATCHED"
"""Environment variable that bids a command end with its worker, see ``commands.watched``."""

_POLL_S = 0.2
_PATIENCE_S = 5.0
_LOG_CHARACTERS = 4000
_FOLDER_MARK = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True)
class Job:
    """One piece of long work as it stands.

    Attributes
    ----------
    job_id : str
        Sorts by the time of asking.
    argv : tuple of str
        What follows ``hdq``, without project and language.
    by : str
        Who asked.
    sent_at : datetime
        UTC.
    state : str
        One of ``STATES``.
    done, total : int
        Steps; 0 of 0 before the first word.
    code : str
        Sentence of the present step, "" before the first word.
    said : str
        End of what the command printed.
    """

    job_id: str
    argv: tuple[str, ...]
    by: str
    sent_at: dt.datetime
    state: str
    done: int
    total: int
    code: str
    said: str

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ENDED


@dataclass(frozen=True)
class _Order:
    """What ``job.json`` holds."""

    argv: tuple[str, ...]
    by: str
    sent_at: str
    language: str


def submit(project: Project, argv: Sequence[str], *, sent_at: dt.datetime, by: str = "", language: str = "zh") -> Job:
    """Ask for a command of ``hdq``; it starts as soon as those before it have ended.

    Parameters
    ----------
    project : Project
    argv : sequence of str
        Such as ``["detect", "before.tif", "after.tif"]``; project and language are added.
    sent_at : datetime
        With its time zone.
    by : str
        Who asks.
    language : str
        In which the command speaks.

    Raises
    ------
    ValueError
        If ``argv`` is empty or ``sent_at`` has no time zone.
    """
    if not argv or sent_at.tzinfo is None:
        raise ValueError("a job needs a command and a time with its zone")
    at = sent_at.astimezone(dt.UTC)
    folder = _new_folder(project, argv, at)
    files.write_json(asdict(_Order(tuple(argv), by, at.isoformat(), language)), folder / "job.json")
    worker = [sys.executable, "-m", "cli", "jobs", "work", folder.name, "--project", str(project.folder)]
    with (folder / "worker.txt").open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - the project's own command
            worker, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
    # Somebody has to take note of its end, or the system keeps a line for it as long as the app runs.
    threading.Thread(target=process.wait, daemon=True).start()
    return find(project, folder.name)


def again(project: Project, job_id: str, *, sent_at: dt.datetime, by: str = "") -> Job:
    """Ask for the same command once more.

    Raises
    ------
    WorkbenchError
        See ``find``.
    """
    order = _order(_folder(project, job_id))
    return submit(project, order.argv, sent_at=sent_at, by=by, language=order.language)


def cancel(project: Project, job_id: str) -> None:
    """Ask a job to stop; it does so within seconds, and what it was writing aside is never seen.

    Raises
    ------
    WorkbenchError
        See ``find``.
    """
    (_folder(project, job_id) / "cancel").touch()


def find(project: Project, job_id: str) -> Job:
    """Return one job as it stands.

    Raises
    ------
    WorkbenchError
        ``jobs.unknown`` if there is none of this number.
    """
    return _read(_folder(project, job_id))


def listing(project: Project) -> list[Job]:
    """Return all jobs of a project, the newest first."""
    return [_read(folder) for folder in reversed(_folders(project))]


def work(project: Project, job_id: str) -> int:
    """Wait for the job's turn, run it and write down how it ended; this is the worker's own process.

    Returns
    -------
    int
        The command's exit code; -1 if it was cancelled.

    Raises
    ------
    WorkbenchError
        See ``find``.
    """
    folder = _folder(project, job_id)
    with FileLock(folder / "alive"):
        (folder / "taken").touch()
        turn = FileLock(project.jobs / "turn")
        while not _cancelled(folder):
            with turn:
                if _first_in_line(project) == job_id:
                    return _run(project, folder)
            time.sleep(_POLL_S)
        return _end(folder, -1)


def teller(path: Path) -> Progress:
    """Return a progress that keeps the newest word in a file, twice a second at most."""
    last = [0.0]

    def tell(done: int, total: int, code: str) -> None:
        now = time.monotonic()
        if done >= total or now - last[0] >= 0.5:  # noqa: PLR2004 - as promised above
            last[0] = now
            files.write_json({"done": done, "total": total, "code": code}, path)

    return tell


def _run(project: Project, folder: Path) -> int:
    order = _order(folder)
    command = [sys.executable, "-m", "cli", *order.argv]
    command += ["--project", str(project.folder), "--language", order.language]
    told = {PROGRESS: str(folder / "progress.json"), WATCHED: "1", "PYTHONUNBUFFERED": "1"}
    with (folder / "log.txt").open("wb") as said:
        child = subprocess.Popen(  # noqa: S603 - the project's own command
            command,
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            env=os.environ | told,
            start_new_session=True,
        )
        while child.poll() is None and not _cancelled(folder):
            time.sleep(_POLL_S)
        if child.poll() is None:
            _stop(child)
            return _end(folder, -1)
    return _end(folder, child.returncode)


def _stop(child: "subprocess.Popen[bytes]") -> None:
    """Stop a command and, where the system knows groups, every process that it has started."""
    try:
        os.killpg(child.pid, signal.SIGTERM) if hasattr(os, "killpg") else child.terminate()
        child.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL) if hasattr(os, "killpg") else child.kill()
        child.wait()


def _end(folder: Path, code: int) -> int:
    files.write_json({"code": code, "cancelled": _cancelled(folder) and code < 0}, folder / "end.json")
    return code


def _first_in_line(project: Project) -> str:
    """Return the job whose turn it is: the first whose worker waits."""
    return next((folder.name for folder in _folders(project) if _state(folder) in {"waiting", "running"}), "")


def _state(folder: Path) -> str:
    if (folder / "end.json").is_file():
        end = files.read_json(folder / "end.json")
        return "done" if end["code"] == 0 else "cancelled" if end["cancelled"] else "failed"
    if (folder / "taken").is_file() and not _held(folder / "alive"):
        # Its worker may have ended between the two looks.
        return _state(folder) if (folder / "end.json").is_file() else "broken"
    return "running" if (folder / "log.txt").is_file() else "waiting"


def _held(lock: Path) -> bool:
    probe = FileLock(lock)
    try:
        probe.acquire(blocking=False)
    except Timeout:
        return True
    probe.release()
    return False


def _read(folder: Path) -> Job:
    order = _order(folder)
    told = folder / "progress.json"
    progress = files.read_json(told) if told.is_file() else {"done": 0, "total": 0, "code": ""}
    return Job(
        job_id=folder.name,
        argv=order.argv,
        by=order.by,
        sent_at=dt.datetime.fromisoformat(order.sent_at),
        state=_state(folder),
        done=int(str(progress["done"])),
        total=int(str(progress["total"])),
        code=str(progress["code"]),
        said=_tail(folder / "log.txt"),
    )


def _order(folder: Path) -> _Order:
    record: dict[str, Any] = files.read_json(folder / "job.json")
    return _Order(**record | {"argv": tuple(record["argv"])})


def _tail(path: Path) -> str:
    if not path.is_file():
        return ""
    return path.read_text(encoding="utf-8", errors="replace")[-_LOG_CHARACTERS:]


def _cancelled(folder: Path) -> bool:
    return (folder / "cancel").exists()


def _folders(project: Project) -> list[Path]:
    if not project.jobs.is_dir():
        return []
    return sorted(path.parent for path in project.jobs.glob("*/job.json"))


def _folder(project: Project, job_id: str) -> Path:
    folder = project.jobs / job_id
    if folder.parent != project.jobs or not (folder / "job.json").is_file():
        raise WorkbenchError("jobs.unknown", "There is no job {job}", job=job_id)
    return folder


def _new_folder(project: Project, argv: Sequence[str], at: dt.datetime) -> Path:
    digest = hashlib.sha256(json.dumps([*argv]).encode()).hexdigest()[:6]
    stem, number = f"{at:{_FOLDER_MARK}}-{digest}", 0
    while True:
        folder = project.jobs / (f"{stem}-{number}" if number else stem)
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder
        number += 1
