"""What scenes show of the ground: the share of each reason, and what an area has seen of itself month by month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis import schema
from gis.crs import STORAGE, stored
from satellite.masks import CLEAR, NOWHERE, REASONS, SNOW
from satellite.products import Description

UNSEEN = REASONS[2:]
"""Why a pixel within a scene does not show the bare ground."""

SCHEMA = schema.table(
    {
        "scene_id": schema.text(unique=True),
        "sensor": schema.text(),
        "platform": schema.text(),
        "seen_on": schema.day(),
        "cloud_percent": schema.number(0, 100, nullable=True),
        "screened_by": schema.text(),
        **{reason: schema.number(0, 1) for reason in REASONS[1:]},
        "gsd_m": schema.number(0),
        "folder": schema.text(),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""One row a scene. The reasons are shares of the pixels within it and add up to 1; ``cloud_percent`` is what its
provider says of the whole product; ``screened_by`` as in ``masks.classified``; ``seen_on`` the day in Beijing;
``folder`` holds its image, mask and recipe; the geometry is the footprint (EPSG:4490)."""

MONTHS = schema.table(
    {
        "month": schema.text(unique=True),
        "scenes": schema.number(0),
        "covered": schema.number(0, 1),
        "observed": schema.number(0, 1),
        "snow": schema.number(0, 1),
        "looks": schema.number(0),
    }
)
"""One row a month: number of scenes; share of the area that lies in any of them, whose bare ground was seen at least
once, and which was seen under snow only; mean number of clear looks at the area."""

_BEIJING = timedelta(hours=8)


@dataclass(frozen=True)
class Look:
    """One scene on the cells of an area: its day and the code of ``masks.REASONS`` of each cell."""

    seen_on: date
    codes: NDArray[np.uint8]


def row(
    told: Description, counts: NDArray[np.int64], screened_by: str, folder: str, outline: BaseGeometry, gsd_m: float
) -> gpd.GeoDataFrame:
    """Return one row of the table.

    Parameters
    ----------
    told : Description
        With the moment of sensing.
    counts : (9,) int
        Pixels of each code of ``masks.REASONS``.
    screened_by, folder : str
    outline : Polygon
        Longitude and latitude.
    gsd_m : float

    Raises
    ------
    ValueError
        If the scene tells no moment.
    """
    if told.sensed_at is None:
        raise ValueError(f"{told.scene_id} tells no moment")
    inside = max(int(counts[CLEAR:].sum()), 1)
    shares = {
        reason: float(count) / inside for reason, count in zip(REASONS, counts, strict=True) if reason != "outside"
    }
    facts = {
        "scene_id": told.scene_id,
        "sensor": told.sensor,
        "platform": told.platform,
        "seen_on": pd.Timestamp((told.sensed_at + _BEIJING).date()),
        "cloud_percent": np.nan if told.cloud_percent is None else float(told.cloud_percent),
        "screened_by": screened_by,
        **shares,
        "gsd_m": gsd_m,
        "folder": folder,
    }
    table = pd.DataFrame([facts]).astype({"seen_on": "datetime64[us]"})
    made = gpd.GeoDataFrame(table, geometry=[outline], crs=STORAGE)
    return gpd.GeoDataFrame(schema.demand(made, SCHEMA, told.scene_id))


def joined(known: gpd.GeoDataFrame | None, fresh: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table with a scene added, or its row replaced; the earliest first."""
    if known is None or known.empty:
        return fresh
    kept = known[~known["scene_id"].isin(fresh["scene_id"])]
    parts = [stored(part) for part in (kept, fresh) if len(part)]
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=STORAGE)
    return table.sort_values(["seen_on", "scene_id"], ignore_index=True)


def months(looks: Iterable[Look], area: NDArray[np.bool_]) -> pd.DataFrame:
    """Return what was seen of an area in each month.

    Parameters
    ----------
    looks : iterable of Look
        On one grid of cells of equal area.
    area : (rows, columns) bool
        Cells of the area.

    Returns
    -------
    DataFrame
        See ``MONTHS``; a month between the first and the last without a scene has a row of zeros.
    """
    cells = max(int(area.sum()), 1)
    count: dict[str, int] = {}
    clear: dict[str, NDArray[np.int32]] = {}
    within: dict[str, NDArray[np.bool_]] = {}
    snow: dict[str, NDArray[np.bool_]] = {}
    for look in looks:
        month = f"{look.seen_on:%Y-%m}"
        count[month] = count.get(month, 0) + 1
        clear[month] = clear.get(month, np.zeros(area.shape, np.int32)) + (area & (look.codes == CLEAR))
        within[month] = within.get(month, np.zeros_like(area)) | (area & (look.codes != NOWHERE))
        snow[month] = snow.get(month, np.zeros_like(area)) | (area & (look.codes == SNOW))
    rows = [
        {
            "month": month,
            "scenes": count.get(month, 0),
            "covered": _share(within.get(month), cells),
            "observed": _share(clear[month] > 0, cells) if month in clear else 0.0,
            "snow": _share(snow[month] & (clear[month] == 0), cells) if month in clear else 0.0,
            "looks": float(clear[month].sum()) / cells if month in clear else 0.0,
        }
        for month in _span(count)
    ]
    table = pd.DataFrame(rows, columns=list(MONTHS.columns)).astype({"month": "str"})
    return schema.demand(table, MONTHS, "months")


def around(table: gpd.GeoDataFrame, day: date, *, least_clear: float) -> tuple[int, int]:
    """Return how many scenes before a day, and from it on, show at least a share of the ground bare."""
    usable = table["clear"] >= least_clear
    before = table["seen_on"] < pd.Timestamp(day)
    return int((usable & before).sum()), int((usable & ~before).sum())


def _share(mask: NDArray[np.bool_] | None, cells: int) -> float:
    return 0.0 if mask is None else float(mask.sum()) / cells


def _span(count: Mapping[str, int]) -> list[str]:
    """Return all months from the first to the last."""
    if not count:
        return []
    return [f"{month}" for month in pd.period_range(min(count), max(count), freq="M")]
