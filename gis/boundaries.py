"""Boundaries that a bureau brings: divisions in place of the shipped sketch, zones, rivers, parks and grids of its own.

Nothing is repaired: a layer with a fault is refused with every fault by row, and its owner mends it.
"""

import hashlib
import unicodedata
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import codes, data, entries, nearness, regions, schema
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import WorkbenchError

LEVELS = ("prefecture", "county")
KINDS = (*regions.ZONE_KINDS, "river", "water", "cropland", "park", "grid")
ASKED = ("sites", "leads", "patches")
"""What overlap with a layer and nearness to it are asked of."""

COUNTIES = schema.table(
    {
        "division_code": schema.text(unique=True),
        "name_zh": schema.text(),
        "name_en": schema.text(),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""County-level divisions, the statistical ones of Daxing'anling and Daqing among them."""

LAYER = schema.table(
    {
        "feature_id": schema.text(unique=True),
        "name": schema.text(),
        "kind": schema.text(schema.one_of(*KINDS)),
        "geometry": schema.shape("Polygon", "MultiPolygon", "LineString", "MultiLineString"),
    }
)
"""A further layer of the bureau; ``feature_id`` follows from kind, name and outline: a second import of the same layer
gives the same ids."""

_AREAS = ("Polygon", "MultiPolygon")
_LINES = ("LineString", "MultiLineString")


@dataclass(frozen=True)
class Params:
    """What a bureau may set.

    Attributes
    ----------
    sliver_m2, sliver_m : float
        An overlap or gap that is smaller, or narrower in the mean, is the digitiser's: it is noted, not refused.
    astray_deg : float
        A division farther beyond the box of the sketch is not this province's.
    """

    sliver_m2: float = 10_000.0
    sliver_m: float = 200.0
    astray_deg: float = 1.0


@dataclass(frozen=True)
class Checked:
    """A layer that was brought, its faults and what is odd (row, column, code, value); with a fault it is empty."""

    layer: gpd.GeoDataFrame
    faults: pd.DataFrame
    notes: pd.DataFrame


def check_divisions(
    rows: gpd.GeoDataFrame, level: str, sketch: gpd.GeoDataFrame, *, params: Params | None = None
) -> Checked:
    """Check a layer of divisions: codes, names, outlines, overlaps and gaps.

    Parameters
    ----------
    rows : GeoDataFrame of str with areas in EPSG:4490
        Raw, with the owner's headings; the index holds the numbers of the features, from 1.
    level : str
        One of ``LEVELS``.
    sketch : GeoDataFrame
        The shipped regions (``regions.SCHEMA``): seats, English names, and where the province lies.
    params : Params, optional

    Returns
    -------
    Checked
        For prefectures a table of ``regions.SCHEMA``, for counties of ``COUNTIES``. A prefecture that is missing is a
        fault, a county a note.

    Raises
    ------
    ValueError
        If the level is none of ``LEVELS``.
    """
    if level not in LEVELS:
        raise ValueError(f"level is one of {LEVELS}, not {level!r}")
    params = params or Params()
    headings = _headings(rows)
    if "code" not in headings:
        return _refused("code")
    texts = rows[headings["code"]].str.strip()
    names = rows[headings["name"]].str.strip() if "name" in headings else pd.Series("", index=rows.index)
    found = [*_code_faults(texts, level), *_name_faults(names, texts), *_shape_faults(rows, _AREAS)]
    found.append(_far(rows.geometry, sketch, params.astray_deg))
    slivers: entries.Faults = []
    if not len(entries.joined(found)):
        uneven, count = _coverage(rows, texts, params)
        found += uneven
        slivers = [_slivers(count)]
    missing = _missing(texts, level)
    if level == "prefecture":
        found.append(missing)
    faults = _renamed(entries.joined(found), headings)
    layer = _divisions(rows, texts, level, sketch) if faults.empty else rows.iloc[:0]
    return Checked(layer, faults, entries.joined([*([missing] if level == "county" else []), *slivers]))


def check_layer(rows: gpd.GeoDataFrame, kind: str) -> Checked:
    """Check a layer of zones, rivers, parks or grid cells.

    Parameters
    ----------
    rows : GeoDataFrame of str in EPSG:4490
        As for ``check_divisions``. A feature must have a name; rivers are lines or areas, all else areas.
    kind : str
        One of ``KINDS``.

    Returns
    -------
    Checked
        A table of ``LAYER``. Features may overlap.

    Raises
    ------
    ValueError
        If the kind is none of ``KINDS``.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is one of {KINDS}, not {kind!r}")
    headings = _headings(rows)
    if "name" not in headings:
        return _refused("name")
    names = rows[headings["name"]].str.strip()
    found = [
        entries.faults_where(names == "", "name", "table.empty_value", names),
        *_shape_faults(rows, (*_AREAS, *_LINES) if kind == "river" else _AREAS),
    ]
    ids = _ids(names, rows.geometry, kind)
    found.append(entries.faults_where(ids.duplicated(), "geometry", "table.repeated_value", names))
    faults = _renamed(entries.joined(found), headings)
    table = gpd.GeoDataFrame({"feature_id": ids, "name": names, "kind": kind}, geometry=rows.geometry, crs=STORAGE)
    layer = schema.demand(table, LAYER, "layer") if faults.empty else rows.iloc[:0]
    return Checked(layer, faults, entries.joined([]))


def demand_layer(rows: pd.DataFrame, name: str) -> gpd.GeoDataFrame:
    """Return rows that were read from a file if they have outlines.

    Raises
    ------
    WorkbenchError
        ``regions.no_outlines`` if they are a plain table.
    """
    if not isinstance(rows, gpd.GeoDataFrame):
        raise WorkbenchError("regions.no_outlines", "{name} is a table without outlines; bring a layer", name=name)
    return rows


def _headings(rows: pd.DataFrame) -> dict[str, str]:
    by_plain = {_plain(heading): heading for heading in reversed(list(rows.columns))}
    told = {}
    for column, spellings in data.words("boundaries")["columns"].items():
        known = [_plain(spelling) for spelling in spellings if _plain(spelling) in by_plain]
        if known:
            told[column] = by_plain[known[0]]
    return told


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())


def _refused(column: str) -> Checked:
    faults = pd.DataFrame({"row": [1], "column": column, "code": "table.no_column", "value": ""})
    return Checked(gpd.GeoDataFrame(geometry=[], crs=STORAGE), faults, entries.joined([]))


def _renamed(faults: pd.DataFrame, headings: dict[str, str]) -> pd.DataFrame:
    return faults.assign(column=faults["column"].replace(headings))


def _known(level: str) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in data.rows("divisions") if row["level"] == level}


def _code_faults(texts: pd.Series, level: str) -> entries.Faults:
    known = _known(level)
    current = texts.map(codes.current_division)
    former = texts.isin(list(known)) & (current != texts)
    return [
        entries.faults_where(texts == "", "code", "table.empty_value", texts),
        entries.faults_where(~texts.isin(list(known)), "code", "regions.unknown_code", texts),
        entries.faults_where(former, "code", "regions.former_code", texts + " / " + current),
        entries.faults_where(texts.duplicated() & (texts != ""), "code", "table.repeated_value", texts),
    ]


def _name_faults(names: pd.Series, texts: pd.Series) -> entries.Faults:
    ours = texts.map(codes.division_name)
    short = {row["code"]: row["short_zh"] for row in data.rows("divisions")}
    plain = names.map(lambda name: "".join(name.split()))
    other = (names != "") & (ours != texts) & (plain != ours) & (plain != texts.map(short))
    return [entries.faults_where(other, "name", "regions.other_name", names + " / " + ours)]


def _shape_faults(rows: gpd.GeoDataFrame, kinds: tuple[str, ...]) -> entries.Faults:
    shapes = rows.geometry
    missing = shapes.isna() | shapes.is_empty
    reasons = pd.Series(shapely.is_valid_reason(shapes.to_numpy()), index=rows.index).fillna("")
    types = shapes.geom_type.fillna("").astype(str)
    return [
        entries.faults_where(missing, "geometry", "table.empty_value", types),
        entries.faults_where(~missing & ~types.isin(kinds), "geometry", "table.wrong_geometry", types),
        entries.faults_where(~missing & ~shapes.is_valid, "geometry", "regions.invalid", reasons),
    ]


def _far(shapes: gpd.GeoSeries, sketch: gpd.GeoDataFrame, margin: float) -> pd.DataFrame:
    west, south, east, north = sketch.total_bounds
    box = shapes.bounds
    within = (box["minx"] >= west - margin) & (box["miny"] >= south - margin)
    within &= (box["maxx"] <= east + margin) & (box["maxy"] <= north + margin)
    shown = pd.Series([", ".join(f"{edge:.3f}" for edge in row) for row in box.to_numpy()], index=box.index, dtype=str)
    return entries.faults_where(~within & box["minx"].notna(), "geometry", "regions.far_away", shown)


def _coverage(rows: gpd.GeoDataFrame, texts: pd.Series, params: Params) -> tuple[entries.Faults, int]:
    """Return overlaps of two divisions and gaps among them as faults, and how many more are but slivers."""
    plane = rows.geometry.to_crs(EQUAL_AREA)
    shapes = plane.to_numpy()
    pairs = nearness.shares(plane, plane)
    twice = pairs[pairs["area"] < pairs["other"]]
    common = shapely.intersection(shapes[twice["area"]], shapes[twice["other"]])
    whole = shapely.get_parts(shapely.union_all(shapes))
    gaps = np.array([shapely.Polygon(ring) for part in whole for ring in part.interiors], object)
    doubled, open_ = (_broad(each, params) for each in (common, gaps))
    found = [_overlap_faults(rows, texts, twice[doubled]), _gap_faults(plane, gaps[open_])]
    return found, int((~doubled).sum() + (~open_).sum())


def _overlap_faults(rows: gpd.GeoDataFrame, texts: pd.Series, twice: pd.DataFrame) -> pd.DataFrame:
    """Return a fault for each overlap, at the later of the two divisions."""
    said = [
        f"{texts.iloc[area]}, {texts.iloc[other]}: {overlap_m2 / 1e6:.2f} km2"
        for area, other, overlap_m2, _ in twice.itertuples(index=False)
    ]
    at = rows.index[twice["other"]]
    return pd.DataFrame({"row": at, "column": "geometry", "code": "regions.overlap", "value": said})


def _gap_faults(plane: gpd.GeoSeries, shapes: NDArray[np.object_]) -> pd.DataFrame:
    """Return a fault for each gap, at a neighbour."""
    gaps = gpd.GeoSeries(shapes, crs=EQUAL_AREA)
    places = gaps.representative_point().to_crs(STORAGE)
    said = [f"{place.x:.4f}, {place.y:.4f}: {gap.area / 1e6:.2f} km2" for place, gap in zip(places, gaps, strict=True)]
    at = [plane.index[plane.distance(gap).to_numpy().argmin()] for gap in gaps]
    return pd.DataFrame({"row": at, "column": "geometry", "code": "regions.gap", "value": said})


def _broad(shapes: NDArray[np.object_], params: Params) -> NDArray[np.bool_]:
    """Tell which overlaps or gaps are more than slivers by a part; its mean width is twice its area by its edge."""
    parts, of_part = shapely.get_parts(shapes, return_index=True)
    area, edge = shapely.area(parts), shapely.length(parts)
    wide = (area > params.sliver_m2) & (2 * area > params.sliver_m * edge)
    return np.bincount(of_part[wide], minlength=len(shapes)) > 0


def _slivers(count: int) -> pd.DataFrame:
    """Return one note for all slivers of a layer, none where there are none: how many there are."""
    noted = [str(count)] if count else []
    return pd.DataFrame({"row": [0] * len(noted), "column": "geometry", "code": "regions.slivers", "value": noted})


def _missing(texts: pd.Series, level: str) -> pd.DataFrame:
    """Return row 0, the layer as a whole, if it lacks current divisions; the statistical ones may be part of others."""
    there = set(texts)
    current = {code: row["name_zh"] for code, row in _known(level).items() if row["status"] == "current"}
    lacking = [name for code, name in current.items() if code not in there]
    shown = ", ".join(lacking)
    count = 1 if lacking else 0
    return pd.DataFrame({"row": [0] * count, "column": "code", "code": "regions.missing", "value": [shown] * count})


def _divisions(rows: gpd.GeoDataFrame, texts: pd.Series, level: str, sketch: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    known = _known(level)
    table = gpd.GeoDataFrame(
        {
            "division_code": texts,
            "name_zh": [known[code]["name_zh"] for code in texts],
            "name_en": [known[code]["name_en"] for code in texts],
        },
        geometry=rows.geometry,
        crs=STORAGE,
    ).sort_values("division_code", ignore_index=True)
    if level == "county":
        return schema.demand(table, COUNTIES, "counties")
    seats = sketch.set_index("division_code")[["seat_lon", "seat_lat"]]
    return schema.demand(table.join(seats, on="division_code")[list(regions.SCHEMA.columns)], regions.SCHEMA, "regions")


def _ids(names: pd.Series, shapes: gpd.GeoSeries, kind: str) -> pd.Series:
    marks = [
        hashlib.sha256(f"{kind}|{name}|".encode() + (wkb or b"")).hexdigest()[:10].upper()
        for name, wkb in zip(names, shapes.to_wkb(), strict=True)
    ]
    return kind[:2].upper() + pd.Series(marks, index=names.index, dtype=str)
