"""Pixels under outlines."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely.geometry import box

from gis.errors import WorkbenchError
from satellite import outlined

EDGE = rasterio.Affine(10, 0, 600_000, 0, -10, 5_060_000)


def _image(path, data, names=("red", "nir"), **changes):
    profile = {"driver": "GTiff", "count": len(data), "height": data.shape[1], "width": data.shape[2]}
    profile |= {"dtype": data.dtype.name, "crs": "EPSG:32651", "transform": EDGE, "nodata": 0} | changes
    with rasterio.open(path, "w", **profile) as sink:
        sink.write(data)
        sink.descriptions = names
        sink.scales = (0.5, 1.0)
        sink.offsets = (0.0, 3.0)
    return path


@pytest.fixture
def taken(tmp_path):
    """An image of 1,100 rows whose red is the row and whose near infrared the column, from 1."""
    rows, columns = np.mgrid[1:1101, 1:81]
    return _image(tmp_path / "a.tif", np.stack([rows, columns]).astype(np.uint16))


def _outlines(*windows):
    boxes = [
        box(600_000 + 10 * left, 5_060_000 - 10 * bottom, 600_000 + 10 * right, 5_060_000 - 10 * top)
        for top, bottom, left, right in windows
    ]
    return gpd.GeoSeries(boxes, crs="EPSG:32651").to_crs(4490)


def test_medians_are_those_of_the_pixels(taken):
    """Across the border of strips, with scale and offset; an outline off the image has nothing."""
    found = outlined.read(taken, (), _outlines((500, 530, 10, 20), (0, 3, 0, 3), (5000, 5010, 0, 10)))
    assert found.covered.tolist() == [300, 9, 0]
    medians = found.medians()
    assert medians["red"][:2] == pytest.approx([515.5 / 2, 1.0])
    assert medians["nir"][:2] == pytest.approx([15.5 + 3, 2 + 3])
    assert np.isnan(medians["red"][2])


def test_masks_hide_pixels_and_nodata_too(taken, tmp_path):
    """All masks must hold; what is hidden is covered but not seen."""
    first, second = (np.ones((1, 1100, 80), np.uint8) for _ in range(2))
    first[:, :, :12] = 0
    second[:, 505:, :] = 0
    masks = [_mask(tmp_path / f"{at}.tif", mask) for at, mask in enumerate((first, second))]
    found = outlined.read(taken, masks, _outlines((500, 530, 10, 20)))
    assert (found.covered.tolist(), found.seen.tolist()) == ([300], [5 * 8])


def _mask(path, data):
    profile = {"driver": "GTiff", "count": 1, "height": data.shape[1], "width": data.shape[2], "dtype": "uint8"}
    with rasterio.open(path, "w", crs="EPSG:32651", transform=EDGE, **profile) as sink:
        sink.write(data)
    return path


def test_no_outline_is_no_pixel(taken):
    """An empty table reads nothing."""
    found = outlined.read(taken, (), _outlines())
    assert found.outline.size == found.covered.size == 0


def test_a_mask_that_ends_before_its_pixels_do_is_named(taken, tmp_path):
    """A file cut while it was copied opens, but does not read: the user is told which one."""
    rng = np.random.default_rng(0)
    mask = _mask(tmp_path / "mask.tif", rng.integers(0, 2, (1, 1100, 80)).astype(np.uint8))
    mask.write_bytes(mask.read_bytes()[: mask.stat().st_size // 4])
    with pytest.raises(WorkbenchError) as refusal:
        outlined.read(taken, [mask], _outlines((900, 930, 10, 20)))
    assert (refusal.value.code, refusal.value.params["name"]) == ("detect.unreadable", "mask.tif")


def test_each_mask_is_opened_once(taken, tmp_path, monkeypatch):
    """However many strips the outlines lie in."""
    mask = _mask(tmp_path / "mask.tif", np.ones((1, 1100, 80), np.uint8))
    told = []
    opened = outlined.opened
    monkeypatch.setattr(outlined, "opened", lambda path: told.append(path) or opened(path))
    assert outlined.read(taken, [mask], _outlines((0, 1100, 0, 80))).seen.tolist() == [1100 * 80]
    assert sorted(told) == sorted([taken, mask])


@pytest.mark.parametrize("nodata", [0, None])
def test_only_wanted_bands_are_read(tmp_path, nodata):
    """What is read is as of the whole; what the image lacks is left out, all of it if need be."""
    rows, columns = np.mgrid[1:31, 1:21]
    image = _image(tmp_path / "a.tif", np.stack([rows, columns]).astype(np.uint16), nodata=nodata)
    outlines = _outlines((5, 15, 2, 9))
    whole, part = outlined.read(image, (), outlines), outlined.read(image, (), outlines, {"nir", "blue"})
    assert (whole.bands.keys(), part.bands.keys()) == ({"red", "nir"}, {"nir"})
    assert part.medians()["nir"] == pytest.approx(whole.medians()["nir"])
    nothing = outlined.read(image, (), outlines, {"blue"})
    assert (nothing.bands, nothing.seen.tolist(), nothing.covered.tolist()) == ({}, [0], [70])
