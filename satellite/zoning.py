"""Zoning: which patches lie in protected areas or behind the red line, for searches that ask for these alone."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np

from gis import crs
from gis.errors import WorkbenchError

GATE = "zone"


def demand(zones: gpd.GeoDataFrame | None, kinds: Iterable[str]) -> None:
    """Refuse a search in zones of which none has been brought: it would pass everything, or nothing, without a word.

    Raises
    ------
    WorkbenchError
        ``zoning.no_layer`` with the kinds that are asked for.
    """
    wanted = list(kinds)
    if wanted and (zones is None or not zones["kind"].isin(wanted).any()):
        raise WorkbenchError(
            "zoning.no_layer",
            "This search looks in protected zones ({kinds}), and the project has none: import them first, "
            "hdq regions import FILE --kind KIND",
            kinds=", ".join(wanted),
        )


def mark(found: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, kinds: Iterable[str] = ()) -> gpd.GeoDataFrame:
    """Return patches with the zones that they lie in.

    Parameters
    ----------
    found : GeoDataFrame
        See ``findings.SCHEMA``.
    zones : GeoDataFrame
        See ``gis.regions.ZONES``.
    kinds : iterable of str
        Only these count; all by default.

    Returns
    -------
    GeoDataFrame
        As ``found`` with ``in_zones`` (names joined with ``;``, "" outside) and ``zone_share`` (share of the area
        inside, 0 to 1); those inside have passed the gate ``zone``.
    """
    wanted = set(kinds) or set(zones["kind"])
    counted = zones[zones["kind"].isin(wanted)]
    table = found.assign(in_zones="", zone_share=0.0)
    if counted.empty or found.empty:
        return table
    system = crs.metric_for(found)
    outlines, grounds = found.geometry.to_crs(system).reset_index(drop=True), counted.geometry.to_crs(system)
    patch, zone = grounds.sindex.query(outlines, predicate="intersects")
    names = [[] for _ in range(len(found))]  # type: list[list[str]]
    for at, which in zip(patch, zone, strict=True):
        names[at].append(str(counted["name"].iloc[which]))
    inside = outlines.intersection(grounds.union_all()).area / outlines.area
    table["in_zones"] = [";".join(sorted(each)) for each in names]
    table["zone_share"] = inside.clip(0, 1).to_numpy()
    hit = table["in_zones"].to_numpy() != ""
    table["gates"] = np.where(hit, table["gates"] + f";{GATE}", table["gates"])
    return table
