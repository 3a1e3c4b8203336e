"""Tallies of parts and groups against sorting and adding up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satellite import tallies
from satellite.runs import Runs


def _tallied(rng, rows, width, *, most, top=0):
    """Return a tally of rows that are a run each, in three parts, and part, strength and firm strength by pixel."""
    strength, firm = rng.integers(0, 40, (2, rows * width)).astype(np.float32)
    part = np.concatenate([np.arange(3), rng.integers(0, 3, rows - 3)]).astype(np.int32)
    row = np.arange(rows, dtype=np.int32) + np.int32(top)
    found = Runs(row, np.zeros_like(row), np.full_like(row, width), np.ones(rows, np.uint8))
    at = np.flatnonzero(rng.random(rows * width) < 0.8)
    changed = tallies.count(found, at, top=top, width=width)
    seen = (at, np.stack([strength, firm])[:, at], strength[at], firm[at])
    of_pixel = np.repeat(part, width)[at]
    return tallies.tally(part, changed, seen, most=most, top=top, width=width), (of_pixel, at, strength[at], firm[at])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), most=st.integers(1, 30))
def test_the_strongest_pixels_of_parts_rank_the_group(seed, most):
    """The n-th strongest pixel, sums and the first peak of a group are found from its parts in two strips."""
    rng = np.random.default_rng(seed)
    (upper, above), (lower, below) = _tallied(rng, 7, 6, most=most), _tallied(rng, 5, 6, most=most, top=7)
    joined = tallies.join([upper, lower])
    group = np.array([0, 1, -1, 1, 0, 0], np.int32)
    whole, tops = tallies.together(joined, group, 2), tallies.strongest(joined, group, 2, most)
    pixel_group = np.concatenate([group[above[0]], group[3 + below[0]]])
    at = np.concatenate([above[1], below[1] + 42])
    planes = [np.concatenate([above[each], below[each]]) for each in (2, 3)]
    for number in range(2):
        own = pixel_group == number
        assert whole.changed[number] == own.sum()
        assert whole.sums[number] == pytest.approx([plane[own].sum() for plane in planes])
        for plane, found in zip(planes, tops[:, number], strict=True):
            assert found == (np.sort(plane[own])[-most] if own.sum() >= most else 0)
        if own.any():
            first = at[own][np.argmax(planes[0][own])]
            assert (whole.row[number], whole.column[number]) == divmod(first, 6)
