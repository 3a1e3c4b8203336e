"""Outlines: polygons of groups of pixels, smooth and clean as one coverage.

Neighbours keep one border between them: what one loses to smoothing the other gains, without gap or overlap.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from satellite import corners, rings, runs
from satellite.runs import Runs

Whole = NDArray[np.int32]
Places = NDArray[np.int64]
Shapes = NDArray[np.object_]

_RUNS_AT_ONCE = 16_000


def draw(found: Runs, labels: Whole, count: int) -> Shapes:
    """Return the smooth outline of each group, as ``smooth`` makes them of what ``trace`` finds.

    Groups that touch are drawn together, those that do not some at a time: what one lot takes fits into the nearest
    memory, and a scene takes no more of it than a lot.

    Parameters
    ----------
    found : Runs
        In reading order.
    labels : (n,) int32
        Group of each run, 0 to ``count`` - 1; every group has a run and hangs together, be it at corners.
    count : int
    """
    touching = runs.group(Runs(found.row, found.first, found.last, np.zeros(len(labels), np.uint8)))
    lot = ((np.cumsum(np.bincount(touching)) - 1) // _RUNS_AT_ONCE)[touching]
    order = np.argsort(lot, kind="stable")
    drawn = np.empty(count, object)
    for at in np.split(order, np.flatnonzero(np.diff(lot[order])) + 1):
        owner, own = np.unique(labels[at], return_inverse=True)
        drawn[owner] = smooth(trace(found.only(at), own.astype(np.int32), len(owner)))
    return drawn


def trace(found: Runs, labels: Whole, count: int) -> Shapes:
    """Return the outline of each group along the pixel edges, in pixel coordinates (column, row).

    Parameters
    ----------
    found : Runs
        In reading order.
    labels : (n,) int32
        Group of each run, 0 to ``count`` - 1; every group has a run.
    count : int

    Returns
    -------
    (count,) array of Polygon or MultiPolygon
        Parts that touch at a corner alone are parts of a MultiPolygon.
    """
    part = runs.group(Runs(found.row, found.first, found.last, labels), corners=False)
    owner = np.zeros(int(part.max(initial=-1)) + 1, np.int32)
    owner[part] = labels
    # Parts of one group follow each other.
    turn = np.argsort(np.argsort(owner, kind="stable"), kind="stable").astype(np.int32)
    order = np.argsort(turn[part], kind="stable")
    ordered = Runs(found.row[order], found.first[order], found.last[order], turn[part[order]])
    places, starts, of_ring, hole = rings.around(ordered)
    outer_first = np.lexsort((hole, of_ring))
    places, starts = _gathered(places, starts, outer_first)
    ends = np.searchsorted(of_ring[outer_first], np.arange(len(owner) + 1))
    drawn = shapely.from_ragged_array(shapely.GeometryType.POLYGON, places.astype(np.float64), (starts, ends))
    return _together(drawn, np.sort(owner), count)


def smooth(outlines: Shapes) -> Shapes:
    """Return outlines without the steps of the raster, see ``corners``; common borders stay common.

    Parameters
    ----------
    outlines : array of Polygon or MultiPolygon
        See ``trace``; none overlaps another.
    """
    if not len(outlines):
        return outlines
    parts, owner = shapely.get_parts(outlines, return_index=True)
    _, places, (starts, ends) = shapely.to_ragged_array(parts)
    places, starts = corners.without_steps(places, starts)
    simple = shapely.from_ragged_array(shapely.GeometryType.POLYGON, places, (starts, ends))
    return _together(simple, owner, len(outlines))


def _gathered(places: Places, starts: Places, order: NDArray[np.intp]) -> tuple[Places, Places]:
    """Return rings in another order, and where they begin."""
    sizes = np.diff(starts)[order]
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    return places[np.arange(ends[-1]) + np.repeat(starts[:-1][order] - ends[:-1], sizes)], ends


def _together(simple: Shapes, owner: NDArray[np.integer], count: int) -> Shapes:
    """Return the parts of each owner as one outline, a MultiPolygon where it has several; owners rise."""
    many = np.bincount(owner, minlength=count) > 1
    drawn = np.empty(count, object)
    drawn[owner] = simple
    if many.any():
        several = many[owner]
        drawn[many] = shapely.multipolygons(simple[several], indices=(np.cumsum(many) - 1)[owner[several]])
    return drawn
