"""Burns: scars in a pair of images held against the fire points that satellites saw between the two dates.

A fire point beside a scar makes it likelier that something burned, the more so the fewer points there are around;
a scar without one is less sure, but many small fires are never seen from above. Both move the odds by the ratio of
likelihoods: with s the share of fires that satellites see and q the chance that a point lies near an unrelated patch,
a point multiplies the odds by (s + (1 - s) q) / q, none multiplies them by 1 - s.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import crs
from satellite import findings

Floats = NDArray[np.float64]

GATE = "fire_point"
_AROUND_M = 20_000.0
_LEAST_CHANCE = 0.02


@dataclass(frozen=True)
class Params:
    """How a scar and a fire point are held together.

    Attributes
    ----------
    within_m : float
        From the outline to the middle of the pixel of heat: half the diagonal of 375 m and a scar's own blur.
    days : int
        A point counts if it was seen between the two images, and at most so many days before the later one.
    seen_share : float
        Share of burnt fields over which a satellite saw heat, 0 to 1.
    """

    within_m: float = 500.0
    days: int = 30
    seen_share: float = 0.4

    def __post_init__(self) -> None:
        """Refuse values without meaning."""
        if not 0 < self.seen_share < 1 or self.within_m < 0 or self.days < 0:
            raise ValueError("seen_share lies between 0 and 1; within_m and days are not negative")


def corroborate(found: gpd.GeoDataFrame, points: gpd.GeoDataFrame, *, params: Params | None = None) -> gpd.GeoDataFrame:
    """Return patches with the fire points beside their scars.

    Parameters
    ----------
    found : GeoDataFrame
        See ``findings.SCHEMA``.
    points : GeoDataFrame
        Fire points: ``seen_on`` and geometry (EPSG:4490). Those at known sources of heat are left out by the caller.
    params : Params, optional

    Returns
    -------
    GeoDataFrame
        As ``found`` with ``fire_points`` (how many; missing where a patch is no burn or has no dates), ``fire_m``
        (metres to the nearest), ``fire_on`` (day of the nearest), and the probability of burns moved; those with a
        point have passed the gate ``fire_point``.
    """
    params = params or Params()
    count = pd.array([pd.NA] * len(found), dtype="Int64")
    table = found.assign(fire_points=count, fire_m=np.nan, fire_on=pd.Series(pd.NaT, found.index, "datetime64[us]"))
    burns = (found["machine_class"] == "burn") & found["before_on"].notna() & found["after_on"].notna()
    if not burns.any():
        return table
    scars = found[burns]
    system = crs.metric_for(found)
    outlines, places = (each.geometry.to_crs(system) for each in (scars, points))
    hits = _hits(scars, outlines, points, places, params)
    table.loc[burns, "fire_points"] = hits.groupby("scar").size().reindex(range(len(scars)), fill_value=0).to_numpy()
    nearest = hits.sort_values(["apart", "seen_on"]).groupby("scar").first().reindex(range(len(scars)))
    table.loc[burns, "fire_m"] = nearest["apart"].to_numpy(dtype=float)
    table.loc[burns, "fire_on"] = nearest["seen_on"].to_numpy("datetime64[us]")
    chance = _chance(scars, outlines, points, places, params)
    with_fire = nearest["apart"].notna().to_numpy()
    table.loc[burns, "probability"] = moved(scars["probability"].to_numpy(dtype=float), with_fire, chance, params)
    table.loc[burns, "gates"] = np.where(with_fire, scars["gates"] + f";{GATE}", scars["gates"])
    return table


def moved(probability: Floats, with_fire: NDArray[np.bool_], chance: Floats, params: Params) -> Floats:
    """Return probabilities after their odds were multiplied by the ratio of likelihoods.

    Parameters
    ----------
    probability : (n,) array
        0 to 1.
    with_fire : (n,) bool
    chance : (n,) array
        Chance of a point near an unrelated patch, 0 to 1.
    params : Params
    """
    share = params.seen_share
    ratio = np.where(with_fire, (share + (1 - share) * chance) / chance, 1 - share)
    return findings.weighed(probability, ratio)


def _hits(
    scars: gpd.GeoDataFrame, outlines: gpd.GeoSeries, points: gpd.GeoDataFrame, places: gpd.GeoSeries, params: Params
) -> pd.DataFrame:
    """Return pairs of a scar and a point near it in time: scar, apart (metres), seen_on."""
    tree = shapely.STRtree(places.to_numpy())
    scar, point = tree.query(outlines.to_numpy(), predicate="dwithin", distance=params.within_m)
    seen_on = points["seen_on"].to_numpy("datetime64[D]")[point]
    kept = _in_time(scars, scar, seen_on, params)
    scar, point = scar[kept], point[kept]
    apart = shapely.distance(outlines.to_numpy()[scar], places.to_numpy()[point])
    return pd.DataFrame({"scar": scar, "apart": apart, "seen_on": seen_on[kept]})


def _in_time(
    scars: gpd.GeoDataFrame, scar: NDArray[np.intp], seen_on: NDArray[np.datetime64], params: Params
) -> NDArray[np.bool_]:
    before, after = (scars[name].to_numpy("datetime64[D]")[scar] for name in ("before_on", "after_on"))
    return np.asarray((seen_on >= before) & (seen_on <= after) & (after - seen_on <= np.timedelta64(params.days, "D")))


def _chance(
    scars: gpd.GeoDataFrame, outlines: gpd.GeoSeries, points: gpd.GeoDataFrame, places: gpd.GeoSeries, params: Params
) -> Floats:
    """Return the chance that a point of that time lies near a patch by accident, from how many lie within 20 km."""
    around = shapely.buffer(shapely.box(*outlines.total_bounds), _AROUND_M)
    near = np.flatnonzero(shapely.contains_xy(around, places.x.to_numpy(), places.y.to_numpy()))
    seen_on = points["seen_on"].to_numpy("datetime64[D]")[near]
    counts = [_in_time(scars, np.full(near.size, at), seen_on, params).sum() for at in range(len(scars))]
    reach = shapely.area(shapely.buffer(outlines.to_numpy(), params.within_m))
    expected = np.array(counts) * reach / around.area
    return np.asarray(np.maximum(-np.expm1(-expected), _LEAST_CHANCE))
