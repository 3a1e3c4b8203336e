"""Changes that many places show at once."""

import numpy as np
import pytest

from satellite import crowds, synthetic

NAMES = ("blue", "red", "nir")


def _ground(count, seed, **shares):
    """Return medians of fields of one kind, each a little different from the other."""
    names, ends = synthetic.spectra()
    total = sum(share * ends[name] for name, share in shares.items())
    rng = np.random.default_rng(seed)
    return {name: total[names.index(name)] * rng.normal(1, 0.01, count) for name in NAMES}


def _joined(first, second):
    return {name: np.concatenate([first[name], second[name]]) for name in NAMES}


GREEN = {"crop": 0.5, "dry_plants": 0.1, "black_soil": 0.4}
MULCHED = {"dry_plants": 0.5, "black_soil": 0.3, "concrete": 0.2}
SLAG = {"slag": 0.95, "black_soil": 0.05}
APART = np.column_stack([np.arange(8) * 700.0, np.arange(8) % 2 * 900.0])


def test_fields_are_a_crowd_and_a_heap_among_them_is_none():
    """Eight mulched fields count each other; slag that was dumped on one of the same fields counts nobody."""
    before = _joined(_ground(8, 1, **GREEN), _ground(1, 2, **GREEN))
    after = _joined(_ground(8, 3, **MULCHED), _ground(1, 4, **SLAG))
    found = crowds.places(before, after, np.vstack([APART, [[2000.0, 500.0]]]))
    assert (found[:8] >= 6).all()
    assert found[8] == 0


def test_parts_of_one_place_are_one():
    """Eight parts of one pit, within 300 m, are one place, wherever it lies; far places do not count either."""
    before, after = _ground(8, 1, **GREEN), _ground(8, 2, **MULCHED)
    within = np.column_stack([np.linspace(10, 290, 8), np.full(8, 120.0)])
    assert crowds.places(before, after, within).tolist() == [0] * 8
    assert crowds.places(before, after, APART * 20).tolist() == [0] * 8


def test_another_ground_before_is_another_change():
    """Half of the places were wood before: they count each other alone."""
    wood = {"wood": 0.96, "dry_plants": 0.04}
    before = _joined(_ground(4, 1, **GREEN), _ground(4, 2, **wood))
    assert (crowds.places(before, _ground(8, 3, **MULCHED), APART) <= 3).all()


@pytest.mark.parametrize("lost", ["before", "after"])
def test_what_nobody_saw_is_no_crowd(lost):
    """A patch under a cloud, an image without near infrared."""
    before, after = _ground(8, 1, **GREEN), _ground(8, 2, **MULCHED)
    (before if lost == "before" else after)["red"][3] = np.nan
    found = crowds.places(before, after, APART)
    assert found[3] == 0
    assert found.max() == 6
    (before if lost == "before" else after).pop("nir")
    assert crowds.places(before, after, APART).tolist() == [0] * 8
