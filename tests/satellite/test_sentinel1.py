"""Sentinel-1 products."""

from datetime import UTC, datetime

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import packages, sentinel1
from tests.satellite import made_scenes

COUNTS = np.full((50, 40), 200)


def test_what_a_ground_range_product_says(tmp_path):
    """Both polarisations, the co-polarised one first, with the calibration table of each."""
    product = sentinel1.product(packages.opened(made_scenes.sentinel1(tmp_path, {"vh": COUNTS, "vv": COUNTS})))
    told = product.description
    assert told.scene_id == "S1A_IW_GRDH_1SDV_20240618T213045_20240618T213110_054000_069000_ABCD"
    assert told.sensed_at == datetime(2024, 6, 18, 21, 30, 45, 123_456, tzinfo=UTC)
    assert (told.platform, told.bands) == ("Sentinel-1A", ("vv", "vh"))
    assert told.facts == {"orbit": "61", "pass": "DESCENDING", "units": "linear_power"}
    assert told.footprint.bounds == (128.0, 45.98, 128.02, 46.0)
    gains = product.rasters[0].gains
    assert gains.lines == (0, 49)
    assert gains.columns == ((0, 39), (0, 39))
    assert gains.values == ((300.0, 500.0), (300.0, 500.0))


def test_without_calibration_it_is_refused(tmp_path):
    """Raw counts are no backscatter."""
    safe = made_scenes.sentinel1(tmp_path, {"vv": COUNTS})
    next(safe.rglob("calibration-*.xml")).unlink()
    with pytest.raises(WorkbenchError) as refusal:
        sentinel1.product(packages.opened(safe))
    assert refusal.value.code == "scene.bad_metadata"


@pytest.mark.parametrize(("letters", "units"), [("gpuned", "linear_power"), ("gduned", "dB"), ("gauned", "amplitude")])
def test_units_of_corrected_images_are_declared_by_their_names(tmp_path, letters, units):
    """Power, decibel and amplitude are told apart, for nothing else tells them apart safely."""
    name = f"S1A_IW_20240618T213045_DVP_RTC10_G_{letters}_1A2B"
    for band in ("VV", "VH"):
        made_scenes.raster(tmp_path / name / f"{name}_{band}.tif", COUNTS.astype(np.float32))
    package = packages.opened(tmp_path / name)
    assert sentinel1.recognised_rtc(package)
    product = sentinel1.product_rtc(package)
    assert {raster.units for raster in product.rasters} == {units}
    assert set(product.description.bands) == {"vv", "vh"}
    assert product.description.sensed_at == datetime(2024, 6, 18, 21, 30, 45, tzinfo=UTC)
    assert product.description.scene_id == name
