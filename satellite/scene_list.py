"""The list of images that a project has: each once, known by its content, wherever it lies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from gis import schema
from gis.crs import STORAGE, stored
from satellite.questions import beijing_day

SCHEMA = schema.table(
    {
        "content": schema.text(unique=True),
        "scene_id": schema.text(),
        "sensor": schema.text(),
        "platform": schema.text(),
        "sensed_at": schema.day(),
        "seen_on": schema.day(),
        "cloud_percent": schema.number(0, 100, nullable=True),
        "gsd_m": schema.number(0, nullable=True),
        "bands": schema.text(),
        "size_mb": schema.number(0),
        "origin": schema.text(),
        "path": schema.text(),
        "added_at": schema.day(),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""``content`` is the SHA-256 of the file, or of the names and digests of a folder's files; ``sensor`` a code of
``sensors.toml``; ``sensed_at`` and ``added_at`` moments in UTC, ``seen_on`` the day in Beijing; ``bands`` common names
with spaces between them; ``origin`` the catalogue it was fetched from, or ``disk``; ``path`` from the project's folder
where it lies within, else from the root; the geometry is the footprint (EPSG:4490)."""

_PLAIN = ("content", "scene_id", "sensor", "platform", "cloud_percent", "gsd_m", "size_mb", "origin", "path")
_KINDS = dict.fromkeys(("cloud_percent", "gsd_m", "size_mb"), "float64") | dict.fromkeys(
    ("sensed_at", "seen_on", "added_at"), "datetime64[us]"
)


@dataclass(frozen=True)
class Listed:
    """An image that is there; fields as the columns of ``SCHEMA``, moments with their time zone, NaN where not told."""

    content: str
    scene_id: str
    sensor: str
    sensed_at: datetime
    footprint: BaseGeometry
    path: str
    added_at: datetime
    platform: str = ""
    bands: tuple[str, ...] = ()
    cloud_percent: float = float("nan")
    gsd_m: float = float("nan")
    size_mb: float = 0.0
    origin: str = "disk"


def empty() -> gpd.GeoDataFrame:
    """Return the list of a project that has no image yet."""
    return as_table([])


def as_table(images: Iterable[Listed]) -> gpd.GeoDataFrame:
    """Return images as a list, see ``SCHEMA``.

    Raises
    ------
    TableFaults
        If one of them cannot be, such as 140 % of clouds, or stands twice.
    """
    rows = list(images)
    columns = {name: [getattr(row, name) for row in rows] for name in _PLAIN}
    columns |= {name: [_utc(getattr(row, name)) for row in rows] for name in ("sensed_at", "added_at")}
    columns |= {"bands": [" ".join(row.bands) for row in rows], "seen_on": [beijing_day(row.sensed_at) for row in rows]}
    kinds = {name: _KINDS.get(name, "str") for name in columns}
    table = pd.DataFrame({name: columns[name] for name in SCHEMA.columns if name in columns}).astype(kinds)
    made = gpd.GeoDataFrame(table, geometry=[row.footprint for row in rows], crs=STORAGE)
    return gpd.GeoDataFrame(schema.demand(made, SCHEMA, "scenes"))


def joined(known: gpd.GeoDataFrame, fresh: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int]:
    """Return a list with further images, the earliest first, and how many of them are new.

    An image that is known already, by its content, keeps the day it was added and gets the newer path and facts; one
    whose place now holds something else is left out.

    Parameters
    ----------
    known, fresh : GeoDataFrame
        See ``SCHEMA``.
    """
    since = known.set_index("content")["added_at"].reindex(fresh["content"]).set_axis(fresh.index)
    seen = fresh["content"].isin(known["content"])
    kept = known[~known["content"].isin(fresh["content"]) & ~known["path"].isin(fresh["path"])]
    again = fresh.assign(added_at=since.fillna(fresh["added_at"]))
    parts = [stored(part) for part in (kept, again) if len(part)]
    if not parts:
        return empty(), 0
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=STORAGE)
    table = table.sort_values(["sensed_at", "scene_id", "content"], ignore_index=True)
    return gpd.GeoDataFrame(schema.demand(table, SCHEMA, "scenes")), int((~seen).sum())


def _utc(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")
