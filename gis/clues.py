"""Clues: what rows that people bring say of their places, in their coordinates, their words and their codes."""

from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from gis import angles, codes, data, entries, systems
from gis.coordinates import Raw
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import WorkbenchError
from gis.hypotheses import Evidence

_TWO_SYSTEMS = "coordinates.two_systems"


def raw(
    rows: pd.DataFrame,
    said: pd.Series,
    shapes: gpd.GeoSeries | None = None,
    remarks: Iterable[str] = (),
    told: Mapping[str, str] | None = None,
) -> Raw | None:
    """Return the coordinates of rows as they stand in the file, or nothing if no column holds any.

    Parameters
    ----------
    rows : DataFrame of str
        Under the file's own headings, see ``gis.readers.Brought``; further parameters are its other parts.
    said : Series of str
    shapes : GeoSeries, optional
    remarks : iterable of str
    told : mapping, optional
        Headings of ``lon`` and ``lat`` that were found out otherwise.

    Returns
    -------
    Raw or None
        From the points of a layer; else from columns of longitude and latitude, in one cell each or in degrees, minutes
        and seconds; of both values in one cell; or of x and y. What is declared comes, in this order, from the file's
        own mark, a column for it, the headings, or remarks that speak of coordinates.
    """
    if shapes is not None:
        points, faults = entries.points(shapes)
        numbers = [values.map(repr).where(points.notna(), "") for values in (points.x, points.y)]
        unfit = entries.joined(faults).assign(column="lon")
        return Raw(numbers[0], numbers[1], said, {"lon": "geometry", "lat": "geometry"}, unfit)
    found = columns(rows.columns, told)
    if not found:
        return None
    texts = {column: rows[heading].fillna("").str.strip() for column, heading in found.items()}
    x, y = _pair(texts)
    headings = {"lon": found[_first(found, "lon")], "lat": found[_first(found, "lat")]}
    declared = said.where(said != "", texts["system"]) if "system" in texts else said
    return Raw(x, y, declared.where(declared != "", _declared_aside(headings, remarks)), headings)


