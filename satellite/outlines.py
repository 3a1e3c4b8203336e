"""Outlines: polygons of groups of pixels, smooth and clean as one coverage.

Neighbours keep one border between them: what one loses to smoothing the other gains, without gap or overlap.
"""

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio import features

from satellite import corners
from satellite.runs import Runs

_SHEET_PX = 2048

Whole = NDArray[np.int32]
Shapes = NDArray[np.object_]


def trace(runs: Runs, labels: Whole, count: int) -> Shapes:
    """Return the outline of each group along the pixel edges, in pixel coordinates (column, row).

    Parameters
    ----------
    runs : Runs
    labels : (n,) int32
        Group of each run, 0 to ``count`` - 1; every group has a run.
    count : int

    Returns
    -------
    (count,) array of Polygon or MultiPolygon
        Parts that touch at a corner alone are parts of a MultiPolygon.
    """
    order = np.argsort(labels, kind="stable")
    ends = np.searchsorted(labels[order], np.arange(count + 1))
    boxes = _boxes(runs, order, ends)
    found: list[list[shapely.Geometry]] = [[] for _ in range(count)]
    for members, places, size in _sheets(boxes):
        sheet = np.zeros(size, np.int32)
        for member, (down, right) in zip(members, places, strict=True):
            top, left = boxes[member, 0] - down, boxes[member, 1] - right
            for at in order[ends[member] : ends[member + 1]]:
                sheet[runs.row[at] - top, runs.first[at] - left : runs.last[at] - left] = member + 1
        offsets = dict(zip(members, places, strict=True))
        for outline, value in features.shapes(sheet, mask=sheet > 0, connectivity=4):
            member = int(value) - 1
            down, right = offsets[member]
            shift = (boxes[member, 1] - right, boxes[member, 0] - down)
            rings = [np.asarray(ring) + shift for ring in outline["coordinates"]]
            found[member].append(shapely.Polygon(rings[0], rings[1:]))
    drawn = np.empty(count, object)
    drawn[:] = [parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts) for parts in found]
    return drawn


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
    _, places, (rings, ends) = shapely.to_ragged_array(parts)
    places, rings = corners.without_steps(places, rings)
    simple = shapely.from_ragged_array(shapely.GeometryType.POLYGON, places, (rings, ends))
    starts = np.searchsorted(owner, np.arange(len(outlines) + 1))
    drawn = np.empty(len(outlines), object)
    drawn[owner] = simple
    for at in np.flatnonzero(np.diff(starts) > 1):
        drawn[at] = shapely.MultiPolygon(list(simple[starts[at] : starts[at + 1]]))
    return drawn


def _boxes(runs: Runs, order: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return top, left, height and width of each group."""
    if not len(order):
        return np.zeros((0, 4), np.int64)
    starts = ends[:-1]
    top = np.minimum.reduceat(runs.row[order], starts).astype(np.int64)
    left = np.minimum.reduceat(runs.first[order], starts).astype(np.int64)
    bottom = np.maximum.reduceat(runs.row[order], starts) + 1
    right = np.maximum.reduceat(runs.last[order], starts)
    return np.column_stack([top, left, bottom - top, right - left])


def _sheets(
    boxes: NDArray[np.int64],
) -> Iterator[tuple[list[int], list[tuple[int, int]], tuple[int, int]]]:
    """Pack groups onto sheets, by shelves, so that many are traced at once: members, places (row, column), size."""
    members: list[int] = []
    places: list[tuple[int, int]] = []
    down = right = shelf = 0
    for member in np.argsort(-boxes[:, 2], kind="stable"):
        height, width = (int(each) for each in boxes[member, 2:])
        if right and right + width > _SHEET_PX:
            down, right, shelf = down + shelf + 1, 0, 0
        if members and down + height > _SHEET_PX:
            yield members, places, _extent(boxes, members, places)
            members, places, down, right, shelf = [], [], 0, 0, 0
        members.append(int(member))
        places.append((down, right))
        right, shelf = right + width + 1, max(shelf, height)
    if members:
        yield members, places, _extent(boxes, members, places)


def _extent(boxes: NDArray[np.int64], members: list[int], places: list[tuple[int, int]]) -> tuple[int, int]:
    corners = np.array(places) + boxes[members, 2:]
    high, wide = corners.max(axis=0)
    return int(high), int(wide)
