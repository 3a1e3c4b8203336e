"""Corners: steps of the raster go, and no outline crosses another."""

import numpy as np
import pytest
import shapely
from scipy import ndimage

from satellite import corners, outlines, runs


def _parts(seed, *, size=160, sigma=1.0):
    """Return polygons of the touching, jagged pieces of five kinds that fill a square."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.standard_normal((size, size)), sigma)
    kinds = np.digitize(field, np.quantile(field, [0.2, 0.4, 0.6, 0.8])).astype(np.uint8) + np.uint8(1)
    found = runs.find(kinds)
    labels = runs.group(found)
    return shapely.get_parts(outlines.trace(found, labels, int(labels.max()) + 1))


def _without(parts):
    _, places, (rings, ends) = shapely.to_ragged_array(parts)
    places, rings = corners.without_steps(places, rings)
    return shapely.from_ragged_array(shapely.GeometryType.POLYGON, places, (rings, ends))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sigma", [0.0, 0.7, 2.0])
def test_a_full_square_stays_full(seed, sigma):
    """Pieces that fill a square fill it still, each valid, with common borders, as GEOS checks coverages."""
    parts = _parts(seed, sigma=sigma)
    made = _without(parts)
    assert shapely.is_valid(made).all()
    assert shapely.coverage_is_valid(made)
    assert shapely.area(made).sum() == pytest.approx(160 * 160)
    assert shapely.get_num_coordinates(made).sum() < shapely.get_num_coordinates(shapely.segmentize(parts, 1.0)).sum()
    assert shapely.hausdorff_distance(made, parts).max() < 3


@pytest.mark.parametrize("seed", range(3))
def test_as_smooth_as_a_coverage_of_geos(seed):
    """GEOS, which simplifies coverages by the same criterion, leaves about as many corners."""
    parts = _parts(seed, sigma=4.0)
    made = _without(parts)
    theirs = shapely.coverage_simplify(shapely.segmentize(parts, 1.0), 1.0)
    assert shapely.get_num_coordinates(made).sum() == pytest.approx(shapely.get_num_coordinates(theirs).sum(), rel=0.15)
    apart, stepped = (shapely.area(shapely.symmetric_difference(made, others)).sum() for others in (theirs, parts))
    assert apart < 0.6 * stepped


def test_pieces_alone_and_moved_lose_the_same_corners():
    """What lies elsewhere does not matter to a ring that nothing touches."""
    stairs = shapely.Polygon([(0, 0), (6, 0), (6, 1), (7, 1), (7, 2), (8, 2), (8, 6), (0, 6)])
    moved = shapely.transform(stairs, lambda places: places + np.array([4321, 9876]))
    alone = _without(np.array([stairs]))[0]
    both = _without(np.array([stairs, moved]))
    assert alone.equals(both[0])
    assert shapely.transform(both[1], lambda places: places - np.array([4321, 9876])).equals(alone)
    assert shapely.get_num_coordinates(alone) < shapely.get_num_coordinates(stairs)


def test_a_pixel_stays_a_square():
    """A ring of four corners loses none."""
    assert _without(np.array([shapely.box(3, 4, 4, 5)]))[0].equals(shapely.box(3, 4, 4, 5))


def test_nothing_stays_nothing():
    """Without rings there is nothing to do."""
    places, rings = corners.without_steps(np.empty((0, 2)), np.zeros(1, np.int64))
    assert places.shape == (0, 2)
    assert rings.tolist() == [0]
