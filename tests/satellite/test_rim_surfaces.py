"""Ground under a heap from its rim."""

import numpy as np
import pytest

from satellite import rim_surfaces

ANGLES = np.linspace(0, 2 * np.pi, 24, endpoint=False)
RIM = np.concatenate([np.column_stack([np.cos(ANGLES), np.sin(ANGLES)]) * radius for radius in (10.0, 12.0, 14.0)])
UNDER = np.stack(np.meshgrid(np.linspace(-6, 6, 9), np.linspace(-6, 6, 9)), axis=-1).reshape(-1, 2)


def plane(at):
    return 140 + 0.1 * at[:, 0] - 0.05 * at[:, 1]


def test_a_slope_is_met():
    """Within its error, under noise of 2 cm; stray places are left out."""
    rng = np.random.default_rng(4)
    heights = plane(RIM) + rng.normal(0, 0.02, len(RIM))
    heights[::30] += 1.5
    found = rim_surfaces.fit(RIM, heights, UNDER)
    assert not found.used[::30].any()
    assert found.used.mean() > 0.9
    assert found.mean_m == pytest.approx(plane(UNDER).mean(), abs=0.03)
    assert found.height_m == pytest.approx(plane(UNDER), abs=0.08)
    assert found.scatter_m == pytest.approx(0.02, abs=0.008)


def test_the_error_is_what_it_states():
    """Over 24 swelling grounds the mean under the heap lies within 1.645 errors in about nine of ten."""
    lies = []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        waves = rng.normal(0, 2 * np.pi / 40, (30, 2))
        phases, sizes = rng.uniform(0, 2 * np.pi, 30), rng.normal(0, 0.25, 30)

        def ground(at, waves=waves, phases=phases, sizes=sizes):
            return (sizes * np.cos(at @ waves.T + phases)).sum(axis=1)

        found = rim_surfaces.fit(RIM, ground(RIM) + rng.normal(0, 0.03, len(RIM)), UNDER)
        lies.append((found.mean_m - ground(UNDER).mean()) / found.error_m)
    assert 0.7 <= np.mean(np.abs(lies) < 1.645) <= 1.0
    assert abs(np.mean(lies)) < 0.6


def test_too_few_places_are_refused():
    """A programmer's mistake: the caller counts them."""
    with pytest.raises(ValueError, match="at least 24"):
        rim_surfaces.fit(RIM[:10], np.zeros(10), UNDER)