def columns(headings: Iterable[str], told: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the user's heading for each column that says where: empty if they do not make a place together.

    Keys are ``lon`` and ``lat``, or ``lon0`` to ``lon2`` and ``lat0`` to ``lat2`` (degrees, minutes, seconds), or
    ``both``, or ``x`` and ``y``; and ``system``, if there is one.
    """
    headings = [str(heading) for heading in headings]
    words = data.words("headings")["place"]
    whole = {entries.plain(heading, keep_brackets=True): heading for heading in reversed(headings)}
    bare = {entries.plain(heading): heading for heading in reversed(headings)}
    parts = {
        f"{axis}{place}": whole[word + part]
        for axis in ("lon", "lat")
        for place, part in enumerate(words["parts"])
        for word in words[axis]
        if word + part in whole
    }
    single = {name: bare[word] for name in ("both", "x", "y", "system") for word in words[name] if word in bare}
    known = {axis: heading for axis, heading in {**entries.headings(headings), **(told or {})}.items() if heading}
    ways: list[dict[str, str]] = [
        parts if {"lon0", "lon1", "lat0", "lat1"} <= set(parts) else {},
        {axis: known[axis] for axis in ("lon", "lat")} if {"lon", "lat"} <= set(known) else {},
        {"both": single["both"]} if "both" in single else {},
        {axis: single[axis] for axis in ("x", "y")} if {"x", "y"} <= set(single) else {},
    ]
    found = next((way for way in ways if way), {})
    return found | {"system": single["system"]} if found and "system" in single else found


def evidence(
    rows: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    existing: gpd.GeoDataFrame | None = None,
    *,
    border_m: float = 5000.0,
) -> Evidence:
    """Return what else is known of rows: the division they state and where their site is on record.

    Parameters
    ----------
    rows : DataFrame of str
        Under the file's own headings.
    areas : GeoDataFrame
        See ``gis.regions.SCHEMA``: prefectures, or counties for a sharper eye.
    existing : GeoDataFrame, optional
        The register so far.
    border_m : float
        How far the outlines of ``areas`` may be off.
    """
    outlines = areas.set_index("division_code").geometry.to_crs(EQUAL_AREA)
    return Evidence(outlines, stated(rows, areas), known(rows, existing), border_m)


def stated(rows: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """Return the code of the area in which each row says it lies, by its division, county and address; "" for none.

    Two prefectures have a county of one name: such a name counts only with its prefecture.
    """
    words = {**data.words("particulars")["columns"], **data.words("headings")["columns"]}
    bare = {entries.plain(str(heading)): str(heading) for heading in reversed(list(rows.columns))}
    wanted = [word for column in ("division", "county", "address") for word in words[column]]
    headings = list(dict.fromkeys(bare[plain] for word in wanted if (plain := entries.plain(word)) in bare))
    if not headings:
        return pd.Series("", index=rows.index, dtype=str)
    first, *others = (rows[heading].fillna("") for heading in headings)
    texts = first.str.cat(others, sep="\n") if others else first
    names = _area_names(areas)
    found = {text: _area_of(text, names, set(areas["division_code"])) for text in texts.unique()}
    return texts.map(found)


def known(rows: pd.DataFrame, existing: gpd.GeoDataFrame | None) -> gpd.GeoSeries:
    """Return where the register has the site of each row: by permit number, else by credit code, else by name.

    A code or name that stands for several sites says nothing.
    """
    index = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    points = np.full(len(rows), None, dtype=object)
    if existing is not None and len(existing):
        headings = entries.headings(str(heading) for heading in rows.columns)
        for column in ("permit_no", "credit_code", "name"):
            if column in headings:
                values = existing[column].fillna("").astype(str)
                once = values[(values != "") & ~values.duplicated(keep=False)]
                places = pd.Series(existing.index.get_indexer(once.index), index=once.to_numpy())
                index = index.fillna(rows[headings[column]].fillna("").str.strip().map(places).astype("Int64"))
        here = index.notna().to_numpy()
        points[here] = existing.geometry.to_numpy()[index[here].astype("int64")]
    return gpd.GeoSeries(points, index=rows.index, crs=STORAGE)


def _first(found: Mapping[str, str], axis: str) -> str:
    other = {"lon": "x", "lat": "y"}[axis]
    return next(name for name in (axis, f"{axis}0", "both", other) if name in found)


def _pair(texts: Mapping[str, pd.Series]) -> tuple[pd.Series, pd.Series]:
    if "lon0" in texts:
        empty = texts["lon0"].mask(texts["lon0"] != "", "")
        lon, lat = ([texts.get(f"{axis}{place}", empty) for place in range(3)] for axis in ("lon", "lat"))
        return angles.from_parts(*lon), angles.from_parts(*lat)
    if "both" in texts:
        halves = angles.split(texts["both"])
        return halves["first"], halves["second"]
    return (texts["lon"], texts["lat"]) if "lon" in texts else (texts["x"], texts["y"])


def _declared_aside(headings: Mapping[str, str], remarks: Iterable[str]) -> str:
    """Return what headings or remarks say of the system; remarks that contradict each other say nothing."""
    for heading in headings.values():
        if systems.named(heading):
            return heading
    mentions = data.words("headings")["place"]["mentions"]
    told = {}
    for remark in remarks:
        if any(word in remark.casefold() for word in mentions):
            told[_named(remark)] = remark
    told.pop("", None)
    return next(iter(told.values())) if len({systems.place_of(system) for system in told}) == 1 else ""


def _named(remark: str) -> str:
    """Return the system of a remark; one that names several says nothing, an old datum is refused."""
    try:
        return systems.named(remark)
    except WorkbenchError as fault:
        if fault.code != _TWO_SYSTEMS:
            raise
        return ""


def _area_names(areas: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """Return names and codes of all divisions and of the areas, longest names first."""
    names = {*codes.division_names(), *zip(areas["name_zh"], areas["division_code"], strict=True)}
    return sorted(names, key=lambda pair: (-len(pair[0]), pair))


def _area_of(text: str, names: list[tuple[str, str]], ours: set[str]) -> str:
    """Return the area of a text: a code, or the longest name in it that stands for one division, or its prefecture."""
    digits = ["".join(line.split())[:6] for line in text.split("\n")]
    found = [code for code in digits if code in ours or codes.prefecture_of(code) in ours]
    named = [(name, code) for name, code in names if name in text]
    prefectures = {code for _, code in named if code == codes.prefecture_of(code)}
    if len(prefectures) == 1:
        below = [
            (name, code) for name, code in named if code not in prefectures and codes.prefecture_of(code) in prefectures
        ]
        named = below or [(name, code) for name, code in named if code in prefectures]
    longest = {code for name, code in named if len(name) == len(named[0][0])}
    best = found[0] if found else longest.pop() if len(longest) == 1 else ""
    return best if best in ours else codes.prefecture_of(best) if codes.prefecture_of(best) in ours else ""
