"""Samples drawn by lot: from the right strata, without repeats, the same for whoever has the seed."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from pyproj import CRS
from shapely.geometry import box

from satellite import samples
from satellite.patches import Grid

GRID = Grid(CRS.from_epsg(32652), Affine(10, 0, 400_000, 0, -10, 5_100_000), 80, 60)


def _divided():
    outlines = [box(400_100, 5_099_800, 400_200, 5_099_900), box(400_300, 5_099_500, 400_500, 5_099_600)]
    found = gpd.GeoDataFrame(
        {
            "machine_class": ["burn", "construction"],
            "after_on": pd.to_datetime([date(2021, 6, 3), date(2021, 7, 4)]),
        },
        geometry=outlines,
        crs=GRID.crs,
    ).to_crs("EPSG:4490")
    unseen = np.zeros((GRID.rows, GRID.columns), bool)
    unseen[:5] = True
    return samples.strata(unseen, found, GRID)


def test_strata_are_classes_by_month_and_the_rest():
    """Pixels under polygons by class and month, all other observed ones unchanged, unseen ones nowhere."""
    table = _divided().table.set_index("stratum")
    assert table["pixels"].to_dict() == {
        "unchanged": 75 * 60 - 100 - 200,
        "burn 2021-06": 100,
        "construction 2021-07": 200,
    }
    assert table.loc["burn 2021-06", "size"] == pytest.approx(100 * 100, rel=0.01)
    assert table.loc["unchanged", "month"] == samples.NO_MONTH


def test_places_lie_in_their_strata_and_differ():
    """As many as asked, each in a pixel of its stratum, none twice; a small stratum gives all it has."""
    divided = _divided()
    wanted = {"unchanged": 40, "burn 2021-06": 25, "construction 2021-07": 999}
    drawn = samples.draw(divided, wanted, GRID, seed="public")
    assert drawn.groupby("stratum").size().to_dict() == wanted | {"construction 2021-07": 200}
    assert drawn["sample_id"].is_unique
    placed = drawn.to_crs(GRID.crs)
    columns, rows = ~GRID.transform @ (placed.geometry.x.to_numpy(), placed.geometry.y.to_numpy())
    numbers = divided.of_pixel[np.floor(rows + 1e-6).astype(int), np.floor(columns + 1e-6).astype(int)]
    assert list(divided.table["stratum"].to_numpy()[numbers]) == list(drawn["stratum"])
    assert drawn["sample_id"].is_monotonic_increasing


def test_the_seed_decides():
    """The same seed draws the same places, more of them when more are asked; another seed others."""
    few, more = ({"unchanged": count} for count in (20, 30))
    first = samples.draw(_divided(), few, GRID, seed="a")
    assert first.equals(samples.draw(_divided(), few, GRID, seed="a"))
    assert set(first["sample_id"]) < set(samples.draw(_divided(), more, GRID, seed="a")["sample_id"])
    assert len(set(first["sample_id"]) & set(samples.draw(_divided(), few, GRID, seed="b")["sample_id"])) <= 2


def test_every_pixel_has_the_same_chance():
    """Of 4,000 draws of one pixel among a hundred each comes up about forty times."""
    hits = np.zeros(100, int)
    for at in range(4000):
        hits[samples._ranks(str(at), 100, 1)] += 1
    assert ((hits - 40) ** 2 / 40).sum() < 140  # chi-square with 99 degrees of freedom, p = 0.004
