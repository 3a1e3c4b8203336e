"""Windows of images for the eye: right place, right bands, right orientation, NaN where there is nothing."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import Transformer

from gis.crs import STORAGE, metric_at
from gis.errors import WorkbenchError
from satellite import windows
from tests.satellite import tifs

LON, LAT = 125.2, 45.7


@pytest.fixture
def image(tmp_path):
    """Return 300 x 300 pixels of 10 m around the place, bright north-east of it, with nodata in the south-west."""
    to_metric = Transformer.from_crs(STORAGE, metric_at(LON), always_xy=True)
    x, y = to_metric.transform(LON, LAT)
    bands = np.ones((4, 300, 300), dtype="uint16") * np.array([100, 200, 300, 400], dtype="uint16")[:, None, None]
    bands[:, :150, 150:] *= 10
    bands[:, 200:, :100] = 0
    path = tmp_path / "image.tif"
    profile = {"driver": "GTiff", "width": 300, "height": 300, "count": 4, "dtype": "uint16", "nodata": 0}
    place = {"crs": metric_at(LON).to_wkt(), "transform": Affine(10, 0, x - 1500, 0, -10, y + 1500)}
    with rasterio.open(path, "w", **profile, **place) as written:
        written.write(bands)
        for position, name in enumerate(("B02", "B03", "B04", "B08"), start=1):
            written.set_band_description(position, name)
    return path


def test_window_has_the_asked_size_in_metres():
    """The rectangle around a place measures what was asked for, within a thousandth."""
    west, south, east, north = windows.around(LON, LAT, 4200, 3000)
    to_metric = Transformer.from_crs(STORAGE, metric_at(LON), always_xy=True)
    left, bottom = to_metric.transform(west, south)
    right, top = to_metric.transform(east, north)
    assert right - left == pytest.approx(4200, rel=2e-2)
    assert top - bottom == pytest.approx(3000, rel=2e-2)


def test_bands_come_by_common_name_and_order(image):
    """Sensor names are understood, and bands come in the order asked for."""
    assert windows.band_names(image) == ["blue", "green", "red", "nir"]
    window = windows.read(image, windows.around(LON + 0.005, LAT + 0.004, 200, 200), ("nir", "red", "green"))
    np.testing.assert_allclose(window.mean(("y", "x")), [4000, 3000, 2000])


@pytest.mark.parametrize("names", [(), ("swir22", "nir", "red")])
def test_first_three_bands_stand_in(image, names):
    """Without names, or with a name that the image lacks, the first three bands are read."""
    window = windows.read(image, windows.around(LON + 0.005, LAT + 0.004, 200, 200), names)
    np.testing.assert_allclose(window.mean(("y", "x")), [1000, 2000, 3000])


def test_bright_quarter_lies_north_east(image):
    """North is up and east is right."""
    window = windows.read(image, windows.around(LON, LAT, 1600, 1600), ("red", "green", "blue"))[0]
    middle_y, middle_x = (size // 2 for size in window.shape)
    assert float(window[: middle_y - 20, middle_x + 20 :].mean()) == pytest.approx(3000, rel=0.01)
    assert float(window[middle_y + 20 :, : middle_x - 20].mean()) == pytest.approx(300, rel=0.01)


def test_nodata_and_beyond_the_edge_are_nan(image):
    """Neither nodata nor the world beyond the image looks like a value."""
    window = windows.read(image, windows.around(LON, LAT, 6000, 6000), ("red", "green", "blue"))[0]
    assert np.isnan(window[0, 0])
    assert np.isnan(float(window.sel(y=window.y[int(len(window.y) * 0.7)], x=window.x[int(len(window.x) * 0.3)])))


def test_missing_image_is_told(tmp_path):
    """A file that is gone is the user's to mend."""
    with pytest.raises(WorkbenchError) as told:
        windows.read(tmp_path / "gone.tif", windows.around(LON, LAT, 100, 100), ())
    assert told.value.code == "files.missing"


def test_classes_come_whole_by_the_nearest_pixel(tmp_path):
    """Numbers are not mixed, the extent is the image's; beyond its turned edges it is told apart from nodata."""
    numbers = np.full((1, 40, 60), 3, np.uint8)
    numbers[:, :20] = 255
    path = tifs.write(tmp_path / "states.tif", numbers, nodata=255)
    found = windows.classes(path)
    assert set(np.unique(found)) == {3, 255, windows.OUTSIDE}
    outside = found == windows.OUTSIDE
    assert float((found == 3).mean()) == pytest.approx(0.5, abs=0.05)
    assert 0 < float(outside.mean()) < 0.1
    assert not outside[2:-2, 2:-2].any()
    assert found.rio.crs.to_epsg() == 3857
    with pytest.raises(WorkbenchError):
        windows.classes(tmp_path / "none.tif")
