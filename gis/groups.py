"""Groups: points that lie thick together, by HDBSCAN, and what the scan says of each.

HDBSCAN (Campello, Moulavi, Sander 2013; the library's) draws outlines around what is there. It is no test: on points
spread at random it puts nearly half of the area into groups. So a group counts for nothing by itself; each is set
against the scan of the same points, and only one that holds the middle of a significant window is called supported.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN

from gis import scan_chance, schema, signals
from gis.crs import EQUAL_AREA, STORAGE
from gis.grids import Tiles
from gis.scan_events import Scanned

SCHEMA = schema.table(
    {
        "group_id": schema.text(unique=True),
        "points": schema.whole(),
        "first_on": schema.day(),
        "last_on": schema.day(),
        "ratio": schema.number(0),
        "p": schema.number(0, 1),
        "p_gumbel": schema.number(0, 1, nullable=True),
        "supported": schema.flag(),
        "geometry": schema.shape("Polygon", "LineString", "Point"),
    }
)
"""``ratio`` and p: of the strongest window of the scan around one of the group's cells. The geometry is the convex hull
of the points."""

FEWEST = 15
ALPHA = 0.05


def find(points: gpd.GeoDataFrame, *, fewest: int = FEWEST) -> NDArray[np.int64]:
    """Return the group of each point, -1 for those in none: the leaves of the tree, for its stem is the whole province.

    Parameters
    ----------
    points : GeoDataFrame
        See ``gis.signals.SCHEMA``.
    fewest : int
        Points that a group holds at least, 2 or more.

    Raises
    ------
    ValueError
        If ``fewest`` is less than 2.
    """
    if fewest < 2:  # noqa: PLR2004
        raise ValueError(f"a group holds at least 2 points, not {fewest}")
    points = schema.demand(points, signals.SCHEMA, "signals")
    if len(points) < fewest:
        return np.full(len(points), -1, np.int64)
    at = points.geometry.to_crs(EQUAL_AREA)
    return np.asarray(
        HDBSCAN(min_cluster_size=fewest, cluster_selection_method="leaf", copy=True)
        .fit(np.column_stack([at.x, at.y]))
        .labels_,
        np.int64,
    )


def tested(points: gpd.GeoDataFrame, group: NDArray[np.int64], tiles: Tiles, scanned: Scanned) -> gpd.GeoDataFrame:
    """Return the groups, each with what the scan of the same points says of it.

    Parameters
    ----------
    points : GeoDataFrame
        See ``gis.signals.SCHEMA``.
    group : (n,) int
        See ``find``.
    tiles : Tiles
        Those of the scan.
    scanned : Scanned
        See ``gis.scan_events.find``.

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``, the strongest first. The windows around a group's cells are among those of the scan, so that
        their p holds for all groups at once. A group in no scanned cell has ratio 0 and p 1.
    """
    points = schema.demand(points, signals.SCHEMA, "signals").assign(group=group)
    points["cell"] = tiles.places(points.geometry)
    strength = pd.Series(scanned.found.ratios, index=scanned.cells)
    grouped = points[points["group"] >= 0].groupby("group")
    ratios = np.array([strength.reindex(of["cell"].unique()).max() for _, of in grouped], np.float64)
    ratios = np.nan_to_num(ratios, nan=0.0)
    p = scan_chance.monte_carlo_p(ratios, scanned.found.maxima)
    columns = {
        "group_id": [f"G{of['signal_id'].min()}" for _, of in grouped],
        "points": grouped.size().to_numpy(),
        "first_on": grouped["seen_on"].min().to_numpy(),
        "last_on": grouped["seen_on"].max().to_numpy(),
        "ratio": ratios,
        "p": p,
        "p_gumbel": scan_chance.gumbel_p(ratios, scanned.found.maxima),
        "supported": p <= ALPHA,
    }
    hulls = [of.geometry.union_all().convex_hull for _, of in grouped]
    table = gpd.GeoDataFrame(columns, geometry=hulls, crs=STORAGE)
    ranked = table.sort_values(["ratio", "group_id"], ascending=[False, True], ignore_index=True)
    return schema.demand(ranked, SCHEMA, "groups")
