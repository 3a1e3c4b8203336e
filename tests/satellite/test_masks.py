"""Clear pixels: planted truth under the words that images come with."""

import numpy as np
import pytest
import xarray as xr
from pyproj import CRS
from scipy import ndimage

from satellite import masks, shadows, synthetic
from satellite.masks import CLEAR, CLOUD, NEAR, NOWHERE, SHADOW, SNOW
from satellite.products import Sun

SUN = Sun(azimuth=150.0, zenith=35.0)
SCL_CLEAR, SCL_SHADOW, SCL_CLOUD, SCL_SNOW, SCL_CIRRUS = 4, 3, 9, 11, 10
SIZE = 300


def ground(name, size=SIZE):
    names, spectra = synthetic.spectra()
    rng = np.random.default_rng(5)
    return {
        band: (np.full((size, size), value) * rng.normal(1, 0.03, (size, size))).astype(np.float32)
        for band, value in zip(names, spectra[name], strict=True)
    }


def lay(bands, where, name, share=1.0):
    names, spectra = synthetic.spectra()
    for band, value in zip(names, spectra[name], strict=True):
        bands[band][where] = (1 - share) * bands[band][where] + share * value


def disc(row, column, radius, size=SIZE):
    rows, columns = np.mgrid[:size, :size]
    return (rows - row) ** 2 + (columns - column) ** 2 < radius**2


def dataset(bands, *, scl=None, qa=None, chunk=None, sun=SUN, source=None):
    size = next(iter(bands.values())).shape
    axes = {"y": 5_000_000 - 10 * np.arange(size[0]) - 5.0, "x": 400_000 + 10 * np.arange(size[1]) + 5.0}
    planes = {name: (("y", "x"), band, {"quantity": "surface_reflectance"}) for name, band in bands.items()}
    planes |= {} if scl is None else {"scl": (("y", "x"), scl.astype(np.uint8))}
    planes |= {} if qa is None else {"qa_pixel": (("y", "x"), qa.astype(np.uint16))}
    planes["source"] = (("y", "x"), np.ones(size, np.int16) if source is None else source)
    attrs = {} if sun is None else {"sun_azimuth": sun.azimuth, "sun_zenith": sun.zenith}
    made = xr.Dataset(planes, coords=axes, attrs=attrs).rio.write_crs(CRS.from_epsg(32652))
    return made if chunk is None else made.chunk({"y": chunk, "x": chunk})


@pytest.mark.parametrize("word", [SCL_SNOW, SCL_CLOUD, 8, SCL_SHADOW, SCL_CIRRUS])
def test_turbid_water_is_never_deleted(word):
    """Whatever the image's own classes call it: ice, cloud, shadow or cirrus."""
    bands, pond = ground("crop"), disc(150, 150, 60)
    lay(bands, pond, "turbid_water")
    codes = masks.classified(dataset(bands, scl=np.where(pond, word, SCL_CLEAR))).to_numpy()
    assert (codes[pond] == CLEAR).all()
    assert (codes[~pond] == CLEAR).mean() > 0.99


def test_turbid_water_survives_landsats_word_too():
    """QA_PIXEL calls it snow and cloud; bits 5 and 3."""
    bands, pond = ground("crop"), disc(150, 150, 60)
    lay(bands, pond, "turbid_water")
    for bit in (5, 3, 4):
        codes = masks.classified(dataset(bands, qa=np.where(pond, 1 << bit, 1 << 6))).to_numpy()
        assert (codes[pond] == CLEAR).all()


def test_a_winter_scene_is_not_fully_cloudy():
    """The synthetic January, called cloud from edge to edge, is snow, and usable for who looks under snow."""
    world = synthetic.make_world(11, size_px=400)
    winter = synthetic.scene(world, 2)
    bands = {name: winter[name].to_numpy() for name in winter.data_vars}
    codes = masks.classified(dataset(bands, scl=np.full((400, 400), SCL_CLOUD), sun=Sun(165.0, 70.0)))
    found = masks.shares(codes)
    assert found["cloud"] < 0.01
    assert found["snow"] > 0.85
    assert masks.clear(codes, snow=True).to_numpy().mean() > 0.97


def test_cloud_and_its_shadow_are_found_and_buffered():
    """The image's word knows the cloud only; the shadow lies where the sun throws it; both have a rim."""
    bands, cloud = ground("crop"), disc(200, 170, 30)
    down, right = shadows.offset_px(SUN, 1500.0, 10.0)
    shadow = disc(200 + down, 170 + right, 30) & ~cloud
    for band in bands.values():
        band[shadow] *= 0.4
    lay(bands, cloud, "cloud")
    codes = masks.classified(dataset(bands, scl=np.where(cloud, SCL_CLOUD, SCL_CLEAR))).to_numpy()
    assert (codes[cloud] == CLOUD).all()
    assert (codes[shadow] == SHADOW).mean() > 0.95
    rim = ndimage.binary_dilation(cloud, iterations=5) & ~cloud & ~shadow
    assert np.isin(codes[rim], (NEAR, SHADOW)).all()
    far = ndimage.distance_transform_edt(~(cloud | shadow)) > 15
    assert (codes[far] == CLEAR).mean() > 0.995


