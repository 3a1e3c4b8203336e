"""Reading one image of a series as an index."""

from datetime import date

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import looks
from tests.satellite import tifs

WHOLE = (slice(0, 6), slice(0, 8))
NAMES = ("green", "red", "nir", "swir16")


def _bands(**values):
    return np.stack([np.full((6, 8), values[name], np.uint16) for name in NAMES])


def _read(path, *, clear=None, grid=None, index="ndvi"):
    with looks.Reader(looks.Look(path, clear, date(2021, 6, 1)), grid, index) as reader:
        return reader.read(WHOLE), reader.grid


def test_bands_become_an_index(tmp_path):
    """NDVI from red and near infrared, NaN at nodata and under the mask."""
    bands = _bands(green=500, red=400, nir=3600, swir16=1500)
    bands[:, 0, 0] = 0
    image = tifs.write(tmp_path / "a.tif", bands, names=NAMES, nodata=0)
    usable = np.ones((1, 6, 8), np.uint8)
    usable[0, 5] = 0
    clear = tifs.write(tmp_path / "clear.tif", usable)
    found, _ = _read(image, clear=clear)
    assert np.nanmin(found) == np.nanmax(found) == pytest.approx(0.8)
    assert np.isnan(found[0, 0])
    assert np.isnan(found[5]).all()
    assert np.isfinite(found).sum() == 39


def test_snow_is_not_observed(tmp_path):
    """Bright in the near infrared and dark in the short-wave infrared: no look."""
    bands = _bands(green=8000, red=8000, nir=7800, swir16=900)
    found, _ = _read(tifs.write(tmp_path / "a.tif", bands, names=NAMES))
    assert np.isnan(found).all()


def test_one_band_is_the_index_itself(tmp_path):
    """A single band of any name is taken as it is."""
    found, _ = _read(tifs.write(tmp_path / "a.tif", np.full((1, 6, 8), 0.3, np.float32)))
    assert found == pytest.approx(np.full((6, 8), 0.3))


def test_an_image_that_lies_elsewhere_is_put_on_the_grid(tmp_path):
    """Three pixels further east, the first three columns are not observed."""
    first = tifs.write(tmp_path / "a.tif", np.full((1, 6, 8), 0.3, np.float32))
    grid = _read(first)[1]
    values = np.arange(48, dtype=np.float32).reshape(1, 6, 8)
    found, _ = _read(tifs.write(tmp_path / "b.tif", values, corner=(400_030, 5_100_000)), grid=grid)
    assert np.isnan(found[:, :3]).all()
    assert np.array_equal(found[:, 3:], values[0, :, :5])


def test_what_cannot_be_compared_is_refused(tmp_path):
    """Another CRS, no CRS, missing bands, no image, no file, no date: a sentence each."""
    grid = _read(tifs.write(tmp_path / "a.tif", np.ones((1, 6, 8), np.float32)))[1]
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0no image")
    cases = {
        "series.other_crs": tifs.write(tmp_path / "b.tif", np.ones((1, 6, 8), np.float32), crs="EPSG:32651"),
        "detect.no_crs": tifs.write(tmp_path / "c.tif", np.ones((1, 6, 8), np.float32), crs=None),
        "series.no_index": tifs.write(tmp_path / "d.tif", np.ones((2, 6, 8), np.float32), names=("green", "red")),
        "detect.unreadable": broken,
    }
    for code, path in cases.items():
        with pytest.raises(WorkbenchError) as refusal:
            _read(path, grid=grid)
        assert refusal.value.code == code
    for code, path in (("files.missing", tmp_path / "none.tif"), ("series.no_date", tmp_path / "a.tif")):
        with pytest.raises(WorkbenchError) as refusal:
            looks.look(path)
        assert refusal.value.code == code


def test_the_day_comes_from_the_name_unless_told(tmp_path):
    """YYYYMMDD in the name; an argument overrules it."""
    path = tifs.write(tmp_path / "ndvi_20210601.tif", np.ones((1, 6, 8), np.float32))
    assert looks.look(path).seen_on == date(2021, 6, 1)
    assert looks.look(path, seen_on=date(2021, 6, 2)).seen_on == date(2021, 6, 2)
