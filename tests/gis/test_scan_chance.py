"""Chance in the scan: draws that follow their law, p from ranks and from the Gumbel law."""

import numpy as np
import pytest
from scipy import stats

from gis import scan_chance, scan_circles, scan_windows
from gis.scan_chance import Null


def _counts(draw, n, steps, total, batches=60):
    """Draw many batches and return the counts of single maps, (maps, n, steps)."""
    rng = np.random.default_rng(1)
    lanes, bits = scan_windows.lanes(total), scan_windows.bits_of(total)
    maps = []
    for _ in range(batches):
        packed = np.zeros((n, steps, scan_windows.WORDS), np.uint64)
        draw(packed, rng.integers(0, 1 << 63, lanes, np.uint64))
        for lane in range(lanes):
            word, shift = divmod(lane * bits, 64)
            field = (packed[:, :, word] >> np.uint64(shift)) & np.uint64((1 << bits) - 1)
            maps.append(np.diff(field.astype(int), axis=1, prepend=0))
    return np.array(maps)


def test_placed_cases_follow_the_expectation():
    """The counts of a cell are binomial: mean and variance, and all cases are placed."""
    expected = np.array([[1.0, 2], [3, 4], [0, 10]])
    maps = _counts(scan_chance.placed(expected, 20), 3, 2, 20)
    assert (maps.sum(axis=(1, 2)) == 20).all()
    assert maps.mean(axis=0) == pytest.approx(expected, abs=0.15)
    assert maps.var(axis=0) == pytest.approx(expected * (1 - expected / 20), rel=0.12)


def test_cases_before_the_spans_fall_out():
    """What the expectation lacks to all cases is not put anywhere."""
    maps = _counts(scan_chance.placed(np.array([[2.0], [3]]), 10), 2, 1, 10)
    assert maps.mean(axis=0).ravel() == pytest.approx([2, 3], abs=0.15)


def test_shuffled_cases_keep_their_places_and_steps():
    """The sums of places and of steps stay in every map; the mean is their product."""
    places, steps = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 1, 2, 2, 2])
    maps = _counts(scan_chance.shuffled(places, steps, 0), 3, 3, 6)
    assert (maps.sum(axis=2) == [3, 2, 1]).all()
    assert (maps.sum(axis=1) == [1, 2, 3]).all()
    assert maps.mean(axis=0) == pytest.approx(np.outer([3, 2, 1], [1, 2, 3]) / 6, abs=0.08)


def test_chosen_cases_are_a_sample_without_replacement():
    """The counts of a place are hypergeometric and never more than its people."""
    people = np.array([2, 5, 13])
    maps = _counts(scan_chance.chosen(people, 8), 3, 1, 8)[:, :, 0]
    assert (maps <= people).all()
    assert maps.mean(axis=0) == pytest.approx(8 * people / 20, abs=0.1)
    assert maps[:, 1].var() == pytest.approx(stats.hypergeom(20, 5, 8).var(), rel=0.12)


def test_the_floor_changes_no_maximum(monkeypatch):
    """With a first floor far too high the answers are the same, for the ladder goes down to none."""
    rng = np.random.default_rng(2)
    expected = np.full((30, 1), 4.0)
    circles = scan_circles.draw(rng.uniform(0, 1, (30, 2)), expected[:, 0])
    running = np.concatenate([np.zeros((30, 1)), expected], axis=1)
    null = Null(scan_chance.placed(expected, 120), running, np.array([[0, 1]]), np.array([120, 0, 2.0]))
    low = scan_chance.maxima(circles, null, 200, np.random.default_rng(3))
    monkeypatch.setattr(scan_chance, "_PILOT_FLOOR", 50.0)
    monkeypatch.setattr(scan_chance, "_MARGIN", 5.0)
    assert scan_chance.maxima(circles, null, 200, np.random.default_rng(3)).tolist() == low.tolist()


def test_p_is_a_rank():
    """Ties count; without replications nothing is known."""
    assert scan_chance.monte_carlo_p(np.array([1.0, 3, 9]), np.array([1.0, 2, 3, 4])).tolist() == [1, 0.6, 0.2]
    assert scan_chance.monte_carlo_p(np.array([9.0]), np.empty(0)).tolist() == [1]


def test_the_gumbel_law_is_met():
    """On maxima that follow a Gumbel law the tail is that of the law."""
    law = stats.gumbel_r(7, 1.2)
    maxima = law.rvs(20_000, random_state=1)
    assert scan_chance.gumbel_p(np.array([12.0]), maxima)[0] == pytest.approx(law.sf(12), rel=0.1)
    assert np.isnan(scan_chance.gumbel_p(np.array([12.0]), np.ones(5))).all()
