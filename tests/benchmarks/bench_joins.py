"""A million points joined to counties and to 100,000 patches within 500 m, beside plain geopandas. Run as a script.

All of it is synthetic but the outlines of the counties: the full ones where they lie beside the project, else the
shipped sketch. Both sides get the same tables in the same CRS, in one process, one after the other.
"""

import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from gis import files, nearness
from gis.crs import EQUAL_AREA, STORAGE

POINTS, PATCHES = 1_000_000, 100_000
WITHIN_M = 500.0
LONGEST_S = 10
OUTLINES = Path(__file__).parents[3] / "shared" / "data" / "boundaries" / "heilongjiang_counties.geojson"


def counties():
    """The full outlines of the counties, or the sketch."""
    full = gpd.read_file(OUTLINES).set_crs(STORAGE, allow_override=True) if OUTLINES.is_file() else None
    return files.read_county_sketch() if full is None else full


def world(rng, areas):
    """Points in degrees, four of five near patches as sites are, and patches as outlines of pixels, in degrees."""
    west, south, east, north = areas.to_crs(EQUAL_AREA).total_bounds
    centres = rng.uniform((west, south), (east, north), (PATCHES, 2))
    ring = rng.uniform(30, 200, (PATCHES, 1, 1)) * rng.uniform(0.6, 1.4, (PATCHES, 24, 1))
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    patches = shapely.polygons(centres[:, None] + ring * np.stack([np.cos(turn), np.sin(turn)], axis=1))
    near = centres[rng.integers(0, PATCHES, POINTS * 4 // 5)] + rng.normal(0, 2000, (POINTS * 4 // 5, 2))
    points = np.concatenate([near, rng.uniform((west, south), (east, north), (POINTS - len(near), 2))])
    return [gpd.GeoSeries(shapes, crs=EQUAL_AREA).to_crs(STORAGE) for shapes in (shapely.points(points), patches)]


def timed(verb):
    """What a verb returns and how long it took, in seconds."""
    start = time.perf_counter()
    result = verb()
    return result, time.perf_counter() - start


def main():
    """Print both times and their ratio for each join, and whether the pairs are equal."""
    areas = counties()
    points, patches = world(np.random.default_rng(1), areas)

    def plane():
        return [shapes.to_crs(EQUAL_AREA) for shapes in (points, patches, areas.geometry)]

    (places, things, outlines), moving_s = timed(plane)
    frame, patch_frame, area_frame = (gpd.GeoDataFrame(geometry=one) for one in (places, things, outlines))
    print(f"{POINTS} points, {PATCHES} patches, {len(areas)} counties; into metres (both sides): {moving_s:.2f} s")
    joins = {
        "counties": (
            lambda: nearness.inside(places, outlines),
            lambda: gpd.sjoin(frame, area_frame, predicate="intersects"),
        ),
        "patches within 500 m": (
            lambda: nearness.within(places, things, WITHIN_M),
            lambda: gpd.sjoin(frame, patch_frame, predicate="dwithin", distance=WITHIN_M),
        ),
    }
    total = [moving_s, moving_s]
    for name, (ours, theirs) in joins.items():
        found, ours_s = timed(ours)
        reference, theirs_s = timed(theirs)
        pairs = np.column_stack([reference.index, reference["index_right"]])
        pairs = pairs[np.lexsort(pairs.T[::-1])]
        equal = np.array_equal(pairs, found.iloc[:, :2].to_numpy())
        total = [total[0] + ours_s, total[1] + theirs_s]
        print(
            f"{name}: {ours_s:.2f} s, geopandas {theirs_s:.2f} s, ratio {theirs_s / ours_s:.1f}; "
            f"{len(found)} pairs, {'equal' if equal else 'NOT EQUAL'}"
        )
    print(
        f"together with the way into metres: {total[0]:.2f} s (limit {LONGEST_S} s), geopandas {total[1]:.2f} s, "
        f"ratio {total[1] / total[0]:.1f}"
    )


if __name__ == "__main__":
    main()
