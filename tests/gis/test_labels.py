"""Label placement: nothing over another, nothing over the frame, the important first."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis import labels
from gis.sheets import Box

FRAME = Box(0, 0, 100, 80)
SCALE_BAR = Box(2, 2, 40, 12)


@given(st.integers(0, 2**32 - 1), st.integers(1, 80))
def test_labels_never_overlap_each_other_the_frame_or_taken_room(seed, count):
    """However crowded the map, what is shown can be read, and the rest is counted."""
    rng = np.random.default_rng(seed)
    sizes = np.column_stack([rng.uniform(5, 25, count), np.full(count, 4.0)])
    points = rng.uniform((0, 0), (100, 80), (count, 2))
    placed = labels.place(points, sizes, rng.random(count), FRAME, gap_mm=1.0, taken=(SCALE_BAR,))
    lows, highs = (placed.middles_mm - sizes / 2)[placed.shown], (placed.middles_mm + sizes / 2)[placed.shown]
    boxes = [Box(*low, *(high - low)) for low, high in zip(lows, highs, strict=True)]
    assert not any(_overlap(one, other) for one, other in combinations([*boxes, SCALE_BAR], 2))
    assert all(box.x >= 0 and box.y >= 0 and box.right <= 100 + 1e-9 and box.top <= 80 + 1e-9 for box in boxes)
    assert placed.dropped == count - len(boxes)


def test_the_more_important_label_wins_the_only_room():
    """Of labels too wide for all places but one, the highest priority is shown."""
    points, sizes = np.array([[40.0, 40.0]] * 3), np.array([[58.0, 70.0]] * 3)
    placed = labels.place(points, sizes, np.array([0.1, 0.9, 0.5]), FRAME, gap_mm=1.0)
    assert placed.shown.tolist() == [False, True, False]
    assert placed.dropped == 2


def test_a_lonely_label_stands_right_of_its_point():
    """The first choice of cartographers."""
    placed = labels.place(np.array([[50.0, 40.0]]), np.array([[10.0, 4.0]]), np.zeros(1), FRAME, gap_mm=1.0)
    assert placed.middles_mm.tolist() == [[56.0, 40.0]]


def _overlap(one: Box, other: Box) -> bool:
    slack = 1e-9
    across = one.x < other.right - slack and other.x < one.right - slack
    return across and one.y < other.top - slack and other.y < one.top - slack
