"""Heaps without an earlier flight: known volumes, honest errors, and what the rim tells of itself."""

import numpy as np
import pytest
from shapely.geometry import Point, box

from satellite import lone_heaps, synthetic_flights
from satellite.synthetic_flights import Errors, Planted

WHERE = synthetic_flights.grid(240, 260)
WEST, NORTH = WHERE.transform @ (0, 0)
PLANTED = [Planted("cone", 30, 30, 12, 5), Planted("bank", 85, 35, 10, 3), Planted("pit", 92, 90, 12, 4)]


def outline(heap, grown=0.5):
    """Return an outline around the foot of a planted heap."""
    middle = (WEST + heap.east_m, NORTH - heap.south_m)
    if heap.shape == "bank":
        half = heap.radius_m + grown
        return box(middle[0] - 2 * half, middle[1] - half, middle[0] + 2 * half, middle[1] + half)
    return Point(*middle).buffer(heap.radius_m + grown)


def flown(seed, planted, asked=None, swells_m=0.5):
    """Return a surface model with heaps and errors."""
    rng = np.random.default_rng(seed)
    ground = synthetic_flights.ground(WHERE, rng, swells_m=swells_m) + synthetic_flights.planted(WHERE, planted)
    return ground + synthetic_flights.errors(WHERE, asked or Errors(), rng)


def truth(heap):
    """Return the volume of a planted heap."""
    return abs(synthetic_flights.planted(WHERE, [heap]).sum()) * WHERE.pixel_m2


@pytest.mark.parametrize("seed", range(3))
def test_known_volumes_within_three_per_cent(seed):
    """On ground that slopes and swells by a metre or two, under the usual errors of a model, from one flight alone."""
    found = lone_heaps.measure(flown(seed, PLANTED), WHERE, [outline(heap) for heap in PLANTED])
    assert found.unmeasured == ()
    table = found.table.sort_values("outline", ignore_index=True)
    assert list(table["kind"]) == ["heap", "heap", "pit"]
    assert list(table["volume_m3"]) == pytest.approx([truth(heap) for heap in PLANTED], rel=0.03)
    assert (table["low_m3"] < [truth(heap) for heap in PLANTED]).all()
    assert (table["high_m3"] > [truth(heap) for heap in PLANTED]).all()
    assert set(table["remark"]) == {""}
    assert (table["rim_share"] == 1).all()


def test_on_hilly_ground_the_interval_says_so():
    """Where the ground swells by half the height of a heap, errors grow, and the truth stays within what is stated."""
    rough, gentle = (
        lone_heaps.measure(flown(4, PLANTED, swells_m=swells), WHERE, [outline(heap) for heap in PLANTED]).table
        for swells in (2.0, 0.2)
    )
    assert rough["error_m3"].sum() > 1.5 * gentle["error_m3"].sum()
    ordered = rough.sort_values("outline")
    off = [
        abs(row.volume_m3 - truth(heap)) / row.error_m3 for row, heap in zip(ordered.itertuples(), PLANTED, strict=True)
    ]
    assert max(off) < 3


def test_vehicles_on_the_rim_are_not_the_ground():
    """With three things of two metres beside the heap the truth stays within what is stated."""
    heights = flown(1, PLANTED[:1])
    for row, column in ((60, 90), (22, 60), (70, 24)):
        heights[row : row + 6, column : column + 10] += 2.0
    found = lone_heaps.measure(heights, WHERE, [outline(PLANTED[0])]).table.iloc[0]
    assert found["volume_m3"] == pytest.approx(truth(PLANTED[0]), abs=2.5 * found["error_m3"])
    assert found["volume_m3"] == pytest.approx(truth(PLANTED[0]), rel=0.03)


def test_what_cannot_be_trusted_is_marked():
    """A heap at the edge of the model has an open rim; one whose outline is too small is cut; one outside is none."""
    edge = Planted("cone", 0, 60, 8, 4)
    heights = flown(2, [edge, PLANTED[0]])
    beyond = Point(WEST - 500, NORTH).buffer(9)
    found = lone_heaps.measure(heights, WHERE, [outline(edge), Point(WEST + 30, NORTH - 30).buffer(7), beyond])
    assert dict(zip(found.table["outline"], found.table["remark"], strict=True)) == {1: "open", 2: "cut"}
    assert found.unmeasured == (3,)


def test_holes_and_wrong_shapes():
    """A hole of the model counts as the rest; a model of another shape is a programmer's mistake."""
    heights = flown(0, PLANTED[:1], Errors(0.01, 0.0, 2.0, 0.0, 0.0))
    heights[52:60, 52:60] = np.nan
    row = lone_heaps.measure(heights, WHERE, [outline(PLANTED[0])]).table.iloc[0]
    assert row["volume_m3"] == pytest.approx(truth(PLANTED[0]), rel=0.2)
    with pytest.raises(ValueError, match="on 240 x 260"):
        lone_heaps.measure(np.zeros((3, 3)), WHERE, [])
    assert lone_heaps.measure(heights, WHERE, []).table.empty
