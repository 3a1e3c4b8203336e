"""Changes that many places show at once."""

import numpy as np
import pandas as pd
import pytest

from satellite import crowds, synthetic
from tests.satellite import alike

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
    found = crowds.places(crowds.Ground(before, after, np.vstack([APART, [[2000.0, 500.0]]])))
    assert (found[:8] >= 6).all()
    assert found[8] == 0


def test_parts_of_one_place_are_one():
    """Eight parts of one pit, within 300 m, are one place, wherever it lies; far places do not count either."""
    before, after = _ground(8, 1, **GREEN), _ground(8, 2, **MULCHED)
    within = np.column_stack([np.linspace(10, 290, 8), np.full(8, 120.0)])
    assert crowds.places(crowds.Ground(before, after, within)).tolist() == [0] * 8
    assert crowds.places(crowds.Ground(before, after, APART * 20)).tolist() == [0] * 8


def test_another_ground_before_is_another_change():
    """Half of the places were wood before: they count each other alone."""
    wood = {"wood": 0.96, "dry_plants": 0.04}
    before = _joined(_ground(4, 1, **GREEN), _ground(4, 2, **wood))
    assert (crowds.places(crowds.Ground(before, _ground(8, 3, **MULCHED), APART)) <= 3).all()


@pytest.mark.parametrize("lost", ["before", "after"])
def test_what_nobody_saw_is_no_crowd(lost):
    """A patch under a cloud, an image without near infrared."""
    before, after = _ground(8, 1, **GREEN), _ground(8, 2, **MULCHED)
    (before if lost == "before" else after)["red"][3] = np.nan
    found = crowds.places(crowds.Ground(before, after, APART))
    assert found[3] == 0
    assert found.max() == 6
    (before if lost == "before" else after).pop("nir")
    assert crowds.places(crowds.Ground(before, after, APART)).tolist() == [0] * 8


def _sampled(share, count=20_000):
    """Return a sample of 10 km of fields, of which a share was mulched, about the middle of the places apart."""
    rng = np.random.default_rng(5)
    mulched = round(share * count)
    before = _ground(count, 6, **GREEN)
    after = _joined(_ground(mulched, 7, **MULCHED), _ground(count - mulched, 8, **GREEN))
    return crowds.Ground(before, after, APART.mean(axis=0) + rng.uniform(-5000, 5000, (count, 2)))


@pytest.mark.parametrize("share", [0.004, 0.03])
def test_a_crowd_is_a_share_of_the_ground(share):
    """The share of the ground is found; eight like places on 0.4 % of it are sites, on 3 % of it they are fields."""
    patches = crowds.Ground(_ground(8, 1, **GREEN), _ground(8, 3, **MULCHED), APART)
    found = crowds.shares(patches, _sampled(share))
    assert found == pytest.approx(np.full(8, share), rel=0.35)
    told = pd.DataFrame({"machine_class": ["waste"] * 7 + ["construction"], "alike_share": found})
    assert crowds.of(told).tolist() == [share > 0.015] * 7 + [False]


def test_one_large_site_is_no_ground_around():
    """Where all that looks alike lies within a kilometre, the share is none, however much it is."""
    patches = crowds.Ground(_ground(8, 1, **GREEN), _ground(8, 3, **MULCHED), APART)
    sample = _sampled(0.03)
    mulched = np.arange(20_000) < 600
    sample.xy[mulched] = APART[3] + np.random.default_rng(2).uniform(-300, 300, (600, 2))
    sample.xy[~mulched] += 1.0
    assert crowds.shares(patches, sample)[3] == 0


def test_nothing_is_said_without_a_sample_or_a_crowd():
    """Few places are asked no further; a sample elsewhere tells nothing, one a little farther off does."""
    patches = crowds.Ground(_ground(8, 1, **GREEN), _ground(8, 3, **MULCHED), APART)
    few = crowds.Ground(_ground(5, 1, **GREEN), _ground(5, 3, **MULCHED), APART[:5])
    sample = _sampled(0.03)
    assert (crowds.shares(few, sample) == 0).all()
    for metres, known in ((13_000, True), (60_000, False)):
        away = crowds.Ground(sample.before, sample.after, sample.xy + metres)
        assert (np.isfinite(crowds.shares(patches, away)) == known).all()
    assert not crowds.of(pd.DataFrame({"machine_class": ["waste"], "alike_share": [np.nan]})).any()
    assert not crowds.of(pd.DataFrame({"machine_class": ["waste"]})).any()


def test_like_sites_of_one_builder_are_no_crowd(tmp_path):
    """Fifteen yards, pits and heaps, each kind in one village among fields at work: no site is put apart."""
    world = alike.make(1, 15, near=True, worked=True, size_px=600)
    kept, left_out, sites = alike.judged(world, tmp_path)
    assert len(sites) >= 40
    assert alike.met(sites, kept).mean() > 0.7
    crowd = left_out[left_out["reason"] == "crowd"]
    assert len(crowd) > 0
    assert not (alike.met(sites, crowd) & ~alike.met(sites, kept)).any()
