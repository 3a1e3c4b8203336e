"""Loans: what is lent is the thing itself, and its owner keeps it."""

import sys

import numpy as np
from numba import njit

from gis.loans import lent


@njit
def _filled(owned, rng):
    borrowed, source = lent(owned), lent(rng)
    for row in range(len(borrowed)):
        borrowed[row, 0] = source.random()
    return borrowed[:, 0].sum()


def test_what_is_lent_is_the_thing_itself():
    """Numbers written into a lent array by a lent generator are those of the generator, in the array that was lent."""
    owned = np.zeros((50, 2))
    total = _filled(owned, np.random.default_rng(3))
    np.testing.assert_array_equal(owned[:, 0], np.random.default_rng(3).random(50))
    assert total == owned[:, 0].sum()
    assert not owned[:, 1].any()


def test_the_owner_keeps_what_it_lent():
    """Lending a thousand times frees nothing and holds on to nothing."""
    owned, rng = np.zeros((4, 2)), np.random.default_rng(1)
    _filled(owned, rng)
    before = sys.getrefcount(owned), sys.getrefcount(rng)
    for _ in range(1000):
        _filled(owned, rng)
    assert (sys.getrefcount(owned), sys.getrefcount(rng)) == before
