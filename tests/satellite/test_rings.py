"""Rings against GDAL's polygons of the same pixels."""

from itertools import pairwise

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rasterio import features

from satellite import outlines, rings, runs
from satellite.runs import Runs

RASTERS = hnp.arrays(np.uint8, (11, 13), elements=st.sampled_from([0, 1, 1, 2]))


def _traced(kinds, labels_of):
    found = runs.find(kinds)
    labels = labels_of(found)
    return found, labels, outlines.trace(found, labels, int(labels.max(initial=-1)) + 1)


def _burnt(shapes, shape):
    if not len(shapes):
        return np.zeros(shape, np.int32)
    return features.rasterize(((each, at + 1) for at, each in enumerate(shapes)), shape, dtype="int32")


@settings(max_examples=80, deadline=None)
@given(kinds=RASTERS)
def test_outlines_are_those_of_gdal(kinds):
    """Any raster: valid outlines with the area, the pixels and the holes that GDAL's polygons of the raster have."""
    found, labels, traced = _traced(kinds, runs.group)
    painted = np.zeros(kinds.shape, np.int32)
    for row, first, last, label in zip(found.row, found.first, found.last, labels, strict=True):
        painted[row, first:last] = label + 1
    assert shapely.is_valid(traced).all()
    assert np.array_equal(_burnt(traced, kinds.shape), painted)
    parts = [[] for _ in traced]
    for outline, value in features.shapes(painted, mask=painted > 0, connectivity=4):
        parts[int(value) - 1].append(shapely.geometry.shape(outline))
    for own, others in zip(traced, parts, strict=True):
        assert own.area == sum(each.area for each in others)
        assert shapely.get_num_geometries(own) == len(others)
        assert (
            shapely.symmetric_difference(own, shapely.union_all([shapely.make_valid(each) for each in others])).area
            == 0
        )


def test_a_border_that_comes_back_to_a_corner_is_an_outline_with_a_hole():
    """A ring of pixels closed by a corner alone has a hole that touches its outline; no border runs through itself."""
    kinds = np.ones((3, 3), np.uint8)
    kinds[1, 1] = kinds[0, 0] = 0
    _, _, traced = _traced(kinds, runs.group)
    assert shapely.is_valid(traced).all()
    assert (traced[0].area, len(traced[0].interiors)) == (7, 1)
    assert traced[0].interiors[0].intersection(traced[0].exterior) == shapely.Point(1, 1)


def test_rings_have_corners_only_where_they_turn():
    """A rectangle has four corners, counter-clockwise as rows go downwards, and its hole goes the other way."""
    kinds = np.ones((5, 7), np.uint8)
    kinds[2, 2:5] = 0
    found = runs.find(kinds)
    part = runs.group(found, corners=False)
    corners, starts, of_ring, hole = rings.around(Runs(found.row, found.first, found.last, part))
    assert (starts.tolist(), of_ring.tolist(), sorted(hole.tolist())) == ([0, 5, 10], [0, 0], [False, True])
    outer = corners[starts[int(hole[0])] : starts[int(hole[0])] + 4]
    assert sorted(outer.tolist()) == [[0, 0], [0, 5], [7, 0], [7, 5]]
    around = [shapely.LinearRing(corners[first:last] * (1, -1)) for first, last in pairwise(starts)]
    assert [each.is_ccw for each in around] == (~hole).tolist()
