"""Landsat Collection 2 Level 2."""

from datetime import UTC, datetime

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import landsat, packages
from tests.satellite import made_scenes

COUNTS = np.full((20, 20), 10_000)


def test_what_a_product_says_of_itself(tmp_path):
    """From the MTL, in a folder and in the plain tar it is delivered in."""
    place = made_scenes.landsat(tmp_path, {4: COUNTS, 5: COUNTS}, qa=np.full((20, 20), 21_824))
    for path in (place, made_scenes.tarred(place)):
        told = landsat.product(packages.opened(path)).description
        assert told.scene_id == "LC09_L2SP_118028_20240618_20240619_02_T1"
        assert (told.platform, told.level, told.cloud_percent, told.gsd_m) == ("Landsat 9", "L2SP", 7.25, 30)
        assert told.sensed_at == datetime(2024, 6, 18, 2, 20, 35, 987_654, tzinfo=UTC)
        assert (told.sun.azimuth, told.sun.zenith) == (139.5, 28.0)
        assert told.footprint.bounds == (126.0, 44.8, 129.0, 46.9)
        assert told.bands == ("red", "nir", "qa_pixel")


def test_factors_are_those_of_level_2(tmp_path):
    """Count 10,000 is 0.075 (USGS: 0.0000275 x count - 0.2), not the 0.1 that Level 1's factors of one name give."""
    raster = landsat.product(packages.opened(made_scenes.landsat(tmp_path, {4: COUNTS}))).rasters[0]
    assert 10_000 * raster.scale + raster.offset == pytest.approx(0.075)


def test_unknown_cloud_is_none_and_wanting_groups_are_told(tmp_path):
    """-1 means not assessed; an MTL of Level 1 has no surface reflectance."""
    place = made_scenes.landsat(tmp_path, {4: COUNTS}, cloud=-1)
    assert landsat.product(packages.opened(place)).description.cloud_percent is None
    main = next(place.glob("*_MTL.txt"))
    main.write_text(main.read_text().replace("LEVEL2_SURFACE_REFLECTANCE_PARAMETERS", "OTHER"))
    with pytest.raises(WorkbenchError) as refusal:
        landsat.product(packages.opened(place))
    assert refusal.value.code == "scene.bad_metadata"
