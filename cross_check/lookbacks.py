"""Look-backs: what a later detection says of a place that was to be rectified. Pure.

Two baselines tell two things. Held against an image from before the problem, ground without a patch is as it was: the
heap is gone. Held against an image that shows the problem, ground without a patch is as it was then: nothing was done.
The machine's verdict is evidence for or against closing; a person reads it and may see it otherwise, and both stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd

from cross_check.ledger.rules import LOOK_BACKS
from gis.crs import metric_for
from gis.errors import WorkbenchError

GONE, CHANGED, STILL, UNTOUCHED, AGAIN, UNSEEN = LOOK_BACKS
FOR, AGAINST = (GONE, CHANGED), (STILL, UNTOUCHED, AGAIN)


@dataclass(frozen=True)
class Place:
    """What was to be rectified.

    Attributes
    ----------
    outline : GeoSeries
        Of the problem, EPSG:4490.
    kind : str
        Class of the problem.
    seen_on : date
        Day of the image or the visit that showed it.
    """

    outline: gpd.GeoSeries
    kind: str
    seen_on: date


@dataclass(frozen=True)
class Sight:
    """What the later detection compared, and how much of the place it saw.

    Attributes
    ----------
    before_on, after_on : date
    share : float
        0 to 1, see ``satellite.sights``.
    """

    before_on: date
    after_on: date
    share: float


@dataclass(frozen=True)
class Finding:
    """What the machine makes of it.

    Attributes
    ----------
    verdict : str
        One of ``LOOK_BACKS``.
    patch_ids : tuple of str
        Patches at the place.
    same : bool
        Whether one of them is of the problem's class.
    """

    verdict: str
    patch_ids: tuple[str, ...]
    same: bool

    @property
    def speaks(self) -> str:
        """``"for"`` closing, ``"against"`` it, or ``"neither"``."""
        return "for" if self.verdict in FOR else "against" if self.verdict in AGAINST else "neither"


def judge(place: Place, patches: gpd.GeoDataFrame, sight: Sight, params: Mapping[str, Any]) -> Finding:
    """Return what a later detection says of a place.

    Parameters
    ----------
    place : Place
    patches : GeoDataFrame
        See ``satellite.patches.SCHEMA``.
    sight : Sight
    params : mapping
        ``least_share``: below it the place counts as unseen; ``reach_m``: a patch so near is at the place.

    Raises
    ------
    WorkbenchError
        ``lookbacks.too_early`` if the later image is not younger than the problem.
    """
    if sight.after_on <= place.seen_on:
        raise WorkbenchError(
            "lookbacks.too_early",
            "The later image is of {after}, the problem of {seen}: look back with a younger image",
            after=sight.after_on.isoformat(),
            seen=place.seen_on.isoformat(),
        )
    metric = metric_for(gpd.GeoDataFrame(geometry=place.outline))
    ground = place.outline.to_crs(metric).union_all().buffer(params["reach_m"])
    near = patches[patches.geometry.to_crs(metric).intersects(ground)] if len(patches) else patches
    ids, same = tuple(near["patch_id"]), bool((near["machine_class"] == place.kind).any())
    if sight.share < params["least_share"]:
        return Finding(UNSEEN, ids, same)
    from_before = sight.before_on < place.seen_on
    if from_before:
        return Finding(STILL if ids else GONE, ids, same)
    return Finding(AGAIN if same else CHANGED if ids else UNTOUCHED, ids, same)
