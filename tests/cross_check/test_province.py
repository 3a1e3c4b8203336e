"""A province by tiles: borders joined, and a real scheduler with two workers against one process."""

from datetime import date, timedelta

import numpy as np
import pytest

from cross_check import province
from cross_check.province import Order, Pair
from gis import files
from satellite import states
from tests.satellite import provinces, tifs

EDGE, TILE = 390, 130


@pytest.fixture(scope="module")
def mosaic(tmp_path_factory):
    """Two mosaics of nine tiles, compared in this process by one thread."""
    folder = tmp_path_factory.mktemp("province")
    before, after, corners = provinces.write(folder, EDGE, TILE)
    step = province.detect(Pair(before, after, tile_px=TILE), folder / "one", order=Order(workers=1))
    return folder, Pair(before, after, tile_px=TILE), corners, step


def test_squares_across_borders_are_one_patch_each(mosaic):
    """Every planted square is met by exactly one patch of about its size, wherever the borders run."""
    folder, _, corners, step = mosaic
    found = files.read_layer(folder / "one" / "patches.parquet").to_crs("EPSG:32652")
    sizes = found.geometry.area.to_numpy()
    bounds = found.geometry.bounds.to_numpy()
    for top, left in corners:
        middle = (400_000 + 10 * (left + provinces.SIDE_PX / 2), 5_100_000 - 10 * (top + provinces.SIDE_PX / 2))
        met = [
            size
            for size, (west, south, east, north) in zip(sizes, bounds, strict=True)
            if west - 20 < middle[0] < east + 20 and south - 20 < middle[1] < north + 20
        ]
        assert len(met) == 1
        assert met[0] == pytest.approx((10 * provinces.SIDE_PX) ** 2, rel=0.35)
    assert step.figures["joined"] >= 2 * (EDGE // TILE - 1)
    assert step.figures["tiles"] == 9


def test_threads_give_the_same_to_the_byte(mosaic):
    """Two threads, another folder: every file but the GeoPackage's note of the time is the same."""
    folder, pair, _, _ = mosaic
    province.detect(pair, folder / "threads", order=Order(workers=2))
    assert provinces.contents(folder / "threads") == provinces.contents(folder / "one")


@pytest.mark.enable_socket
def test_a_killed_worker_changes_nothing(mosaic):
    """A real scheduler, two worker processes; the one that finishes first is killed, the result is byte-identical."""
    folder, pair, _, _ = mosaic
    killed = []

    def tell(finished):
        if not killed:
            killed.append(finished.worker)
            provinces.kill(finished.worker)

    with provinces.cluster(folder) as (address, workers):
        step = province.detect(pair, folder / "cluster", order=Order(scheduler=address, tell=tell))
    assert int(killed[0].rpartition(":")[2]) in workers
    assert step.figures["tiles"] == 9
    assert provinces.contents(folder / "cluster") == provinces.contents(folder / "one")


def test_a_second_run_computes_nothing(mosaic):
    """All nine tiles are taken from the journal."""
    folder, pair, _, _ = mosaic
    before = {path: path.stat().st_mtime_ns for path in (folder / "one" / "tiles").rglob("*.tif")}
    step = province.detect(pair, folder / "one")
    assert step.figures["again"] == 9
    assert {path: path.stat().st_mtime_ns for path in (folder / "one" / "tiles").rglob("*.tif")} == before


def test_series_of_many_tiles(tmp_path):
    """Two tiles are fitted and brought up to date; each keeps a series of its own."""
    rng = np.random.default_rng(4)
    for folder, first, count in (("history", date(2020, 4, 20), 14), ("new", date(2021, 6, 3), 1)):
        (tmp_path / folder).mkdir()
        for key in ("52TCS", "52TDS"):
            for at in range(count):
                day = first + timedelta(12 * at)
                image = (0.7 + 0.02 * rng.normal(size=(1, 40, 40))).astype(np.float32)
                tifs.write(tmp_path / folder / f"{key}_{day:%Y%m%d}.tif", image)
    fitted = province.fit(tmp_path / "history", tmp_path / "series")
    updated = province.update(tmp_path / "new", tmp_path / "series")
    assert (fitted.figures["tiles"], updated.figures["tiles"]) == (2, 2)
    assert len(states.read(tmp_path / "series" / "states" / "52TDS").looks) == 1
    assert (tmp_path / "series" / "updated" / "52TCS" / "states.tif").is_file()
