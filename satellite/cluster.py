"""Rim: many tiles at once, on threads of this machine or on the workers of a Dask cluster, each tile exactly once.

A tile's files are written aside and appear together, ``recipe.json`` last; that recipe is the journal. It names the
task by a hash over verb, arguments, contents of all input files and version, and every output by its own. A run that
was interrupted therefore goes on where it stopped: what is finished, unharmed and asked for in the same way is not
computed again. A worker that dies takes down no more than the tile it had in hand; the scheduler gives it to another.
"""

import hashlib
import importlib
import json
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gis import files
from gis.errors import WorkbenchError
from gis.progress import Progress, silent

SCHEDULER = "HDQ_SCHEDULER"
"""Environment variable with the address of a Dask scheduler, such as tcp://10.0.0.5:8786; empty for threads."""

_RECIPE = "recipe.json"
_PATIENCE_S = 60
# Resident memory: Linux counts in kilobytes, macOS in bytes.
_MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Task:
    """One tile's work.

    Attributes
    ----------
    key : str
        Name of the tile and of its folder.
    verb : str
        ``module:function``; it is called as ``function(folder, **arguments)``, writes its files into the folder and
        returns figures that JSON can hold.
    arguments : mapping
        What JSON can hold, and paths, which hash and recipe know by their names alone: folders may move.
    inputs : tuple of Path
        Files whose contents decide the result.
    """

    key: str
    verb: str
    arguments: Mapping[str, Any]
    inputs: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Finished:
    """A tile that is done: by whom, in how many seconds, with how much memory at most; ``again`` if it was before."""

    key: str
    folder: Path
    figures: Mapping[str, Any]
    worker: str
    seconds: float
    memory_mb: float
    again: bool = False


Tell = Callable[[Finished], None]


def no_one(finished: Finished) -> None:
    """Tell nobody: the default of ``run``."""


def scheduler_address(given: str | None = None) -> str:
    """Return the scheduler to use: the given one, else that of the environment, "" for threads."""
    return given if given is not None else os.environ.get(SCHEDULER, "")


def run(
    tasks: Sequence[Task],
    folder: Path,
    *,
    scheduler: str = "",
    workers: int | None = None,
    progress: Progress = silent,
    tell: Tell = no_one,
) -> list[Finished]:
    """Do every task once; finished ones of an earlier run are taken as they are.

    Parameters
    ----------
    tasks : sequence of Task
        Keys are unique.
    folder : Path
        A folder a tile appears in it; workers of a cluster must see it, and the inputs, under the same path.
    scheduler : str
        Address of a Dask scheduler, "" for threads of this process.
    workers : int, optional
        Threads of this process; by default one a core. A cluster takes as many tasks as its workers have threads.
    progress : Progress
    tell : callable
        Is told of each tile as it is done.

    Returns
    -------
    list of Finished
        In the order of the tasks, whatever order they were done in.

    Raises
    ------
    ValueError
        If two tasks have one key.
    WorkbenchError
        ``cluster.no_scheduler`` if the scheduler does not answer; what a verb raises. Tiles done by then stay done.
    """
    if len({task.key for task in tasks}) != len(tasks):
        raise ValueError("two tiles have the same key")
    folder.mkdir(parents=True, exist_ok=True)
    names = _named(tasks, progress)
    done: dict[str, Finished] = {}
    open_ = []
    for task, name in zip(tasks, names, strict=True):
        before = _standing(task, name, folder / task.key)
        if before is None:
            open_.append((task, name))
        else:
            done[task.key] = before
            tell(before)
    if open_:
        with _executor(scheduler, workers or os.cpu_count() or 1) as executor:
            for finished in _all_done(executor, open_, folder):
                done[finished.key] = finished
                tell(finished)
                progress(len(done), len(tasks), "cluster.running")
    _sweep(folder)
    return [done[task.key] for task in tasks]


