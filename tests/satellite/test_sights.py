"""How much of a place a map of changes saw."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely import box

from gis.errors import WorkbenchError
from satellite import sights
from satellite.patches import CHANGED, UNCHANGED, UNSEEN


@pytest.fixture
def change(tmp_path):
    """Return a map of 10 x 10 pixels of 10 m whose left half was not seen."""
    data = np.full((10, 10), UNCHANGED, np.uint8)
    data[:, :5], data[0, 9] = UNSEEN, CHANGED
    profile = {"driver": "GTiff", "count": 1, "height": 10, "width": 10, "dtype": "uint8", "crs": "EPSG:32651"}
    profile |= {"transform": rasterio.Affine(10, 0, 600_000, 0, -10, 5_060_000), "nodata": UNSEEN}
    with rasterio.open(tmp_path / "change.tif", "w", **profile) as sink:
        sink.write(data, 1)
    return tmp_path / "change.tif"


def _place(west, east):
    shape = box(600_000 + west, 5_059_910, 600_000 + east, 5_059_990)
    return gpd.GeoSeries([shape], crs="EPSG:32651").to_crs("EPSG:4490")


@pytest.mark.parametrize(("west", "east", "share"), [(61, 89, 1.0), (11, 39, 0.0), (31, 69, 0.5), (-900, -800, 0.0)])
def test_the_share_of_seen_pixels_under_a_place(change, west, east, share):
    """Wholly, not at all, half, and outside of the map; changed counts as seen."""
    assert sights.share(change, _place(west, east)) == pytest.approx(share, abs=0.01)


def test_a_place_smaller_than_a_pixel_is_the_pixel_it_lies_in(change):
    """Two metres in a seen pixel, two in one that was not."""
    for west, share in ((81, 1.0), (21, 0.0)):
        shape = box(600_000 + west, 5_059_951, 600_000 + west + 2, 5_059_953)
        assert sights.share(change, gpd.GeoSeries([shape], crs="EPSG:32651")) == share


def test_a_map_that_is_not_there_is_named(tmp_path):
    """By its name, not its folder."""
    with pytest.raises(WorkbenchError) as refusal:
        sights.share(tmp_path / "change.tif", _place(0, 10))
    assert refusal.value.code == "files.missing"


def test_a_map_that_ends_before_its_pixels_do_is_named(change):
    """A map cut while it was copied is told as such, not as a fault of the program."""
    change.write_bytes(change.read_bytes()[:-60])
    with pytest.raises(WorkbenchError) as refusal:
        sights.share(change, _place(61, 89))
    assert refusal.value.code == "detect.unreadable"
