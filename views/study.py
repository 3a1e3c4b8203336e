"""A hotspot study as a page asks for it: events, cells, period and statistic in, judged cells and their evidence out.

Pure. What is asked is a frozen record, so that a result is kept by it and never by the data that went in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis import grids, hotspots
from gis.crs import STORAGE, metric_at
from gis.errors import WorkbenchError
from gis.grids import Tiles

EVENTS = ("fire_point", "complaint", "lead")
CELLS = {
    "square_1": ("squares", 1000),
    "square_3": ("squares", 3000),
    "square_5": ("squares", 5000),
    "square_10": ("squares", 10_000),
    "hexagon_5": ("hexagons", 5),
    "hexagon_6": ("hexagons", 6),
    "hexagon_7": ("hexagons", 7),
    "region": ("polygons", 0),
}
"""Kinds of cells: squares by their edge in metres, H3 hexagons by resolution, the project's regions."""

WINDOWS = {"near": (1.5,), "wide": (3.0,), "both": (1.5, 3.0)}
"""Radii in cells: 3 x 3, the disc of 29, or both scales tested together."""

CHOICES = {
    "statistic": ("gi", "moran"),
    "windows": ("both", "near", "wide"),
    "exposure": ("none", "area", "enterprises"),
    "tail": ("hot", "both"),
    "correction": ("bh", "by"),
}
"""What else may be chosen, the first by default."""

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Asked:
    """What to study; ``first`` and ``last`` are days such as 2024-05-01, both included.

    ``exposure`` counts for Gi* alone: local Moran compares the cells' own counts.
    """

    events: str
    cells: str
    first: str
    last: str
    statistic: str = "gi"
    windows: str = "both"
    exposure: str = "none"
    correction: str = "bh"
    tail: str = "hot"


@dataclass(frozen=True)
class Counted:
    """Events laid into cells.

    Attributes
    ----------
    tiles : Tiles
    events : GeoDataFrame
        event_id, seen_on, geometry: those of the asked kind and period.
    places : (m,) int64
        Cell of each event, -1 for none.
    counts : (n,) int64
    exposure : (n,) float64, None where every cell counts alike
    """

    tiles: Tiles
    events: gpd.GeoDataFrame
    places: Whole
    counts: Whole
    exposure: Real | None

    @cached_property
    def ids(self) -> NDArray[np.str_]:
        """Ids of the cells."""
        return self.tiles.ids()


@dataclass(frozen=True)
class Evidence:
    """Why a cell is judged as it is.

    Attributes
    ----------
    members : DataFrame
        cell_id, count, weight of every cell in the window, its own first.
    records : DataFrame
        event_id, seen_on, cell_id, distance_m (to the middle of the cell), nearest first.
    """

    members: pd.DataFrame
    records: pd.DataFrame


def events_of(layers: Mapping[str, gpd.GeoDataFrame], kind: str) -> gpd.GeoDataFrame:
    """Return the events of a kind: event_id, seen_on, geometry (points); leads stand at a point inside them.

    Parameters
    ----------
    layers : mapping
        ``signals`` and ``leads``, see ``gis.signals.SCHEMA`` and ``cross_check.leads.SCHEMA``; may be empty.
    kind : str
        One of ``EVENTS``.
    """
    if kind == "lead":
        table = layers["leads"]
        names = {"lead_id": "event_id", "after_on": "seen_on"}
    else:
        table = layers["signals"]
        table = table[table["kind"] == kind] if len(table) else table
        names = {"signal_id": "event_id"}
    if table.empty:
        none = {"event_id": pd.Series(dtype=str), "seen_on": pd.Series(dtype="datetime64[ns]")}
        return gpd.GeoDataFrame(none, geometry=gpd.GeoSeries([], crs=STORAGE))
    named = table.rename(columns=names)[["event_id", "seen_on", "geometry"]].reset_index(drop=True)
    return named.set_geometry(named.geometry.representative_point()) if kind == "lead" else named


def tiles_of(cells: str, regions: gpd.GeoDataFrame) -> Tiles:
    """Return cells of a kind, see ``CELLS``, over the regions (``gis.regions.SCHEMA``)."""
    kind, size = CELLS[cells]
    if kind == "squares":
        return grids.cover(regions, size_m=size)
    if kind == "hexagons":
        return grids.hexagons(regions, resolution=size)
    return grids.polygons(regions, id_column="division_code", source="regions")


def count(asked: Asked, events: gpd.GeoDataFrame, tiles: Tiles, enterprises: gpd.GeoDataFrame) -> Counted:
    """Lay the events of the asked period into cells.

    Parameters
    ----------
    asked : Asked
    events : GeoDataFrame
        See ``events_of``.
    tiles : Tiles
    enterprises : GeoDataFrame
        See ``gis.register.SCHEMA``; looked at if they are the exposure.

    Raises
    ------
    WorkbenchError
        ``hotspots_page.no_events`` if none is left, ``hotspots_page.no_exposure`` if no enterprise lies in a cell.
    """
    kept = grids.between(events, pd.Timestamp(asked.first), pd.Timestamp(asked.last)).reset_index(drop=True)
    places = tiles.places(kept.geometry) if len(kept) else np.zeros(0, np.int64)
    if not (places >= 0).any():
        raise WorkbenchError("hotspots_page.no_events", "No event of this kind and time lies in a cell")
    counts = grids.tally(places, tiles).astype(np.int64)
    exposure: Real | None = None
    if asked.exposure == "area" and asked.statistic == "gi":
        exposure = tiles.areas_m2()
    if asked.exposure == "enterprises" and asked.statistic == "gi":
        at = tiles.places(enterprises.geometry) if len(enterprises) else np.zeros(0, np.int64)
        exposure = grids.tally(at, tiles)
        if not exposure.sum() > 0:
            raise WorkbenchError("hotspots_page.no_exposure", "No enterprise lies in a cell: choose another exposure")
    return Counted(tiles, kept, places, counts, exposure)


