"""Sightings: strips of any height say what the whole scene says."""

import numpy as np
import pytest

from satellite import runs, sightings, tallies
from satellite.sightings import Strip

WEIGHTS = np.array([1, 1, 1, 1, 1, 1, 0.5], np.float32)
MOST = 5


def _strips(kinds, values, strength, rows):
    for top in range(0, len(kinds), rows):
        part = slice(top, top + rows)
        at = np.flatnonzero((kinds[part] > 0) & (kinds[part] < 255))
        flat = values[:, part].reshape(len(values), -1)[:, at]
        yield Strip(top, kinds[part].copy(), at, flat, *(2 * [strength[part].ravel()[at]]))


@pytest.fixture
def scene():
    """Kinds, values and strengths of a small scene with much change."""
    rng = np.random.default_rng(1)
    kinds = rng.choice(np.array([0, 0, 0, 1, 3, 7, 255], np.uint8), (37, 29))
    return kinds, rng.random((4, 37, 29), np.float32), rng.random((37, 29), np.float32)


def _of_groups(found):
    groups = runs.group(found.runs)
    count = int(groups.max(initial=-1)) + 1
    group = np.full(len(found.parts.changed), -1, np.int32)
    group[found.part] = groups
    return groups, tallies.together(found.parts, group, count), tallies.strongest(found.parts, group, count, MOST)


@pytest.mark.parametrize("rows", [2, 5, 16, 36])
def test_strips_of_any_height_give_the_same(scene, rows):
    """Neighbours across the edge of a strip vote, close gaps and hang together as those within one."""
    whole = sightings.gather(_strips(*scene, rows=len(scene[0])), WEIGHTS, most=MOST)
    parts = sightings.gather(_strips(*scene, rows=rows), WEIGHTS, most=MOST)
    for name in ("row", "first", "last", "kind"):
        assert np.array_equal(getattr(parts.runs, name), getattr(whole.runs, name))
    assert np.array_equal(parts.changed, whole.changed)
    (_, one, tops), (_, other, tops_of_whole) = (_of_groups(each) for each in (parts, whole))
    for name in ("changed", "peak", "row", "column"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert one.sums == pytest.approx(other.sums)
    assert np.array_equal(tops, tops_of_whole)


def test_sums_and_peaks_are_those_of_the_pixels(scene):
    """Each group sums and ranks its changed pixels, and no closed gap among them."""
    kinds, values, strength = scene
    found = sightings.gather(_strips(*scene, rows=7), WEIGHTS, most=MOST)
    padded = np.pad(kinds, ((2, 2), (0, 0)))
    closed = runs.close(np.pad(runs.vote(padded, WEIGHTS), ((2, 2), (0, 0))))
    assert found.runs.pixels.sum() == ((closed > 0) & (closed < 255)).sum()
    groups, whole, tops = _of_groups(found)
    painted = np.full(kinds.shape, -1)
    for row, first, last, group in zip(found.runs.row, found.runs.first, found.runs.last, groups, strict=True):
        painted[row, first:last] = group
    changed = (kinds > 0) & (kinds < 255)
    for group in range(0, len(whole.changed), 3):
        own = (painted == group) & changed
        assert whole.changed[group] == own.sum()
        assert whole.sums[group] == pytest.approx(values[:, own].sum(axis=1), rel=1e-5)
        assert whole.strength[group] == pytest.approx(strength[own].sum(), rel=1e-5)
        assert whole.peak[group] == strength[own].max() == strength[whole.row[group], whole.column[group]]
        ranked = np.sort(strength[own])
        assert (tops[:, group] == (ranked[-MOST] if ranked.size >= MOST else 0)).all()


def test_a_scene_without_change_is_empty():
    """Nothing changed: no runs, and no fault."""
    kinds, nothing = np.zeros((9, 9), np.uint8), np.zeros((2, 9, 9), np.float32)
    found = sightings.gather(_strips(kinds, nothing, nothing[0], rows=4), WEIGHTS, most=MOST)
    assert (len(found.changed), found.parts.sums.shape) == (0, (0, 2))