def finish(task: Task, name: str, folder: Path) -> Finished:
    """Do one task and put its files and its recipe into the folder, all at once; called on the worker."""
    began = time.perf_counter()
    module, _, function = task.verb.partition(":")
    verb: Callable[..., Mapping[str, Any]] = getattr(importlib.import_module(module), function)
    with files.folder_written_aside(folder) as aside:
        figures = dict(verb(aside, **task.arguments))
        written = {path.name: files.sha256(path) for path in sorted(aside.iterdir())}
        arguments = json.loads(_json(task.arguments))
        recipe = {"task": name, "verb": task.verb, "arguments": arguments, "files": written}
        files.write_json(recipe | {"figures": figures}, aside / _RECIPE)
    worker = f"{platform.node()}:{os.getpid()}"
    return Finished(task.key, folder, figures, worker, time.perf_counter() - began, memory_mb())


def memory_mb() -> float:
    """Return the most memory this process ever held, NaN on systems that do not tell.

    Linux hands ``ru_maxrss`` on from a parent to what it starts, but not the mark in the process's own status.
    """
    status = Path("/proc/self/status")
    if status.is_file() and (mark := re.search(r"VmHWM:\s*(\d+) kB", status.read_text("ascii", "replace"))):
        return int(mark[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MEMORY_UNIT / 1e6


def _all_done(executor: Executor, open_: Sequence[tuple[Task, str]], folder: Path) -> Iterator[Finished]:
    """Yield tiles as they are done; the first fault ends the run, and what has not begun is not begun."""
    waiting = [executor.submit(finish, task, name, folder / task.key) for task, name in open_]
    try:
        for future in as_completed(waiting):
            yield future.result()
    finally:
        for future in waiting:
            future.cancel()


@contextmanager
def _executor(scheduler: str, workers: int) -> Iterator[Executor]:
    if not scheduler:
        with ThreadPoolExecutor(workers) as pool:
            yield pool
        return
    from distributed import Client, KilledWorker

    try:
        client = Client(scheduler, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, ValueError) as fault:
        raise WorkbenchError(
            "cluster.no_scheduler", "No scheduler answers at {address}; see that it runs", address=scheduler
        ) from fault
    with client:
        try:
            # Two equal tasks are two tasks: their files, not their results, are what is wanted.
            yield client.get_executor(pure=False)
        except KilledWorker as fault:
            raise WorkbenchError(
                "cluster.workers_lost", "One tile killed several workers; give them more memory or cut smaller tiles"
            ) from fault


def _named(tasks: Sequence[Task], progress: Progress) -> list[str]:
    """Return the hash of each task; each input file is read once, however many tiles are cut from it."""
    paths = list(dict.fromkeys(path for task in tasks for path in task.inputs))
    contents = {}
    for done, path in enumerate(paths, start=1):
        contents[path] = files.sha256(path)
        progress(done, len(paths), "cluster.reading")
    names = []
    for task in tasks:
        said = {
            "verb": task.verb,
            "arguments": task.arguments,
            "inputs": [contents[path] for path in task.inputs],
            "version": version("haidongqing"),
        }
        names.append(hashlib.sha256(_json(said).encode()).hexdigest())
    return names


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=lambda path: path.name)


def _standing(task: Task, name: str, folder: Path) -> Finished | None:
    """Return a tile that an earlier run finished, None unless it is this task's and unharmed."""
    if not (folder / _RECIPE).is_file():
        return None
    recipe = files.read_json(folder / _RECIPE)
    written, figures = recipe.get("files"), recipe.get("figures")
    if recipe.get("task") != name or not isinstance(written, dict) or not isinstance(figures, dict):
        return None
    for file, content in written.items():
        if not (folder / file).is_file() or files.sha256(folder / file) != content:
            return None
    return Finished(task.key, folder, figures, "", 0.0, 0.0, again=True)


def _sweep(folder: Path) -> None:
    """Clear away what killed workers left half-written."""
    for stale in folder.glob(".*"):
        shutil.rmtree(stale, ignore_errors=True)
