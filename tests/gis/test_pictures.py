"""Pictures: brought to the map's grid in their place, transparent where they have no pixels."""

import numpy as np
import pytest
from pyproj import CRS

from gis import scale
from gis.pictures import Picture, brought_to

ZONE = CRS.from_epsg(4551)
EXTENT = (540_000.0, 5_070_000.0, 540_400.0, 5_070_400.0)


def test_a_picture_on_the_maps_own_grid_comes_through_unchanged():
    """Same system, extent and shape: the same pixels, all opaque."""
    pixels = np.random.default_rng(1).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    out = brought_to(Picture(pixels, EXTENT, ZONE), ZONE, EXTENT, (40, 40))
    assert np.array_equal(out[..., :3], pixels)
    assert (out[..., 3] == 255).all()


def test_what_lies_outside_a_picture_is_transparent():
    """A map twice as wide shows the picture on its left half only."""
    pixels = np.full((40, 40, 3), 90, dtype=np.uint8)
    wide = (EXTENT[0], EXTENT[1], EXTENT[2] + 400, EXTENT[3])
    out = brought_to(Picture(pixels, EXTENT, ZONE), ZONE, wide, (40, 80))
    assert (out[:, :40, 3] == 255).all()
    assert (out[:, 41:, 3] == 0).all()


def test_a_picture_in_another_system_lands_in_its_place():
    """A bright mark keeps its place on the ground from UTM to Gauss-Krueger, to a pixel."""
    utm = CRS.from_epsg(32652)
    bbox = scale.projected(EXTENT, ZONE, utm)
    bbox = (bbox[0] - 100, bbox[1] - 100, bbox[2] + 100, bbox[3] + 100)
    pixels = np.zeros((600, 600, 3), dtype=np.uint8)
    middle = ((EXTENT[0] + EXTENT[2]) / 2, (EXTENT[1] + EXTENT[3]) / 2)
    x, y = scale.transformer(ZONE, utm).transform(*middle)
    row = int((bbox[3] - y) / (bbox[3] - bbox[1]) * 600)
    column = int((x - bbox[0]) / (bbox[2] - bbox[0]) * 600)
    pixels[row - 4 : row + 5, column - 4 : column + 5] = 255
    out = brought_to(Picture(pixels, bbox, utm), ZONE, EXTENT, (400, 400))
    rows, columns = np.nonzero(out[..., 0] > 128)
    assert (rows.mean(), columns.mean()) == pytest.approx((199.5, 199.5), abs=1.5)


@pytest.mark.parametrize("pixels", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)])
def test_other_shapes_and_types_are_refused(pixels):
    """Only (rows, columns, 3) of uint8 is a picture."""
    with pytest.raises(ValueError, match="a picture is"):
        Picture(pixels, EXTENT, ZONE)
