"""Make gis/data/prefectures.geojson, the sketch of the 13 prefectures, from a file of full outlines.

Run as ``python -m tools.sketch OUTLINES.geojson`` (needs shapely 2.2). The outlines need a column ``adcode``, in WGS84.
"""

import argparse
import json
from pathlib import Path

import geopandas as gpd
import shapely
from shapely.geometry import mapping

from gis import codes, data
from gis.crs import EQUAL_AREA, STORAGE

TARGET = Path(__file__).parent.parent / "gis" / "data" / "prefectures.geojson"
TOLERANCE_M = 2500.0
SPECK_M2 = 1e6
SLIVER_M = 500.0
DECIMALS = 3
NOTE = {
    "note": (
        "Sketch, generalised to about 2.5 km; borders are no authority and carry no map review number. "
        "State of 2017-18. Jiagedaqi and Songling are administered by Daxing'anling (232700) but lie in Inner Mongolia "
        "on most boundary sets: Jiagedaqi is drawn here as a part of 232700, Songling is missing. "
        "Replace by the bureau's own layer."
    ),
    "source": "Apache ECharts 4.9 map data, converted from GCJ-02 to WGS84; seats to about 1 km",
    "licence": "Apache-2.0",
}


def sketched(outlines: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return generalised outlines (EPSG:4490) that still share their borders: no gaps, no overlaps.

    Raises
    ------
    ValueError
        If rounding the coordinates broke the coverage: choose another tolerance.
    """
    parts = outlines.geometry.to_crs(EQUAL_AREA).explode()
    without_specks = parts[parts.area > SPECK_M2].groupby(level=0).agg(lambda one: shapely.union_all(one.to_numpy()))
    clean = shapely.coverage_clean(without_specks.to_numpy(), gap_width=SLIVER_M)
    simple = gpd.GeoSeries(shapely.coverage_simplify(clean, TOLERANCE_M), index=without_specks.index, crs=EQUAL_AREA)
    rounded = shapely.transform(simple.to_crs(STORAGE).to_numpy(), lambda points: points.round(DECIMALS))
    if not (shapely.is_valid(rounded).all() and shapely.coverage_is_valid(rounded)):
        raise ValueError(f"a tolerance of {TOLERANCE_M} m breaks the coverage")
    return gpd.GeoSeries(rounded, index=simple.index, crs=STORAGE)


def collection(outlines: gpd.GeoSeries) -> dict[str, object]:
    """Return a GeoJSON object with one feature a prefecture, in the order of the codes."""
    seats = {row["code"]: row for row in data.rows("seats")}
    english = {row["code"]: row["name_en"] for row in data.rows("divisions")}
    features = [
        {
            "type": "Feature",
            "properties": {
                "division_code": code,
                "name_zh": name,
                "name_en": english[code],
                "seat_lon": float(seats[code]["lon"]),
                "seat_lat": float(seats[code]["lat"]),
            },
            "geometry": mapping(shapely.normalize(outlines[code])),
        }
        for code, name in sorted(codes.prefectures().items())
    ]
    return {"type": "FeatureCollection", **NOTE, "features": features}


def main() -> None:
    """Read the outlines named on the command line and write the sketch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("outlines", type=Path)
    outlines = gpd.read_file(parser.parse_args().outlines)
    outlines = outlines.set_index(outlines["adcode"].astype(str))
    text = json.dumps(collection(sketched(outlines)), ensure_ascii=False, separators=(",", ":"))
    TARGET.write_text(text.replace('{"type":"Feature",', '\n{"type":"Feature",') + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.1f} kB")


if __name__ == "__main__":
    main()
