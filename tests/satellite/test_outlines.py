"""Outlines: polygons say what the pixels say, smooth and without gaps between neighbours."""

import numpy as np
import pytest
import shapely
from scipy import ndimage

from satellite import outlines, runs


def _labels(seed, size=120):
    """Return touching blobs of three kinds, as labels from 1."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.standard_normal((size, size)), 4)
    kinds = np.digitize(field, np.quantile(field, [0.5, 0.7, 0.85])).astype(np.uint8)
    found = runs.find(kinds)
    return found, runs.group(found)


def test_traced_areas_are_pixel_counts():
    """Each outline encloses exactly the pixels of its group, and no two outlines overlap."""
    found, labels = _labels(1)
    count = int(labels.max()) + 1
    traced = outlines.trace(found, labels, count)
    assert shapely.area(traced) == pytest.approx(np.bincount(labels, weights=found.pixels))
    assert shapely.is_valid(traced).all()
    covered = shapely.union_all(traced)
    assert covered.area == pytest.approx(shapely.area(traced).sum())


def test_smooth_outlines_stay_one_coverage():
    """Neighbours keep their border in common: no overlap, no sliver between them, and fewer corners."""
    found, labels = _labels(3)
    traced = outlines.trace(found, labels, int(labels.max()) + 1)
    smooth = outlines.smooth(traced)
    assert shapely.is_valid(smooth).all()
    parts = shapely.get_parts(smooth)
    assert shapely.coverage_is_valid(parts)
    assert shapely.union_all(smooth).area == pytest.approx(shapely.area(smooth).sum())
    assert shapely.get_num_coordinates(smooth).sum() < 0.7 * shapely.get_num_coordinates(traced).sum()
    large = shapely.area(traced) > 50
    assert shapely.area(smooth)[large] == pytest.approx(shapely.area(traced)[large], rel=0.15)


def test_a_rectangle_stays_as_it_is():
    """What has no steps loses no corner, down to two pixels a side."""
    kinds = np.zeros((20, 20), np.uint8)
    kinds[3:9, 4:15] = 1
    kinds[14:16, 14:16] = 2
    found = runs.find(kinds)
    smooth = outlines.smooth(outlines.trace(found, runs.group(found), 2))
    assert shapely.equals(smooth, [shapely.box(4, 3, 15, 9), shapely.box(14, 14, 16, 16)]).all()


def test_lots_change_nothing(monkeypatch):
    """Drawn a few at a time, outlines are those drawn all at once."""
    found, labels = _labels(4)
    count = int(labels.max()) + 1
    monkeypatch.setattr(outlines, "_RUNS_AT_ONCE", 20)
    drawn = outlines.draw(found, labels, count)
    assert shapely.equals(drawn, outlines.smooth(outlines.trace(found, labels, count))).all()
    assert shapely.coverage_is_valid(shapely.get_parts(drawn))


def test_nothing_has_no_outline():
    """Without groups there is nothing to draw."""
    found = runs.find(np.zeros((5, 5), np.uint8))
    assert len(outlines.smooth(outlines.trace(found, np.zeros(0, np.int32), 0))) == 0
    assert len(outlines.draw(found, np.zeros(0, np.int32), 0)) == 0
