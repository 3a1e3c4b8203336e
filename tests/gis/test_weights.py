"""Links between cells that are no grid: the same as libpysal's, as distances and as rings."""

import geopandas as gpd
import h3
import numpy as np
import pytest
import shapely

from gis import weights
from gis.crs import EQUAL_AREA, STORAGE


def _squares(rows=5, columns=6):
    row, column = np.divmod(np.arange(rows * columns), columns)
    return gpd.GeoSeries(shapely.box(column, row, column + 1, row + 1))


def test_touching_polygons_are_neighbours():
    """A square has eight neighbours and itself, four in a corner."""
    links = weights.touching(_squares())
    assert links.members.reshape(5, 6)[2, 2] == 9
    assert links.members.reshape(5, 6)[0, 0] == 4
    assert (links.matrix != links.matrix.T).nnz == 0
    assert (links.matrix.diagonal() == 1).all()


def test_two_steps_reach_neighbours_of_neighbours():
    """Order 2 on squares is a window of five by five."""
    links = weights.touching(_squares(7, 7), order=2)
    assert links.members.reshape(7, 7)[3, 3] == 25
    assert set(links.matrix.data.tolist()) == {1}


def test_sums_add_up_neighbours_and_self():
    """Sums equal those over a list of neighbours."""
    shapes = _squares()
    values = np.random.default_rng(1).poisson(3, len(shapes))
    found = weights.touching(shapes).sums(values)
    for at, shape in enumerate(shapes):
        assert found[at] == values[shapes.intersects(shape).to_numpy()].sum()


def test_islands_stay_alone():
    """A polygon that touches none is linked with itself only."""
    shapes = gpd.GeoSeries([*_squares(2, 2), shapely.box(50, 50, 51, 51)])
    assert weights.touching(shapes).members.tolist() == [4, 4, 4, 4, 1]


def test_within_measures_metres():
    """Links by distance agree with distances in the equal-area system."""
    rng = np.random.default_rng(2)
    places = gpd.GeoSeries(gpd.points_from_xy(rng.uniform(126, 127, 60), rng.uniform(45, 46, 60)), crs=STORAGE)
    metric = places.to_crs(EQUAL_AREA)
    links = weights.within(places, 15_000)
    for at, place in enumerate(metric):
        assert links.members[at] == (metric.distance(place) <= 15_000).sum()
    with pytest.raises(ValueError, match="radius"):
        weights.within(places, 0)


def test_rings_of_hexagons():
    """One ring has six hexagons, two have eighteen; those not in the list are no neighbours."""
    middle = h3.latlng_to_cell(46, 127, 6)
    disc = sorted(h3.grid_disk(middle, 3))
    at = disc.index(middle)
    assert weights.rings(disc).members[at] == 7
    assert weights.rings(disc, order=2).members[at] == 19
    assert weights.rings(disc).members.min() < 7
