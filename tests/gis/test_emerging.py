"""Emerging hotspots: Gi* of the cube by its formula, false discoveries as scipy controls them, planted patterns."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from gis import emerging, grids, windows
from gis.crs import EQUAL_AREA, STORAGE
from gis.emerging import Params
from gis.errors import WorkbenchError

INSIDE = np.ones((12, 15), bool)


def _z_by_hand(counts, previous):
    """Compute Gi* of every cell and step over space and time from its formula."""
    steps, rows, columns = counts.shape
    n, mean, spread = counts.size, counts.mean(), counts.std()
    z = np.empty(counts.shape)
    for t in range(steps):
        for r in range(rows):
            for c in range(columns):
                block = counts[max(0, t - previous) : t + 1, max(0, r - 1) : r + 2, max(0, c - 1) : c + 2]
                k = block.size
                z[t, r, c] = (block.sum() - mean * k) / (spread * np.sqrt((n * k - k**2) / (n - 1)))
    return z


@pytest.mark.parametrize("previous", [0, 1])
def test_z_is_gi_star_over_space_and_time(previous):
    """Every bin equals the formula within 1e-9, borders and the first step included."""
    counts = np.random.default_rng(1).poisson(1.5, (11, *INSIDE.shape))
    found = emerging.analyse(
        counts.reshape(11, -1), windows.Lattice(INSIDE, windows.square(1)), params=Params(previous=previous)
    )
    assert found.law.z[found.codes] == pytest.approx(_z_by_hand(counts, previous).reshape(11, -1), abs=1e-9)


def test_each_step_by_itself_is_gi_star_of_a_map():
    """With ``each_step`` a step's z is that of its own map."""
    counts = np.random.default_rng(2).poisson(1.5, (10, *INSIDE.shape))
    lattice = windows.Lattice(INSIDE, windows.square(1))
    found = emerging.analyse(counts.reshape(10, -1), lattice, params=Params(each_step=True))
    by_hand = np.concatenate([_z_by_hand(step[None], 0) for step in counts])
    assert found.law.z[found.codes] == pytest.approx(by_hand.reshape(10, -1), abs=1e-9)


def test_chance_alone_is_nearly_patternless():
    """On maps without a cluster, control of false discoveries leaves next to nothing; without it much is flagged."""
    rng = np.random.default_rng(4)
    inside = np.ones((60, 60), bool)
    counts = rng.poisson(0.4, (24, 3600))
    found = emerging.analyse(counts, windows.Lattice(inside, windows.square(1)))
    assert (found.patterns.code != 0).mean() <= 0.001
    assert (found.patterns_raw.code != 0).mean() > 0.02


def _planted():
    """Return a cube with one spot each that is new, consecutive, sporadic, persistent, rising, falling and gone."""
    rng = np.random.default_rng(5)
    rates = np.ones((24, 40, 60))
    spots = {"new": (6, 8), "consecutive": (6, 30), "sporadic": (20, 8), "persistent": (20, 30)}
    spots |= {"intensifying": (33, 8), "diminishing": (33, 30), "historical": (20, 50)}
    when = {
        "new": [23],
        "consecutive": range(18, 24),
        "sporadic": [2, 3, 9, 10, 15, 16, 23],
        "persistent": range(24),
        "intensifying": range(24),
        "diminishing": range(24),
        "historical": range(23),
    }
    for name, (row, column) in spots.items():
        for step in when[name]:
            rate = {"intensifying": 4 + step / 3, "diminishing": 12 - step / 3}.get(name, 6)
            rates[step, row - 1 : row + 2, column - 1 : column + 2] = rate
    return rng.poisson(rates), spots


def test_planted_patterns_are_recognised():
    """The middle of each planted spot has its pattern; background has none in 99.9 % of the cells."""
    counts, spots = _planted()
    inside = np.ones(counts.shape[1:], bool)
    params = Params(previous=0)
    found = emerging.analyse(counts.reshape(24, -1), windows.Lattice(inside, windows.square(1)), params=params)
    names = emerging.emerging_patterns.name_of(found.patterns.code).reshape(inside.shape)
    assert {name: names[place] for name, place in spots.items()} == {name: f"hot_{name}" for name in spots}
    far = inside.copy()
    for row, column in spots.values():
        far[row - 3 : row + 4, column - 3 : column + 4] = False
    assert (names[far] == "none").mean() >= 0.999


