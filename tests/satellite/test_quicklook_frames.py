"""Corners of quick-looks: published tiles of Sentinel-2, the projection extension, and what lies on no map."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from satellite import quicklook_frames
from satellite.offers import Offer

ONE = Offer("a", "t", "sentinel2-l2a", "c", "a", datetime(2026, 5, 10, tzinfo=UTC), shapely.box(126, 45, 127, 46))

# Upper left corners as masks in products of these tiles state them, of an odd zone south of the equator, and those of
# squares around Florence and Munich by the military grid's own rule.
TILES = {
    "T53HNV": (32753, 499_980, 6_000_040),
    "T53HLA": (32753, 300_000, 6_100_000),
    "T32TPP": (32632, 600_000, 4_900_020),
    "T32UPU": (32632, 600_000, 5_400_000),
}


def in_metres(corners, code):
    """Return corners in a system."""
    return np.column_stack(Transformer.from_crs(4490, code, always_xy=True).transform(*corners.T))


@pytest.mark.parametrize("tile", TILES)
def test_a_tile_is_placed_by_its_name(tile):
    """Upper left corner as the products state it, 109.8 km to the other ones."""
    code, left, top = TILES[tile]
    offer = replace(ONE, scene_id=f"S2A_MSIL2A_20260510T023031_N0511_R046_{tile}_20260510T060000")
    found = in_metres(quicklook_frames.corners(offer), code)
    edge = quicklook_frames.TILE_M
    wanted = [(left, top), (left + edge, top), (left + edge, top - edge), (left, top - edge)]
    assert found == pytest.approx(np.array(wanted), abs=0.01)


def test_what_the_catalogue_tells_goes_first():
    """A box or a transform in the image's own system, of the item or of a file; any system."""
    box = [300_000, 4_990_200, 409_800, 5_100_000]
    wanted = np.array([(box[0], box[3]), (box[2], box[3]), (box[2], box[1]), (box[0], box[1])])
    grid = {"proj:shape": [10_980, 10_980], "proj:transform": [10, 0, 300_000, 0, -10, 5_100_000, 0, 0, 1]}
    for told in (
        {"properties": {"proj:code": "EPSG:32652", "proj:bbox": box}},
        {"properties": {"proj:epsg": 32652}, "assets": {"thumbnail": {}, "red": grid}},
        {"properties": {}, "assets": {"red": grid | {"proj:code": "EPSG:32652"}}},
    ):
        found = quicklook_frames.corners(replace(ONE, told=told))
        assert in_metres(found, 32652) == pytest.approx(wanted, abs=0.01)


def test_without_a_word_the_footprint_must_do():
    """The rectangle around it; radar in its own geometry lies nowhere."""
    found = quicklook_frames.corners(replace(ONE, sensor="landsat-c2-l2"))
    assert found.tolist() == [[126, 46], [127, 46], [127, 45], [126, 45]]
    assert quicklook_frames.corners(replace(ONE, sensor="sentinel1-grd")) is None
