"""A synthetic province for tests: two mosaics, squares of change across the borders of tiles, and a real cluster."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from scipy import ndimage

from tests.satellite import tifs

ROOT = Path(__file__).parents[2]
# Bands that no target rule speaks of: the spectra are drawn by lot, and a class by lot would cut squares in two.
BANDS = ("blue", "green", "red", "rededge1", "rededge2")
SIDE_PX = 24


def write(folder, edge, tile):
    """Write before and after, ``edge`` pixels wide; return both and the corners of the planted squares.

    Every second square lies across a border or a corner of tiles ``tile`` pixels wide.
    """
    rng = np.random.default_rng(20_210_406)
    cover = ndimage.gaussian_filter(rng.normal(size=(3, edge, edge)), (0, 1.5, 1.5), mode="wrap").astype(np.float32)
    cover /= cover.std()
    mix = rng.uniform(0.3, 1.0, (len(BANDS), 3)).astype(np.float32)
    ground = 1500 + 250 * np.einsum("bk,kij->bij", mix, cover)
    before, after = (ground + 20 * rng.normal(size=ground.shape) for _ in range(2))
    after = 1.05 * after + 30
    corners = [(tile * at - SIDE_PX // 2, tile * at - SIDE_PX // 2) for at in range(1, edge // tile)]
    corners += [(tile * at + tile // 2, tile // 2) for at in range(edge // tile)]
    for top, left in corners:
        after[:, top : top + SIDE_PX, left : left + SIDE_PX] = np.array([3000, 3200, 3500, 2500, 4200])[:, None, None]
    folder.mkdir(parents=True, exist_ok=True)
    paths = [
        tifs.write(folder / name, np.clip(image, 1, 65_535).astype(np.uint16), names=BANDS, nodata=0)
        for name, image in (("before_20210601.tif", before), ("after_20210801.tif", after))
    ]
    return *paths, corners


def contents(folder):
    """Return every file of a folder by its place, with its bytes; GeoPackages note the time and are left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".gpkg"
    }


@contextmanager
def cluster(folder, workers=2):
    """Start a scheduler and worker processes on this machine; yield its address and the workers' process numbers."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    contact = folder / "scheduler.json"
    contact.unlink(missing_ok=True)
    server = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    hand = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(contact), "--no-nanny"]
    processes = [subprocess.Popen([*server, "--no-dashboard", "--scheduler-file", contact], env=surroundings, **quiet)]
    try:
        for _ in range(workers):
            started = [*hand, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
            processes.append(subprocess.Popen(started, env=surroundings, **quiet))
        deadline = time.monotonic() + 60
        while not contact.is_file():
            if time.monotonic() > deadline:
                raise TimeoutError("the scheduler does not start")
            time.sleep(0.1)
        yield _address(contact), [process.pid for process in processes[1:]]
    finally:
        for process in reversed(processes):
            process.send_signal(signal.SIGKILL)
            process.wait()


def _address(contact):
    for _ in range(100):
        try:
            return json.loads(contact.read_text(encoding="utf-8"))["address"]
        except json.JSONDecodeError:
            time.sleep(0.1)
    raise TimeoutError("the scheduler does not tell its address")


def kill(worker):
    """Kill the worker that finished a tile, as the system does when memory runs out."""
    os.kill(int(worker.rpartition(":")[2]), signal.SIGKILL)
