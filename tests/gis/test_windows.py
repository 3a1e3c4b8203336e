"""Windows: the cells they hold, and sums equal to a plain loop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gis import windows
from gis.windows import Lattice


def _plain(values, radius):
    rows, columns = values.shape
    total = np.zeros_like(values)
    for row in range(rows):
        for column in range(columns):
            dy, dx = np.mgrid[:rows, :columns]
            total[row, column] = values[(dy - row) ** 2 + (dx - column) ** 2 <= radius**2].sum()
    return total


@settings(max_examples=25)
@given(
    counts=hnp.arrays(np.int64, (6, 9), elements=st.integers(0, 5)),
    radius=st.sampled_from([1, 1.5, 2, 2.5, 3, 5, 12]),
)
def test_discs_equal_a_plain_loop(counts, radius):
    """Sums over row spans equal sums written out, at borders and for discs larger than the map."""
    assert (windows.sums(counts, windows.disc(radius)) == _plain(counts, radius)).all()


@settings(max_examples=25)
@given(counts=hnp.arrays(np.int64, (6, 7), elements=st.integers(0, 5)), reach=st.integers(1, 8))
def test_squares_equal_a_plain_loop(counts, reach):
    """Sums over squares equal sums written out."""
    found = windows.sums(counts, windows.square(reach))
    for row in range(6):
        for column in range(7):
            window = counts[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
            assert found[row, column] == window.sum()


@pytest.mark.parametrize(("radius", "cells"), [(1, 5), (1.5, 9), (2, 13), (3, 29), (7, 149)])
def test_discs_hold_the_points_of_the_lattice(radius, cells):
    """Gauss's circle problem: so many lattice points lie within the radius."""
    assert windows.cells(windows.disc(radius)) == cells


def test_three_by_three_is_a_square_and_a_disc():
    """The window of the field has two names."""
    assert windows.square(1).tolist() == windows.disc(1.5).tolist()
    assert windows.reach_of(windows.disc(7)) == 7


def test_cells_outside_neither_count_nor_are_neighbours():
    """With a hole, a window loses the cells in it; the order of the cells stays."""
    rng = np.random.default_rng(1)
    inside = rng.random((12, 15)) < 0.7
    counts = rng.poisson(3, inside.shape)
    lattice = Lattice(inside, windows.disc(2))
    assert (lattice.sums(counts[inside]) == _plain(np.where(inside, counts, 0), 2)[inside]).all()
    assert (lattice.members == _plain(inside.astype(np.int64), 2)[inside]).all()


@settings(max_examples=40)
@given(rows=st.integers(1, 12), columns=st.integers(1, 12), radius=st.sampled_from([1, 1.5, 3, 5, 20]))
def test_whole_rectangles_know_their_members(rows, columns, radius):
    """Without a hole the number of cells around each cell is that of a plain loop, near two borders at once too."""
    whole = Lattice(np.ones((rows, columns), bool), windows.disc(radius))
    assert whole.members.reshape(rows, columns).tolist() == _plain(np.ones((rows, columns), np.int64), radius).tolist()


def test_wide_sums_do_not_overflow():
    """Counts are narrowed only where their whole sum fits."""
    counts = np.full((20, 20), 2**28)
    assert windows.narrow(counts).dtype == np.int64
    assert windows.sums(windows.narrow(counts), windows.square(10)).max() == 400 * 2**28
    assert windows.narrow(np.full((20, 20), 5)).dtype == np.int32


@pytest.mark.parametrize("make", [lambda: windows.square(0), lambda: windows.disc(0.5), lambda: windows.disc(np.nan)])
def test_windows_of_one_cell_are_refused(make):
    """A cell alone has no surroundings."""
    with pytest.raises(ValueError, match="at least 1"):
        make()
