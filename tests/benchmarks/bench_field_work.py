"""How many leads the work on fields makes: kept, told by two dates alone, and by one picture of an earlier year.

Worlds of 10 km a side with planted targets; a third of their parcels is ploughed, harvested, flooded, mulched or greens
up between two Junes. All three judge the same detection.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np

from cross_check import chain
from cross_check.files import Project
from gis import files
from satellite import files as images
from satellite import presets, synthetic, synthetic_fields
from satellite.files import PairFiles

DAYS = {0: "2024-06-18", 3: "2025-06-20"}
EARLIER = "2023-06-12"


def main() -> None:
    """Print false leads per 1,000 km2 of fields and the planted targets that carry a lead, for each world."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size-px", type=int, default=1000)
    parser.add_argument("--worlds", type=int, default=3)
    chosen = parser.parse_args()
    sums = np.zeros((3, 2))
    for seed in range(1, chosen.worlds + 1):
        rng = np.random.default_rng(seed)
        world = synthetic_fields.worked(synthetic.make_world(seed, size_px=chosen.size_px), 0.33, rng)
        with tempfile.TemporaryDirectory() as folder:
            project = Project(Path(folder))
            pair = write(project, world)
            kept = figures(project, pair, world, field_work=False)
            bare = figures(project, pair, world)
            image(project, synthetic_fields.earlier(world, rng), 3, EARLIER)
            known = figures(project, pair, world)
        sums += np.array([kept[:2], bare[:2], known[:2]])
        print(
            f"seed {seed}: {synthetic_fields.crop_km2(world):.0f} km2 of fields, false leads per 1,000 km2 "
            f"{kept[0]:.0f} kept, {bare[0]:.0f} by two dates, {known[0]:.0f} with an earlier picture; "
            f"targets {kept[1]:.0f}, {bare[1]:.0f} and {known[1]:.0f} of {bare[2]}",
            flush=True,
        )
    for name, (false, hit) in zip(("two dates", "an earlier picture"), sums[1:], strict=True):
        print(f"{name}: {sums[0, 0] / max(false, 1e-9):.1f} times fewer false leads, {hit / sums[0, 1]:.2f} of targets")


def write(project: Project, world: synthetic.World) -> PairFiles:
    """Write both dates with their masks."""
    for at, day in DAYS.items():
        image(project, world, at, day)
    paths = [project.imagery / f"{day}.tif" for day in DAYS.values()]
    return PairFiles(paths[0], paths[1], tuple(path.with_name(f"{path.stem}-clear.tif") for path in paths))


def image(project: Project, world: synthetic.World, at: int, day: str) -> None:
    """Write a date of a world under another day."""
    scene = synthetic.scene(world, at)
    scene.attrs["ACQUISITION_DATE"] = day
    images.write_scene(scene, project.imagery / f"{day}.tif")
    mask = project.imagery / f"{day}-clear.tif"
    images.write_raster(synthetic.clear(world, at), world.land.grid, mask, nodata=255, tags={})


def figures(
    project: Project, pair: PairFiles, world: synthetic.World, *, field_work: bool = True
) -> tuple[float, float, int]:
    """Return false leads per 1,000 km2 of fields, targets with a lead, and targets."""
    wanted = replace(presets.standard()["all"], field_work=field_work)
    chain.detect(pair, project.detect, preset=wanted, project=project)
    found = files.read_layer(project.patches)
    truth = synthetic.truth(world, 0, 3)
    real = truth[~truth["decoy"] & ~truth["kind"].isin(list(synthetic_fields.WORK))].to_crs(32651)
    named = found[found["machine_class"] != "other"].to_crs(32651)
    false = named.intersection(real.union_all()).area / named.area < 0.25
    hit = gpd.sjoin(real, named).index.nunique()
    return float(false.sum() / synthetic_fields.crop_km2(world) * 1000), float(hit), len(real)


if __name__ == "__main__":
    main()
