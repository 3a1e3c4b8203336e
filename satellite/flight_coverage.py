"""Coverage: how much of each cell of a task a flight has shown."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from gis import grids, schema
from gis.crs import metric_for

SCHEMA = schema.table(
    {
        "cell_id": schema.text(unique=True),
        "covered": schema.number(0, 1),
        "photos": schema.whole(),
        "area_m2": schema.number(0),
        "missing_m2": schema.number(0),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""``covered`` is the share of the cell's area that footprints cover; ``photos`` how many touch it."""


def of_cells(cells: gpd.GeoDataFrame, footprints: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Return how much of each cell footprints cover.

    Parameters
    ----------
    cells : GeoDataFrame
        See ``gis.grids.LAYER``; EPSG:4490.
    footprints : GeoSeries of Polygon, EPSG:4490
        Of photos or of orthomosaics; empty ones cover nothing.

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``, in the order of the cells. Areas are taken in a metric system chosen for the place.

    Raises
    ------
    TableFaults
        If the cells repeat an id or are no polygons.
    """
    cells = schema.demand(cells[["cell_id", "geometry"]], grids.LAYER, "cells")
    plane = metric_for(cells)
    grounds, shown = cells.geometry.to_crs(plane), footprints[~footprints.is_empty].to_crs(plane).buffer(0)
    whole: BaseGeometry = shown.union_all()
    area = grounds.area.to_numpy()
    covered = grounds.intersection(whole).area.to_numpy()
    touched, _ = shown.sindex.query(grounds, predicate="intersects")
    share = np.clip(np.divide(covered, area, out=np.zeros(len(area)), where=area > 0), 0, 1)
    facts = {
        "cell_id": cells["cell_id"],
        "covered": share,
        "photos": np.bincount(touched, minlength=len(cells)),
        "area_m2": area,
        "missing_m2": area * (1 - share),
    }
    table = gpd.GeoDataFrame(pd.DataFrame(facts), geometry=cells.geometry, crs=cells.crs)
    return schema.demand(table, SCHEMA, "coverage")
