"""Worlds in which somebody builds, digs or dumps in several like places at once, among fields at rest or at work."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np

from cross_check import judging
from satellite import detection, files, landscape, presets, synthetic, synthetic_fields
from satellite.files import PairFiles
from satellite.landscape import Cover, Kind

LOOKS = {
    "construction": {"concrete": 0.8, "blue_steel": 0.2},
    "excavation": {"subsoil": 0.95, "dry_plants": 0.05},
    "waste": {"slag": 0.95, "black_soil": 0.05},
}
"""Of each kind one look: all its sites are one builder's."""
FIRST, LAST = 0, 3
WORKED = 0.33
RADIUS_PX = (4.0, 9.0)
VILLAGE_PX = 100
"""Half the edge of the square in which sites near together lie: two kilometres."""


def make(seed, count, *, near=False, worked=False, size_px=1000):
    """Return a world with so many like sites of each kind, each kind in a village of its own or all over the image."""
    rng = np.random.default_rng([seed, count, near])
    world = synthetic.make_world(seed, size_px=size_px)
    if worked:
        world = synthetic_fields.worked(world, WORKED, rng)
    taken = np.zeros(world.land.cover.shape, bool)
    for event in world.events:
        if event.kind not in synthetic_fields.WORK:
            taken[event.window] |= event.mask
    events = [
        synthetic.Event(f"planted_{kind}", mask, window, LAST, LAST, look, float(rng.uniform(0.85, 0.95)))
        for at, (kind, look) in enumerate(LOOKS.items())
        for mask, window in _sites(world.land, kind, count, taken, _village(size_px, at) if near else None, rng)
    ]
    return replace(world, events=(*world.events, *events))


def judged(world, folder):
    """Detect and judge by two dates alone; return what stays, what is left out, and the outlines of the like sites."""
    paths, masks = [], []
    for at in (FIRST, LAST):
        paths.append(Path(folder) / f"{at}.tif")
        masks.append(Path(folder) / f"{at}-clear.tif")
        files.write_scene(synthetic.scene(world, at), paths[-1])
        files.write_raster(synthetic.clear(world, at), world.land.grid, masks[-1], nodata=255, tags={})
    pair = PairFiles(*paths, tuple(masks))
    with files.open_pair(pair) as opened:
        found = detection.run(opened, before_on=synthetic.DATES[FIRST], after_on=synthetic.DATES[LAST])
    told = judging.judge(found.patches, [pair], None, replace(presets.standard()["all"], merge_m=0))
    truth = synthetic.truth(world, FIRST, LAST)
    return told.patches, told.left_out, truth[truth["kind"].str.startswith("planted_")]


def met(sites, patches):
    """Tell which sites lie for a quarter of their area at least in patches of a named class."""
    named = patches[patches["machine_class"] != "other"].to_crs(32651)
    ground = sites.to_crs(32651)
    ground = gpd.GeoSeries(ground.geometry.to_numpy(), crs=32651)
    return (ground.intersection(named.union_all()).area >= ground.area / 4).to_numpy()


def _village(size_px, at):
    """Return the ground of one of four villages."""
    row, column = ((0.3, 0.3), (0.3, 0.7), (0.7, 0.3), (0.7, 0.7))[at]
    ground = np.zeros((size_px, size_px), bool)
    top, left = int(row * size_px), int(column * size_px)
    ground[top - VILLAGE_PX : top + VILLAGE_PX, left - VILLAGE_PX : left + VILLAGE_PX] = True
    return ground


def _sites(land, kind, count, taken, village, rng):
    """Return masks and windows of sites a few pixels apart; they are taken then."""
    placed = Kind(kind, (Cover.CROP, Cover.GRASS), RADIUS_PX)
    sites = []
    for _ in range(4 * count):
        if len(sites) == count:
            break
        blocked = taken.copy() if village is None else taken | ~village
        for mask, (rows, columns) in landscape.plant(land, placed, 1, blocked, rng):
            sites.append((mask, (rows, columns)))
            taken[max(rows.start - 4, 0) : rows.stop + 4, max(columns.start - 4, 0) : columns.stop + 4] = True
    return sites
