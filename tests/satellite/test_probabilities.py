"""Cloud probability by s2cloudless."""

import numpy as np
import xarray as xr

from satellite import masks, probabilities, synthetic

# Bands that the endmembers do not have, by the nearest one that they do.
LIKE = {"coastal": "blue", "nir08": "nir", "rededge1": "rededge1"}


def scene(cloud):
    names, spectra = synthetic.spectra()
    rng = np.random.default_rng(2)
    made = {}
    for band in probabilities.BANDS:
        if band in {"nir09", "cirrus"}:
            high, low = {"nir09": (0.45, 0.12), "cirrus": (0.03, 0.001)}[band]
        else:
            at = names.index(LIKE.get(band, band))
            high, low = spectra["cloud"][at], spectra["crop"][at] + (0.06 if at < 2 else 0.02)
        plane = np.where(cloud, high, low) * rng.normal(1, 0.03, cloud.shape)
        made[band] = (("y", "x"), plane.astype(np.float32), {"quantity": "toa_reflectance"})
    axes = {"y": -10.0 * np.arange(cloud.shape[0]), "x": 10.0 * np.arange(cloud.shape[1])}
    return xr.Dataset(made, coords=axes).rio.write_crs("EPSG:32652")


def test_cloud_is_likelier_than_crop():
    """At the top of the atmosphere, over blocks of six pixels."""
    cloud = np.zeros((120, 126), bool)
    cloud[30:90, 30:90] = True
    found = probabilities.of(scene(cloud), 6)
    assert found.shape == (20, 21)
    assert found[7:13, 7:13].min() > 0.8
    assert found[:4].max() < 0.3
    codes = masks.classified(scene(cloud))
    assert codes.attrs["screened_by"] == "s2cloudless"
    assert (codes.to_numpy()[36:84, 36:84] == masks.CLOUD).all()


def test_unknown_pixels_have_no_probability_and_edges_are_filled():
    """NaN gives 0; a size that is no multiple of the step still has its last block."""
    made = scene(np.ones((25, 31), bool))
    made["red"][:12] = np.nan
    found = probabilities.of(made, 6)
    assert found.shape == (5, 6)
    assert found[:2].max() == 0
    assert found[3:].min() > 0.8


def test_surface_reflectance_is_not_what_it_was_made_for():
    """Bands missing, or of the wrong quantity."""
    made = scene(np.zeros((12, 12), bool))
    assert probabilities.possible(made)
    assert not probabilities.possible(made.drop_vars("cirrus"))
    made["blue"].attrs["quantity"] = "surface_reflectance"
    assert not probabilities.possible(made)
