"""Who is whose neighbour where cells are no grid: polygons that touch, points within a distance, rings of hexagons."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import h3
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

from gis.crs import EQUAL_AREA
from gis.windows import Numbers

_ROUNDING = 1e-8


@dataclass(frozen=True)
class Links:
    """Links between n cells; each cell is linked with itself.

    Attributes
    ----------
    matrix : (n, n) scipy.sparse.csr_array of int64
        1 where two cells are neighbours, and on the diagonal.
    """

    matrix: sparse.csr_array

    @cached_property
    def members(self) -> NDArray[np.int64]:
        """Number of cells around each cell, itself included, shape (n,)."""
        return np.diff(self.matrix.indptr).astype(np.int64)

    def sums(self, values: Numbers) -> Numbers:
        """Return the sum of some values, shape (n,), around each cell."""
        return self.matrix @ values


def touching(shapes: gpd.GeoSeries, *, order: int = 1) -> Links:
    """Link polygons that share a border or a corner, up to so many steps.

    Borders may miss each other by rounding, not by more: layers that were drawn polygon by polygon need ``within``. A
    polygon without neighbours stays alone.

    Parameters
    ----------
    shapes : GeoSeries of polygons
    order : int
        1: neighbours; 2: their neighbours too.
    """
    west, south, east, north = shapes.total_bounds
    # A buffer of rounding errors means the same in degrees as in metres.
    wide = gpd.GeoSeries(shapely.buffer(shapes.to_numpy(), _ROUNDING * max(east - west, north - south)))
    one, other = wide.sindex.query(wide, predicate="intersects")
    return _steps(_links(one, other, len(wide)).matrix, order)


def within(places: gpd.GeoSeries, radius_m: float) -> Links:
    """Link places, or the middles of polygons, that lie within a distance of each other.

    Parameters
    ----------
    places : GeoSeries, EPSG:4490
    radius_m : float
        Metres in the equal-area system.

    Raises
    ------
    ValueError
        If the radius is not positive.
    """
    if not radius_m > 0:
        raise ValueError(f"a radius is positive, unlike {radius_m}")
    middles = places.reset_index(drop=True).to_crs(EQUAL_AREA).centroid
    pairs, others = middles.sindex.query(middles, predicate="dwithin", distance=radius_m)
    return _links(pairs, others, len(middles))


def rings(ids: Sequence[str], *, order: int = 1) -> Links:
    """Link H3 cells, given by id, within so many rings of each other."""
    place = {name: at for at, name in enumerate(ids)}
    found = [(at, place[near]) for name, at in place.items() for near in h3.grid_disk(name, order) if near in place]
    one, other = np.array(found).T
    return _links(one, other, len(place))


def _steps(direct: sparse.csr_array, order: int) -> Links:
    reached = direct
    for _ in range(order - 1):
        reached = reached @ direct
    one, other = reached.nonzero()
    return _links(one, other, direct.shape[0])


def _links(one: NDArray[np.int64], other: NDArray[np.int64], count: int) -> Links:
    matrix = sparse.csr_array((np.ones(len(one), np.int64), (one, other)), shape=(count, count))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return Links(matrix)
