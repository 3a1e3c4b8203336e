"""Tiles on threads: each one once, resumed by hash, never half-written."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gis.errors import WorkbenchError
from satellite import cluster
from satellite.cluster import Task


class Interruption(Exception):
    """What stops a run in the middle."""


def write(folder, *, text, source=None, calls=None):
    """Write a text, or what a file holds, and note the call: the verb of these tests."""
    if calls is not None:
        with calls.open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")
    if text == "bad":
        (folder / "half.txt").write_text("half", encoding="utf-8")
        raise WorkbenchError("cluster.no_tiles", "{name} holds no image", name=text)
    (folder / "text.txt").write_text(text + (source.read_text(encoding="utf-8") if source else ""), encoding="utf-8")
    return {"length": len(text)}


VERB = f"{__name__}:write"


def _tasks(count, **arguments):
    return [Task(f"t{at}", VERB, {"text": f"tile {at}", **arguments}) for at in range(count)]


@pytest.fixture
def _known(monkeypatch):
    """Let the verb of these tests be found by name, as a worker finds those of the package."""
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or _me())


def _me():
    import types

    module = types.ModuleType(__name__)
    module.write = write
    return module


@pytest.mark.usefixtures("_known")
def test_every_tile_is_done_and_told_once(tmp_path):
    """Results in the order of the tasks, with figures, seconds and memory; files as the verb wrote them."""
    told, steps = [], []
    done = cluster.run(_tasks(6), tmp_path, workers=3, tell=told.append, progress=lambda *step: steps.append(step))
    assert [each.key for each in done] == [f"t{at}" for at in range(6)]
    assert sorted(each.key for each in told) == [each.key for each in done]
    assert steps[-1] == (6, 6, "cluster.running")
    assert all(each.memory_mb > 10 and each.seconds >= 0 and not each.again for each in done)
    assert done[2].figures == {"length": 6}
    assert (tmp_path / "t2" / "text.txt").read_text(encoding="utf-8") == "tile 2"
    recipe = json.loads((tmp_path / "t2" / "recipe.json").read_text(encoding="utf-8"))
    assert recipe["arguments"] == {"text": "tile 2"}
    assert recipe["files"].keys() == {"text.txt"}


@pytest.mark.usefixtures("_known")
def test_an_interrupted_run_repeats_no_finished_tile(tmp_path):
    """Stopped after the third of eight tiles, the next run does the others and calls nothing twice."""
    calls = tmp_path / "calls.txt"
    tasks = _tasks(8, calls=calls)

    def stop(finished, told=[]):  # noqa: B006 - counts over the calls
        told.append(finished.key)
        if len(told) == 3:
            raise Interruption

    with pytest.raises(Interruption):
        cluster.run(tasks, tmp_path / "out", workers=1, tell=stop)
    before = calls.read_text(encoding="utf-8").split("\n")[:-1]
    assert 3 <= len(before) < 8
    done = cluster.run(tasks, tmp_path / "out", workers=1)
    assert sorted(calls.read_text(encoding="utf-8").split("\n")[:-1]) == [f"tile {at}" for at in range(8)]
    assert sum(each.again for each in done) == len(before)


@pytest.mark.usefixtures("_known")
def test_another_input_another_argument_or_a_harmed_file_is_done_anew(tmp_path):
    """The journal goes by contents: a file touched but equal is the same, one byte more is not."""
    source, out = tmp_path / "source.txt", tmp_path / "out"
    source.write_text("a", encoding="utf-8")

    def again(text="tile"):
        return cluster.run([Task("t", VERB, {"text": text, "source": source}, (source,))], out)[0].again

    assert [again(), again()] == [False, True]
    source.write_text("a", encoding="utf-8")
    assert again()
    source.write_text("ab", encoding="utf-8")
    assert [again(), again(), again("other"), again("other")] == [False, True, False, True]
    (out / "t" / "text.txt").write_text("harmed", encoding="utf-8")
    assert not again("other")
    assert (out / "t" / "text.txt").read_text(encoding="utf-8") == "otherab"
    (out / "t" / "text.txt").unlink()
    assert not again("other")


@pytest.mark.usefixtures("_known")
def test_a_fault_keeps_what_is_done_and_shows_no_half(tmp_path):
    """One bad tile stops the run with its sentence; the tiles before it stay, its own folder never appears."""
    tasks = [*_tasks(2), Task("bad", VERB, {"text": "bad"}), *_tasks(4)[2:]]
    with pytest.raises(WorkbenchError) as refusal:
        cluster.run(tasks, tmp_path, workers=1)
    assert refusal.value.code == "cluster.no_tiles"
    assert (tmp_path / "t1" / "recipe.json").is_file()
    assert not (tmp_path / "bad").exists()
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.usefixtures("_known")
def test_what_a_killed_worker_left_is_cleared(tmp_path):
    """A folder aside that nobody finished is gone after the next run."""
    (tmp_path / ".t0.left").mkdir(parents=True)
    cluster.run(_tasks(1), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t0"]


def test_two_tiles_of_one_key_are_refused(tmp_path):
    """They would write over each other."""
    with pytest.raises(ValueError, match="same key"):
        cluster.run([*_tasks(1), *_tasks(1)], tmp_path)


def test_the_address_comes_from_option_or_environment(monkeypatch):
    """One setting; an empty option asks for threads whatever the environment says."""
    monkeypatch.delenv(cluster.SCHEDULER, raising=False)
    assert cluster.scheduler_address() == ""
    monkeypatch.setenv(cluster.SCHEDULER, "tcp://127.0.0.1:8786")
    assert cluster.scheduler_address() == "tcp://127.0.0.1:8786"
    assert cluster.scheduler_address("") == ""


def test_a_scheduler_that_is_not_there_is_told(tmp_path, monkeypatch):
    """A sentence with the address instead of a trace."""
    monkeypatch.setattr(cluster, "_PATIENCE_S", 1)
    with pytest.raises(WorkbenchError) as refusal:
        cluster.run(_tasks(1), tmp_path, scheduler="tcp://127.0.0.1:1")
    assert refusal.value.code == "cluster.no_scheduler"


def test_memory_is_that_of_the_process_itself():
    """What a large parent held is not told of the small process that it starts."""
    if not Path("/proc/self/status").is_file():
        pytest.skip("only Linux keeps the mark")
    told = "from satellite import cluster; print(cluster.memory_mb())"
    start = f"subprocess.run([sys.executable, '-c', {told!r}], check=True)"
    large = f"import subprocess, sys; held = bytearray(900_000_000); {start}"
    answer = subprocess.run([sys.executable, "-c", large], check=True, capture_output=True, text=True)
    assert 10 < float(answer.stdout) < 800
