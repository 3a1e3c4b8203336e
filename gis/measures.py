"""Hotspots of measured values: where concentrations, loads or radiative powers lie together, not where events do.

There is no exact law for values of any kind. One set of random deals serves all cells (``gis.nulls.simulated``), and
there are as many of them as a correction for the number of cells needs: with 999, as usual, none survives it.
"""

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gis import gistar, grids, hotspots, mapwide, moran, schema
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.grids import Tiles
from gis.hotspots import Params
from gis.windows import Around

FEWEST_CELLS = 30
"""With fewer measured cells a map says nothing about neighbours."""

_DEALS_A_CELL = 100
_MOST_DEALS = 200_000

Real = NDArray[np.float64]


def by_cell(points: gpd.GeoDataFrame, values: Real, tiles: Tiles) -> tuple[Real, NDArray[np.int64]]:
    """Return the mean of the values measured in each cell, NaN where none was, and how many were.

    Parameters
    ----------
    points : GeoDataFrame of points, EPSG:4490
    values : (m,) float64
        One a point; NaN does not count.
    tiles : Tiles

    Returns
    -------
    means : (n,) float64
    records : (n,) int64
    """
    places = tiles.places(points.geometry)
    places = np.where(np.isnan(values), -1, places)
    records = grids.tally(places, tiles)
    with np.errstate(invalid="ignore"):
        return grids.tally(places, tiles, values.tolist()) / records, records.astype(np.int64)


def find(
    values: Real,
    records: NDArray[np.int64],
    tiles: Tiles,
    *,
    params: Params | None = None,
    least_cells: int = FEWEST_CELLS,
) -> gpd.GeoDataFrame:
    """Return the measured cells with the local statistic, p, and the bin that survives correction.

    Parameters
    ----------
    values : (n,) float64
        NaN where nothing was measured: such a cell neither counts nor is a neighbour.
    records : (n,) int64
        Measurements behind each value.
    tiles : Tiles
    params : Params, optional
        ``least_cases`` is the number of measurements that a window needs for a colour.
    least_cells : int

    Returns
    -------
    GeoDataFrame
        See ``hotspots.SCHEMA``; ``count`` and ``window_count`` are measurements, ``expected`` is the window's mean sum.
        The smallest adjusted p first.

    Raises
    ------
    WorkbenchError
        ``measures.few_cells`` with fewer measured cells than ``least_cells``, ``measures.flat`` if all are alike.
    """
    params = params or Params()
    measured = np.isfinite(values)
    if measured.sum() < least_cells:
        raise WorkbenchError(
            "measures.few_cells",
            "{cells} measured cells are too few for a map of hotspots: {fewest} at least",
            cells=int(measured.sum()),
            fewest=least_cells,
        )
    kept, seen, cells = values[measured], records[measured], tiles.only(measured)
    if kept.max() == kept.min():
        raise WorkbenchError("measures.flat", "All cells have the same value {value}", value=float(kept[0]))
    arounds = [cells.around(radius) for radius in params.radii]
    found = judge(kept, seen, arounds, params)
    columns = {"cell_id": cells.ids(), "count": seen, "value": kept, **vars(found)}
    if params.statistic == "moran":
        quadrant = moran.of_values(kept, arounds[0], np.random.default_rng(params.seed), tail=params.tail).quadrant
        columns["pattern"] = np.array(moran.PATTERNS)[quadrant]
    table = gpd.GeoDataFrame(columns, geometry=cells.outlines().to_numpy(), crs=STORAGE)
    ranked = table.sort_values(["p_adjusted", "p", "cell_id"], ignore_index=True)
    result: gpd.GeoDataFrame = schema.demand(ranked, hotspots.SCHEMA, "hotspots")
    return result


def judge(values: Real, records: NDArray[np.int64], arounds: list[Around], params: Params) -> hotspots.Found:
    """Return what stands out among n measured cells; ``find`` without geometry.

    Parameters
    ----------
    values : (n,) float64, without NaN
    records : (n,) int64
    arounds : list of Around
        One for each radius of ``params``.
    params : Params
    """
    rng = np.random.default_rng(params.seed)
    times = int(np.clip(_DEALS_A_CELL * values.size, gistar.TIMES, _MOST_DEALS))
    stays = params.statistic == "moran"
    looks = [
        gistar.of_values(values, around, rng, tail=params.tail, own_stays=stays, times=times) for around in arounds
    ]
    settled = hotspots.settle(
        looks,
        params,
        lambda: mapwide.of_values(values, arounds, rng, tail=params.tail, deals=params.deals),
        own=values,
    )
    behind = settled.best([around.sums(records) for around in arounds]).astype(np.int64)
    few = (settled.level != 0) & (behind < params.least_cases)
    return settled.found(looks, params, few=few, window_count=behind)
