"""Laws of chance against enumeration, simulation, published laws and each other."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gis import nulls

FEW = st.lists(st.integers(0, 6), min_size=5, max_size=9)


@settings(max_examples=25)
@given(values=FEW, draws=st.integers(1, 5))
def test_tails_equal_enumeration(values, draws):
    """All subsets counted by hand give the law of the sum."""
    sums = np.array([sum(chosen) for chosen in combinations(values, draws)])
    law = nulls.exact(nulls.deck(np.array(values)), np.array([draws, 2, 1]), int(sums.max()))
    row = law.row_of[draws]
    for total in range(int(sums.max()) + 1):
        assert law.below[row, total] == pytest.approx((sums <= total).mean(), abs=1e-12)
        assert law.above[row, total] == pytest.approx((sums >= total).mean(), abs=1e-12)


@settings(max_examples=25)
@given(values=FEW, draws=st.integers(0, 4))
def test_conditional_tails_equal_enumeration(values, draws):
    """The same with one card laid aside, for every value it may have."""
    cards = nulls.deck(np.array(values))
    largest = sum(values)

    def visit(at, law):
        rest = list(values)
        rest.remove(int(cards.values[at]))
        sums = np.array([sum(chosen) for chosen in combinations(rest, draws)])
        for total in range(largest + 1):
            assert law.above[law.row_of[draws], total] == pytest.approx((sums >= total).mean(), abs=1e-12)
        visited.append(at)

    visited = []
    nulls.exact_without(cards, np.array([draws]), largest, visit)
    assert sorted(visited) == list(range(len(cards.values)))


def test_ones_and_noughts_are_hypergeometric():
    """A map of ones and noughts has the law that has a name, down to 1e-60."""
    counts = np.repeat([0, 1], [9000, 1000])
    law = nulls.exact(nulls.deck(counts), np.array([60]), 60)
    expected = stats.hypergeom.sf(np.arange(-1, 60), 10_000, 1000, 60)
    assert law.above[0] == pytest.approx(expected, rel=1e-9)
    assert law.above[0, 60] < 1e-60


def test_sums_beyond_the_largest_stay_in_the_law():
    """The law cut at a sum that is looked up is the law not cut."""
    cards = nulls.deck(np.random.default_rng(1).negative_binomial(1, 0.2, 500))
    cut, whole = (nulls.exact(cards, np.array([5, 9]), largest) for largest in (20, 500))
    assert cut.above == pytest.approx(whole.above[:, :21], rel=1e-12)
    assert cut.below == pytest.approx(whole.below[:, :21], rel=1e-12)


def test_waves_give_the_same_law():
    """The law by Fourier transform equals the law by products to the digits it promises."""
    cards = nulls.deck(np.random.default_rng(2).negative_binomial(1, 0.3, 20_000))
    sizes = np.array([40, 80, 149])
    direct = nulls.exact(cards, sizes, 900)
    waves = nulls._tails(direct.row_of, np.stack(nulls._by_waves(cards, sizes, 900)), nulls._NOISE)
    assert waves.above == pytest.approx(direct.above, abs=2 * nulls._NOISE)
    assert waves.below == pytest.approx(direct.below, abs=2 * nulls._NOISE)


def test_large_windows_take_the_waves():
    """A disc of 1,257 cells on a large map is no simulation either: its law has the mean and variance of the draws."""
    counts = np.random.default_rng(3).poisson(2, 300_000)
    law = nulls.exact(nulls.deck(counts), np.array([1257]), 3000)
    chance = np.diff(law.below[0], prepend=0.0)
    sums = np.arange(3001)
    mean, variance = chance @ sums, chance @ sums**2 - (chance @ sums) ** 2
    assert mean == pytest.approx(1257 * counts.mean(), rel=1e-6)
    assert variance == pytest.approx(1257 * counts.var() * (1 - 1257 / 300_000), rel=1e-4)


def test_mid_p_counts_the_sum_by_half():
    """Mid-p lies between the chance of more and that of as much."""
    law = nulls.exact(nulls.deck(np.random.default_rng(4).poisson(2, 400)), np.array([9]), 60)
    sums = np.arange(40)
    for tail, table in (("hot", law.above[0]), ("cold", law.below[0])):
        chance = law.p(np.full(40, 9), sums, tail)
        further = np.roll(table, -1 if tail == "hot" else 1)
        assert chance.p == pytest.approx(table[:40])
        assert chance.mid[1:] == pytest.approx(((table + further) / 2)[1:40])
    both = law.p(np.full(40, 9), sums, "both")
    assert (both.p <= 1).all()
    assert (both.mid <= both.p).all()


@pytest.mark.parametrize("own_stays", [False, True])
def test_shared_deals_come_near_the_exact_law(own_stays):
    """For counts, where the exact law is known, p from 20,000 shared deals errs by chance alone."""
    rng = np.random.default_rng(5)
    counts = rng.poisson(2, 120)
    draws = np.full(120, 8 if own_stays else 9)
    sums = rng.integers(5, 30, 120)
    found = nulls.simulated(
        counts.astype(float), draws, sums.astype(float), tail="hot", rng=rng, times=20_000, own_stays=own_stays
    )
    cards = nulls.deck(counts)
    exact = np.empty(120)
    if own_stays:
        where = {at: counts == value for at, value in enumerate(cards.values.tolist())}
        nulls.exact_without(
            cards,
            draws,
            40,
            lambda at, law: exact.__setitem__(where[at], law.p(draws[where[at]], sums[where[at]], "hot").p),
        )
    else:
        exact = nulls.exact(cards, draws, 40).p(draws, sums, "hot").p
    error = np.sqrt(exact * (1 - exact) / 20_000)
    assert (np.abs(found.p - exact) <= 4.5 * error + 2e-4).all()


def test_deals_repeat_no_card():
    """Every deal holds different cards, all equally often, with few and with many drawn."""
    for size, most in ((1000, 9), (40, 30)):
        rows = nulls._deals(size, most, 4000, np.random.default_rng(6))
        assert (np.diff(np.sort(rows, axis=1), axis=1) > 0).all()
        seen = np.bincount(rows.ravel(), minlength=size)
        expected = 4000 * most / size
        assert np.abs(seen - expected).max() < 5.5 * np.sqrt(expected)


def test_exposure_gives_the_binomial_law():
    """Ten cases, a quarter of the exposure, five cases there."""
    chance = nulls.binomial(np.array([5]), 10, np.array([0.25]), tail="hot")
    assert chance.p[0] == pytest.approx(stats.binomtest(5, 10, 0.25, alternative="greater").pvalue)
    assert chance.mid[0] == pytest.approx(chance.p[0] - stats.binom.pmf(5, 10, 0.25) / 2)


def test_laws_too_large_are_told_before_they_are_made():
    """Memory is asked for before it is taken."""
    assert nulls.is_affordable(np.array([149]), 2000)
    assert not nulls.is_affordable(np.array([5000]), 10**6)


def test_a_deck_is_the_same_for_small_and_large_counts():
    """Counting and sorting give one multiset."""
    for counts in (np.array([3, 0, 3, 1]), np.array([3_000_000, 0, 3_000_000, 1])):
        cards = nulls.deck(counts)
        assert np.repeat(cards.values, cards.copies).tolist() == sorted(counts.tolist())
        assert cards.size == 4
