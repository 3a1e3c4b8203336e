"""Windows of the scan: spans, ratios against their textbook form, and floors that lose nothing."""

from math import log

import numpy as np
import pytest

from gis import scan_chance, scan_circles, scan_windows


def test_spans_of_a_retrospective_and_a_prospective_scan():
    """All short spans, or those alone that reach the end."""
    assert scan_windows.spans(3, 2).tolist() == [[0, 1], [1, 2], [0, 2], [2, 3], [1, 3]]
    assert scan_windows.spans(3, 3, shortest=2, prospective=True).tolist() == [[1, 3], [0, 3]]
    with pytest.raises(ValueError, match="do not fit"):
        scan_windows.spans(3, 4)


def test_the_poisson_ratio_is_that_of_kulldorff():
    """c ln(c/mu) + (C-c) ln((C-c)/(C-mu)), and 0 where fewer were seen than expected."""
    expected = 106 * log(106 / 64.61) + 468 * log(468 / (574 - 64.61))
    assert scan_windows.log_ratio(106, 64.61, 574, 0) == pytest.approx(expected)
    assert scan_windows.log_ratio(3, 4.0, 574, 0) == 0


def test_the_bernoulli_ratio_is_that_of_kulldorff():
    """The four terms of cases and controls, inside and outside, less those of the whole."""
    c, n, total, people = 12, 20, 50, 200

    def term(k, m):
        return k * log(k / m)

    whole = term(total, people) + term(people - total, people)
    inside = term(c, n) + term(n - c, n)
    outside = term(total - c, people - n) + term(people - n - total + c, people - n)
    mu = n * total / people
    assert scan_windows.log_ratio(c, mu, total, people) == pytest.approx(inside + outside - whole)
    assert np.isfinite(scan_windows.log_ratio(5, 5 * total / people, total, people))


@pytest.mark.parametrize("people", [0, 3000])
def test_a_floor_misses_no_window(people):
    """A window below what the floor asks for has a ratio of at most the floor, whatever its expectation."""
    totals = np.array([800, people, 2.0])
    need = scan_windows.needs(4.0, totals)
    for mu in np.random.default_rng(1).uniform(0.1, 400, 300):
        people_in = round(mu * people / 800)
        mu_of = people_in * 800 / people if people else mu
        count = need[int(mu_of * (len(need) - 2) / 800)] - 1
        assert count < 2 or scan_windows.log_ratio(count, mu_of, 800, people) <= 4.0


@pytest.mark.parametrize("total", [700, 40_000])
@pytest.mark.parametrize("steps", [1, 4])
def test_packed_counts_give_the_same_maximum_as_plain_ones(total, steps):
    """Sixteen and thirty-two bits a count: the strongest window of each replicate is that of the plain scan."""
    rng = np.random.default_rng(4)
    places, expected = rng.uniform(0, 1e5, (40, 2)), rng.uniform(1, 3, (40, steps))
    expected *= total / expected.sum()
    circles = scan_circles.draw(places, expected.sum(axis=1))
    within, totals = scan_windows.spans(steps, max(1, steps // 2)), np.array([total, 0, 2.0])
    running = np.concatenate([np.zeros((40, 1)), expected.cumsum(axis=1)], axis=1)
    packed = np.zeros((40, steps, scan_windows.WORDS), np.uint64)
    lanes, bits = scan_windows.lanes(total), scan_windows.bits_of(total)
    scan_chance.placed(expected, total)(packed, rng.integers(0, 1 << 63, lanes, np.uint64))
    need = scan_windows.needs(0.0, totals)
    best = scan_windows.strongest(circles, packed, running, within, need, totals)
    for lane in range(lanes):
        word, shift = divmod(lane * bits, 64)
        field = (packed[:, :, word] >> np.uint64(shift)) & np.uint64((1 << bits) - 1)
        cases = np.concatenate([np.zeros((40, 1), np.int64), field.astype(np.int64)], axis=1)
        assert cases[:, -1].sum() == total
        plain, _, _ = scan_windows.best_by_centre(circles.start, circles.reached, cases, running, within, totals)
        assert best[lane] == pytest.approx(plain.max(), abs=1e-9)


def test_too_many_cases_are_refused():
    """Counts beyond 31 bits do not fit."""
    assert (scan_windows.lanes(32_767), scan_windows.lanes(32_768)) == (32, 16)
    with pytest.raises(ValueError, match="too many"):
        scan_windows.bits_of(1 << 31)
