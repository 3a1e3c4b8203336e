"""Signals: dated points that say something happened: fire points and complaints (a number, never a person)."""

import hashlib

import geopandas as gpd
import pandas as pd
from shapely import Point

from gis import data, schema
from gis.crs import STORAGE
from gis.errors import FAULT_COLUMNS, TableFaults

KINDS = ("fire_point", "complaint")

SCHEMA = schema.table(
    {
        "signal_id": schema.text(unique=True),
        "kind": schema.text(schema.one_of(*KINDS)),
        "seen_on": schema.day(),
        "geometry": schema.shape("Point"),
    }
)

_DATE = r"^\s*(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?!\d)"
_MOST_LON, _MOST_LAT = 180, 90
_FAULT = list(FAULT_COLUMNS)


def from_rows(rows: pd.DataFrame, kind: str) -> gpd.GeoDataFrame:
    """Return signals from rows of an imported table or layer.

    Parameters
    ----------
    rows : DataFrame of str, or GeoDataFrame with points in EPSG:4490
        With a date column (year first) and, without geometry, longitude and latitude; the known headings, those of
        FIRMS among them, stand in gis/data/signals.toml.
    kind : str
        One of ``KINDS``.

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``; ids are derived from kind, place and date. Fire points that repeat one are dropped, for two
        downloads overlap; complaints that do are kept, for their number is the signal.

    Raises
    ------
    TableFaults
        With the rows whose date or place cannot be read, or the column that is missing.
    """
    headings = _headings(rows, kind, "seen_on")
    days = _days(rows[headings["seen_on"]])
    places = places_of(rows, kind)
    read = ~places.is_empty & (places.geom_type == "Point") & days.notna()
    if not read.all():
        faults = [(row, headings["seen_on"], "signals.unreadable", "") for row in rows.index[~read]]
        raise TableFaults(kind, pd.DataFrame(faults, columns=_FAULT))
    table = gpd.GeoDataFrame({"kind": kind, "seen_on": days.to_numpy()}, geometry=places.to_numpy(), crs=STORAGE)
    spoken = [f"{kind}|{at.x:.5f}|{at.y:.5f}|{day:%Y-%m-%d}" for at, day in zip(table.geometry, days, strict=True)]
    repeats = pd.Series(spoken).groupby(spoken).cumcount()
    if kind == "complaint":
        spoken = [f"{text}|{number}" for text, number in zip(spoken, repeats, strict=True)]
    table.insert(0, "signal_id", [kind[0].upper() + hashlib.sha256(text.encode()).hexdigest()[:12] for text in spoken])
    return schema.demand(table.drop_duplicates("signal_id", ignore_index=True), SCHEMA, kind)


def places_of(rows: pd.DataFrame, source: str) -> gpd.GeoSeries:
    """Return where rows lie, EPSG:4490: their geometry, or points from their columns of longitude and latitude.

    Parameters
    ----------
    rows : DataFrame of str, or GeoDataFrame in EPSG:4490
    source : str
        What the user calls them; stands in the sentence of a refusal.

    Returns
    -------
    GeoSeries
        With the rows' index; a pair that cannot be read or cannot be is an empty point.

    Raises
    ------
    TableFaults
        With the column that is missing.
    """
    if isinstance(rows, gpd.GeoDataFrame):
        return rows.geometry
    headings = _headings(rows, source, "lon", "lat")
    return _places(rows[headings["lon"]], rows[headings["lat"]])


def _headings(rows: pd.DataFrame, source: str, *needed: str) -> dict[str, str]:
    """Return the user's heading of each needed column."""
    known = {column: set(data.words("signals")[column]) for column in needed}
    found = {
        column: next((str(name) for name in rows if str(name).strip().lower() in names), "")
        for column, names in known.items()
    }
    missing = [(1, column, "table.no_column", "") for column, name in found.items() if not name]
    if missing:
        raise TableFaults(source, pd.DataFrame(missing, columns=_FAULT))
    return found


def _days(texts: pd.Series) -> pd.Series:
    """Read dates with the year first; whether 05/04 is April or May is not guessed: such a date is NaT."""
    parts = texts.astype(str).str.extract(_DATE)
    return pd.to_datetime(parts[0] + "-" + parts[1] + "-" + parts[2], errors="coerce", format="%Y-%m-%d")


def _places(lon: pd.Series, lat: pd.Series) -> gpd.GeoSeries:
    """Return points; an unreadable or impossible pair is an empty one."""
    x, y = pd.to_numeric(lon, errors="coerce"), pd.to_numeric(lat, errors="coerce")
    possible = x.abs().le(_MOST_LON) & y.abs().le(_MOST_LAT)
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), index=lon.index, crs=STORAGE)
    return points.where(possible, Point())
