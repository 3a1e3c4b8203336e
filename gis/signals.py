"""Signals: dated points that say something happened: fire points and complaints (a number, never a person)."""

import hashlib

import geopandas as gpd
import pandas as pd

from gis import schema
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

_HEADINGS = {
    "lon": {"lon", "longitude", "x"},
    "lat": {"lat", "latitude", "y"},
    "seen_on": {"seen_on", "acq_date", "date"},
}
_FAULT = list(FAULT_COLUMNS)


def from_rows(rows: pd.DataFrame, kind: str) -> gpd.GeoDataFrame:
    """Return signals from rows of an imported table or layer.

    Parameters
    ----------
    rows : DataFrame of str, or GeoDataFrame with points in EPSG:4490
        With a date column and, without geometry, longitude and latitude; headings of FIRMS files are known.
    kind : str
        One of ``KINDS``.

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``; ids are derived from kind, place and date, and rows that repeat one are dropped.

    Raises
    ------
    TableFaults
        With the rows whose date or place cannot be read, or the column that is missing.
    """
    found = {
        column: next((name for name in rows if str(name).strip().lower() in names), None)
        for column, names in _HEADINGS.items()
    }
    layer = isinstance(rows, gpd.GeoDataFrame)
    missing = [column for column, name in found.items() if name is None and not (layer and column != "seen_on")]
    if missing:
        raise TableFaults(
            kind, pd.DataFrame([(1, column, "table.no_column", "") for column in missing], columns=_FAULT)
        )
    days = pd.to_datetime(rows[found["seen_on"]], errors="coerce", format="mixed").dt.normalize()
    if layer:
        places = rows.geometry
    else:
        lon, lat = (pd.to_numeric(rows[found[axis]], errors="coerce") for axis in ("lon", "lat"))
        places = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=rows.index, crs=STORAGE)
    bad = days.isna() | places.is_empty | places.x.isna()
    if bad.any():
        faults = [(row, str(found["seen_on"]), "signals.unreadable", "") for row in rows.index[bad]]
        raise TableFaults(kind, pd.DataFrame(faults, columns=_FAULT))
    ids = [
        f"{kind[0].upper()}{hashlib.sha256(f'{kind}|{place.x:.5f}|{place.y:.5f}|{day:%Y-%m-%d}'.encode()).hexdigest()[:12]}"
        for place, day in zip(places, days, strict=True)
    ]
    table = gpd.GeoDataFrame(
        {"signal_id": ids, "kind": kind, "seen_on": days.to_numpy()}, geometry=places.to_numpy(), crs=STORAGE
    )
    return schema.demand(table.drop_duplicates("signal_id", ignore_index=True), SCHEMA, kind)
