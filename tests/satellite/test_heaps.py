"""Heaps: known volumes to three per cent, intervals that hold what they state, nothing where nothing was piled up."""

import numpy as np
import pytest

from satellite import heaps, stable_ground, synthetic_flights
from satellite.synthetic_flights import Errors, Planted

WHERE = synthetic_flights.grid(240, 260)
PLANTED = [
    Planted("cone", 30, 30, 12, 5),
    Planted("bank", 85, 35, 10, 3),
    Planted("mound", 35, 85, 18, 4),
    Planted("pit", 95, 90, 12, 3),
]


def _flown(seed, planted, asked=None, where=WHERE):
    """Two surface models with errors of their own, and the volume of what was planted between them."""
    rng = np.random.default_rng(seed)
    base, added = synthetic_flights.ground(where, rng), synthetic_flights.planted(where, planted)
    asked = asked or Errors()
    before, after = base + synthetic_flights.errors(where, asked, rng), base + added
    return before, after + synthetic_flights.errors(where, asked, rng)


def _volume(heap, where=WHERE):
    return abs(synthetic_flights.planted(where, [heap]).sum()) * where.pixel_m2


@pytest.mark.parametrize("seed", range(4))
def test_known_volumes_within_three_per_cent(seed):
    """Cone, bank, mound and pit, under offsets, tilts, waves and noise of usual size, all within 3 % of the truth."""
    found = heaps.find(*_flown(seed, PLANTED), WHERE)
    assert sorted(found.table["kind"]) == ["heap", "heap", "heap", "pit"]
    truth = sorted(_volume(heap) for heap in PLANTED)
    assert sorted(found.table["volume_m3"]) == pytest.approx(truth, rel=0.03)
    assert (found.table["low_m3"] < found.table["volume_m3"]).all()
    assert found.table["extreme_m"].max() == pytest.approx(5, abs=0.7)


def test_the_interval_holds_what_it_states():
    """Over 120 flights with errors of several kinds the 90 % interval holds the truth in 84 to 97 % of cases."""
    where = synthetic_flights.grid(130, 140)
    planted = [Planted("cone", 22, 24, 8, 3), Planted("pit", 50, 42, 7, 2)]
    truth = {"heap": _volume(planted[0], where), "pit": _volume(planted[1], where)}
    held, deviations = [], []
    for seed in range(60):
        asked = (Errors(), Errors(0.04, 0.0), Errors(0.02, 0.03, 1.5), Errors(0.03, 0.02, 3.0, 0.3, 20.0))[seed % 4]
        found = heaps.find(*_flown(seed, planted, asked, where), where, params=heaps.Params(level=0.9)).table
        for kind, volume in truth.items():
            row = found[found["kind"] == kind].iloc[0]
            held.append(row["low_m3"] <= volume <= row["high_m3"])
            deviations.append((row["volume_m3"] - volume) / row["error_m3"])
    assert 0.84 <= np.mean(held) <= 0.97
    assert abs(np.mean(deviations)) < 0.4
    assert np.std(deviations) == pytest.approx(1, abs=0.25)


def test_nothing_is_found_where_nothing_was_piled_up():
    """Errors alone, of whatever kind, make no heap in twelve flights."""
    asked = (Errors(), Errors(0.05, 0.05, 1.0), Errors(0.01, 0.04, 4.0, 0.5, 30.0))
    found = [len(heaps.find(*_flown(seed, [], asked[seed % 3]), WHERE).table) for seed in range(12)]
    assert sum(found) == 0


def test_holes_are_filled_with_the_mean():
    """A heap of which a tenth is unknown keeps its volume within some per cent."""
    before, after = _flown(9, [Planted("bank", 60, 60, 15, 4)])
    rng = np.random.default_rng(10)
    after[rng.random(after.shape) < 0.1] = np.nan
    table = heaps.find(before, after, WHERE).table
    assert table["volume_m3"].iloc[0] == pytest.approx(_volume(Planted("bank", 60, 60, 15, 4)), rel=0.03)


def test_outlines_lie_where_the_heap_is():
    """The polygon holds the foot of the cone, in longitude and latitude, and its area is that of its pixels."""
    table = heaps.find(*_flown(11, [Planted("cone", 60, 50, 12, 5)]), WHERE).table
    outline = table.to_crs(WHERE.crs).geometry.iloc[0]
    x, y = WHERE.transform @ (120, 100)
    assert outline.centroid.x == pytest.approx(x, abs=0.7)
    assert outline.centroid.y == pytest.approx(y, abs=0.7)
    assert outline.area == pytest.approx(table["area_m2"].iloc[0], rel=2e-3)
    assert table["area_m2"].iloc[0] >= np.pi * 144


def test_ids_are_those_of_the_place():
    """The same flights give the same ids."""
    one, two = (heaps.find(*_flown(12, PLANTED), WHERE).table["heap_id"].tolist() for _ in range(2))
    assert one == two
    assert len(set(one)) == 4


def test_the_error_of_a_large_square_is_that_of_the_book():
    """For an area much larger than the range, the related part is Anderson's closed form (his equation 14)."""
    base = stable_ground.measure(np.random.default_rng(1).normal(0, 0.05, (200, 200)), 0.5)[1]
    ground = stable_ground.Ground(0, 0, 0.05, 0.0, 0.05**2, 4.0, 1.0, base.plane, np.zeros((3, 3)), 0.5)
    inside = np.ones((400, 400), bool)
    count = inside.sum()
    mean = 0.05 / np.sqrt(count) * np.sqrt(np.pi * 4.0**2 / (5 * 0.5**2))
    assert heaps.volume_error_px(inside, np.zeros(3), ground) == pytest.approx(mean * count, rel=0.05)


def test_the_error_of_a_small_shape_is_the_double_sum():
    """For a shape smaller than the range it is the sum over all pairs of pixels, as plain loops add it up."""
    ground = stable_ground.Ground(0, 0, 0.1, 0.002, 0.01, 9.0, 1.0, np.zeros(3), np.zeros((3, 3)), 0.5)
    inside = np.zeros((14, 17), bool)
    inside[2:9, 3:15], inside[9:13, 3:6] = True, True
    row, column = np.nonzero(inside)
    apart = np.hypot(row[:, None] - row, column[:, None] - column) * 0.5
    expected = np.sqrt(0.002 * inside.sum() + ground.covariance(apart).sum())
    assert heaps.volume_error_px(inside, np.zeros(3), ground) == pytest.approx(expected, rel=1e-6)


def test_what_makes_no_sense_is_refused():
    """Levels beyond 0 to 1, models of another shape."""
    with pytest.raises(ValueError, match="no such heaps"):
        heaps.Params(level=1.2)
    with pytest.raises(ValueError, match="on 240 x 260"):
        heaps.find(np.zeros((3, 3)), np.zeros((3, 3)), WHERE)
    assert heaps.Params().z == pytest.approx(1.959964, abs=1e-5)
