"""Whether two dates lie in one phase of the season, and what is field work where they do not."""

import numpy as np
import pandas as pd
import pytest

from satellite import crowds, phases, synthetic

NAMES = ("blue", "red", "nir")
GREEN = {"crop": 0.8, "black_soil": 0.2}
BARE = {"black_soil": 0.9, "dry_plants": 0.1}
SLAG = {"slag": 0.95, "black_soil": 0.05}


def _colours(looks, seed):
    """Return the bands of places of the given endmembers, one percent of noise on them."""
    names, ends = synthetic.spectra()
    totals = np.array([sum(share * ends[name] for name, share in look.items()) for look in looks])
    totals = totals * np.random.default_rng(seed).normal(1, 0.01, totals.shape)
    return {name: totals[:, names.index(name)] for name in NAMES}


def _ground(share, count=20_000):
    """Return a sample of 10 km of green ground, a share of which turned bare."""
    bare = round(share * count)
    after = _colours([BARE] * bare + [GREEN] * (count - bare), 2)
    xy = np.random.default_rng(3).uniform(0, 10_000, (count, 2))
    return crowds.Ground(_colours([GREEN] * count, 1), after, xy)


@pytest.mark.parametrize("share", [0.1, 0.7])
def test_the_share_that_moved_is_the_planted_one(share):
    """A tenth is field work, seven tenths are another phase; turned round, the ground greens by as much."""
    ground = _ground(share)
    assert phases.moved(ground) == pytest.approx(share, abs=0.01)
    assert phases.moved(crowds.Ground(ground.after, ground.before, ground.xy)) == pytest.approx(share, abs=0.01)
    assert (phases.moved(ground) > phases.TOGETHER) == (share > 0.5)


def test_of_ground_that_nobody_saw_nothing_is_known():
    """Without near infrared, or under cloud alone."""
    ground = _ground(0.1, 10)
    blind = {name: values for name, values in ground.before.items() if name != "nir"}
    assert np.isnan(phases.moved(crowds.Ground(blind, ground.after, ground.xy)))
    hidden = {name: np.full(10, np.nan) for name in NAMES}
    assert np.isnan(phases.moved(crowds.Ground(hidden, ground.after, ground.xy)))


def test_between_two_phases_one_field_alone_is_known_by_the_ground():
    """No like place is flagged beside it, so in one phase it has no share; in two, what all fields do; slag none."""
    patches = crowds.Ground(_colours([GREEN] * 2, 4), _colours([BARE, SLAG], 5), np.full((2, 2), 5000.0))
    ground = _ground(0.7)
    assert crowds.shares(patches, ground, phases.crowding(0.2)).tolist() == [0, 0]
    found = crowds.shares(patches, ground, phases.crowding(phases.moved(ground)))
    assert found == pytest.approx([0.7, 0], abs=0.02)


def test_a_patch_that_nobody_saw_has_no_share():
    """Asked with no like place, a patch under cloud and an image without near infrared are no crowd."""
    before, after = _colours([GREEN] * 2, 4), _colours([BARE] * 2, 5)
    after["red"][1] = np.nan
    place, asked = np.full((2, 2), 5000.0), phases.crowding(0.7)
    assert crowds.shares(crowds.Ground(before, after, place), _ground(0.7), asked)[1] == 0
    del after["nir"]
    assert crowds.shares(crowds.Ground(before, after, place), _ground(0.7), asked).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("kind", "share", "moved", "told"),
    [
        ("waste", 0.01, 0.7, True),
        ("clearing", 0.01, 0.7, True),
        ("waste", 0.01, 0.2, False),
        ("clearing", 0.05, 0.2, False),
        ("waste", 0.004, 0.7, False),
        ("construction", 0.05, 0.7, False),
        ("burn", 0.05, 0.7, False),
        ("waste", np.nan, np.nan, False),
    ],
)
def test_what_is_told_by_class_share_and_phase(kind, share, moved, told):
    """Bare ground and felled wood, where the picture moved and much ground did the same; roofs and burns never."""
    found = pd.DataFrame({"machine_class": [kind], "alike_share": [share], "moved": [moved]})
    assert phases.of(found).tolist() == [told]
    assert phases.of(found.drop(columns="moved")).tolist() == [False]