def test_bright_roofs_are_not_masked():
    """Called cloud by the image, but without parallax between the bands; a cloud beside them stays one."""
    bands, cloud, roof = ground("crop"), disc(200, 200, 8), np.zeros((SIZE, SIZE), bool)
    for row, column in ((50, 50), (50, 90), (90, 60)):
        roof[row : row + 12, column : column + 20] = True
    soft = np.clip(ndimage.gaussian_filter(cloud.astype(np.float32), 2) * 1.5, 0, 1)
    rng = np.random.default_rng(1)
    texture = ndimage.gaussian_filter(rng.normal(0, 1, (SIZE, SIZE)), 1.5) * 0.1
    for name, shift in (("nir08", 0.1), ("rededge3", 0.0), ("nir", 1.6)):
        plane = np.where(roof, 0.6, (0.35 + texture)).astype(np.float32)
        moved = ndimage.shift(soft, (0, shift), order=1)
        bands[name] = (plane * (1 - moved) + 0.62 * moved).astype(np.float32)
    for name in ("blue", "green", "red", "swir16"):
        bands[name] = np.where(roof | cloud, np.float32(0.5), bands[name])
    codes = masks.classified(dataset(bands, scl=np.where(roof | cloud, SCL_CLOUD, SCL_CLEAR))).to_numpy()
    assert (codes[roof] == CLEAR).mean() > 0.95
    assert (codes[cloud] == CLOUD).all()


@pytest.mark.parametrize("names", [synthetic.spectra()[0], ("blue", "green", "red", "nir")], ids=["all", "four"])
def test_blocks_do_not_show(names):
    """The same codes whole and in strips, from blocks of any size, lazily if asked lazily."""
    size = 640
    bands, cloud, pond = ground("crop", size), disc(265, 120, 25, size), disc(250, 220, 30, size)
    lay(bands, pond, "turbid_water")
    down, right = shadows.offset_px(SUN, 1200.0, 10.0)
    for band in bands.values():
        band[disc(265 + down, 120 + right, 25, size)] *= 0.4
    lay(bands, cloud, "cloud")
    scl = np.where(cloud, SCL_CLOUD, np.where(pond, SCL_SNOW, SCL_CLEAR))
    bands = {name: band for name, band in bands.items() if name in names}
    whole = masks.classified(dataset(bands, scl=scl))
    assert isinstance(whole.data, np.ndarray)
    for chunk in (100, 256):
        parts = masks.classified(dataset(bands, scl=scl, chunk=chunk))
        assert parts.data.numblocks == (2, 1)
        assert np.array_equal(parts.to_numpy(), whole.to_numpy())


def test_what_is_not_observed_says_why():
    """Outside of the footprint, without a value inside it, and shares that add up."""
    source = np.ones((SIZE, SIZE), np.int16)
    source[:, :30], source[:30, 30:] = 0, -1
    codes = masks.classified(dataset(ground("crop"), scl=np.full((SIZE, SIZE), SCL_CLEAR), source=source))
    assert (codes.to_numpy()[:, :30] == NOWHERE).all()
    found = masks.shares(codes)
    assert found["outside"] == pytest.approx(0.1)
    assert found["missing"] == pytest.approx(0.1)
    assert sum(share for reason, share in found.items() if reason != "outside") == pytest.approx(1.0)
    assert masks.shares(xr.zeros_like(codes))["clear"] == 0


def test_without_classes_colours_must_do():
    """Of five bands opaque cloud is found by colour; without short-wave infrared it says that nothing screened."""
    bands, cloud = ground("crop"), disc(150, 150, 40)
    lay(bands, cloud, "cloud")
    found = masks.classified(dataset(bands))
    assert found.attrs["screened_by"] == "colours"
    assert (found.to_numpy()[cloud] == CLOUD).all()
    four = {name: bands[name] for name in ("blue", "green", "red", "nir")}
    bare = masks.classified(dataset(four, sun=None))
    assert bare.attrs["screened_by"] == "nothing"
    assert (bare.to_numpy() == CLEAR).all()
    with pytest.raises(ValueError, match="optical"):
        masks.classified(dataset({"vv": bands["blue"]}))


def test_a_second_opinion_takes_away_and_never_gives():
    """What it covers is faulty; what was cloud stays cloud."""
    codes = xr.DataArray(np.array([[CLEAR, SNOW, CLOUD]], np.uint8), dims=("y", "x"))
    opinion = xr.DataArray(np.array([[0, 1, 0]], np.uint8), dims=("y", "x"))
    assert masks.joined(codes, opinion).to_numpy().tolist() == [[masks.FAULTY, SNOW, CLOUD]]
    assert masks.clear(codes).to_numpy().tolist() == [[True, False, False]]
    assert masks.clear(codes, snow=True).to_numpy().tolist() == [[True, True, False]]
