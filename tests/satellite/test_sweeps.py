"""Sweeps: strip after strip says what the whole scene says."""

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS

from satellite import scores, targets
from satellite.patches import Grid
from satellite.scores import Counts, Method
from satellite.sweeps import BINS, Kept, Sweep

NAMES = ("blue", "green", "red", "nir")


class Strips:
    """A pair in memory that is read in strips of some rows."""

    names = NAMES

    def __init__(self, before, after, rows):
        self.before, self.after, self.rows = before, after, rows
        self.grid = Grid(CRS.from_epsg(32652), Affine(10, 0, 0, 0, -10, 0), *before.shape[1:])

    def ahead(self, *, halo):
        """Yield strips whose surroundings are filled."""
        room = ((0, 0), (halo, halo), (0, 0))
        before, after = (np.pad(date, room, constant_values=np.nan) for date in (self.before, self.after))
        for top in range(0, self.grid.rows, self.rows):
            part = slice(top, min(top + self.rows, self.grid.rows) + 2 * halo)
            yield top, Counts.of_values(before[:, part].copy(), after[:, part].copy())


@pytest.mark.parametrize("rows", [8, 30, 64])
def test_a_sweep_says_what_the_whole_scene_says(rows):
    """Strength, change, classes, histogram and what was not observed are those of the scene in one piece."""
    rng = np.random.default_rng(2)
    before, after = (rng.normal(0.3, 0.02, (4, 64, 50)).astype(np.float32) for _ in range(2))
    after[:, 20:30, 10:25] += 0.2
    after[1, 40, 5:9] = np.nan
    scorer = scores.fit(Method("cva"), NAMES, before.reshape(4, -1)[:, :2000], after.reshape(4, -1)[:, :2000])
    told = []
    sweep = Sweep(
        Strips(before, after, rows),
        scorer,
        Kept(),
        edge=0.0,
        threshold=4.0,
        targets=targets.standard(),
        progress=lambda done, total, code: told.append((done, total, code)),
    )
    found = list(sweep.strips())
    strength = scores.strength(scorer, Counts.of_values(before, after))[0]
    assert sweep.canvas.strength == pytest.approx(strength, rel=1e-4, nan_ok=True)
    changed = sweep.canvas.change == 1
    assert np.array_equal(changed, np.nan_to_num(sweep.canvas.strength) > np.float32(4.0))
    dates = ({name: band[changed] for name, band in zip(NAMES, date, strict=True)} for date in (before, after))
    kinds = np.concatenate([strip.kinds for strip in found])
    assert np.array_equal(kinds[changed], targets.classify(*dates, targets.standard()))
    assert np.array_equal(np.concatenate([strip.values for strip in found], axis=1)[5], after[1][changed])
    assert (sweep.unseen_px, sweep.histogram.sum()) == (4, strength.size - 4)
    assert (sweep.histogram.size, np.argwhere(sweep.unseen).tolist()) == (BINS, [[5, 0], [5, 1]])
    assert told[-1] == (64, 64, "detect.scoring")
