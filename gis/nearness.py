"""Nearness: which areas places lie in and which things lie near them, exact, for millions of places in seconds.

Places are sorted once by the cell of a grid. Cells that no border crosses are decided by one test each; only the places
in the others, and those in the box of a thing, are tested one by one, by the same predicates as GEOS answers them.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

_CELLS = 512
_FEW_CELLS = 16
_CHUNK = 4_000_000
_MARGIN = 1e-6

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Pairs = tuple[Whole, Whole]


def inside(places: gpd.GeoSeries, areas: gpd.GeoSeries) -> pd.DataFrame:
    """Return every pair of a place and an area that holds it or has it on its border.

    Parameters
    ----------
    places : GeoSeries of points
        In any CRS; missing and empty ones are in no pair.
    areas : GeoSeries of (multi)polygons
        In the same CRS. They may overlap.

    Returns
    -------
    DataFrame
        place, area: positions from 0, by place and area. Equal to ``geopandas.sjoin(predicate="intersects")``.

    Raises
    ------
    ValueError
        If the two are not in one CRS.
    """
    _demand_one_crs(places, areas)
    shapes = areas.to_numpy()
    boxes = shapely.bounds(shapes)
    known = np.isfinite(boxes[:, 0])
    if not known.any() or places.empty:
        return _table(_no_pairs())
    spread = np.nanmax(boxes[:, 2:], axis=0) - np.nanmin(boxes[:, :2], axis=0)
    sorted_places = _sort(places, float(max(spread.max(), _MARGIN)) / _CELLS)
    large = known & (_windows(boxes, sorted_places.cell).prod(axis=1) > _FEW_CELLS)
    small = np.flatnonzero(known & ~large)
    found = [_tested(sorted_places, boxes[small], shapes[small], small)]
    found += [_in_area(sorted_places, shapes[area], int(area)) for area in np.flatnonzero(large)]
    return _table(_joined(found))


def within(places: gpd.GeoSeries, things: gpd.GeoSeries, distance_m: float) -> pd.DataFrame:
    """Return every pair of a place and a thing that are at most so far apart.

    Parameters
    ----------
    places : GeoSeries of points
        Missing and empty ones are in no pair.
    things : GeoSeries
        Any geometry, in the same projected CRS in metres.
    distance_m : float
        A pair exactly so far apart counts.

    Returns
    -------
    DataFrame
        place, thing: positions from 0, by place and thing; distance_m, 0 within an area. The pairs are those of
        ``geopandas.sjoin(predicate="dwithin")``.

    Raises
    ------
    ValueError
        If the two are not in one projected CRS, or the distance is negative.
    """
    _demand_one_crs(places, things)
    if places.crs is None or not places.crs.is_projected:
        raise ValueError("distances in metres need a projected CRS")
    if not distance_m >= 0:
        raise ValueError(f"a distance is not negative: {distance_m}")
    shapes = things.to_numpy()
    boxes = shapely.bounds(shapes) + distance_m * np.array([-1, -1, 1, 1])
    known = np.isfinite(boxes[:, 0])
    if not known.any() or places.empty:
        return _table(_no_pairs()).rename(columns={"area": "thing"}).assign(distance_m=pd.Series(dtype=float))
    edge = float(np.median(boxes[known, 2:] - boxes[known, :2]))
    sorted_places = _sort(places, max(edge, _MARGIN))
    large = known & (_windows(boxes, sorted_places.cell).prod(axis=1) > _FEW_CELLS)
    small = np.flatnonzero(known & ~large)
    found = [_tested(sorted_places, boxes[small], shapes[small], small, distance_m)]
    if large.any():
        found.append(_near_large(sorted_places, shapes, np.flatnonzero(large), distance_m))
    table = _table(_joined(found)).rename(columns={"area": "thing"})
    points = places.to_numpy()[table["place"]]
    return table.assign(distance_m=shapely.distance(points, shapes[table["thing"]]))


def nearest(places: gpd.GeoSeries, things: gpd.GeoSeries, within_m: float) -> pd.DataFrame:
    """Return the nearest thing of each place that has one within a distance; of equally near ones the first.

    Parameters
    ----------
    places, things, within_m
        See ``within``.

    Returns
    -------
    DataFrame
        place, thing: positions from 0, by place; distance_m.

    Raises
    ------
    ValueError
        As ``within`` does.
    """
    pairs = within(places, things, within_m)
    best = pairs.groupby("place")["distance_m"].idxmin()
    return pairs.loc[best].reset_index(drop=True)


def shares(areas: gpd.GeoSeries, others: gpd.GeoSeries) -> pd.DataFrame:
    """Return how far areas overlap others.

    Parameters
    ----------
    areas, others : GeoSeries of (multi)polygons
        In one equal-area CRS.

    Returns
    -------
    DataFrame
        area, other: positions from 0, by area and other; overlap_m2 (> 0) and share of the area, 0 to 1. A common
        border is no overlap.

    Raises
    ------
    ValueError
        If the two are not in one CRS.
    """
    _demand_one_crs(areas, others)
    ours, theirs = areas.to_numpy(), others.to_numpy()
    at, other = shapely.STRtree(theirs).query(ours, predicate="intersects")
    overlap = shapely.area(shapely.intersection(ours[at], theirs[other]))
    table = pd.DataFrame({"area": at, "other": other, "overlap_m2": overlap, "share": overlap / shapely.area(ours)[at]})
    return table[overlap > 0].sort_values(["area", "other"], ignore_index=True)


@dataclass(frozen=True)
class _Sorted:
    """Places by cell: ``order`` are their positions, ``keys`` the cells, x, y as sorted."""

    x: Floats
    y: Floats
    order: Whole
    keys: Whole
    corner: tuple[float, float]
    cell: float
    columns: int
    rows: int


def _sort(places: gpd.GeoSeries, cell: float) -> _Sorted:
    """Sort places by cells of an edge in the unit of their CRS, but no more cells than an int64 can number."""
    points = places.to_numpy()
    known = np.flatnonzero(~(shapely.is_missing(points) | shapely.is_empty(points)))
    x, y = shapely.get_x(points[known]), shapely.get_y(points[known])
    if not len(known):
        return _Sorted(x, y, known, known, (0.0, 0.0), cell, 1, 1)
    west, south = float(x.min()), float(y.min())
    columns, rows = int((x.max() - west) / cell) + 1, int((y.max() - south) / cell) + 1
    keys = ((y - south) / cell).astype(np.int64) * columns + ((x - west) / cell).astype(np.int64)
    order = np.argsort(keys, kind="stable")
    return _Sorted(x[order], y[order], known[order], keys[order], (west, south), cell, columns, rows)


def _windows(boxes: Floats, cell: float) -> Floats:
    """Return how many columns and rows of cells each box spans, (n, 2); NaN for none."""
    spans: Floats = np.ceil((boxes[:, 2:] - boxes[:, :2]) / cell) + 1
    return spans


def _cells(places: _Sorted, x: Floats, y: Floats) -> tuple[Whole, Whole]:
    """Return column and row of points, limited to the grid and one cell around it."""
    column = np.clip(np.floor((x - places.corner[0]) / places.cell), -1, places.columns).astype(np.int64)
    row = np.clip(np.floor((y - places.corner[1]) / places.cell), -1, places.rows).astype(np.int64)
    return column, row


def _tested(
    places: _Sorted, boxes: Floats, shapes: npt.NDArray[np.object_], numbers: Whole, distance: float | None = None
) -> Pairs:
    """Return pairs of places and small shapes, each place in the box of a shape tested against it."""
    found = []
    for at, which in _in_boxes(places, boxes):
        points = shapely.points(places.x[at], places.y[at])
        ours = shapes[which]
        near = shapely.intersects(points, ours) if distance is None else shapely.dwithin(points, ours, distance)
        found.append((places.order[at[near]], numbers[which[near]]))
    return _joined(found)


def _in_boxes(places: _Sorted, boxes: Floats) -> list[Pairs]:
    """Return pairs of (sorted) places and boxes they lie in, in chunks: a row of cells is a run of sorted places."""
    margin = _MARGIN * places.cell
    first_column, first_row = _cells(places, boxes[:, 0] - margin, boxes[:, 1] - margin)
    last_column, last_row = _cells(places, boxes[:, 2] + margin, boxes[:, 3] + margin)
    first_column, last_column = np.maximum(first_column, 0), np.minimum(last_column, places.columns - 1)
    first_row, last_row = np.maximum(first_row, 0), np.minimum(last_row, places.rows - 1)
    heights = np.maximum(last_row - first_row + 1, 0) * (first_column <= last_column)
    which = np.repeat(np.arange(len(boxes)), heights)
    row = first_row[which] + _counted(heights)
    start = np.searchsorted(places.keys, row * places.columns + first_column[which], side="left")
    stop = np.searchsorted(places.keys, row * places.columns + last_column[which], side="right")
    chunks = []
    for piece in np.array_split(np.arange(len(which)), int((stop - start).sum()) // _CHUNK + 1):
        counts = stop[piece] - start[piece]
        at = np.repeat(start[piece], counts) + _counted(counts)
        box = np.repeat(which[piece], counts)
        x, y, (west, south, east, north) = places.x[at], places.y[at], boxes[box].T
        held = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        chunks.append((at[held], box[held]))
    return chunks


def _in_area(places: _Sorted, shape: shapely.Geometry, number: int) -> Pairs:
    """Return pairs of places and one large area: cells without border as a whole, the others place by place."""
    west, south, east, north = shape.bounds
    (left, right), (low, high) = _cells(places, np.array([west, east]), np.array([south, north]))
    left, right = max(left, 0), min(right, places.columns - 1)
    low, high = max(low, 0), min(high, places.rows - 1)
    if left > right or low > high:
        return _no_pairs()
    window = (left, low, right - left + 1, high - low + 1)
    crossed = _crossed(places, shape, window)
    column, row = np.meshgrid(np.arange(left, right + 1), np.arange(low, high + 1))
    shapely.prepare(shape)
    middle_x = places.corner[0] + (column + 0.5) * places.cell
    middle_y = places.corner[1] + (row + 0.5) * places.cell
    full = ~crossed & shapely.intersects_xy(shape, middle_x, middle_y)
    keys = row * places.columns + column
    sure, doubtful = _at_keys(places, keys[full]), _at_keys(places, keys[crossed])
    doubtful = doubtful[shapely.intersects_xy(shape, places.x[doubtful], places.y[doubtful])]
    held = places.order[np.concatenate([sure, doubtful])]
    return held, np.full(len(held), number, dtype=np.int64)


def _crossed(places: _Sorted, shape: shapely.Geometry, window: tuple[int, int, int, int]) -> npt.NDArray[np.bool_]:
    """Return which cells of a window the border of an area may cross, (rows, columns).

    Each edge is cut into pieces shorter than a cell; a piece can only cross the cells that its box touches.
    """
    left, low, columns, rows = window
    xy, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shape)), return_index=True)
    joined = ring[1:] == ring[:-1]
    start, step = xy[:-1][joined], np.diff(xy, axis=0)[joined]
    pieces = np.maximum(np.ceil(np.abs(step).max(axis=1) / places.cell), 1).astype(np.int64)
    at = np.repeat(np.arange(len(start)), pieces)
    part = _counted(pieces)[:, None] / pieces[at][:, None]
    head = start[at] + step[at] * part
    tail = start[at] + step[at] * (part + 1 / pieces[at][:, None])
    margin = _MARGIN * places.cell
    first = (np.minimum(head, tail) - margin - places.corner) / places.cell - (left, low)
    last = (np.maximum(head, tail) + margin - places.corner) / places.cell - (left, low)
    first, last = np.floor(first).astype(np.int64), np.floor(last).astype(np.int64)
    crossed = np.zeros((rows + 2, columns + 2), dtype=bool)
    # A piece as long as a cell spans up to three of them, with margins: first, middle and last.
    middle = (first + last) // 2
    for column in (first[:, 0], middle[:, 0], last[:, 0]):
        for row in (first[:, 1], middle[:, 1], last[:, 1]):
            crossed[np.clip(row, -1, rows) + 1, np.clip(column, -1, columns) + 1] = True
    return crossed[1:-1, 1:-1]


def _at_keys(places: _Sorted, keys: Whole) -> Whole:
    """Return the (sorted) places of some cells."""
    start = np.searchsorted(places.keys, keys, side="left")
    counts = np.searchsorted(places.keys, keys, side="right") - start
    return np.repeat(start, counts) + _counted(counts)


def _near_large(places: _Sorted, shapes: npt.NDArray[np.object_], numbers: Whole, distance: float) -> Pairs:
    """Return pairs of places and large things, which GEOS indexes edge by edge."""
    tree = shapely.STRtree(shapely.points(places.x, places.y))
    thing, at = tree.query(shapes[numbers], predicate="dwithin", distance=distance)
    return places.order[at], numbers[thing]


def _counted(counts: Whole) -> Whole:
    """Return 0, 1, ... up to each count, one after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - counts, counts)


def _no_pairs() -> Pairs:
    nothing = np.array([], dtype=np.int64)
    return nothing, nothing


def _joined(found: list[Pairs]) -> Pairs:
    places, areas = zip(*(found or [_no_pairs()]), strict=True)
    return np.concatenate(places), np.concatenate(areas)


def _table(pairs: Pairs) -> pd.DataFrame:
    place, area = pairs
    order = np.lexsort((area, place))
    return pd.DataFrame({"place": place[order], "area": area[order]})


def _demand_one_crs(places: gpd.GeoSeries, things: gpd.GeoSeries) -> None:
    if places.crs != things.crs:
        raise ValueError(f"two CRSs: {places.crs} and {things.crs}")
