"""A province-wide run on a real scheduler and two worker processes; minutes, not seconds: ``make soak``.

``HDQ_SOAK_TILES`` (tiles a side, 8 by default) and ``HDQ_SOAK_PX`` (pixels a tile's side, 256) set its size.
"""

import os
import signal
import subprocess
import sys
import time

import pytest

from cross_check import province
from cross_check.province import Order, Pair
from tests.satellite import provinces

SIDE = int(os.environ.get("HDQ_SOAK_TILES", "8"))
TILE = int(os.environ.get("HDQ_SOAK_PX", "256"))
COUNT = SIDE**2


@pytest.fixture(scope="module")
def mosaic(tmp_path_factory):
    """The province's mosaics and the result of one thread of one process."""
    folder = tmp_path_factory.mktemp("province")
    before, after, _ = provinces.write(folder, SIDE * TILE, TILE)
    pair = Pair(before, after, tile_px=TILE)
    began = time.perf_counter()
    step = province.detect(pair, folder / "one", order=Order(workers=1))
    print(f"\none process: {COUNT} tiles in {time.perf_counter() - began:.1f} s, {step.figures}")
    return folder, pair


@pytest.mark.enable_socket
def test_a_worker_killed_in_the_middle_changes_nothing(mosaic):
    """After a third of the tiles one of two workers is killed: the other does the rest, byte for byte the same."""
    folder, pair = mosaic
    killed, told = [], []

    def tell(finished):
        told.append(finished)
        cost = f"{finished.seconds:.1f} s {finished.memory_mb:.0f} MB {finished.worker}"
        print(f"[{len(told)}/{COUNT}] {finished.key} {cost}")
        if not killed and len(told) >= COUNT // 3:
            killed.append(finished.worker)
            provinces.kill(finished.worker)

    with provinces.cluster(folder) as (address, workers):
        province.detect(pair, folder / "cluster", order=Order(scheduler=address, tell=tell))
    assert int(killed[0].rpartition(":")[2]) in workers
    assert len({each.key for each in told}) == COUNT
    assert len({each.worker for each in told}) == 2
    assert provinces.contents(folder / "cluster") == provinces.contents(folder / "one")


@pytest.mark.enable_socket
def test_a_run_killed_and_resumed_repeats_no_finished_tile(mosaic):
    """The whole command is killed in the middle; the next one takes every finished tile as it is."""
    folder, pair = mosaic
    out = folder / "resumed"
    with provinces.cluster(folder) as (address, _):
        command = [sys.executable, "-m", "cli", "province", "detect", pair.before, pair.after, "--tile-px", str(TILE)]
        asked = [*map(str, command), "--out", str(out), "--scheduler", address]
        process = subprocess.Popen(asked, cwd=provinces.ROOT)
        while len(list(out.glob("tiles/*/recipe.json"))) < COUNT // 3:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(10)  # the tile in hand may still come to its end
        standing = {path: path.stat().st_mtime_ns for path in out.glob("tiles/*/*")}
        finished = len(list(out.glob("tiles/*/recipe.json")))
        assert COUNT // 3 <= finished < COUNT
        step = province.detect(pair, out, order=Order(scheduler=address))
    assert step.figures["again"] == finished
    assert all(path.stat().st_mtime_ns == at for path, at in standing.items())
    assert provinces.contents(out) == provinces.contents(folder / "one")
