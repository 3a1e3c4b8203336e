"""What is done to a tile: windows, names, two dates, series."""

from datetime import date, timedelta

import numpy as np
import pytest
import rasterio

from gis import files
from gis.errors import WorkbenchError
from satellite import detection, series, states, tiles
from satellite import files as images
from satellite.files import PairFiles
from satellite.patches import Grid
from tests.satellite import provinces, tifs


@pytest.mark.parametrize(("rows", "columns"), [(100, 100), (64, 64), (65, 130)])
def test_windows_cover_the_grid_once(rows, columns):
    """Every pixel in exactly one window, keys unique."""
    windows = tiles.cut(Grid("EPSG:32652", None, rows, columns), 64)
    hits = np.zeros((rows, columns), int)
    for each in windows:
        hits[slice(*each.rows), slice(*each.columns)] += 1
    assert (hits == 1).all()
    assert len({each.key for each in windows}) == len(windows)


def test_names_tell_the_tile(tmp_path):
    """A date is no part of a tile's name, a mask is no image, and the dates of a tile are in order."""
    for name in (
        "52TCS_20210801.tif",
        "52TCS_20210601.tif",
        "52TCS_20210601.clear.tif",
        "S2_2021-06-01_52TDS.tif",
        "a.txt",
    ):
        (tmp_path / name).touch()
    found = tiles.by_tile(tmp_path)
    assert {key: [path.name for path in paths] for key, paths in found.items()} == {
        "52TCS": ["52TCS_20210601.tif", "52TCS_20210801.tif"],
        "S2_52TDS": ["S2_2021-06-01_52TDS.tif"],
    }
    assert tiles.clear_of(found["52TCS"][0]).name == "52TCS_20210601.clear.tif"
    assert tiles.clear_of(found["52TCS"][1]) is None
    assert tiles.by_tile(tmp_path / "nowhere") == {}


def test_a_window_is_compared_as_if_it_were_an_image(tmp_path):
    """A tile cut from a mosaic gives what detection gives on a file of its own."""
    before, after, _ = provinces.write(tmp_path, 300, 150)
    task = tiles.of_mosaic(PairFiles(before, after), tile_px=150, dates=(None, None), asked={"false_alarm": 1e-4})[1]
    tiles.compare(tmp_path / "out", **task.arguments)
    alone = []
    for path in (before, after):
        with rasterio.open(path) as source:
            part = source.read(window=((0, 150), (150, 300)))
        alone.append(
            tifs.write(
                tmp_path / f"alone_{path.name}", part, names=provinces.BANDS, nodata=0, corner=(401_500, 5_100_000)
            )
        )
    with images.open_pair(PairFiles(*alone)) as pair:
        found = detection.run(pair, params=detection.Params(false_alarm=1e-4, smallest_m2=0))
    with rasterio.open(tmp_path / "out" / "change.tif") as change:
        assert np.array_equal(change.read(1), found.change)
    table = files.read_layer(tmp_path / "out" / "patches.parquet")
    assert table["area_m2"].sum() == pytest.approx(found.patches["area_m2"].sum())
    assert {str(day)[:10] for day in table["before_on"]} == {"2021-06-01"}


def test_a_tile_under_cloud_is_unobserved_and_no_fault(tmp_path):
    """A mask that hides all: the map says not observed everywhere, and no patch."""
    before, after, _ = provinces.write(tmp_path, 120, 120)
    mask = tifs.write(tmp_path / "clear.tif", np.zeros((1, 120, 120), np.uint8))
    task = tiles.of_mosaic(
        PairFiles(before, after, (mask,)), tile_px=120, dates=(None, None), asked={"false_alarm": 1e-4}
    )[0]
    figures = tiles.compare(tmp_path / "out", **task.arguments)
    assert (figures["observed"], figures["refused"]["code"]) == (0, "detect.nothing_observed")
    with rasterio.open(tmp_path / "out" / "change.tif") as change:
        assert (change.read(1) == 255).all()


def test_folders_are_paired_by_tile(tmp_path):
    """Only tiles of both folders; their masks go along; without a common tile a sentence."""
    for folder, day in (("old", "20210601"), ("new", "20210801")):
        for key in ("52TCS", "52TDS") if folder == "old" else ("52TCS",):
            provinces.write(tmp_path / "made", 60, 60)
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / "made" / "before_20210601.tif").rename(tmp_path / folder / f"{key}_{day}.tif")
    tifs.write(tmp_path / "new" / "52TCS_20210801.clear.tif", np.ones((1, 60, 60), np.uint8))
    given = {"dates": (None, None), "asked": {"false_alarm": 1e-4}}
    (task,) = tiles.of_folders(tmp_path / "old", tmp_path / "new", **given)
    assert task.key == "52TCS"
    assert [path.name for path in task.inputs] == [
        "52TCS_20210601.tif",
        "52TCS_20210801.tif",
        "52TCS_20210801.clear.tif",
    ]
    assert task.arguments["dates"] == ["2021-06-01", "2021-08-01"]
    with pytest.raises(WorkbenchError) as refusal:
        tiles.of_folders(tmp_path / "made", tmp_path / "new", **given)
    assert refusal.value.code == "cluster.no_pairs"


def _look(folder, day):
    rng = np.random.default_rng(day.toordinal())
    image = (0.7 + 0.02 * rng.normal(size=(1, 40, 30))).astype(np.float32)
    if day >= date(2021, 6, 1):
        image[:, :10, :10] -= 0.4
    return tifs.write(folder / f"52TCS_{day:%Y%m%d}.tif", image)


def test_a_tiles_series_is_fitted_and_brought_up_to_date(tmp_path):
    """Fit, then three looks; the same update again changes nothing of the state."""
    (tmp_path / "history").mkdir()
    (tmp_path / "new").mkdir()
    for at in range(14):
        _look(tmp_path / "history", date(2020, 4, 20) + timedelta(12 * at))
    for at in range(3):
        _look(tmp_path / "new", date(2021, 6, 3) + timedelta(10 * at))
    params = tiles.params_of(series.Params(around_px=20))
    (task,) = tiles.of_series(tmp_path / "history", tmp_path / "states", "fit", {"index": "ndvi", "params": params})
    (tmp_path / "a").mkdir()
    assert tiles.fit(tmp_path / "a", **task.arguments)["looks"] == 14
    (task,) = tiles.of_series(tmp_path / "new", tmp_path / "states", "update", {})
    for name in ("b", "c"):
        (tmp_path / name).mkdir()
        assert tiles.update(tmp_path / name, **task.arguments)["confirmed"] >= 95
    assert len(states.read(tmp_path / "states" / "52TCS").looks) == 3
    assert (tmp_path / "b" / "states.tif").read_bytes() == (tmp_path / "c" / "states.tif").read_bytes()
    with pytest.raises(WorkbenchError) as refusal:
        tiles.of_series(tmp_path / "a", tmp_path / "states", "update", {})
    assert refusal.value.code == "cluster.no_tiles"
