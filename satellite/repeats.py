"""Repeats: patches that other pairs of a project saw too keep their number and gain independent looks.

A look is a later image. The pairs (June, August) and (June, September) show one pit twice, by two images; the pair
(August, September) shows what came after. So two patches are one where their classes agree, their outlines lie
within 50 m, and either their intervals overlap or their later dates lie within 28 days. What another sensor saw there
and then is a look too, whatever it calls it, but brings no number: each sensor numbers its own patches.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import crs, schema
from satellite import merging

KNOWN = schema.table(
    {
        "patch_id": schema.text(),
        "own_id": schema.text(),
        "machine_class": schema.text(),
        "before_on": schema.day(nullable=True),
        "after_on": schema.day(nullable=True),
        "turn": schema.whole(),
        "sensor": schema.text(),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""Patches of a project's other detections: the id that they go by, the one that their own detection gave them, and
``turn``, the detection's place in the order in which detections were made, and ``sensor``, one of ``SENSORS``."""

SENSORS = ("optical", "radar", "network")
"""What sees a change. Radar and networks name no class, so their patches are matched by place and time alone."""

_MOSTLY = 0.5
_HARDLY = 0.1


@dataclass(frozen=True)
class Pairs:
    """Which patch (row of the new table) is which known one, rows of both."""

    new: NDArray[np.intp]
    known: NDArray[np.intp]


def settle(
    found: gpd.GeoDataFrame,
    known: gpd.GeoDataFrame,
    *,
    sensor: str = SENSORS[0],
    within_m: float = merging.WITHIN_M,
    apart_days: int = merging.APART_DAYS,
) -> gpd.GeoDataFrame:
    """Return patches under the ids that a project knows them by, with their looks.

    Parameters
    ----------
    found : GeoDataFrame
        See ``findings.SCHEMA``.
    known : GeoDataFrame
        See ``KNOWN``; those of the same detection, made before, among them.
    sensor : str
        Of ``found``.
    within_m : float
    apart_days : int

    Returns
    -------
    GeoDataFrame
        As ``found`` with ``own_id`` (the id as detected), ``first_on`` (the first later date that showed it) and
        ``looks``: how many later images did, another sensor's among them. Of several patches that are one known one
        of the same sensor the strongest takes its id.
    """
    table = found.assign(own_id=found["patch_id"], first_on=found["after_on"], looks=1)
    if found.empty or known.empty:
        return table
    known = schema.demand(known, KNOWN, "known patches").sort_values(["turn", "own_id"], ignore_index=True)
    pairs = matched(table.assign(sensor=sensor), known, within_m, apart_days)
    own = (known["sensor"] == sensor).to_numpy()
    days = known["after_on"].to_numpy("datetime64[D]")
    own_days = table["after_on"].to_numpy("datetime64[D]")
    ids, taken = table["own_id"].tolist(), set()
    looks, first = np.ones(len(table), int), own_days.copy()
    seen_by = known["sensor"].to_numpy(str)
    remembered = known[own].drop_duplicates("own_id").set_index("own_id")["patch_id"]
    for at in range(len(table)):
        mine = pairs.known[pairs.new == at]
        seen = {(own_days[at], sensor), *zip(days[mine], seen_by[mine], strict=True)}
        dated = sorted(day for day, _ in seen if not np.isnat(day))
        looks[at] = max(1, len(dated))
        first[at] = dated[0] if dated else own_days[at]
        mine = mine[own[mine]]
        wanted = remembered.get(ids[at], known["patch_id"].iloc[mine.min()] if mine.size else ids[at])
        ids[at] = wanted if wanted not in taken else ids[at]
        taken.add(ids[at])
    return table.assign(patch_id=ids, looks=looks, first_on=first.astype("datetime64[us]"))


def matched(found: gpd.GeoDataFrame, known: gpd.GeoDataFrame, within_m: float, apart_days: int) -> Pairs:
    """Return which patches are which known ones."""
    system = crs.metric_for(found)
    new, old = shapely.STRtree(known.geometry.to_crs(system).to_numpy()).query(
        found.geometry.to_crs(system).to_numpy(), predicate="dwithin", distance=within_m
    )
    same = found["machine_class"].to_numpy()[new] == known["machine_class"].to_numpy()[old]
    same |= found["sensor"].to_numpy()[new] != known["sensor"].to_numpy()[old]
    first, last = (
        [table[name].to_numpy("datetime64[D]")[at] for name in ("before_on", "after_on")]
        for table, at in ((found, new), (known, old))
    )
    with np.errstate(invalid="ignore"):
        overlap = (first[0] < last[1]) & (last[0] < first[1])
    same &= overlap | merging.near_in_time(first[1], last[1], apart_days)
    return Pairs(new[same], old[same])


def unchanged(shown: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which patches another later image saw without change: seen for the most part, changed hardly anywhere.

    Parameters
    ----------
    shown : DataFrame
        ``seen`` and ``changed``: the share of each patch's area that the other detection observed, and that it holds
        for changed, 0 to 1; NaN off its grid.
    """
    return (shown["seen"].to_numpy() > _MOSTLY) & (shown["changed"].to_numpy() < _HARDLY)