def judge(asked: Asked, counted: Counted) -> gpd.GeoDataFrame:
    """Return the judged cells, see ``gis.hotspots.SCHEMA``; the smallest adjusted p first."""
    return hotspots.table(counted.counts, counted.tiles, params=params_of(asked), exposure=counted.exposure)


def params_of(asked: Asked) -> hotspots.Params:
    """Return what is asked as the engine takes it."""
    return hotspots.Params(
        radii=WINDOWS[asked.windows],
        statistic="moran" if asked.statistic == "moran" else "gi",
        tail="both" if asked.tail == "both" else "hot",
        method="by" if asked.correction == "by" else "bh",
    )


def asked_by(recipe: Mapping[str, object], layers: Mapping[str, gpd.GeoDataFrame]) -> Asked | None:
    """Return what a file's recipe asked for, None if it used cells or an exposure that cannot be chosen here."""
    sizes = {size: name for name, (kind, size) in CELLS.items() if kind == "squares"}
    cells = sizes.get(recipe.get("cell_m"))  # type: ignore[call-overload]
    scales = [name for name, radii in WINDOWS.items() if list(radii) == recipe.get("radii")]
    other = any(recipe.get(name) for name in ("exposure", "polygons", "resolution"))
    events = events_of(layers, str(recipe.get("kind")))
    if cells is None or not scales or other or events.empty:
        return None
    days = recipe.get("between") or [events["seen_on"].min(), events["seen_on"].max()]
    first, last = (str(pd.Timestamp(day).date()) for day in days)  # type: ignore[attr-defined]
    chosen = {name: str(recipe.get(name)) for name in ("statistic", "tail")}
    return Asked(str(recipe["kind"]), cells, first, last, windows=scales[0], correction=str(recipe["method"]), **chosen)


def few(table: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which cells have too few cases for a colour; none of a file that does not say."""
    if "few" not in table:
        return np.zeros(len(table), bool)
    return np.asarray(table["few"].fillna(value=False), bool)


def evidence(counted: Counted, cell: gpd.GeoDataFrame) -> Evidence:
    """Return the cells and the records that speak about a cell.

    Parameters
    ----------
    counted : Counted
    cell : GeoDataFrame
        One row of ``judge``.
    """
    here = np.flatnonzero(counted.ids == cell["cell_id"].iloc[0])
    alone = np.zeros(len(counted.ids), np.int64)
    alone[here] = 1
    # A window is symmetric: the cells that see this one are those that it sees.
    near = np.flatnonzero(counted.tiles.around(float(cell["radius"].iloc[0])).sums(alone))
    near = np.concatenate([here, near[near != here[0]]])
    members = pd.DataFrame({"cell_id": counted.ids[near], "count": counted.counts[near], "weight": 1})
    inside = np.isin(counted.places, near)
    found = counted.events[inside].assign(cell_id=counted.ids[counted.places[inside]])
    return Evidence(members, _by_distance(found, cell.geometry))


def nearby(table: gpd.GeoDataFrame, events: gpd.GeoDataFrame, own: gpd.GeoDataFrame) -> Evidence:
    """Return the same for cells whose making is not known: the cells that touch, and what lies in them.

    Parameters
    ----------
    table : GeoDataFrame
        See ``gis.hotspots.SCHEMA``.
    events : GeoDataFrame
        See ``events_of``.
    own : GeoDataFrame
        One row of the table.
    """
    # Squares that were laid in metres meet in degrees but for the last digits.
    zone = own.geometry.iloc[0].buffer(1e-6)
    near = table.iloc[table.sindex.query(zone, predicate="intersects")]
    near = pd.concat([own, near[near["cell_id"] != own["cell_id"].iloc[0]]])
    members = pd.DataFrame(near[["cell_id", "count"]]).reset_index(drop=True).assign(weight=1)
    joined = gpd.sjoin(events, near[["cell_id", "geometry"]], predicate="within").drop_duplicates("event_id")
    return Evidence(members, _by_distance(joined, own.geometry))


def _by_distance(found: gpd.GeoDataFrame, cell: gpd.GeoSeries) -> pd.DataFrame:
    metric = metric_at(float(cell.iloc[0].centroid.x))
    away = found.geometry.to_crs(metric).distance(cell.to_crs(metric).iloc[0].centroid)
    listed = pd.DataFrame(found[["event_id", "seen_on", "cell_id"]]).assign(distance_m=away.round(0))
    return listed.sort_values(["distance_m", "event_id"], ignore_index=True)