def test_a_month_with_few_cases_gets_a_warning_not_a_bin():
    """Two records in an empty year are rare by any p, and are no hotspot; six are one, whichever way p is read."""
    counts = np.zeros((12, *INSIDE.shape), int)
    counts[5, 3, 3:5] = 1
    counts[11, 7:10, 8:10] = 1
    lattice, params = windows.Lattice(INSIDE, windows.square(1)), Params(previous=0)
    found = emerging.analyse(counts.reshape(12, -1), lattice, params=params)
    law, cell = found.law, np.ravel_multi_index(([3, 8], [3, 9]), INSIDE.shape)
    few, many = found.codes[5, cell[0]], found.codes[11, cell[1]]
    assert law.p[few] < 0.01
    assert (law.bin[few], law.bin_raw[few], law.few[few]) == (0, 0, True)
    assert (law.bin[many], law.bin_raw[many], law.few[many]) == (3, 3, False)
    assert emerging.emerging_patterns.name_of(found.patterns.code)[cell].tolist() == ["none", "hot_new"]


def test_short_records_are_refused():
    """Nine steps make no trend; the sentence says how many are needed."""
    with pytest.raises(WorkbenchError, match="at least") as fault:
        emerging.analyse(np.ones((9, 4), int), windows.Lattice(np.ones((2, 2), bool), windows.square(1)))
    assert fault.value.code == "emerging.too_short"


def test_negative_counts_are_refused():
    """A count below zero is a mistake of the caller."""
    with pytest.raises(ValueError, match="not negative"):
        emerging.analyse(np.full((12, 4), -1), windows.Lattice(np.ones((2, 2), bool), windows.square(1)))


def test_counts_that_do_not_vary_show_nothing():
    """No z, no bin, no pattern."""
    found = emerging.analyse(np.full((12, 180), 3), windows.Lattice(INSIDE, windows.square(1)))
    assert np.isnan(found.law.z).all()
    assert not found.law.bin_raw.any()
    assert not found.patterns_raw.code.any()


@pytest.fixture(scope="module")
def square():
    """Return an area of ten by ten cells."""
    return gpd.GeoDataFrame(geometry=[box(0, 0, 30_000, 30_000)], crs=EQUAL_AREA).to_crs(STORAGE)


def _points(xy, days):
    """Return signals at places of the equal-area plane."""
    places = gpd.GeoSeries(gpd.points_from_xy(*np.array(xy).T), crs=EQUAL_AREA).to_crs(STORAGE)
    ids = [f"F{number}" for number in range(len(days))]
    return gpd.GeoDataFrame(
        {"signal_id": ids, "kind": "fire_point", "seen_on": pd.to_datetime(days)}, geometry=places, crs=STORAGE
    )


def test_the_cube_has_no_gap(square):
    """Months without an event are there, points outside are not counted."""
    points = _points([(100, 100), (100, 100), (4000, 100), (-5000, 0)], ["2024-01-31"] * 2 + ["2024-04-01"] * 2)
    months, counts = emerging.cube(points, grids.cover(square))
    assert months == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert counts.sum(axis=1).tolist() == [2, 0, 0, 1]
    assert (counts[0, 0], counts[3, 1]) == (2, 1)


def test_points_become_cells_and_months(square):
    """One row a cell; rows of months hold the counts and agree with the cells."""
    rng = np.random.default_rng(6)
    days = pd.to_datetime("2023-01-01") + pd.to_timedelta(rng.integers(0, 400, 900), unit="D")
    hot = np.arange(900) < 150
    xy = np.where(hot[:, None], rng.uniform(12_000, 18_000, (900, 2)), rng.uniform(0, 30_000, (900, 2)))
    cells, months = emerging.find(_points(xy, days), grids.cover(square))
    assert (len(cells), cells["cases"].sum(), months["count"].sum()) == (100, 900, 900)
    counted = months[months["bin"] > 0].groupby("cell_id").size()
    assert cells.set_index("cell_id")["hot_steps"].loc[counted.index].tolist() == counted.tolist()
