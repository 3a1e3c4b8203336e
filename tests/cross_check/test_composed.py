"""Composites and indices on disk: planted dates come out, block by block, with a recipe."""

from datetime import date

import numpy as np
import pytest
import rasterio

from cross_check import composed
from cross_check.composed import Wanted
from gis import files
from gis.errors import WorkbenchError
from tests.satellite import tifs

NAMES = ("red", "nir")


def _scene(folder, day, value, clear=None):
    """Write a prepared scene whose red tells its date."""
    place = folder / f"S2_{day:%Y%m%d}"
    place.mkdir()
    bands = np.stack([np.full((40, 50), value), np.full((40, 50), 0.4)]).astype(np.float32)
    tifs.write(place / "image.tif", bands, names=NAMES, nodata=np.nan)
    with rasterio.open(place / "image.tif", "r+") as sink:
        sink.update_tags(ACQUISITION_DATE=day.isoformat())
    usable = np.ones((1, 40, 50), np.uint8) if clear is None else clear
    tifs.write(place / "clear.tif", usable, names=("clear",), nodata=255)
    return place


@pytest.fixture
def three(tmp_path):
    """Three dates; the middle one is cloudy in the upper half."""
    cloudy = np.ones((1, 40, 50), np.uint8)
    cloudy[0, :20] = 0
    days = [date(2023, 6, 1), date(2024, 6, 10), date(2024, 6, 20)]
    return [_scene(tmp_path, day, 0.1 * (at + 1), cloudy if at == 1 else None) for at, day in enumerate(days)]


def _read(path):
    with rasterio.open(path) as source:
        return dict(zip(source.descriptions, source.read(), strict=True)), source.tags()


def test_the_best_pixel_with_its_date(three, tmp_path):
    """Far from cloud the wanted day wins, under it the next one; the recipe names images and masks by hash."""
    step = composed.compose(three, tmp_path / "out.tif", Wanted("best", date(2024, 6, 11)))
    bands, tags = _read(step.outputs[0])
    assert bands["red"][2, 5] == pytest.approx(0.3, abs=1e-4)
    assert bands["date_index"][2, 5] == 2
    assert bands["observations"][2, 5] == 2
    assert bands["observations"][39, 5] == 3
    assert tags["DATES"] == "2023-06-01 2024-06-10 2024-06-20"
    recipe = files.read_json(tmp_path / "out.json")
    assert [each["name"] for each in recipe["images"]] == ["S2_20230601", "S2_20240610", "S2_20240620"]
    assert recipe["masks"][1] == files.sha256(three[1] / "clear.tif")


def test_median_and_season(three, tmp_path):
    """The median of what was clear; the season of earlier years only."""
    composed.compose(three, tmp_path / "m.tif", Wanted("median", date(2024, 6, 11)))
    red = _read(tmp_path / "m.tif")[0]["red"]
    assert red[30, 5] == pytest.approx(0.2, abs=1e-4)
    assert red[5, 5] == pytest.approx(0.2, abs=1e-4)
    composed.compose(three, tmp_path / "s.tif", Wanted("season", date(2024, 6, 11), bands=("red",)))
    bands = _read(tmp_path / "s.tif")[0]
    assert bands["red"][5, 5] == pytest.approx(0.1, abs=1e-4)
    assert set(bands) == {"red", "red_spread", "date_index", "observations"}


def test_an_index_with_its_formula(three, tmp_path):
    """NDVI of red 0.1 and NIR 0.4; formula and source stand in the recipe."""
    composed.write_index(three[0], "ndvi", tmp_path / "ndvi.tif")
    bands, tags = _read(tmp_path / "ndvi.tif")
    assert bands["ndvi"][3, 3] == pytest.approx(0.6, abs=1e-4)
    assert tags["FORMULA"] == "(nir - red) / (nir + red)"
    assert files.read_json(tmp_path / "ndvi.json")["range"] == [-1.0, 1.0]


def test_what_cannot_be_composed_is_told(three, tmp_path):
    """No image, a missing one, one without a date, no date of the season, a band that is not there."""
    undated = tifs.write(tmp_path / "x.tif", np.ones((3, 40, 50), np.float32), names=("red", "nir", "green"))
    for taken, wanted, code in (
        ([], Wanted("best", date(2024, 6, 1)), "composites.too_few"),
        ([tmp_path / "none.tif"], Wanted("best", date(2024, 6, 1)), "files.missing"),
        ([undated], Wanted("best", date(2024, 6, 1)), "series.no_date"),
        (three, Wanted("season", date(2024, 12, 1)), "composites.no_dates"),
        (three, Wanted("best", date(2024, 6, 1), bands=("swir16",)), "stack.no_band"),
    ):
        with pytest.raises(WorkbenchError) as refusal:
            composed.compose(taken, tmp_path / "out.tif", wanted)
        assert refusal.value.code == code
        assert not (tmp_path / "out.tif").exists()
    with pytest.raises(WorkbenchError) as refusal:
        composed.write_index(three[0], "ndbi", tmp_path / "i.tif")
    assert refusal.value.code == "indices.no_band"
