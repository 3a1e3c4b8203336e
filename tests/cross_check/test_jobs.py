"""The queue: jobs run one after another, tell where they are, and a killed one is known as such."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cross_check import jobs
from cross_check.files import Project
from gis import files
from gis.errors import WorkbenchError

AT = dt.datetime(2026, 11, 26, 1, 2, 3, tzinfo=dt.UTC)
LIST = ["jobs", "list"]


def _until(project, job_id, *states, patience_s=60):
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        job = jobs.find(project, job_id)
        if job.state in states:
            return job
        time.sleep(0.05)
    pytest.fail(f"{job_id} is still {jobs.find(project, job_id).state}: {job.said}")


# A worker whose command tells its progress and then sleeps long.
SLOW = """
import subprocess, sys
from pathlib import Path
from cross_check import jobs
from cross_check.files import Project

COMMAND = (
    "import os, time; from pathlib import Path; from commands import watched; from cross_check import jobs;"
    "watched.begin(); Path(os.environ['HDQ_PROGRESS']).with_name('pid').write_text(str(os.getpid()));"
    "jobs.teller(Path(os.environ['HDQ_PROGRESS']))(1, 4, 'jobs.none'); time.sleep(60)"
)
ran = subprocess.Popen
jobs.subprocess.Popen = lambda command, **options: ran([sys.executable, "-c", COMMAND], **options)
jobs.work(Project(Path(sys.argv[1])), sys.argv[2])
"""


@pytest.fixture
def slow(tmp_path):
    """Return a project, the number of a job that takes long and the process of its worker, once it has begun."""
    project = Project(tmp_path)
    folder = jobs._new_folder(project, LIST, AT)
    files.write_json({"argv": LIST, "by": "", "sent_at": AT.isoformat(), "language": "zh"}, folder / "job.json")
    with subprocess.Popen([sys.executable, "-c", SLOW, str(tmp_path), folder.name], start_new_session=True) as worker:
        while not jobs.find(project, folder.name).done:
            assert worker.poll() is None
            time.sleep(0.05)
        yield project, folder.name, worker
        worker.kill()


def test_a_job_runs_in_its_own_process_and_ends(tmp_path):
    """What the command printed is kept, and the job is found again by its number."""
    project = Project(tmp_path)
    job = jobs.submit(project, LIST, sent_at=AT, by="甲")
    ended = _until(project, job.job_id, *jobs.ENDED)
    assert (ended.state, ended.by, ended.argv, ended.sent_at) == ("done", "甲", tuple(LIST), AT)
    assert job.job_id in ended.said
    assert [each.job_id for each in jobs.listing(project)] == [job.job_id]


def test_a_command_ends_with_its_worker(slow):
    """The worker alone is killed, as by a system short of memory: its command is gone within seconds."""
    project, job_id, worker = slow
    command = int((project.jobs / job_id / "pid").read_text(encoding="utf-8"))
    os.kill(command, 0)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    deadline = time.monotonic() + 20
    while _runs(command):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert jobs.find(project, job_id).state == "broken"


def _runs(process):
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def test_a_fault_of_the_user_is_told_in_the_log(tmp_path):
    """A command that ends with a sentence has failed, and the sentence is there to read."""
    project = Project(tmp_path)
    job = jobs.submit(project, ["enterprises", "import", "no-such.xlsx"], sent_at=AT)
    ended = _until(project, job.job_id, *jobs.ENDED)
    assert ended.state == "failed"
    assert "no-such.xlsx" in ended.said


def test_jobs_wait_for_their_turn(tmp_path):
    """The second of two ends after the first, whatever the system starts first."""
    project = Project(tmp_path)
    first = jobs.submit(project, LIST, sent_at=AT)
    second = jobs.submit(project, LIST, sent_at=AT + dt.timedelta(seconds=1))
    _until(project, second.job_id, "done")
    marks = [(project.jobs / each.job_id / "end.json").stat().st_mtime_ns for each in (first, second)]
    assert marks[0] < marks[1]
    assert [each.job_id for each in jobs.listing(project)] == [second.job_id, first.job_id]


def test_equal_moments_give_two_jobs(tmp_path):
    """A double click is two jobs, not a clash."""
    project = Project(tmp_path)
    ids = {jobs.submit(project, LIST, sent_at=AT).job_id for _ in range(2)}
    assert len(ids) == 2
    for job_id in ids:
        _until(project, job_id, "done")


def test_a_running_job_tells_and_stops_when_asked(slow):
    """Progress is seen from outside; a stopped job says so."""
    project, job_id, worker = slow
    job = jobs.find(project, job_id)
    assert (job.state, job.done, job.total, job.code) == ("running", 1, 4, "jobs.none")
    jobs.cancel(project, job_id)
    assert _until(project, job_id, *jobs.ENDED).state == "cancelled"
    worker.wait(20)


def test_a_killed_worker_is_known_as_broken(slow):
    """Killed in the middle, the job is neither running for ever nor lost."""
    project, job_id, worker = slow
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(20)
    assert _until(project, job_id, *jobs.ENDED).state == "broken"


def test_unknown_jobs_are_refused_by_a_sentence(tmp_path):
    """A number that is no job, and one that would climb out of the folder."""
    for number in ("20260101T000000-aaaaaa", "../history"):
        with pytest.raises(WorkbenchError) as refusal:
            jobs.find(Project(tmp_path), number)
        assert refusal.value.code == "jobs.unknown"


@pytest.mark.parametrize(("argv", "at"), [([], AT), (LIST, AT.replace(tzinfo=None))])
def test_a_job_needs_a_command_and_a_zone(tmp_path, argv, at):
    """Mistakes of the caller."""
    with pytest.raises(ValueError, match="command"):
        jobs.submit(Project(tmp_path), argv, sent_at=at)
