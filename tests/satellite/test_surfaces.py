"""What colours say about a pixel."""

import numpy as np
import pytest
from scipy import ndimage

from satellite import surfaces, synthetic

SILT = {"blue": 0.16, "green": 0.22, "red": 0.27, "nir": 0.18, "swir16": 0.03}
"""Water with some 500 mg of silt in a litre, brighter in red than most fields (after Doxaran et al. 2002)."""


def endmember(name):
    names, spectra = synthetic.spectra()
    return {band: np.float32(value) for band, value in zip(names, spectra[name], strict=True)}


def pixels(**values):
    return {name: np.array([value], np.float32) for name, value in values.items()}


@pytest.mark.parametrize("bands", [endmember("turbid_water"), SILT])
def test_turbid_water_is_water_and_neither_snow_nor_cloud(bands):
    """Its NDSI is that of snow (above 0.7), which is why masks call it ice."""
    some = pixels(**bands)
    ndsi = (bands["green"] - bands["swir16"]) / (bands["green"] + bands["swir16"])
    assert ndsi > 0.7
    assert surfaces.turbid_water(some).all()
    assert surfaces.water(some).all()
    assert surfaces.no_cloud(some).all()
    assert not surfaces.snow(some).any()


def test_snow_is_snow_and_no_cloud():
    """Fresh, half over forest, and dirty with soot."""
    fresh, wood = endmember("snow"), endmember("wood")
    mixed = {name: 0.5 * fresh[name] + 0.5 * wood[name] for name in fresh}
    dirty = {"blue": 0.20, "green": 0.21, "red": 0.22, "nir": 0.24, "swir16": 0.05}
    for bands in (fresh, mixed, dirty):
        some = pixels(**bands)
        assert surfaces.snow(some).all()
        assert surfaces.no_cloud(some).all()
        assert not surfaces.turbid_water(some).any()


@pytest.mark.parametrize("name", ["crop", "black_soil", "village", "concrete", "blue_steel", "wood", "char", "slag"])
def test_land_is_neither_water_nor_snow_nor_plain_cloud(name):
    """Whatever the province is made of."""
    some = pixels(**endmember(name))
    assert not surfaces.water(some).any()
    assert not surfaces.snow(some).any()
    assert not surfaces.plain_cloud(some).any()


def test_cloud_is_never_taken_back():
    """Opaque cloud over land and over water is bright at 1.6 um too."""
    for share, ground in ((1.0, "crop"), (0.6, "clear_water"), (0.7, "turbid_water"), (0.7, "wood")):
        cloud, below = endmember("cloud"), endmember(ground)
        some = pixels(**{name: share * cloud[name] + (1 - share) * below[name] for name in cloud})
        assert surfaces.plain_cloud(some).all()
        assert not surfaces.no_cloud(some).any()


def test_missing_bands_and_unknown_pixels_find_nothing():
    """A camera of three colours tells neither snow nor water; NaN is nothing."""
    some = pixels(blue=0.9, green=0.9, red=0.9)
    for test in (surfaces.turbid_water, surfaces.water, surfaces.snow, surfaces.plain_cloud):
        assert not test(some).any()
    unknown = pixels(**dict.fromkeys(SILT, np.nan))
    for test in (surfaces.turbid_water, surfaces.water, surfaces.snow, surfaces.plain_cloud, surfaces.no_cloud):
        assert not test(unknown).any()
    assert surfaces.parallax(some) is None


def scene_with_a_roof_and_a_cloud():
    """Return bands, and where roof and cloud lie: the cloud stands elsewhere in band 8, the roof does not."""
    rng = np.random.default_rng(3)
    ground = ndimage.gaussian_filter(rng.normal(0.25, 0.1, (200, 200)), 1).astype(np.float32)
    roof, cloud = np.zeros((200, 200), bool), np.zeros((200, 200), bool)
    roof[40:52, 40:60] = True
    rows, columns = np.mgrid[:200, :200]
    cloud[(rows - 130) ** 2 + (columns - 120) ** 2 < 64] = True
    soft = np.clip(ndimage.gaussian_filter(cloud.astype(np.float32), 2) * 1.5, 0, 1)

    def seen(shift, gain):
        moved = ndimage.shift(soft, (0, shift), order=1)
        plane = np.where(roof, 0.62, ground * gain)
        return (plane * (1 - moved) + 0.6 * moved + rng.normal(0, 0.002, plane.shape)).astype(np.float32)

    return {"rededge3": seen(0.0, 1.0), "nir08": seen(0.1, 1.0), "nir": seen(1.6, 1.0)}, roof, cloud


def test_roofs_lie_on_the_ground():
    """A roof has no parallax between bands 8 and 8A, a cloud of the same size has."""
    bands, roof, cloud = scene_with_a_roof_and_a_cloud()
    found = surfaces.roofs(roof | cloud, bands, most_px=600, edge_px=2)
    assert found[roof].all()
    assert not found[cloud].any()
    assert not surfaces.roofs(roof | cloud, bands, most_px=100, edge_px=2).any()


def test_a_roof_cut_by_the_edge_is_not_judged():
    """What is seen of it says nothing about its size."""
    bands, roof, _ = scene_with_a_roof_and_a_cloud()
    cut = {name: band[45:] for name, band in bands.items()}
    assert not surfaces.roofs(roof[45:], cut, most_px=600, edge_px=2).any()
