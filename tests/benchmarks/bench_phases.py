"""How many leads two phases of one season make without any earlier picture: May to July, and July to the next May.

Worlds of 10 km a side with planted targets. ``kept`` is what the detection finds, ``judged`` what two dates alone leave
of it; the patches without a class are counted beside the named ones. ``--seeds`` that nobody tuned on show what holds.
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
from satellite import presets, synthetic, synthetic_seasons
from satellite.files import PairFiles

PAIRS = {"may-july": ("2025-05-16", "2025-07-16"), "july-may": ("2024-07-16", "2025-05-16")}
FIRST, LAST = 0, 3


def main() -> None:
    """Print false patches per 1,000 km2, named and in all, and the planted targets that carry one, for each world."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size-px", type=int, default=1000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    chosen = parser.parse_args()
    for name, days in PAIRS.items():
        sums = np.zeros((2, 5))
        for seed in chosen.seeds:
            phases = dict(zip((FIRST, LAST), name.split("-"), strict=True))
            plain = synthetic.make_world(seed, size_px=chosen.size_px)
            world = synthetic_seasons.phased(plain, phases, np.random.default_rng(seed))
            with tempfile.TemporaryDirectory() as folder:
                project = Project(Path(folder))
                pair = write(project, world, days)
                found = np.array([figures(project, pair, world, field_work=work) for work in (False, True)])
            sums += found
            print(f"{name} seed {seed}:", *(told(row) for row in found), flush=True)
        print(f"{name}:", *(told(row / len(chosen.seeds)) for row in sums), flush=True)


def told(row: np.ndarray) -> str:
    """Return the figures of one judging as text."""
    named, hit, every, hit_any, targets = row
    return f"| {named:.0f} named per 1,000 km2 on {hit:.1f} of {targets:.0f}, {every:.0f} in all on {hit_any:.1f}"


def write(project: Project, world: synthetic.World, days: tuple[str, str]) -> PairFiles:
    """Write both dates with their masks."""
    for at, day in zip((FIRST, LAST), days, strict=True):
        scene = synthetic.scene(world, at)
        scene.attrs["ACQUISITION_DATE"] = day
        images.write_scene(scene, project.imagery / f"{day}.tif")
        mask = project.imagery / f"{day}-clear.tif"
        images.write_raster(synthetic.clear(world, at), world.land.grid, mask, nodata=255, tags={})
    paths = [project.imagery / f"{day}.tif" for day in days]
    return PairFiles(paths[0], paths[1], tuple(path.with_name(f"{path.stem}-clear.tif") for path in paths))


def figures(project: Project, pair: PairFiles, world: synthetic.World, *, field_work: bool) -> list[float]:
    """Return false named patches per 1,000 km2, targets with a true one, the same of all patches, and all targets.

    A patch is false unless a quarter of it lies on targets: a field that reaches one is no find of it.
    """
    wanted = replace(presets.standard()["all"], field_work=field_work)
    chain.detect(pair, project.detect, preset=wanted, project=project)
    found = files.read_layer(project.patches).to_crs(32651)
    truth = synthetic.truth(world, FIRST, LAST)
    real = truth[~truth["decoy"] & (truth["kind"] != synthetic_seasons.KIND)].to_crs(32651)
    area_km2 = world.land.cover.size * world.land.grid.pixel_m2 / 1e6
    row: list[float] = []
    for chosen in (found[found["machine_class"] != "other"], found):
        false = chosen.intersection(real.union_all()).area / chosen.area < 0.25
        row += [float(false.sum()) / area_km2 * 1000, gpd.sjoin(real, chosen[~false]).index.nunique()]
    return [*row, len(real)]


if __name__ == "__main__":
    main()
