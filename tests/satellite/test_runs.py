"""Runs and their groups against scipy's labels, closing and filters."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from satellite import runs

SQUARE = np.ones((3, 3), bool)
RASTERS = hnp.arrays(np.uint8, (14, 17), elements=st.sampled_from([0, 0, 0, 1, 2, 7, 255]))


def _painted(found, values, shape):
    raster = np.zeros(shape, int)
    for row, first, last, value in zip(found.row, found.first, found.last, values, strict=True):
        raster[row, first:last] = value
    return raster


@settings(max_examples=60, deadline=None)
@given(kinds=RASTERS)
def test_runs_hold_the_raster(kinds):
    """Painting the runs back gives the raster without what is unseen, and in strips they are the same."""
    whole = runs.find(kinds)
    assert (_painted(whole, whole.kind, kinds.shape) == np.where(kinds == 255, 0, kinds)).all()
    parts = runs.join([runs.find(kinds[top : top + 5], top=top) for top in range(0, 14, 5)])
    for one, other in zip(vars(parts).values(), vars(whole).values(), strict=True):
        assert np.array_equal(one, other)


@settings(max_examples=60, deadline=None)
@given(kinds=RASTERS)
def test_groups_are_those_of_scipy(kinds):
    """Two pixels share a group exactly where scipy's labels of their kind, corners included, say so."""
    found = runs.find(kinds)
    own = _painted(found, runs.group(found) + 1, kinds.shape)
    expected = np.zeros(kinds.shape, int)
    for kind in (1, 2, 7):
        labels, _ = ndimage.label(kinds == kind, SQUARE)
        expected[labels > 0] = labels[labels > 0] + expected.max()
    pairs = {(one, other) for one, other in zip(own.ravel(), expected.ravel(), strict=True)}
    assert len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs})


@settings(max_examples=60, deadline=None)
@given(kinds=RASTERS)
def test_closing_is_that_of_scipy(kinds):
    """A gap is filled where scipy's closing of a kind fills it, by the first kind that does; nothing else changes."""
    expected = kinds.copy()
    for kind in (7, 2, 1):
        closed = ndimage.binary_closing(np.pad(kinds == kind, 2), SQUARE)[2:-2, 2:-2]
        expected[closed & (kinds == 0)] = kind
    assert np.array_equal(runs.close(np.pad(kinds, ((2, 2), (0, 0)))), expected)


@settings(max_examples=60, deadline=None)
@given(kinds=RASTERS)
def test_votes_are_counted_in_squares_of_five(kinds):
    """Each changed pixel has the kind with the heaviest vote of scipy's box sums; equal votes go to the lower kind."""
    weights = np.array([1, 1, 1, 1, 1, 1, 0.5], np.float32)
    votes = np.array(
        [
            weight * ndimage.convolve((kinds == kind).astype(int), np.ones((5, 5), int), mode="constant")
            for kind, weight in enumerate(weights, start=1)
        ]
    )
    changed = (kinds > 0) & (kinds < 255)
    expected = np.where(changed, votes.argmax(axis=0) + 1, kinds)
    assert np.array_equal(runs.vote(np.pad(kinds, ((2, 2), (0, 0))), weights), expected)
