"""Synthetic scenes: what is planted is visible, what is not planted is not, and all of it is marked."""

import hashlib

import numpy as np
import pytest

from satellite import indices, registration, synthetic
from satellite.landscape import Cover


@pytest.fixture(scope="module")
def world():
    """A small world with two changes of each kind."""
    return synthetic.make_world(11, size_px=500, each=2)


@pytest.fixture(scope="module")
def scenes(world):
    """All four scenes."""
    return [synthetic.scene(world, at) for at in range(4)]


def _bands(scene):
    return {name: band.to_numpy().astype(float) for name, band in scene.data_vars.items()}


def test_same_seed_same_bytes(scenes):
    """A scene drawn again from the same seed has the same bytes; another seed's has not."""
    digests = [
        hashlib.sha256(synthetic.scene(synthetic.make_world(seed, size_px=500, each=2), 3)["nir"].to_numpy().tobytes())
        for seed in (11, 12)
    ]
    own = hashlib.sha256(scenes[3]["nir"].to_numpy().tobytes())
    assert own.digest() == digests[0].digest() != digests[1].digest()


def test_scenes_are_datasets_with_place_and_warning(scenes):
    """Eight bands, a CRS, a date, and the word that it is synthetic."""
    for scene, day in zip(scenes, synthetic.DATES, strict=True):
        assert list(scene.data_vars) == list(synthetic.spectra()[0])
        assert scene.rio.crs.to_epsg() == 32651
        assert scene.attrs["ACQUISITION_DATE"] == day.isoformat()
        assert "SYNTHETIC" in scene.attrs
        assert all(float(band.min()) > 0 and float(band.max()) < 1.3 for band in scene.data_vars.values())


def test_seasons_look_like_seasons(world, scenes):
    """Wood is green in summer, snow lies in January (NDSI), fields are greener in summer than in autumn."""
    clear = np.all([synthetic.clear(world, at) == 1 for at in range(4)], axis=0)
    wood, crop = ((world.land.cover == cover) & clear for cover in (Cover.WOOD, Cover.CROP))
    summer, autumn, winter, _ = (_bands(scene) for scene in scenes)
    assert np.median(indices.ndvi(summer)[wood]) > 0.7
    assert np.median(indices.ndvi(summer)[crop]) > np.median(indices.ndvi(autumn)[crop]) + 0.1
    assert np.median(indices.mndwi(winter)[crop]) > 0.5


@pytest.mark.parametrize(
    ("kind", "index", "sign"),
    [
        ("construction", "ndvi", -1),
        ("excavation", "bsi", 1),
        ("waste", "ndvi", -1),
        ("burn", "nbr", -1),
        ("clearing", "ndvi", -1),
        ("ploughing", "ndvi", -1),
        ("seasonal_water", "mndwi", 1),
    ],
)
def test_planted_changes_are_physical(world, scenes, kind, index, sign):
    """Each kind moves its index the way the real thing does."""
    before, after = (indices.INDICES[index][0](_bands(scenes[at])) for at in (0, 3))
    clear = (synthetic.clear(world, 0) == 1) & (synthetic.clear(world, 3) == 1)
    moved = [
        (after - before)[event.window][event.mask & clear[event.window]]
        for event in world.events
        if event.kind == kind and (event.mask & clear[event.window]).sum() > 20
    ]
    assert moved
    assert all(sign * np.median(values) > 0.08 for values in moved)


def test_the_last_scene_lies_four_tenths_of_a_pixel_off(scenes):
    """The planted misregistration is measured in the near infrared, where fields have edges: 0.32 east, 0.24 south."""
    found = registration.measure([(scenes[0]["nir"].to_numpy(), scenes[3]["nir"].to_numpy())])
    assert (found.east_px, found.south_px) == pytest.approx((0.32, 0.24), abs=0.05)


def test_truth_tells_changes_from_decoys(world):
    """Between the summers lie all changes and the decoys of these dates; harvest is long over."""
    truth = synthetic.truth(world, 0, 3)
    assert set(truth[~truth["decoy"]]["kind"]) == {kind.name for kind in synthetic.landscape.CHANGES}
    assert set(truth[truth["decoy"]]["kind"]) <= {"ploughing", "cloud_shadow", "seasonal_water"}
    assert "harvest" in set(synthetic.truth(world, 0, 1)["kind"])
    assert truth.geometry.is_valid.all()
    assert truth["truth_id"].is_unique


def test_masks_hide_clouds_but_miss_some_shadows(world):
    """Every thick cloud is masked; the summers keep some missed shadow or none, never a missed cloud."""
    for at in range(4):
        assert (synthetic.clear(world, at)[world.cloud[at] > 0.1] == 0).all()
    assert (synthetic.clear(world, 2) == 1).all()


def test_too_small_an_area_is_refused():
    """Below 200 pixels nothing fits."""
    with pytest.raises(ValueError, match="200"):
        synthetic.make_world(1, size_px=100)
